"""`adscribe classify --flows`, and what its page says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from adscribe.cli.main import app
from adscribe.flows import FLOW_FORMATS, index, join
from tests.flows.making import zeek
from tests.shared import ROOT

EXAMPLE = ROOT / "examples" / "flows"


def classify(*arguments: str) -> dict[str, dict[str, Any]]:
    """Return the example's answers by method."""
    site = str(ROOT / "examples" / "sites" / "office.yaml")
    options = ["classify", "--model", "codebook", "--site", site, str(EXAMPLE / "events.ndjson"), *arguments]
    result = CliRunner().invoke(app, options, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    answers = map(json.loads, result.stdout.splitlines())
    return {answer["event"]["method"]: answer for answer in answers}


def techniques(answer: dict[str, Any]) -> set[str]:
    return {technique["id"] for technique in answer["techniques"]}


def test_answers_get_better_by_flows_and_say_so() -> None:
    before, after = classify(), classify("--flows", str(EXAMPLE / "conn.log"))
    gained = {
        "DICTATTACK": {"T1021.004"},
        "BLACKLIST": {"T1041"},
        "UPLOAD": {"T1567.002"},
        "HIGHTRANSF": {"T1048"},
    }
    for method, added in gained.items():
        assert techniques(after[method]) - techniques(before[method]) == added
    facts = {fact["fact"] for fact in after["HIGHTRANSF"]["techniques"][0]["because"]}
    assert any("sent to" in fact and "received from" in fact for fact in facts)


def test_names_can_come_from_a_log_of_their_own(tmp_path: Path) -> None:
    tls = {"id.orig_h": "10.10.102.40", "id.resp_h": "198.51.100.77", "server_name": "up.files.example"}
    (tmp_path / "ssl.log").write_text(json.dumps(tls) + "\n", encoding="utf-8")
    assert techniques(classify("--flows", str(tmp_path / "ssl.log"))["UPLOAD"]) == {"T1567.002"}


def run(log: Path, *, form: str = "{}") -> Any:
    arguments = ["classify", "--model", "codebook", "--flows", str(log), "-"]
    event = {"method": "UPLOAD", "source": "10.0.0.5", "targets": ["203.0.113.9"]}
    event |= {"detected_at": "2026-11-03T12:00:30Z"} | json.loads(form)
    return CliRunner().invoke(app, arguments, input=json.dumps(event))


def test_flows_that_cannot_be_read_are_told_and_the_others_used(tmp_path: Path) -> None:
    log = tmp_path / "conn.log"
    log.write_text(zeek({"orig_ip_bytes": "many"}, {}), encoding="utf-8")
    result = run(log)
    assert result.exit_code == 3
    assert result.stderr == f"{log}, line 4: a whole number was expected\n"
    assert len(result.stdout.splitlines()) == 1


def test_flows_of_another_time_are_noticed(tmp_path: Path) -> None:
    log = tmp_path / "conn.log"
    log.write_text(zeek({"ts": 1_000_000_000}), encoding="utf-8")
    result = run(log)
    assert result.exit_code == 0
    assert "look at their times" in result.stderr
    log.write_text(zeek({}), encoding="utf-8")
    assert run(log).stderr == ""


@pytest.mark.parametrize("content", ["no flows\n", None])
def test_a_file_without_flows_ends_the_command_before_anything_is_answered(
    tmp_path: Path, content: str | None
) -> None:
    log = tmp_path / "conn.log"
    if content is not None:
        log.write_text(content, encoding="utf-8")
    result = run(log)
    assert str(result.exception).startswith(str(log))
    assert result.stdout == ""


def test_the_page_tells_what_is_filled_and_from_what_forms() -> None:
    page = (ROOT / "docs" / "flows.md").read_text(encoding="utf-8")
    filled = page[page.index("| what is filled") : page.index("In Python")]
    rows = filled.splitlines()
    about_data = next(row for row in rows if row.startswith("| `sent_bytes`"))
    assert set(re.findall(r"\b[A-Z0-9]{3,}\b", about_data)) == join.VOLUMES
    reached, guessed = (row.split("|")[2] for row in rows if row.startswith("| `success`"))
    assert set(re.findall(r"[A-Z]{3,}", reached)) == join.REACHED
    assert set(re.findall(r"[A-Z]{3,}", guessed)) == set(join.GUESSES)
    for form in FLOW_FORMATS:
        assert f"| `{form.name}` |" in page
    assert f"{index.MAX_FLOWS:,} flows" in page


def test_the_python_of_the_page_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    page = (ROOT / "docs" / "flows.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(code, "docs/flows.md", "exec"), names)
    assert [answer.event.method for answer in names["answers"]][-1] == "HIGHTRANSF"
    assert names["answers"][-1].techniques[0].id == "T1048"

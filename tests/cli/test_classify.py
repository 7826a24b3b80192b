"""The command that a user types."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adscribe.cli.main import app, main
from tests.shared import ROOT

EVENT = json.dumps(
    {
        "method": "SCANS",
        "submethod": "TCPSYN",
        "source": {"ip": "203.0.113.7"},
        "targets": ["10.0.0.5", "10.0.0.6"],
        "target_count": 60,
        "ports": [445],
        "detected_at": "2026-11-03T15:00:00Z",
    }
)


def test_forms_can_be_mixed_in_one_file_and_each_line_has_its_answer(tmp_path: Path) -> None:
    cef = (ROOT / "examples" / "scan.cef").read_text(encoding="utf-8")
    tsv = (
        (ROOT / "datasets" / "samples" / "flowmon" / "script.tsv").read_text(encoding="utf-8").splitlines()[0]
    )
    (tmp_path / "mixed").write_text(f"{cef}\n{EVENT}\n{tsv}\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["classify", str(tmp_path / "mixed")], catch_exceptions=False)
    assert result.exit_code == 0
    methods = [json.loads(line)["event"]["method"] for line in result.stdout.splitlines()]
    assert methods[:2] == ["SCANS", "SCANS"]
    assert len(methods) == 3


def test_a_line_that_cannot_be_read_goes_to_standard_error_without_its_content() -> None:
    result = CliRunner().invoke(
        app,
        ["classify", "-"],
        input=f'{EVENT}\n{{"method": "SCANS", "source": {{"ip": "10.9.9.999"}}}}\n{EVENT}\n',
    )
    assert result.exit_code == 3
    assert len(result.stdout.splitlines()) == 2
    assert "line 2" in result.stderr
    assert "10.9.9.999" not in result.stderr


def test_rejects_go_to_a_file_with_number_reason_and_text(tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.ndjson"
    result = CliRunner().invoke(
        app, ["classify", "-", "--rejects", str(rejects)], input=f"no event at all\n{EVENT}\n"
    )
    assert result.exit_code == 3
    assert result.stderr == ""
    (entry,) = map(json.loads, rejects.read_text(encoding="utf-8").splitlines())
    assert (entry["line"], entry["text"]) == (1, "no event at all")
    assert entry["reason"]


def test_answers_as_csv_for_a_spreadsheet() -> None:
    formula = EVENT.replace('"SCANS"', '"=1+1"')
    result = CliRunner().invoke(app, ["classify", "-", "--output", "csv"], input=f"{EVENT}\n{formula}\n")
    head, first, second = result.stdout.splitlines()
    assert head.startswith("event,revision,method")
    assert re.search(r",SCANS,TCPSYN,203\.0\.113\.7,reconnaissance,T1595\.001,,[01]\.\d\d$", first)
    assert ",'=1+1," in second


def test_the_version_of_attack_the_candidates_and_the_explanation_can_be_chosen() -> None:
    options = ["--attack-version", "18.1", "--candidates", "2", "--no-explain"]
    result = CliRunner().invoke(app, ["classify", "-", *options], input=EVENT, catch_exceptions=False)
    answer = json.loads(result.stdout)
    assert answer["model"]["attack"] == "enterprise 18.1"
    assert len(answer["candidates"]) == 2
    assert answer["techniques"][0]["because"] == []


def test_the_model_and_its_risk_can_be_chosen() -> None:
    def models(*options: str) -> list[tuple[str, float | None]]:
        result = CliRunner().invoke(app, ["classify", "-", *options], input=EVENT, catch_exceptions=False)
        answers = map(json.loads, result.stdout.splitlines())
        return [(answer["model"]["name"], answer["model"]["risk"]) for answer in answers]

    assert models() == [("adscribe", 0.1)]
    assert models("--risk", "0.05") == [("adscribe", 0.05)]
    assert models("--model", "codebook") == [("codebook", None)]


def test_a_tactic_that_stands_alone_has_its_probability_in_the_table() -> None:
    files = [str(path) for path in sorted((ROOT / "datasets" / "samples" / "flowmon").glob("*.cef"))]
    result = CliRunner().invoke(app, ["classify", "--output", "csv", "--no-explain", *files])
    rows = list(csv.DictReader(result.stdout.splitlines()))
    assert any(row["tactics"] and not row["techniques"] for row in rows)
    assert all(float(row["probability"]) > 0.2 for row in rows if row["tactics"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["classify", "-", "--attack-version", "7"], "7"),
        (["classify", "-", "--model", "oracle"], "oracle"),
        (["classify", "-", "--risk", "0.03"], "it does for"),
        (["classify", "-", "--model", "codebook", "--risk", "0.1"], "no error rate"),
        (["serve", "--risk", "0.03"], "it does for"),
        (["classify", "-", "--site", "nowhere.yaml"], "nowhere.yaml"),
    ],
)
def test_what_cannot_be_used_is_said_before_anything_is_read(
    arguments: list[str], message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["adscribe", *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert printed.out == ""


def test_wrong_usage_exits_with_2(tmp_path: Path) -> None:
    runner = CliRunner()
    assert runner.invoke(app, ["classify", str(tmp_path / "nowhere.log")]).exit_code == 2
    assert runner.invoke(app, ["classify", "-", "--format", "morse"], input=EVENT).exit_code == 2
    assert runner.invoke(app, ["classify", "-", "--output", "poem"], input=EVENT).exit_code == 2


def test_every_command_helps_with_an_example() -> None:
    runner = CliRunner()
    for command in (
        ["classify"],
        ["serve"],
        ["sensors", "check"],
        ["site", "check"],
        ["site", "suggest"],
        ["attack", "import"],
        ["attack", "list"],
        ["attack", "diff"],
        ["codebook", "explain"],
        ["codebook", "check"],
    ):
        result = runner.invoke(app, [*command, "--help"])
        assert result.exit_code == 0
        assert "Example" in result.stdout, command

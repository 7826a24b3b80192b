from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adscribe.cli.main import app
from adscribe.errors import SiteError
from adscribe.site import Site
from tests.shared import ROOT

OFFICE = ROOT / "examples" / "sites" / "office.yaml"


def run(*arguments: str | Path, stdin: bytes | None = None) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["site", *map(str, arguments)], input=stdin)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def line(method: str, source: str, *targets: str, **fields: object) -> str:
    event = {
        "method": method,
        "source": {"ip": source},
        "targets": targets,
        "detected_at": "2026-03-11T12:00:00Z",
    }
    return json.dumps(event | fields)


@pytest.fixture
def events(tmp_path: Path) -> Path:
    path = tmp_path / "events.ndjson"
    lines = [
        line("DOS", "203.0.113.5", "192.0.2.1"),
        line("SCANS", "10.10.77.1", "10.10.77.2"),
        line("TEAMVIEWER", "10.10.92.11", "192.0.2.1"),
        *(line("DNSQUERY", f"10.10.101.{i}", "10.10.1.99") for i in range(1, 13)),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_file_that_is_right() -> None:
    status, out, _ = run("check", OFFICE)
    assert status == 0
    assert (
        "23 filters, 17 roles, 5 assigned filters, 3 allowed, 3 forbidden, 2 known causes, 2 data feeds"
        in out
    )


def test_a_file_that_is_wrong_tells_every_problem(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text('filters:\n  LAN: ["10.0.0.1/8"]\ninternal: LAN\nroles:\n  king: LAN\n', encoding="utf-8")
    status, out, err = run("check", path)
    assert (status, out) == (2, "")
    assert [text.partition(": ")[0] for text in err.splitlines()] == [
        f"{path}, line 2, /filters/LAN/0",
        f"{path}, line 5, /roles/king",
    ]
    status, out, _ = run("check", path, "--json")
    assert status == 2
    assert [problem["line"] for problem in json.loads(out)["problems"]] == [2, 5]


def test_events_show_what_the_file_leaves_open(events: Path) -> None:
    status, out, _ = run("check", OFFICE, "--events", events)
    assert status == 0
    assert "15 events read, 0 records not readable" in out
    assert "DOS: no assigned filter, victim and attackers can't be told apart; 1 event\n" in out
    assert "10.10.77.0/24: 2 inside addresses without a role" in out
    assert "Honeypot (honeypot): no event had an address in it" in out
    assert "allowed TEAMVIEWER" not in out
    assert "forbidden BITTORRENT from Staff (staff policy): decided no event" in out
    _, out, _ = run("check", OFFICE, "--events", "-", "--json", stdin=events.read_bytes())
    document = json.loads(out)
    assert document["events"] == 15
    assert {"topic": "address", "subject": "10.10.77.0/24", "events": 1} in [
        {key: gap[key] for key in ("topic", "subject", "events")} for gap in document["gaps"]
    ]


def test_records_that_cannot_be_read_are_counted(events: Path) -> None:
    events.write_text(events.read_text(encoding="utf-8") + "no event\n", encoding="utf-8")
    status, out, _ = run("check", OFFICE, "--events", events)
    assert status == 3
    assert "15 events read, 1 records not readable" in out
    status, out, err = run("suggest", events)
    assert status == 3
    assert "1 records not readable" in err
    assert Site.parse(out).roles("10.10.1.99") == {"dns_server"}


def test_suggestions_are_a_site_file(events: Path) -> None:
    status, out, err = run("suggest", events)
    assert (status, err) == (0, "")
    assert Site.parse(out).roles("10.10.1.99") == {"dns_server"}
    assert '    - "10.10.1.99"  # strong: asked for names by 12 hosts\n' in out


def test_wrong_usage(events: Path, tmp_path: Path) -> None:
    assert run("check", OFFICE, "--events", tmp_path / "absent.ndjson")[0] == 2
    assert run("suggest", events, "--format", "morse")[0] == 2
    with pytest.raises(SiteError):
        run("suggest", events, "--site", events)


@pytest.mark.parametrize("command", ["check", "suggest"])
def test_help_has_an_example(command: str) -> None:
    status, out, _ = run(command, "--help")
    assert status == 0
    assert f"Example: adscribe site {command}" in out

"""`adscribe codebook` as an analyst uses it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adscribe.cli.codebook import app

SITE = """
filters:
  LAN: ["10.0.0.0/8"]
  Firewalls: ["10.0.0.1"]
  Plant: ["10.9.0.0/16"]
internal: LAN
roles: {firewall: Firewalls, ot_device: Plant}
allowed:
  - {method: SCANS, submethod: TCPSYN, source: Firewalls, note: path check}
"""


def _event(**said: object) -> str:
    return json.dumps(
        {
            "method": "SCANS",
            "submethod": "ARP",
            "source": {"ip": "10.1.2.3"},
            "detected_at": "2026-03-03T12:00:00Z",
        }
        | said
    )


@pytest.fixture
def site(tmp_path: Path) -> str:
    path = tmp_path / "site.yaml"
    path.write_text(SITE)
    return str(path)


def _run(*arguments: str, given: str | None = None, status: int = 0) -> str:
    result = CliRunner().invoke(app, list(arguments), input=given)
    assert result.exit_code == status, result.output
    return result.output


def test_explain_says_which_row_answered_and_why_others_did_not(site: str) -> None:
    said = _run("explain", "-", "--site", site, given=_event() + "\n")
    assert "SCANS-08 answers: T1018 Remote System Discovery (Discovery)" in said
    assert 'SCANS-04  needs "allowed by the site", which isn\'t known' in said


def test_explain_tells_what_was_otherwise(site: str) -> None:
    lines = "\n".join([_event(), _event(source={"ip": "10.0.0.1"})])
    said = _run("explain", "-", "--site", site, "--line", "2", given=lines)
    assert "SCANS-07 answers: benign" in said
    assert "source is network infrastructure: 10.0.0.1 is known as a firewall" in said
    assert "SCANS-08" not in said, "only the second line was asked for"


def test_explain_says_that_the_site_decided(site: str) -> None:
    event = _event(submethod="TCPSYN", source={"ip": "10.0.0.1"}, targets=["10.1.0.1"])
    said = _run("explain", "-", "--site", site, given=event)
    assert "the site has decided this event" in said


def test_explain_shows_the_ics_label(site: str) -> None:
    event = _event(source={"ip": "10.9.0.5"}, targets=["10.9.0.6"])
    assert "ICS: T0846 Remote System Discovery (Discovery)" in _run(
        "explain", "-", "--site", site, given=event
    )


def test_earlier_lines_are_the_history(site: str) -> None:
    scan = _event(submethod="TCPSYN", targets=["10.1.0.1"])
    peers = _event(
        method="PEERS", submethod="PeersIncrease", targets=["10.1.0.1"], detected_at="2026-03-03T13:00:00Z"
    )
    alone = _run("explain", "-", "--site", site, given=peers)
    after = _run("explain", "-", "--site", site, "--line", "2", given=f"{scan}\n{peers}")
    assert "PEERS-05 answers: too_generic" in alone
    assert "PEERS-03 answers: T1018" in after


def test_explain_as_json(site: str) -> None:
    answer = json.loads(_run("explain", "-", "--site", site, "--json", given=_event()))
    assert answer["answer"]["row"] == "SCANS-08"
    assert answer["answer"]["techniques"] == {"T1018": ["discovery"]}
    assert {"key": "authorised", "asks": ["yes"], "known": []} in [
        unmet for tried in answer["tried"] for unmet in tried["unmet"]
    ]
    assert answer["facts"]["source"]["values"] == ["inside"]


def test_what_cannot_be_read_is_said_without_losing_the_rest(site: str) -> None:
    said = _run("explain", "-", "--site", site, given=f"{_event()}\nnonsense\n{_event()}", status=3)
    assert said.count("SCANS-08 answers") == 2
    assert "line 2:" in said


def test_a_line_that_is_not_there_is_wrong_usage(site: str) -> None:
    assert "no event there" in _run("explain", "-", "--site", site, "--line", "7", given=_event(), status=2)


def test_explain_shows_a_row() -> None:
    said = _run("explain", "--row", "scans-17")
    assert "source inside; targets on both sides" in said
    assert "T1595.001 Active Scanning: Scanning IP Blocks (Reconnaissance)" in said
    row = json.loads(_run("explain", "--row", "SCANS-17", "--json"))
    assert row["when"] == {"source": ["inside"], "targets": ["mixed"]}


def test_an_unknown_row_is_wrong_usage() -> None:
    assert "no row" in _run("explain", "--row", "SCANS-999", status=2)
    assert "name a file" in _run("explain", status=2)


def test_check_finds_nothing_in_the_shipped_codebook() -> None:
    assert ", 0 problems" in _run("check")
    assert json.loads(_run("check", "--json")) == []


def test_check_lists_all_problems(folder: Path) -> None:
    path = folder / "rules" / "MULTICAST.yaml"
    path.write_text(
        path.read_text().replace("upload: huge", "upload: vast").replace("ambiguity: low", "ambiguity: no")
    )
    said = _run("check", str(folder), status=2)
    assert "no value 'vast'" in said
    assert "MULTICAST.yaml, line" in said
    listed = json.loads(_run("check", str(folder), "--json", status=2))
    assert len(listed) > 1
    assert {one["file"] for one in listed} == {str(path)}

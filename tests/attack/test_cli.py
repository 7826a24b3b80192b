from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adscribe.cli.attack import app
from adscribe.errors import CatalogueError
from tests.attack.conftest import BUNDLE


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ADSCRIBE_HOME", str(tmp_path))
    return tmp_path


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_versions_are_listed_with_counts() -> None:
    lines = run("list").splitlines()
    assert [line.split()[:5] for line in lines[1:]] == [
        ["enterprise", "18.1", "14", "216", "475"],
        ["enterprise", "19", "15", "222", "475"],
        ["ics", "18.1", "12", "83", "0"],
    ]
    assert len(run("list", "--domain", "ics").splitlines()) == 2


def test_techniques_are_listed_by_tactic() -> None:
    lines = run("list", "--version", "18.1", "--tactic", "TA0005").splitlines()
    assert lines[0] == "enterprise 18.1, Defense Evasion"
    assert any(
        line.startswith("T1562.004  Impair Defenses: Disable or Modify System Firewall") for line in lines
    )
    assert not any(line.startswith("T1046") for line in lines)
    assert run("list", "--version", "ics 18.1").splitlines()[0] == "ics 18.1"


def test_lists_are_there_for_machines() -> None:
    versions = json.loads(run("list", "--json"))
    assert [one["version"] for one in versions] == ["enterprise 18.1", "enterprise 19", "ics 18.1"]
    listed = json.loads(run("list", "--version", "19", "--tactic", "exfiltration", "--json"))
    assert listed["version"] == "enterprise 19"
    assert {
        "id": "T1048.002",
        "name": "Exfiltration Over Asymmetric Encrypted Non-C2 Protocol",
        "parent": "T1048",
        "tactics": ["exfiltration"],
        "url": "https://attack.mitre.org/techniques/T1048/002",
    } in listed["techniques"]


def test_an_imported_version_is_listed_and_compared(home: Path) -> None:
    output = run("import", str(BUNDLE))
    assert "enterprise 20: 3 tactics, 4 techniques and 1 sub-techniques, 3 revoked or deprecated" in output
    assert (home / "attack" / "enterprise-20.json").is_file()
    assert "imported" in run("list")
    difference = run("diff", "enterprise-19", "enterprise-20")
    assert "T1020      Automated Exfiltration" in difference
    assert "→ T1999 (revoked by)" in difference


def test_a_version_can_be_named_and_replaced() -> None:
    assert "enterprise 21.1: " in run("import", str(BUNDLE), "--as", "21.1")
    with pytest.raises(CatalogueError, match=r"at hand already .*--replace"):
        run("import", str(BUNDLE), "--as", "21.1")
    run("import", str(BUNDLE), "--as", "21.1", "--replace")


def test_a_version_that_ships_is_only_described(home: Path) -> None:
    output = run("import", str(BUNDLE), "--as", "19")
    assert "enterprise 19 ships: its ids and names stay, 8 descriptions are added" in output
    assert (home / "attack" / "enterprise-19.texts.json").is_file()
    assert run("list").splitlines()[2].split()[:5] == ["enterprise", "19", "15", "222", "475"]
    assert "imported" not in run("list")


def test_the_difference_is_shown() -> None:
    output = run("diff", "enterprise-18.1", "enterprise-19")
    assert "TA0005  defense-evasion → stealth" in output
    assert "Added: 23" in output
    assert "Removed: 17" in output
    assert "Other tactics: 198" in output
    assert "T1211      Exploitation for Defense Evasion → Exploitation for Stealth" in output


def test_the_difference_is_there_for_machines() -> None:
    difference = json.loads(run("diff", "enterprise-18.1", "enterprise-19", "--json"))
    assert (difference["before"], difference["after"]) == ("enterprise 18.1", "enterprise 19")
    assert {"id": "T1656", "name": "Impersonation", "replaced_by": ["T1684.001"], "basis": "same name"} in (
        difference["removed"]
    )
    assert "T1688" in [one["id"] for one in difference["added"]]


def test_domains_are_not_compared() -> None:
    with pytest.raises(CatalogueError, match="nothing to compare"):
        run("diff", "enterprise-18.1", "ics-18.1")


@pytest.mark.parametrize("command", ["import", "list", "diff"])
def test_help_has_an_example(command: str) -> None:
    assert f"Example: adscribe attack {command}" in run(command, "--help")

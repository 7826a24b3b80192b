"""`adscribe reassess`."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from adscribe.cli.main import app
from adscribe.store import Store
from adscribe.store.filters import Filter
from tests.store.asking import keep, report

SITE = 'filters:\n  LAN: ["10.0.0.0/8"]\ninternal: LAN\nroles: {workstation: LAN}\n'
ALLOWED = SITE + "allowed:\n  - {method: SSHDICT, source: LAN, note: the tests of passwords}\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with three events."""
    with Store(tmp_path / "adscribe.db") as store:
        store.upgrade()
        keep(store, *(report(minutes * 100) for minutes in range(3)))
    (tmp_path / "site.yaml").write_text(ALLOWED)
    return tmp_path / "adscribe.db"


def run(path: Path, *arguments: str, since: str = "2026-01-01") -> Any:
    given = ["--store", str(path), "--site", str(path.parent / "site.yaml"), "--model", "codebook"]
    return CliRunner().invoke(app, ["reassess", "--since", since, *given, *arguments])


def revisions(path: Path) -> list[int]:
    with Store(path) as store:
        return [one.revision for page in store.pages(Filter()) for one in page.events]


def test_a_dry_run_shows_what_would_change_and_the_run_does_it(path: Path) -> None:
    dry = run(path, "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert "3 answered again, 3 changed (dry run: nothing is written)" in dry.output
    assert "benign (site)" in dry.output
    assert revisions(path) == [1, 1, 1]
    told = run(path)
    assert told.output == dry.output.replace(" (dry run: nothing is written)", "")
    assert revisions(path) == [2, 2, 2]
    assert "3 current, 0 answered again" in run(path).output
    assert revisions(path) == [2, 2, 2]


def test_filters_and_json(path: Path) -> None:
    found = run(path, "--method", "SSHDICT", "--until", "2026-03-10T12:00:00Z", "--json")
    told = json.loads(found.stdout)
    assert (told["looked_at"], told["answered"], len(told["sample"])) == (2, 2, 2)
    assert sorted(revisions(path)) == [1, 2, 2]


def test_a_duration_is_a_time_ago(path: Path) -> None:
    now = datetime.now(UTC)
    with Store(path) as store:
        for hours in (0.5, 3):
            keep(store, report(detected_at=(now - timedelta(hours=hours)).isoformat(), data_feed=str(hours)))
    assert "1 event looked at" in run(path, "--data-feed", "0.5", "--data-feed", "3", since="1h").output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--source", "nowhere"], "--source must be an address"),
        (["--since", "yesterday"], "--since must be a time"),
        (["--data-feed", ""], "--data-feed must be a text"),
        (["--attack-version", "3"], "not at hand"),
        (["--store", "absent.db"], "no such file"),
    ],
)
def test_wrong_usage(path: Path, arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    found = run(path, *arguments)
    assert found.exit_code != 0
    assert said in " ".join((found.output + str(found.exception)).replace("│", " ").split())
    assert not Path("absent.db").exists()

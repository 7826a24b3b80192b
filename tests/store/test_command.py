"""`adscribe store prune`."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from adscribe.cli.main import app
from adscribe.store import Store, StoreError
from tests.store.asking import keep, report, rows


def run(*words: str, **environment: str) -> str:
    result = CliRunner().invoke(app, ["store", "prune", *words], env=environment, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_it_deletes_what_the_settings_say(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store(url) as store:
        store.upgrade()
        keep(store, report(), report(100), report(200))
        assert run("--store", url, "--keep-events", "1") == "0 events deleted\n"
        environment = {"ADSCRIBE_STORE": url, "ADSCRIBE_TIMEOUT_MINUTES": "0", "ADSCRIBE_KEEP_EVENTS": "1"}
        assert run(**environment, ADSCRIBE_TIMEOUTS="SSHDICT=60") == "0 events deleted\n"
        assert run(**environment) == "2 events deleted\n"
        assert rows(store)["event"] == 1


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such file"):
        run("--store", str(tmp_path / "store.db"))
    assert list(tmp_path.iterdir()) == []

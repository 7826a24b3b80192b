"""`adscribe data build` and `describe`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adscribe.cli.data import app
from adscribe.errors import AdscribeError

runner = CliRunner()


def test_build_writes_a_corpus_and_describe_shows_its_card(tmp_path: Path) -> None:
    out = tmp_path / "corpus"
    asked = ["build", str(out), "--events", "300", "--sites", "3", "--seed", "2", "--processes", "1"]
    built = runner.invoke(app, asked, catch_exceptions=False)
    assert built.exit_code == 0
    assert "3 of 3 sites" in built.stderr
    assert {path.name for path in out.iterdir()} == {"events.parquet", "sites", "card.json", "card.md"}
    card = json.loads(runner.invoke(app, ["describe", str(out), "--json"], catch_exceptions=False).stdout)
    assert f"content sha256:{card['content_sha256']}" in built.stdout
    assert card["plan"]["seed"] == 2
    shown = runner.invoke(app, ["describe", str(out)], catch_exceptions=False)
    assert shown.stdout.startswith("# Simulated events")


def test_describe_says_what_to_do_where_there_is_no_card(tmp_path: Path) -> None:
    with pytest.raises(AdscribeError, match="adscribe data build"):
        runner.invoke(app, ["describe", str(tmp_path)], catch_exceptions=False)


@pytest.mark.parametrize("command", ["build", "describe"])
def test_help_has_an_example(command: str) -> None:
    assert "Example: adscribe data" in runner.invoke(app, [command, "--help"]).stdout

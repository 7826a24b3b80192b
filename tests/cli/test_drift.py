"""`adscribe drift` and `adscribe profile`, as a user types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adscribe.cli.main import app
from adscribe.errors import AdscribeError
from adscribe.model.artefact import with_profile
from tests.model.protocols import write
from tests.model.small import CATALOGUE, small
from tests.model.test_profile import invented


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model, and the same with a profile."""
    folder = tmp_path_factory.mktemp("models")
    write(folder / "bare", small().artefact)
    with_profile(folder / "bare", folder / "told", invented()[1], CATALOGUE)
    return folder


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scans of two months, 260 in each; and a line that is no event."""
    lines = [
        json.dumps(
            {
                "method": "SCANS",
                "submethod": "TCPSYN",
                "source": {"ip": f"10.1.{number % 250}.7"},
                "targets": ["10.0.0.5"],
                "detected_at": f"2026-{month:02}-{1 + number % 25:02}T{number % 24:02}:00:00Z",
            }
        )
        for month in (9, 11)
        for number in range(260)
    ]
    path = tmp_path_factory.mktemp("events") / "events.ndjson"
    path.write_text("\n".join([*lines, "no event"]) + "\n", encoding="utf-8")
    return path


def run(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(one) for one in arguments])
    if isinstance(result.exception, AdscribeError):
        raise result.exception
    return result.exit_code, result.stdout


def test_the_last_month_is_compared_with_the_training_and_with_the_month_before(
    models: Path, events: Path
) -> None:
    status, told = run("drift", events, "--model", models / "told", "--days", "40")
    # One line can't be read.
    assert status == 3
    first, training, past, *table = told.splitlines()
    assert first == "260 events from 2026-11-01 to 2026-11-25: drift"
    assert training.startswith("against the training (")
    assert ": drift; " in training
    assert past.startswith("against the past (260 events): quiet")
    assert any(line.startswith("drift") and "SCANS from" in line for line in table)
    _, whole = run("drift", events, "--model", models / "told", "--days", "40", "--all")
    assert len(whole.splitlines()) > len(told.splitlines())


def test_all_of_it_comes_as_json(models: Path, events: Path) -> None:
    _, told = run("drift", events, "--model", models / "told", "--output", "json")
    found = json.loads(told)
    assert found["state"] == "drift"
    assert {one["against"] for one in found["groups"]} == {"training", "past"}


def test_a_model_without_a_profile_says_what_to_do(models: Path, events: Path) -> None:
    with pytest.raises(AdscribeError, match="drift isn't available") as caught:
        run("drift", events, "--model", models / "bare")
    assert "adscribe profile" in str(caught.value)


def test_no_event_is_nothing_to_compare(models: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("")
    assert run("drift", tmp_path / "empty", "--model", models / "told") == (
        0,
        "nothing to compare: no event was answered yet\n",
    )


def test_a_profile_comes_from_the_data_of_the_training_alone(models: Path, tmp_path: Path) -> None:
    (tmp_path / "card.json").write_text(json.dumps({"content_sha256": "of others"}))
    with pytest.raises(AdscribeError, match="was trained on other data"):
        run("profile", models / "bare", tmp_path, "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()

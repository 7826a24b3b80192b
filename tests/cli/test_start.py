"""Commands that answer nothing start without a model."""

from __future__ import annotations

import subprocess
import sys

import pytest

import adscribe

HEAVY = ("scipy", "sklearn", "pandas", "mlflow", "sqlalchemy", "fastapi", "adscribe.model.learned")


@pytest.mark.parametrize("words", ["--help", "attack list", "classify --help", "serve --help"])
def test_no_model_is_loaded_where_none_is_needed(words: str) -> None:
    told = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "from adscribe.cli import main; main()", *words.split()],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    loaded = {line.rpartition("|")[2].strip() for line in told.stderr.splitlines()}
    assert "adscribe.cli.main" in loaded
    assert not loaded & set(HEAVY)


def test_what_the_package_offers_is_there_when_asked_for() -> None:
    for name in adscribe.__all__:
        assert getattr(adscribe, name).__name__ == name
        assert name in dir(adscribe)
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        adscribe.Nothing  # type: ignore[attr-defined]  # noqa: B018

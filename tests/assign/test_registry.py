"""Naming a model of a registry where that can't work; where it can, see tests/training/test_runs.py."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from adscribe import Classifier
from adscribe.errors import ModelError

CHAMPION = "models:/adscribe@champion"


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def test_without_a_registry_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(
        ModelError, match=r"no registry to fetch 'models:/adscribe@champion' from .*MLFLOW_TRACKING_URI"
    ):
        Classifier.load(CHAMPION)
    assert not list(tmp_path.iterdir())


def test_without_mlflow_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///mlflow.db")
    # As where the extra isn't installed: the import fails.
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(ModelError, match=r"needs mlflow \(pip install 'adscribe\[train\]'"):
        Classifier.load(CHAMPION)

"""Naming a model of a registry where that can't work; where it can, see tests/training/test_runs.py."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from adscribe import Classifier
from adscribe.assign.registry import AwayError
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


def test_a_registry_that_is_gone_is_not_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/gone.db")
    with pytest.raises(AwayError, match="no registry"):
        Classifier.load(CHAMPION)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("uri", ["models:/", "models:/adscribe", "models:/adscribe/latest", "models:/a@b/c"])
def test_a_uri_of_another_form_is_refused_with_those_there_are(uri: str) -> None:
    with pytest.raises(ModelError, match="models:/NAME@ALIAS"):
        Classifier.load(uri)


def test_without_mlflow_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///mlflow.db")
    Path("mlflow.db").touch()
    # As where the extra isn't installed: the import fails.
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(ModelError, match=r"needs mlflow \(pip install 'adscribe\[train\]'"):
        Classifier.load(CHAMPION)

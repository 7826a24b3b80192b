"""A catalogue with an empty user folder, and the bundle of the tests as a document to change."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adscribe.attack import Catalogue

BUNDLE = Path(__file__).parent / "data" / "bundle.json"

Document = dict[str, Any]


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    monkeypatch.setenv("ADSCRIBE_HOME", str(tmp_path / "home"))
    return Catalogue.load()


@pytest.fixture
def document() -> Document:
    loaded: Document = json.loads(BUNDLE.read_text(encoding="utf-8"))
    return loaded


@pytest.fixture
def save(tmp_path: Path) -> Callable[[object], Path]:
    def write(content: object) -> Path:
        path = tmp_path / "bundle.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    return write

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from adscribe.codebook import Codebook
from adscribe.resources import shipped


@pytest.fixture(scope="session")
def codebook() -> Codebook:
    return Codebook.load()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped codebook, to be spoilt."""
    return Path(shutil.copytree(shipped("datasets", "codebook"), tmp_path / "codebook"))

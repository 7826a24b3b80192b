"""The corpora that developers and CI have beside the project; a user does not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("ADSCRIBE_SHARED", ROOT.parent / "shared"))


def shared_path(*parts: str) -> Path:
    """Return a path below the shared folder; skip the test with one line where it is absent."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"needs ../shared/{'/'.join(parts)}, which is not part of the repository")
    return path

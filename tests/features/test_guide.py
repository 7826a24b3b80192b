"""The page of features is the one that the extractors write."""

from __future__ import annotations

from adscribe.features.guide import guide
from tests.shared import ROOT


def test_the_page_is_up_to_date() -> None:
    assert (ROOT / "docs" / "features.md").read_text(encoding="utf-8") == guide(), "run: make docs"

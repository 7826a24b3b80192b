"""Cells of tables that go out as CSV."""

from __future__ import annotations


def defused(cell: str) -> str:
    """Return a cell that a spreadsheet doesn't take for a formula.

    Examples
    --------
    >>> defused("=1+1"), defused("1+1")
    ("'=1+1", '1+1')
    """
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell

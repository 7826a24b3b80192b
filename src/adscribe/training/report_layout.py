"""The parts of a page: sections of tables, each cell a text or a figure."""

from __future__ import annotations

from dataclasses import dataclass, field

from adscribe.training.bootstrap import Estimate

Cell = str | Estimate | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes
    ----------
    head : tuple of str
        Names of the columns.
    rows : tuple of tuple of Cell
        The first cell names the row.
    title : str
        Above it.
    folded : bool
        Whether it opens on demand.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    title: str = ""
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: what it says, its charts, its tables."""

    title: str
    text: tuple[str, ...] = ()
    charts: tuple[str, ...] = ()
    tables: tuple[Table, ...] = field(default=())

"""Tables of flows as comma-separated text: the header says what the columns are."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from typing import ClassVar


class Columns:
    """Where the columns of a table are that a reader knows under one name each.

    Parameters
    ----------
    header : sequence of str
        The header's cells.
    names : mapping of str to sequence of str
        The names that a column has in the versions of a tool, in lower case.
    """

    def __init__(self, header: Sequence[str], names: Mapping[str, Sequence[str]]) -> None:
        found: dict[str, int] = {}
        for number, cell in enumerate(header):
            found.setdefault(cell.strip(' "').lower(), number)
        self.width = len(header)
        self.places = {
            name: next((found[known] for known in all_known if known in found), None)
            for name, all_known in names.items()
        }

    def has(self, *names: str) -> bool:
        """Tell whether the table has all these columns."""
        return all(self.places[name] is not None for name in names)


class TableReader:
    """Reads the lines of one table; what a line says is up to each tool's reader.

    Parameters
    ----------
    header : sequence of str
        The header's cells.
    zone : tzinfo
        Zone of its times.
    """

    names: ClassVar[Mapping[str, Sequence[str]]]
    """The columns, see `Columns`."""

    needed: ClassVar[tuple[str, ...]]
    """Those without which it is no table of this tool."""

    def __init__(self, header: Sequence[str], zone: tzinfo) -> None:
        self._columns = Columns(header, self.names)
        self.zone = zone

    @classmethod
    def knows(cls, header: Sequence[str]) -> bool:
        """Tell whether a header is this tool's."""
        return Columns(header, cls.names).has(*cls.needed)

    def row(self, line: str) -> Callable[[str], str]:
        """Return what gives a line's cell by the name of its column; empty where there is none.

        Raises
        ------
        ValueError
            If the line has other columns than the header.
        """
        row, places = cells(line), self._columns.places
        if len(row) != self._columns.width:
            raise ValueError("not as many columns as the header has")

        def get(name: str) -> str:
            place = places[name]
            return "" if place is None else row[place].strip()

        return get


def cells(line: str) -> list[str]:
    """Return the cells of a line; a line is one record.

    Raises
    ------
    ValueError
        Quotes or line ends stand where none can.
    """
    if '"' not in line:
        return line.split(",")
    try:
        return next(csv.reader([line]), [])
    except csv.Error:
        raise ValueError("cells separated by commas were expected") from None

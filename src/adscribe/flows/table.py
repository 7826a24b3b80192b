"""Tables of flows as comma-separated text: the header says what the columns are."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence


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

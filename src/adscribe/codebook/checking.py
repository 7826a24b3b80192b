"""What must be true of the rows of a codebook together: unique ids, known methods, defaults, no dead rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path

from adscribe.codebook.reading import Head
from adscribe.codebook.rows import Row
from adscribe.errors import CodebookError, Place
from adscribe.sensors.flowmon.names import METHODS

_OTHER = "*"
"""Stands for a submethod that no row names."""


def problems(
    head: Head, before: Sequence[Row], rules: Mapping[str, Sequence[Row]], folder: Path
) -> Iterator[CodebookError]:
    """Find what is wrong with rows that are right one by one.

    Parameters
    ----------
    head : Head
        What is true of the whole codebook.
    before : sequence of Row
        The rows tried before those of every method.
    rules : mapping of str to sequence of Row
        The rows of each method, in order.
    folder : Path
        Of the codebook, for the place of what is missing.

    Yields
    ------
    CodebookError
        With the file and line of the row.
    """
    seen: dict[str, Place] = {}
    for row in (*before, *(row for rows in rules.values() for row in rows)):
        if seen.setdefault(row.id, row.place) != row.place:
            yield CodebookError(f"{row.id} is there twice", place=row.place)
    for method, rows in rules.items():
        if method not in METHODS:
            yield CodebookError(f"no method {method}", place=Place(str(folder / "rules" / f"{method}.yaml")))
            continue
        yield from _submethods(method, rows)
        yield from _defaults(method, rows, folder)
        yield from _unreachable(before, rows)
    for code, known in METHODS.items():
        if not known.retired and code not in rules:
            yield CodebookError(f"{code} has no rules", place=Place(str(folder / "rules")))
    for method, assumed in head.unknown_submethod.items():
        if method not in METHODS or assumed.submethod not in METHODS[method].submethods:
            yield CodebookError(
                f"unknown_submethod: {method} has no submethod {assumed.submethod}",
                place=Place(str(folder / "codebook.yaml")),
            )


def _submethods(method: str, rows: Sequence[Row]) -> Iterator[CodebookError]:
    known = METHODS[method]
    for row in rows:
        for name in row.submethods:
            if not name.endswith("*") and name not in (*known.submethods, *known.former):
                yield CodebookError(
                    f"{row.id}: {method} has no submethod {name}",
                    place=row.place,
                    hint=f"it has {', '.join(known.submethods)}",
                )


def _defaults(method: str, rows: Sequence[Row], folder: Path) -> Iterator[CodebookError]:
    for submethod in METHODS[method].submethods:
        applying = [row for row in rows if row.covers(submethod)]
        if not applying or applying[-1].when:
            yield CodebookError(
                f"{method}/{submethod} has no row without conditions at its end",
                place=Place(str(folder / "rules" / f"{method}.yaml")),
            )


def _unreachable(before: Sequence[Row], rows: Sequence[Row]) -> Iterator[CodebookError]:
    names = {name for row in rows for name in row.submethods}
    kinds = {name.removesuffix("*") or _OTHER for name in names} | {_OTHER}
    reachable: set[str] = set()
    for kind in kinds:
        earlier = list(before)
        for row in rows:
            if row.covers(kind):
                if row.id not in reachable and not _covered(row, earlier):
                    reachable.add(row.id)
                earlier.append(row)
    for row in rows:
        if row.id not in reachable:
            yield CodebookError(
                f"{row.id} can't be reached: the rows before it hold whenever it does", place=row.place
            )


def _covered(row: Row, earlier: Sequence[Row]) -> bool:
    """Tell whether earlier rows hold in every context in which a row does.

    An earlier row with a key that this row hasn't doesn't hold where that key is unknown. For the others, the
    contexts in which each key of this row has one of its values are enough: further values of a key let more
    earlier rows hold, never fewer.
    """
    own = {condition.key: condition.values for condition in row.when}
    rivals = [
        {condition.key: condition.values for condition in other.when}
        for other in earlier
        if all(condition.key in own for condition in other.when)
    ]
    return all(
        any(all(point[key] in values for key, values in rival.items()) for rival in rivals)
        for point in (dict(zip(own, values, strict=True)) for values in product(*own.values()))
    )

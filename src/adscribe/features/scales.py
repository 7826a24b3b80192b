"""Numbers on scales: one value that grows with the number, and bins of which two neighbours share it.

A number between two bins counts for both in proportion (hat functions), so a small change of
the number is a small change of the features, and a linear model can still bend.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from adscribe.features.feature import Feature
from adscribe.features.groups import Group, Names
from adscribe.features.reading import Reading


class Scale:
    """Knots on a logarithmic or a linear axis.

    Parameters
    ----------
    unit : str
        Of the numbers.
    knots : tuple of float
        Centres of the bins, ascending from 0; larger numbers count as the last.
    factor : float
        Numbers lie at ``log10(1 + factor * number)``: below its inverse the axis is linear. 0:
        it is linear all along.
    """

    def __init__(self, unit: str, knots: tuple[float, ...], factor: float) -> None:
        self.unit = unit
        self.knots = knots
        self._factor = factor
        self.is_linear = not factor
        self._places = [self._place(knot) for knot in knots]

    def _place(self, number: float) -> float:
        return math.log10(1 + self._factor * number) if self._factor else number

    def read(self, number: float) -> tuple[float, tuple[tuple[int, float], ...]]:
        """Return where a number lies, 0 to 1, and its bins with their shares, which add up to 1.

        What is below 0, or no number, counts as 0.
        """
        places = self._places
        if not number > 0:
            return 0.0, ((0, 1.0),)
        last = len(places) - 1
        if number >= self.knots[last]:
            return 1.0, ((last, 1.0),)
        place = self._place(number)
        index = min(bisect_right(places, place), last)
        share = (place - places[index - 1]) / (places[index] - places[index - 1])
        value = place / places[last]
        return value, ((index - 1, 1.0 - share), (index, share)) if share > 0 else ((index - 1, 1.0),)


def _decades(first: int, last: int) -> tuple[float, ...]:
    return (0.0, *(float(f"{lead}e{power}") for power in range(first, last) for lead in (1, 3)), 10.0**last)


BYTES = Scale("bytes", (0.0, 100.0, 1e3, *_decades(4, 14)[1:]), 1)
COUNT = Scale("number", _decades(0, 9), 1)
SECONDS = Scale("seconds", _decades(-2, 7), 1000)
RATIO = Scale("ratio", _decades(-2, 6), 100)
BALANCE = Scale("ratio", _decades(-6, 6), 1e6)
SHARE = Scale("share", (0.0, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98, 1.0), 0)


@dataclass(frozen=True, slots=True, eq=False)
class Quantity:
    """A number of an event.

    Attributes
    ----------
    scale : Scale
        How it is cut.
    meaning : str
        For the reader.
    keys : tuple of str
        What it is told as.
    """

    scale: Scale
    meaning: str
    keys: tuple[str, ...]


def measured(
    reading: Reading, quantities: Mapping[str, Quantity], numbers: Mapping[str, float]
) -> list[Group]:
    """Return the features of those numbers that are among the quantities, alone and with the method."""
    found = []
    for name, number in numbers.items():
        quantity = quantities.get(name)
        if quantity is None:
            continue
        value, bins = quantity.scale.read(number)
        named, knots = _named(reading.method, name, quantity)
        found.append((named, value))
        for index, share in bins:
            found.append((knots[index], share))
    return found


@lru_cache(maxsize=2**12)
def _named(method: str, name: str, quantity: Quantity) -> tuple[Names, tuple[Names, ...]]:
    knots = [f"{name}~{knot:.12g}" for knot in quantity.scale.knots]
    return Names(name, f"{method}&{name}"), tuple(Names(knot, f"{method}&{knot}") for knot in knots)


def features_of(quantities: Mapping[str, Quantity]) -> tuple[Feature, ...]:
    """Return what `measured` makes of quantities."""
    found = []
    for name, quantity in quantities.items():
        meaning = f"{quantity.meaning[0].upper()}{quantity.meaning[1:]}"
        axis = "linear" if quantity.scale.is_linear else "logarithmic"
        top = f"{quantity.scale.knots[-1]:g}"
        unit = quantity.scale.unit
        found.append(Feature(name, f"{unit}, {axis}, {top} is 1", f"{meaning}.", quantity.keys))
        found.append(
            Feature(f"{name}~<knot>", "degree", f"How near it is to a knot, in {unit}.", quantity.keys)
        )
    return tuple(found)

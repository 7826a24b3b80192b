"""Crosses: facts that are read together, with the method (``crosses.yaml``)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from operator import itemgetter

from adscribe.features.feature import Feature
from adscribe.features.groups import Group, Names
from adscribe.features.reading import Reading
from adscribe.features.steps import Degrees
from adscribe.features.tables import table

VERSION = 1

_METHOD, _KIND = "method", "submethod"


@dataclass(frozen=True, slots=True)
class Cross:
    """Keys that are read together.

    Attributes
    ----------
    keys : tuple of str
        Two or three.
    groups : bool
        Whether values count as their groups as well.
    levels : tuple of str
        ``method``, ``submethod``, ``nothing``: what the names begin with.
    why : str
        For the reader.
    """

    keys: tuple[str, ...]
    groups: bool
    levels: tuple[str, ...]
    why: str


CROSSES: tuple[Cross, ...] = tuple(
    Cross(
        keys=tuple(entry["keys"]),
        groups=entry.get("groups", False),
        levels=tuple(entry.get("with", (_METHOD,))),
        why=entry["why"],
    )
    for entry in table("crosses")
)

_PREFIXES = {_METHOD: "<METHOD>&", _KIND: "<METHOD>/<Submethod>&", "nothing": ""}
_RESTS = {_METHOD: ("method",), _KIND: ("method", "submethod"), "nothing": ()}

FEATURES: tuple[Feature, ...] = tuple(
    Feature(
        _PREFIXES[level] + "&".join(f"{key}=<value>" for key in cross.keys),
        "product of degrees",
        f"{cross.why[0].upper()}{cross.why[1:]}.",
        (*_RESTS[level], *cross.keys),
    )
    for cross in CROSSES
    for level in cross.levels
)


class Crossing:
    """A cross with one method and submethod.

    Parameters
    ----------
    cross : Cross
        The keys.
    method, kind : str
        As names of features carry them.
    """

    __slots__ = ("begins", "cross", "sides")

    def __init__(self, cross: Cross, method: str, kind: str) -> None:
        prefixes = {_METHOD: f"{method}&", _KIND: f"{kind}&", "nothing": ""}
        self.cross = cross
        self.begins = [prefixes[level] for level in cross.levels]
        self.sides: Callable[[Mapping[str, Degrees]], tuple[Degrees, ...]] = itemgetter(*cross.keys)

    def names(self, texts: Iterable[str]) -> list[str]:
        """Return the names for one value of each key."""
        name = "&".join(texts)
        return [begin + name for begin in self.begins]


def extract(reading: Reading) -> list[Group]:
    """Return the features of crosses."""
    soft = reading.soft
    found = []
    for crossing in _crossings_of(reading.method, reading.kind, tuple(reading.terms)):
        sides = crossing.sides(reading.grouped if crossing.cross.groups else reading.terms)
        if soft and not soft.isdisjoint(crossing.cross.keys):
            for combination in product(*sides):
                texts = tuple([text for text, _ in combination])
                found.append((_named(crossing, texts), math.prod([degree for _, degree in combination])))
        else:
            found.append((_certain(crossing, sides), 1.0))
    return found


@lru_cache(maxsize=2**15)
def _named(crossing: Crossing, texts: tuple[str, ...]) -> Names:
    return Names(*crossing.names(texts))


@lru_cache(maxsize=2**15)
def _certain(crossing: Crossing, sides: tuple[Degrees, ...]) -> Names:
    combinations = product(*([text for text, _ in terms] for terms in sides))
    return Names(*(name for texts in combinations for name in crossing.names(texts)))


@lru_cache(maxsize=4096)
def _crossings_of(method: str, kind: str, known: tuple[str, ...]) -> tuple[Crossing, ...]:
    return tuple(one for one in _crossings(method, kind) if set(one.cross.keys).issubset(known))


@lru_cache(maxsize=512)
def _crossings(method: str, kind: str) -> tuple[Crossing, ...]:
    return tuple(Crossing(cross, method, kind) for cross in CROSSES)

"""Crosses: facts that are read together, with the method (``crosses.yaml``)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

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
    grouped : frozenset of str
        Those of which the groups of a value count as well.
    levels : tuple of str
        ``method``, ``submethod``, ``nothing``: what the names begin with.
    why : str
        For the reader.
    """

    keys: tuple[str, ...]
    grouped: frozenset[str]
    levels: tuple[str, ...]
    why: str


CROSSES: tuple[Cross, ...] = tuple(
    Cross(
        keys=tuple(key.removesuffix("+") for key in entry["keys"]),
        grouped=frozenset(key[:-1] for key in entry["keys"] if key.endswith("+")),
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


def extract(reading: Reading) -> list[Group]:
    """Return the features of crosses."""
    terms, grouped, soft = reading.terms, reading.grouped, reading.soft
    method, kind = reading.method, reading.kind
    found = []
    for cross in _of(tuple(terms)):
        sides = tuple([grouped[key] if key in cross.grouped else terms[key] for key in cross.keys])
        if soft and not soft.isdisjoint(cross.keys):
            for combination in product(*sides):
                texts = tuple([text for text, _ in combination])
                degree = math.prod([degree for _, degree in combination])
                found.append((_named(method, kind, cross.levels, texts), degree))
        else:
            found.append((_certain(method, kind, cross.levels, sides), 1.0))
    return found


@lru_cache(maxsize=2**14)
def _certain(method: str, kind: str, levels: tuple[str, ...], sides: tuple[Degrees, ...]) -> Names:
    combinations = product(*([text for text, _ in terms] for terms in sides))
    return Names(*(name for texts in combinations for name in _named(method, kind, levels, texts).names))


@lru_cache(maxsize=4096)
def _of(known: tuple[str, ...]) -> tuple[Cross, ...]:
    return tuple(cross for cross in CROSSES if set(cross.keys).issubset(known))


@lru_cache(maxsize=2**15)
def _named(method: str, kind: str, levels: tuple[str, ...], texts: tuple[str, ...]) -> Names:
    begins = {_METHOD: f"{method}&", _KIND: f"{kind}&", "nothing": ""}
    return Names(*(begins[level] + "&".join(texts) for level in levels))

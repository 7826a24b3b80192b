"""What the extractors share of an event: its names, its facts by degree, its numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import lru_cache

from adscribe.context import Context
from adscribe.context.vocabulary import load_vocabulary
from adscribe.event.characteristics import CHARACTERISTICS, unit
from adscribe.features.steps import NUMBERS, Degrees, degrees

UNKNOWN = "?"
"""Value of what could be known and isn't."""

MAX_NAME = 64
"""Characters of a method or submethod that a name of a feature carries."""

COUNTED = frozenset(
    (
        *("attempts_total_count", "attempts_current_count", "flows_count", "repetitions_count"),
        *("queries_count", "emails_count", "packets_count", "sent_packets_count"),
    )
)
"""Characteristics that the measures of a context already tell."""

_TELLING = frozenset(name for name in CHARACTERISTICS if unit(name) != "text") - COUNTED
_CACHED = 2**15
_STRANGE = re.compile(r"[^A-Za-z0-9_.-]")


@dataclass(slots=True)
class Reading:
    """An event as the extractors read it.

    Attributes
    ----------
    context : Context
        Where it comes from.
    method, kind : str
        The method, and ``METHOD/Submethod``, as names of features carry them.
    terms : mapping of str to tuple of (str, float)
        By key the texts ``key=value`` with their degree above 0 and at most 1.
    grouped : mapping of str to tuple of (str, float)
        The same with the groups that values belong to.
    soft : set of str
        Keys whose values have degrees below 1.
    numbers : mapping of str to float
        Measures of the context, further characteristics that are numbers, and what both give together.
    parts : tuple of Reading
        Where targets lie on both sides: those inside alone, and those outside alone.
    """

    context: Context
    method: str
    kind: str
    terms: Mapping[str, Degrees]
    grouped: Mapping[str, Degrees]
    soft: Set[str]
    numbers: Mapping[str, float]
    parts: tuple[Reading, ...]

    @classmethod
    def of(cls, context: Context) -> Reading:
        """Read a context."""
        event = context.event
        numbers = dict(context.measures)
        for name, value in event.characteristics.items():
            # The exact types, since a flag is an int.
            if name in _TELLING and (type(value) is int or type(value) is float):
                numbers.setdefault(name, value)
        _relate(numbers)
        terms, grouped = {}, {}
        soft: set[str] = set()
        for key, fact in context.facts.items():
            number = numbers.get(NUMBERS.get(key, ""))
            if number is None:
                terms[key] = texts(key, fact.values)
                grouped[key] = texts(key, fact.values, groups=True)
            elif found := _by_degree(key, number):
                terms[key] = grouped[key] = found
                if found[0][1] < 1:
                    soft.add(key)
        method, kind = method_name(event.method), kind_name(event.method, event.submethod)
        return cls(context, method, kind, terms, grouped, soft, numbers, tuple(map(cls.of, context.parts)))


@lru_cache(maxsize=_CACHED)
def method_name(method: str) -> str:
    """Return a method as names of features carry it."""
    return _STRANGE.sub("_", method[:MAX_NAME]).upper()


@lru_cache(maxsize=_CACHED)
def kind_name(method: str, submethod: str | None) -> str:
    """Return ``METHOD/Submethod``; ``METHOD/?`` where the report doesn't tell the submethod."""
    named = UNKNOWN if submethod is None else _STRANGE.sub("_", submethod[:MAX_NAME])
    return f"{method_name(method)}/{named}"


@lru_cache(maxsize=_CACHED)
def texts(key: str, values: tuple[str, ...], *, groups: bool = False) -> Degrees:
    """Return values as terms; with the groups that they belong to where these are asked for."""
    named = dict.fromkeys(values)
    known = load_vocabulary().keys.get(key)
    if groups and known is not None:
        named |= {group: None for group, members in known.groups.items() if not members.isdisjoint(values)}
    return tuple((f"{key}={value}", 1.0) for value in named)


def _relate(numbers: dict[str, float]) -> None:
    """Add what numbers give together."""
    sent, received = numbers.get("uploaded_bytes"), numbers.get("downloaded_bytes")
    moved = (sent or 0) + (received or 0)
    if not moved > 0:
        return
    if sent is not None and received is not None:
        numbers["sent_received_ratio"] = sent / received if received else math.inf
    if (targets := numbers.get("target_count", 0)) > 1:
        numbers["bytes_per_target"] = moved / targets
    if (attempts := numbers.get("attempts_count", 0)) > 1:
        numbers["bytes_per_attempt"] = moved / attempts


def _by_degree(key: str, number: float) -> Degrees:
    found = degrees(key, number)
    if len(found) == 1 and found[0][1] == 1:
        return texts(key, (found[0][0],))
    return tuple([(texts(key, (value,))[0][0], degree) for value, degree in found])

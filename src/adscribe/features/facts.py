"""Facts: each known value alone, with the method and with the submethod; what could be known and isn't."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from adscribe.context.vocabulary import Key, load_vocabulary
from adscribe.features.feature import Feature
from adscribe.features.groups import Group, Names
from adscribe.features.reading import UNKNOWN, Reading
from adscribe.features.steps import NUMBERS
from adscribe.features.tables import table

VERSION = 1

ALWAYS: tuple[str, ...] = tuple(table("reported")["always"])
"""Keys that could be known of any event."""

REPORTED: Mapping[str, tuple[str, ...]] = {
    method: tuple(keys) for method, keys in table("reported")["methods"].items()
}
"""Method to the keys that its reports can tell."""

ELSEWHERE: tuple[str, ...] = tuple(table("reported")["other_methods"])
"""Keys that the reports of a method that isn't in `REPORTED` can tell."""


def _values(key: Key) -> str:
    if key.groups:
        return f"A value, and the groups that it belongs to: {', '.join(key.groups)}."
    return f"Values: {', '.join(key.values)}."


FEATURES: tuple[Feature, ...] = (
    Feature("<METHOD>", "0 or 1", "The method of the event.", ("method",)),
    Feature(
        "<METHOD>/<Submethod>",
        "0 or 1",
        "Its submethod; `?`: the report tells none.",
        ("method", "submethod"),
    ),
    *(
        Feature(
            f"{key.name}=<value>",
            f"degree, by {key.unit}" if key.name in NUMBERS else "0 or 1",
            f"{key.meaning} {_values(key)}",
            (key.name,),
        )
        for key in load_vocabulary().keys.values()
    ),
    Feature(
        "filter_mismatch=yes",
        "0 or 1",
        "Neither end lies in the filter assigned to the method.",
        ("filter_mismatch",),
    ),
    Feature(
        "<key>=?",
        "0 or 1",
        "The key could be known (`reported.yaml` says of which method) and isn't.",
        ("<key>",),
    ),
    Feature(
        "<METHOD>&<key>=<value>",
        "as the fact",
        "A fact, or its absence, with the method.",
        ("method", "<key>"),
    ),
    Feature(
        "<METHOD>/<Submethod>&<key>=<value>",
        "as the fact",
        "A fact with the submethod.",
        ("method", "submethod", "<key>"),
    ),
)


def extract(reading: Reading) -> list[Group]:
    """Return the features of facts."""
    method, kind = reading.method, reading.kind
    found = [(_method(method, kind), 1.0)]
    for terms in reading.grouped.values():
        for text, degree in terms:
            found.append((_named(method, kind, text), degree))
    found += [
        (_unknown(method, key), 1.0)
        for key in tellable(reading.context.event.method)
        if key not in reading.terms and NUMBERS.get(key) not in reading.numbers
    ]
    return found


@lru_cache(maxsize=4096)
def _method(method: str, kind: str) -> Names:
    return Names(method, kind)


@lru_cache(maxsize=1024)
def tellable(method: str) -> tuple[str, ...]:
    """Return the keys that could be known of an event of a method."""
    return (*ALWAYS, *REPORTED.get(method, ELSEWHERE))


@lru_cache(maxsize=2**15)
def _named(method: str, kind: str, text: str) -> Names:
    return Names(text, f"{method}&{text}", f"{kind}&{text}")


@lru_cache(maxsize=2**13)
def _unknown(method: str, key: str) -> Names:
    text = f"{key}={UNKNOWN}"
    return Names(text, f"{method}&{text}")

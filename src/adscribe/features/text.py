"""Words of descriptions, where the sensor's vocabulary is open; other texts only repeat the numbers."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from zlib import crc32

from adscribe.event import Event, Source, Target
from adscribe.features.feature import Feature
from adscribe.features.groups import Group, Names
from adscribe.features.reading import Reading
from adscribe.sensors.flowmon.names import METHODS

VERSION = 1

BUCKETS = 1024

MAX_TEXT = 2000
"""Characters of a text that are read."""

MAX_WORDS = 64
"""Different words of a text that count."""

OPEN = frozenset((*(code for code, method in METHODS.items() if method.open), "BLACKLIST"))
"""Methods whose descriptions say more than numbers; those that no registry knows are open as well."""

TEXTS = (
    *("application", "suspicion", "threat", "measure", "multicast_groups", "icmp_type"),
    *("list_description", "blacklist_names", "differing_metrics"),
)
"""Characteristics that are words of the sensor."""

FEATURES: tuple[Feature, ...] = (
    Feature(
        "text#<bucket>",
        "share",
        f"A word of the description ({', '.join(sorted(OPEN))} and methods that aren't known) or of "
        f"{', '.join(TEXTS)}: lower case, CRC-32 modulo {BUCKETS}. No numbers, addresses or names of "
        "hosts. Their squares add up to 1.",
        ("description",),
    ),
)

# A token between blanks or brackets that is words alone: what has a dot, colon, digit or @ within is an
# address, a name of a host, a path or a number. Possessive, so that no character is looked at twice.
_WORDS = re.compile(
    r"""(?<![^\s,;()\[\]{}"'<>=|])[a-z]++(?:[-_/][a-z]++)*+(?=[.:!?]*+(?:[\s,;()\[\]{}"'<>=|]|$))"""
)
_APART = re.compile(r"[-_/]")
_LENGTHS = range(2, 25)


def extract(reading: Reading) -> list[Group]:
    """Return the features of texts."""
    event = reading.context.event
    said = [str(event.characteristics[name]) for name in TEXTS if name in event.characteristics]
    if event.description and (event.method in OPEN or event.method not in METHODS):
        said.append(event.description)
    if not said:
        return []
    hosts = host_names(event)
    words = {bucket for text in said for token, bucket in _tokens(text[:MAX_TEXT]) if token not in hosts}
    if not words:
        return []
    weight = 1 / math.sqrt(len(words))
    return [(_named(bucket), weight) for bucket in words]


@lru_cache(maxsize=4096)
def _tokens(text: str) -> tuple[tuple[str, str], ...]:
    """Return the tokens of a text, each with the bucket of every word in it."""
    found = (
        (token, f"text#{crc32(word.encode()) % BUCKETS}")
        for token in _WORDS.findall(text.lower())
        for word in _APART.split(token)
        if len(word) in _LENGTHS
    )
    return tuple(dict.fromkeys(found))[:MAX_WORDS]


def host_names(event: Event) -> set[str]:
    """Return the names of the event's hosts and user, whole and by their first label."""
    ends: tuple[Source | Target, ...] = (event.source, *event.targets)
    names = {name.lower() for end in ends if (name := end.hostname)}
    names |= {name.partition(".")[0] for name in names}
    return names | {event.source.user.lower()} if event.source.user else names


@lru_cache(maxsize=BUCKETS)
def _named(bucket: str) -> Names:
    return Names(bucket)

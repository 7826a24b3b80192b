"""Names of methods and submethods in pieces, so that one that was never seen says what its words say."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from zlib import crc32

from adscribe.features.feature import Feature
from adscribe.features.groups import Group, Names
from adscribe.features.reading import MAX_NAME, Reading

VERSION = 1

BUCKETS = 512
"""Buckets of the parts of three characters."""

FEATURES: tuple[Feature, ...] = (
    Feature(
        "name:<word>",
        "0 or 1",
        "A word of the method's or submethod's name: parts by CamelCase, underscore, hyphen.",
        ("method", "submethod"),
    ),
    Feature(
        "name#<bucket>",
        "share",
        f"Three neighbouring characters of a name, CRC-32 modulo {BUCKETS}; their squares add up to 1.",
        ("method", "submethod"),
    ),
)

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def extract(reading: Reading) -> tuple[Group, ...]:
    """Return the features of the names."""
    event = reading.context.event
    return _pieces(event.method[:MAX_NAME], (event.submethod or "")[:MAX_NAME])


@lru_cache(maxsize=4096)
def _pieces(method: str, submethod: str) -> tuple[Group, ...]:
    words = [word.lower() for name in (method, submethod) for word in _WORD.findall(name)]
    buckets = {
        crc32(text[start : start + 3].encode()) % BUCKETS
        for text in (f"^{name.lower()}$" for name in (method, submethod) if name)
        for start in range(len(text) - 2)
    }
    return (
        (Names(*(f"name:{word}" for word in dict.fromkeys(words))), 1.0),
        (Names(*(f"name#{bucket}" for bucket in sorted(buckets))), 1 / math.sqrt(len(buckets) or 1)),
    )

"""Where targets lie on both sides: what is so of those inside alone, and of those outside alone."""

from __future__ import annotations

from functools import lru_cache

from adscribe.features.feature import Feature
from adscribe.features.groups import Group, Names
from adscribe.features.reading import Reading

VERSION = 2

KEYS = (
    "target_scale",
    "target_role",
    "peer_kind",
    "role_fit",
    "direction",
    "upload",
    "download",
    "flow_balance",
)
"""Keys that can differ between the sides."""

FEATURES: tuple[Feature, ...] = tuple(
    Feature(
        f"{side}.{key}=<value>",
        "degree",
        f"`{key}` of the targets {side} alone; alone and with the method.",
        ("targets", key),
    )
    for side in ("inside", "outside")
    for key in KEYS
)


def extract(reading: Reading) -> list[Group]:
    """Return the features of the two sides."""
    found = []
    for part in reading.parts:
        (side,) = part.context.values("targets")
        for key in KEYS:
            for text, degree in part.terms.get(key, ()):
                found.append((_named(reading.method, side, text), degree))
    return found


@lru_cache(maxsize=2**13)
def _named(method: str, side: str, text: str) -> Names:
    return Names(f"{side}.{text}", f"{method}&{side}.{text}")

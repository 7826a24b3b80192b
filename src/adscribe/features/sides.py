"""Where targets lie on both sides: what is so of those inside alone, and of those outside alone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from adscribe.features.feature import Feature
from adscribe.features.reading import Reading, texts

VERSION = 1

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
        "0 or 1",
        f"`{key}` of the targets {side} alone; alone and with the method.",
        ("targets", key),
    )
    for side in ("inside", "outside")
    for key in KEYS
)


def extract(reading: Reading) -> Iterator[tuple[str, float]]:
    """Return the features of the two sides."""
    for part in reading.context.parts:
        (side,) = part.values("targets")
        for key in KEYS:
            for text, _ in texts(key, part.values(key)):
                for name in _names(reading.method, side, text):
                    yield name, 1.0


@lru_cache(maxsize=2**13)
def _names(method: str, side: str, text: str) -> tuple[str, str]:
    return f"{side}.{text}", f"{method}&{side}.{text}"

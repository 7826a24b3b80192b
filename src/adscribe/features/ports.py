"""Ports and protocols."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from adscribe.features.feature import Feature
from adscribe.features.reading import Reading

VERSION = 1

NAMED = 8
"""So many ports are named one by one; more are told by their shares alone."""

REGISTERED, EPHEMERAL = 1024, 49152
"""Where registered and ephemeral ports begin (RFC 6335)."""

_RANGES = ("ports_well_known_share", "ports_registered_share", "ports_ephemeral_share")

FEATURES: tuple[Feature, ...] = (
    Feature("port=<number>", "0 or 1", f"A reported port, where there are at most {NAMED}.", ("ports",)),
    Feature("protocols=<number>", "0 or 1", "A reported IP protocol.", ("protocol",)),
    Feature(_RANGES[0], "share", f"Reported ports below {REGISTERED}.", ("ports",)),
    Feature(_RANGES[1], "share", f"Reported ports from {REGISTERED} to {EPHEMERAL - 1}.", ("ports",)),
    Feature(_RANGES[2], "share", f"Reported ports from {EPHEMERAL}.", ("ports",)),
)


def extract(reading: Reading) -> Iterator[tuple[str, float]]:
    """Return the features of ports and protocols, alone and with the method."""
    method, event = reading.method, reading.context.event
    ports = dict.fromkeys(event.ports)
    if ports:
        if len(ports) <= NAMED:
            for port in ports:
                for name in _names(method, "port", port):
                    yield name, 1.0
        low = sum(port < REGISTERED for port in ports)
        high = sum(port >= EPHEMERAL for port in ports)
        for stem, number in zip(_RANGES, (low, len(ports) - low - high, high), strict=True):
            if number:
                for name in _names(method, stem, None):
                    yield name, number / len(ports)
    for protocol in dict.fromkeys(event.protocols):
        for name in _names(method, "protocols", protocol):
            yield name, 1.0


@lru_cache(maxsize=2**13)
def _names(method: str, stem: str, number: int | None) -> tuple[str, str]:
    name = stem if number is None else f"{stem}={number}"
    return name, f"{method}&{name}"

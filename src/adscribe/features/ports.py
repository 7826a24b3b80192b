"""Ports and protocols."""

from __future__ import annotations

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


def extract(reading: Reading) -> list[tuple[str, float]]:
    """Return the features of ports and protocols, alone and with the method."""
    event = reading.context.event
    return [*_ports(reading.method, event.ports), *_protocols(reading.method, event.protocols)]


@lru_cache(maxsize=2**10)
def _ports(method: str, ports: tuple[int, ...]) -> tuple[tuple[str, float], ...]:
    numbers = set(ports)
    if not numbers:
        return ()
    low = sum(port < REGISTERED for port in numbers)
    high = sum(port >= EPHEMERAL for port in numbers)
    shares = zip(_RANGES, (low, len(numbers) - low - high, high), strict=True)
    found = [(name, number / len(numbers)) for name, number in shares if number]
    if len(numbers) <= NAMED:
        found += [(f"port={port}", 1.0) for port in sorted(numbers)]
    return _with_method(method, found)


@lru_cache(maxsize=2**10)
def _protocols(method: str, protocols: tuple[int, ...]) -> tuple[tuple[str, float], ...]:
    return _with_method(method, [(f"protocols={protocol}", 1.0) for protocol in sorted(set(protocols))])


def _with_method(method: str, found: list[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    return (*found, *((f"{method}&{name}", value) for name, value in found))

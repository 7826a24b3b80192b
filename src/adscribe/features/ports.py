"""Ports and protocols."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from adscribe.features.feature import Feature
from adscribe.features.groups import Group, Names
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


def extract(reading: Reading) -> list[Group]:
    """Return the features of ports and protocols, alone and with the method."""
    event = reading.context.event
    return [*_ports(reading.method, event.ports), *_protocols(reading.method, event.protocols)]


@lru_cache(maxsize=2**10)
def _ports(method: str, ports: tuple[int, ...]) -> tuple[Group, ...]:
    numbers = set(ports)
    low = sum(port < REGISTERED for port in numbers)
    high = sum(port >= EPHEMERAL for port in numbers)
    shares = zip(_RANGES, (low, len(numbers) - low - high, high), strict=True)
    found = [(_named(method, (name,)), number / len(numbers)) for name, number in shares if number]
    if numbers and len(numbers) <= NAMED:
        found.append((_named(method, [f"port={port}" for port in sorted(numbers)]), 1.0))
    return tuple(found)


@lru_cache(maxsize=2**10)
def _protocols(method: str, protocols: tuple[int, ...]) -> tuple[Group, ...]:
    names = [f"protocols={protocol}" for protocol in sorted(set(protocols))]
    return ((_named(method, names), 1.0),) if names else ()


def _named(method: str, names: Sequence[str]) -> Names:
    return Names(*names, *(f"{method}&{name}" for name in names))

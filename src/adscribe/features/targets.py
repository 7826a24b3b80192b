"""The set of targets: how far it spreads, where it lies, what is known of it."""

from __future__ import annotations

import socket

from adscribe.features.feature import Feature
from adscribe.features.groups import Group
from adscribe.features.reading import Reading
from adscribe.features.scales import COUNT, SHARE, Quantity, features_of, measured

VERSION = 1

TARGETS = {
    "target_networks": Quantity(COUNT, "networks (/24, IPv6: /48) that listed targets lie in", ("targets",)),
    "target_networks_share": Quantity(SHARE, "networks for each listed target", ("targets",)),
    "targets_inside_share": Quantity(SHARE, "listed targets that lie inside", ("targets",)),
    "targets_known_ratio": Quantity(SHARE, "listed targets that have a role", ("target_role",)),
    "top_target_share": Quantity(SHARE, "bytes of the busiest target among those of all", ("targets",)),
}

FEATURES: tuple[Feature, ...] = features_of(TARGETS)


def extract(reading: Reading) -> list[Group]:
    """Return the features of a set of targets; a single one is told by its facts alone."""
    context = reading.context
    targets = context.event.targets
    listed = len(targets)
    if listed < 2:
        return []
    sides = context.sides
    networks = len({_network(target.ip) for target in targets})
    found = {
        "target_networks": float(networks),
        "target_networks_share": networks / listed,
        "targets_inside_share": sum(sides.get(target.ip) == "inside" for target in targets) / listed,
    }
    if (known := context.measures.get("targets_known_ratio")) is not None:
        found["targets_known_ratio"] = known
    moved = [(target.sent_bytes or 0) + (target.received_bytes or 0) for target in targets]
    if total := sum(moved):
        found["top_target_share"] = max(moved) / total
    return measured(reading, TARGETS, found)


def _network(ip: str) -> str | bytes:
    """Return the /24 of an IPv4 address, the /48 of an IPv6 address."""
    if ":" in ip:
        return socket.inet_pton(socket.AF_INET6, ip.partition("%")[0])[:6]
    return ip.rpartition(".")[0]

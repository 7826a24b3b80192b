"""What an event shows depends on its context: turn the context, and the answer turns with it.

Where it should turn is where the rules' answer does. The model may know better in some of these
cases, and keep its answer.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from ipaddress import ip_network

import numpy as np
import pytest
import yaml
from msgspec.structs import replace

from adscribe.context import Context, derive
from adscribe.event import Event
from tests.student.asking import Student, moved
from tests.student.conftest import Network

Turn = Callable[[Context, Network], Event | None]
"""The event otherwise; ``None`` where there is nothing to turn."""

_PAIRS = (("uploaded_bytes", "downloaded_bytes"), ("sent_packets_count", "received_packets_count"))
_OTHER = {"upload": "download", "download": "upload"}


def other_direction(context: Context, _: Network) -> Event | None:
    event = context.event
    numbers = dict(event.characteristics)
    for sent, received in _PAIRS:
        if sent in numbers and received in numbers:
            numbers[sent], numbers[received] = numbers[received], numbers[sent]
    targets = tuple(
        replace(target, sent_bytes=target.received_bytes, received_bytes=target.sent_bytes)
        for target in event.targets
    )
    direction = _OTHER[event.direction] if event.direction else None
    turned = replace(event, characteristics=numbers, targets=targets, direction=direction)
    return turned if turned != event else None


def other_success(context: Context, _: Network) -> Event | None:
    event = context.event
    return replace(event, success=not event.success) if event.success is not None else None


def other_way_round(context: Context, _: Network) -> Event | None:
    """Swap the ends where one lies inside and one outside."""
    event = context.event
    if len(event.targets) != 1 or context.sides[event.source.ip] == context.sides[event.targets[0].ip]:
        return None
    (target,) = event.targets
    source = replace(event.source, ip=target.ip, hostname=target.hostname, country=target.country)
    back = replace(target, ip=event.source.ip, hostname=event.source.hostname, country=event.source.country)
    return replace(event, source=source, targets=(back,))


def other_source(role: str) -> Turn:
    """Let a host of another role do it."""

    def turn(context: Context, network: Network) -> Event | None:
        event = context.event
        known = context.sides[event.source.ip] == "inside" and role not in network.site.roles(event.source.ip)
        host = host_of(role, network.text) if known else None
        return replace(event, source=replace(event.source, ip=host)) if host else None

    return turn


def other_target(role: str) -> Turn:
    """Let it be done to a host of another role."""

    def turn(context: Context, network: Network) -> Event | None:
        event = context.event
        if len(event.targets) != 1 or context.sides[event.targets[0].ip] != "inside":
            return None
        known = role not in network.site.roles(event.targets[0].ip)
        host = host_of(role, network.text) if known else None
        return replace(event, targets=(replace(event.targets[0], ip=host),)) if host else None

    return turn


@lru_cache
def host_of(role: str, text: str) -> str | None:
    """Return an address that the site gives a role."""
    site = yaml.safe_load(text)
    name = site.get("roles", {}).get(role)
    if name is None:
        return None
    entry = ip_network(site["filters"][name][0])
    return str(entry[min(7, entry.num_addresses - 1)])


@pytest.mark.parametrize(
    ("turn", "events", "share"),
    [
        pytest.param(other_direction, 100, 0.9, id="direction"),
        pytest.param(other_success, 75, 0.9, id="success"),
        pytest.param(other_way_round, 200, 0.85, id="inside and outside"),
        pytest.param(other_source("workstation"), 100, 0.85, id="a workstation does it"),
        pytest.param(other_source("backup_server"), 200, 0.85, id="a backup server does it"),
        pytest.param(other_target("backup_server"), 30, 0.65, id="done to a backup server"),
    ],
)
def test_another_context_is_another_answer(
    turn: Turn, events: int, share: float, shipped: Student, networks: list[Network]
) -> None:
    distances, answers = [], []
    for network in networks:
        for asked in network.asked:
            turned = turn(asked.context, network) if asked is not None else None
            if asked is None or turned is None:
                continue
            # Both without a history, which would be the same.
            before = shipped.ask(derive(asked.context.event, network.site))
            after = shipped.ask(derive(turned, network.site))
            if before.codebook != after.codebook:
                distances.append(moved(before, after))
                answers.append(before.answer != after.answer)
    assert len(answers) > events
    assert np.mean(np.array(distances) > 0.1) > 0.9
    assert np.mean(answers) > share

"""A simulated day: what hosts did, what a sensor reports of it, and the flows, with the truth by hand.

The sensor says no more than Flowmon's reports of these methods do: HIGHTRANSF no direction,
DICTATTACK no success, UPLOAD no names, BLACKLIST no bytes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from adscribe.event import Event, Source, Target
from adscribe.flows import Flow, PeerName
from tests.flows.making import NOON, flow, unanswered

MIB, GIB = 1024**2, 1024**3
UNSEEN = 0.1
"""Share of the cases whose flows took a path that wasn't recorded."""
SHORT = 0.2
"""Share of the guessed logins that were used for less than half a minute."""

SITE = """
filters:
  LAN: ["10.0.0.0/8"]
internal: LAN
services:
  cloud_storage: ["*.files.example"]
  code_repo: ["*.code.example"]
"""


@dataclass(frozen=True)
class Case:
    """One event with its flows, and the techniques that an expert names who knows what happened."""

    event: Event
    records: list[Flow | PeerName]
    truth: frozenset[str]


def cases(number: int, seed: int) -> Iterator[Case]:
    """Yield as many cases of each method."""
    draw = random.Random(seed)
    for place in range(number):
        for make in (_transfer, _upload, _guessing, _listed):
            source, target = (
                f"10.0.{place % 250}.{draw.randrange(2, 250)}",
                f"203.0.113.{draw.randrange(2, 250)}",
            )
            case = make(draw, source, target, draw.uniform(0, 30_000))
            yield Case(case.event, [], case.truth) if draw.random() < UNSEEN else case


def _event(method: str, source: str, target: str, at: float, **fields: Any) -> Event:
    detected = datetime.fromtimestamp(NOON + at, UTC)
    return Event(
        method=method,
        submethod=fields.pop("submethod", "General"),
        source=Source(ip=source),
        targets=(Target(ip=target),),
        detected_at=detected,
        **fields,
    )


def _noise(draw: random.Random, source: str, target: str, at: float) -> list[Flow]:
    """Return flows of the same hosts at other times and with others."""
    other = f"198.51.100.{draw.randrange(2, 250)}"
    return [
        flow(source, target, at=at - draw.uniform(4_000, 9_000), received_bytes=draw.randrange(MIB, GIB)),
        flow(source, other, at=at - draw.uniform(0, 200), received_bytes=draw.randrange(MIB, GIB)),
    ]


def _transfer(draw: random.Random, source: str, target: str, at: float) -> Case:
    much, little = int(draw.lognormvariate(0, 1) * 20 * GIB), int(draw.lognormvariate(0, 1) * 50 * MIB)
    out = draw.random() < 0.5
    sent, received = (much, little) if out else (little, much)
    records = [flow(source, target, at=at - 250, seconds=240, sent_bytes=sent, received_bytes=received)]
    said = {"transferred_bytes": much + little, "top_peer_bytes": much + little}
    event = _event("HIGHTRANSF", source, target, at, characteristics=said)
    truth = frozenset({"T1048"} if out else set())
    return Case(event, [*records, *_noise(draw, source, target, at)], truth)


def _upload(draw: random.Random, source: str, target: str, at: float) -> Case:
    sent, received = int(draw.lognormvariate(0, 1) * 3 * GIB), int(draw.lognormvariate(0, 1) * 9 * MIB)
    name, truth = draw.choice(
        [("up.files.example", "T1567.002"), ("git.code.example", "T1567.001"), (None, "T1048.002")]
    )
    records: list[Flow | PeerName] = [
        flow(source, target, at=at - 250, seconds=240, sent_bytes=sent, received_bytes=received)
    ]
    if name is not None:
        records.append(PeerName(source, target, name))
    said = {"uploaded_bytes": sent, "downloaded_bytes": received}
    event = _event("UPLOAD", source, target, at, characteristics=said, ports=(443,))
    return Case(event, [*records, *_noise(draw, source, target, at)], frozenset({truth}))


def _guessing(draw: random.Random, source: str, target: str, at: float) -> Case:
    server, number = f"10.1.1.{draw.randrange(2, 250)}", draw.randrange(25, 200)
    records = [
        flow(
            source,
            server,
            22,
            at=at - 200 + 200 * place / number,
            seconds=draw.uniform(1, 3),
            sent_bytes=draw.randrange(1_600, 1_900),
            received_bytes=draw.randrange(2_200, 2_500),
        )
        for place in range(number)
    ]
    success = draw.random() < 0.5
    if success:
        size = int(draw.lognormvariate(0, 0.7) * 400_000)
        lasted = draw.uniform(3, 29) if draw.random() < SHORT else draw.uniform(60, 900)
        records.append(
            flow(source, server, 22, at=at + 5, seconds=lasted, sent_bytes=size // 5, received_bytes=size)
        )
    said = {"flows_count": number, "average_interval_seconds": round(200 / number, 2)}
    event = _event(
        "DICTATTACK", source, server, at, submethod="SSHProtocol", characteristics=said, ports=(22,)
    )
    truth = frozenset({"T1110.001", "T1021.004"} if success else {"T1110.001"})
    return Case(event, [*records, *_noise(draw, source, server, at)], truth)


def _listed(draw: random.Random, source: str, target: str, at: float) -> Case:
    kind = draw.choice(("beacon", "loot", "visit", "probe"))
    begin, back = at - 100, draw.randrange(300, 3_000)
    if kind in ("beacon", "loot"):
        name, ends = "BotnetActivities", (source, target)
        sent = draw.randrange(400, 4_000) if kind == "beacon" else draw.randrange(100 * MIB, 900 * MIB)
        contact = flow(source, target, 4_443, at=begin, sent_bytes=sent, received_bytes=back)
        truth = {"T1071"} if kind == "beacon" else {"T1071", "T1041"}
    else:
        name, ends = "AttackerActivities", (target, source)
        answered = kind == "visit"
        contact = flow(*ends, at=begin) if answered else unanswered(*ends, 443, at=begin)
        truth = set() if answered else {"T1595"}
    said = {"blacklist_names": name, "flows_count": 1}
    event = _event("BLACKLIST", *ends, at, submethod="Host", characteristics=said)
    return Case(event, [contact, *_noise(draw, source, target, at)], frozenset(truth))

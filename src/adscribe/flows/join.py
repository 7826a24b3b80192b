"""What flows add to an event: bytes each way by target, success, names of peers.

Flows belong to an event when they lie between its source and one of its targets, on its ports
and protocols where it names some, and were under way between five minutes before the detection
(or the first flow, where that is earlier) and five minutes after the last report. What the
sensor said stays; only what it left open is filled, and no target is added. The main direction
of the data is not filled: it follows from the bytes, wherever the event is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from msgspec.structs import replace

from adscribe.event import Event, Target
from adscribe.flows.index import FlowIndex, Talk
from adscribe.flows.services import LOGIN_PORTS

MARGIN = 300.0
"""Seconds before the detection and after the last report in which flows still count."""
EARLIER = 10
"""Attempts that a session of a guessed login comes after, at least."""
LONGER = 5.0
"""How many times as long as the median attempt such a session is, at least."""
LARGER = 10.0
"""How many times as much payload it carries, at least."""
SESSION = 30.0
"""Seconds that it takes, at least."""

VOLUMES = frozenset(
    {
        *("HIGHTRANSF", "UPLOAD", "WEBSHARE", "COUNTRY", "DNSANOMALY"),
        *("BLACKLIST", "THREATS", "BPATTERNS", "HONEYPOT", "TELNET"),
        *("DIRINET", "TOR", "DOHDET", "VPN", "IPV6TUNNEL"),
    }
)
"""Methods that are about data: bytes by target, and the direction that follows from them, say more."""
REACHED = frozenset(("BLACKLIST", "TELNET", "HONEYPOT", "TOR", "DIRINET"))
"""Methods whose success is that a peer answered."""
GUESSES: Mapping[str, tuple[int, ...]] = {
    "DICTATTACK": (),
    "SSHDICT": LOGIN_PORTS["SSHProtocol"],
    "RDPDICT": LOGIN_PORTS["RDPProtocol"],
}
"""Methods whose success is a session after many attempts, and their usual ports."""
_ASKED = VOLUMES | REACHED | set(GUESSES) | {"SCANS"}


def completed(event: Event, index: FlowIndex) -> Event:
    """Return an event with what its flows add; the same object where they add nothing.

    Parameters
    ----------
    event : Event
        As the sensor reported it.
    index : FlowIndex
        The flows.
    """
    talks = _talks(event, index) if event.method in _ASKED else {}
    targets = tuple(_target(target, talks.get(target.ip), event, index) for target in event.targets)
    changes: dict[str, Any] = {}
    if targets != event.targets:
        changes["targets"] = targets
    if event.success is None:
        changes["success"] = _success(event, talks)
    if event.method == "SCANS":
        changes["characteristics"] = _answers(event, talks)
    changes = {name: value for name, value in changes.items() if value is not None}
    return replace(event, **changes) if changes else event


def _talks(event: Event, index: FlowIndex) -> dict[str, Talk]:
    """Return the flows of an event, by target; targets without any are left out."""
    begin, end = _span(event)
    source, ports = event.source.ip, _ports(event)
    found = {
        target.ip: index.between(source, target.ip, begin, end, ports, event.protocols)
        for target in event.targets
    }
    return {ip: talk for ip, talk in found.items() if len(talk)}


def _span(event: Event) -> tuple[float, float]:
    begin = event.detected_at.timestamp() - MARGIN
    if event.first_flow_at is not None:
        begin = min(begin, event.first_flow_at.timestamp())
    return begin, event.reported_at.timestamp() + MARGIN


def _ports(event: Event) -> tuple[int, ...]:
    if event.ports or event.method not in GUESSES:
        return event.ports
    return GUESSES[event.method] or LOGIN_PORTS.get(event.submethod or "", ())


def _target(target: Target, talk: Talk | None, event: Event, index: FlowIndex) -> Target:
    changes: dict[str, Any] = {}
    if target.hostname is None:
        changes["hostname"] = index.name(event.source.ip, target.ip)
    if talk is not None and event.method in VOLUMES:
        if target.sent_bytes is None:
            changes["sent_bytes"] = int(talk.sent.sum())
        if target.received_bytes is None:
            changes["received_bytes"] = int(talk.received.sum())
    changes = {name: value for name, value in changes.items() if value is not None}
    return replace(target, **changes) if changes else target


def _success(event: Event, talks: Mapping[str, Talk]) -> bool | None:
    """Return whether it worked; ``None`` where flows don't tell."""
    if not talks:
        return None
    if event.method in REACHED:
        if event.submethod == "Domain" or event.characteristics.get("communication") == "dns":
            return None
        return _any_answer(talks)
    if event.method in GUESSES and _ports(event):
        if any(_session(talk) for talk in talks.values()):
            return True
        # Who was never answered can't have logged in; an answer alone proves nothing.
        return None if _any_answer(talks) else False
    return None


def _any_answer(talks: Mapping[str, Talk]) -> bool:
    return any(bool(talk.answered.any()) for talk in talks.values())


def _session(talk: Talk) -> bool:
    """Tell whether a long session with much data follows many short ones with little."""
    if len(talk) <= EARLIER:
        return False
    # Attempts are so many that the medians are theirs.
    longest = max(LONGER * float(np.median(talk.seconds)), SESSION)
    largest = max(LARGER * float(np.median(talk.payload)), 1.0)
    sessions = (talk.seconds >= longest) & (talk.payload >= largest) & (talk.answered == 1.0)
    return bool(sessions[EARLIER:].any())


def _answers(event: Event, talks: Mapping[str, Talk]) -> Mapping[str, Any] | None:
    """Return the characteristics with the attempts that were answered and not, where neither is given."""
    known = event.characteristics
    if not talks or "successful_count" in known or "unsuccessful_count" in known:
        return None
    if (event.target_count or 0) > len(event.targets):
        # Attempts on targets that aren't listed can't be looked up.
        return None
    answered = np.concatenate([talk.answered for talk in talks.values()])
    yes = int(answered.sum())
    return {**known, "successful_count": yes, "unsuccessful_count": len(answered) - yes}

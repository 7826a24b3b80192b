"""One-way records put together: a request and its answer are one flow.

A router exports each direction on its own. The record that began earlier opened the
conversation; of two that began at once, the one that goes to the lower port. A record whose
answer doesn't come stands alone: TCP flags may still tell that there was one.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

from msgspec.structs import replace

from adscribe.flows.flow import ACK, FIN, ICMP, ICMP6, PSH, RST, SYN, TCP, Flow, Outcome

GAP = 120.0
"""Seconds between the ends of a record and of its answer, at most."""
HELD = 100_000
"""Records that wait for their answer, at most; the oldest goes first."""
WELL_KNOWN = 1024
"""Ports below it belong to services."""

_ECHO_REPLY = {ICMP: 0, ICMP6: 129}
_Key = tuple[str, int, str, int, int]


class Pairing:
    """Puts the two directions of conversations together."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[_Key, Flow] = OrderedDict()

    def add(self, flow: Flow) -> Iterator[Flow]:
        """Take a one-way record; yield what is complete, or has waited for too long."""
        source, target = (flow.source, flow.source_port), (flow.target, flow.target_port)
        if flow.protocol in (ICMP, ICMP6):
            # Type and code are no ports: an answer has a type of its own.
            source, target = (flow.source, 0), (flow.target, 0)
        first = self._waiting.pop((*target, *source, flow.protocol), None)
        if first is not None and flow.start - first.end <= GAP and first.start - flow.end <= GAP:
            yield joined(first, flow)
            return
        if first is not None:
            yield alone(first)
        key = (*source, *target, flow.protocol)
        before = self._waiting.pop(key, None)
        if before is not None:
            yield alone(before)
        self._waiting[key] = flow
        while self._waiting:
            oldest = next(iter(self._waiting.values()))
            if len(self._waiting) <= HELD and flow.end - oldest.end <= GAP:
                break
            self._waiting.popitem(last=False)
            yield alone(oldest)

    def rest(self) -> Iterator[Flow]:
        """Yield the records whose answer didn't come."""
        while self._waiting:
            yield alone(self._waiting.popitem(last=False)[1])


def joined(one: Flow, other: Flow) -> Flow:
    """Return two directions as one flow."""
    asked, answer = (one, other) if _opens(one, other) else (other, one)
    outcome: Outcome = "answered"
    if asked.protocol == TCP and answer.flags is not None and answer.flags & RST:
        outcome = "answered" if answer.flags & (SYN | FIN | PSH) else "refused"
    return replace(
        asked,
        start=min(one.start, other.start),
        end=max(one.end, other.end),
        received_bytes=answer.sent_bytes,
        received_packets=answer.sent_packets,
        outcome=outcome,
        half_closed=_half_closed(asked, answer),
        label=asked.label or answer.label,
    )


def alone(flow: Flow) -> Flow:
    """Return what a record shows whose answer isn't there."""
    flags = flow.flags
    answers = flags is not None and flags & (SYN | ACK) == SYN | ACK and flow.target_port >= WELL_KNOWN
    if flow.source_port < WELL_KNOWN <= flow.target_port or (answers and flow.source_port < flow.target_port):
        return replace(
            flow,
            source=flow.target,
            target=flow.source,
            source_port=flow.target_port,
            target_port=flow.source_port,
            sent_bytes=0,
            sent_packets=0,
            received_bytes=flow.sent_bytes,
            received_packets=flow.sent_packets,
            outcome="answered",
            flags=None,
        )
    # Who acknowledges has got something, even where the record of it is missing.
    got = flow.protocol == TCP and flags is not None and flags & (SYN | ACK) == SYN | ACK
    return replace(flow, outcome="answered" if got else "unanswered")


def _opens(one: Flow, other: Flow) -> bool:
    if one.start != other.start:
        return one.start < other.start
    if one.protocol in _ECHO_REPLY:
        return one.source_port != _ECHO_REPLY[one.protocol]
    return one.target_port <= other.target_port


def _half_closed(asked: Flow, answer: Flow) -> bool:
    if asked.flags is None or answer.flags is None or (asked.flags | answer.flags) & RST:
        return False
    return bool((asked.flags ^ answer.flags) & FIN)

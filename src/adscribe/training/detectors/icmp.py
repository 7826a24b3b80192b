"""ICMPANOM: echo scans, floods, broadcasts and payloads, and bursts of "destination unreachable"."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar

from adscribe.event import Value
from adscribe.flows import Flow
from adscribe.flows.flow import HEADER_BYTES, ICMP, ICMP6
from adscribe.training.detectors.addresses import is_broadcast, is_group
from adscribe.training.detectors.detector import Detector, Finding
from adscribe.training.detectors.tally import Tally
from adscribe.training.detectors.thresholds import Thresholds
from adscribe.training.detectors.usual import Usual

ECHO = {ICMP: 8, ICMP6: 128}
"""Types of an echo request."""
UNREACHABLE = {ICMP: 3, ICMP6: 1}
"""Types of "destination unreachable"."""

_ECHO, _BROADCAST, _UNREACHABLE = "echo", "broadcast", "unreachable"


class Icmp(Detector):
    """Echo requests by source, errors by the host that sends them. `Flow.source_port` is the ICMP type."""

    method: ClassVar[str] = "ICMPANOM"
    protocols: ClassVar[tuple[int, ...] | None] = (ICMP, ICMP6)

    def __init__(
        self, thresholds: Thresholds, inside: Callable[[str], bool], data_feed: str | None = None
    ) -> None:
        super().__init__(thresholds, inside, data_feed)
        self._usual = Usual(thresholds.learned_windows)

    def add(self, flow: Flow) -> None:
        """Take an echo request or an error; targets are weighed by packets."""
        if flow.source_port == ECHO[flow.protocol]:
            kind = _BROADCAST if is_broadcast(flow.target) or is_group(flow.target) else _ECHO
        elif flow.source_port == UNREACHABLE[flow.protocol]:
            kind = _UNREACHABLE
        else:
            return
        if tally := self.tally(flow.source, kind):
            packets = max(flow.sent_packets, 1)
            tally.add(flow, packets)
            if kind == _ECHO:
                payload = max(flow.sent_bytes // packets - HEADER_BYTES[flow.protocol], 0)
                tally.sizes[payload] = tally.sizes.get(payload, 0) + packets

    def findings(self) -> Iterator[Finding]:
        """Yield what passed a threshold; one source can show several things."""
        limits = self.thresholds
        payloads = [_mean(tally) for (_, kind), tally in self.tallies.items() if kind == _ECHO]
        median = statistics.median(payloads) if payloads else 0.0
        errors = sum(tally.flows for (_, kind), tally in self.tallies.items() if kind == _UNREACHABLE)
        hosts = sum(kind == _UNREACHABLE for _, kind in self.tallies)
        for (source, kind), tally in self.tallies.items():
            if kind == _ECHO:
                yield from self._echo(source, tally, median)
            elif kind == _UNREACHABLE:
                others = (errors - tally.flows) / (hosts - 1) if hosts > 1 else None
                yield from self._unreachable(source, tally, others)
            elif _packets(tally) >= limits.echo_packets:
                yield Finding(source, "SmurfAttack", tally)

    def describe(self, finding: Finding, total: Tally) -> Mapping[str, Value]:
        """Return what the submethod reports."""
        match finding.submethod:
            case "PingFlood":
                return {"packets_count": _packets(total)}
            case "SmurfAttack":
                return {
                    "sent_packets_count": _packets(total),
                    "received_packets_count": total.received_packets,
                }
            case "LargePayload":
                return {**finding.values, "packets_count": _packets(total)}
            case _:
                return finding.values

    def _echo(self, source: str, tally: Tally, median: float) -> Iterator[Finding]:
        limits = self.thresholds
        if len(tally.targets) >= limits.echo_targets:
            yield Finding(source, "ICMPScan", tally)
        flooded = {
            target: number for target, number in tally.targets.items() if number >= limits.echo_packets
        }
        if flooded:
            yield Finding(source, "PingFlood", _narrowed(tally, flooded))
        payload = _mean(tally)
        if payload >= limits.payload_bytes and _packets(tally) >= limits.payload_packets:
            values: dict[str, Value] = {
                "current_bytes": round(payload),
                "compared_bytes": round(median),
                "icmp_type": str(ECHO[ICMP]),
            }
            yield Finding(source, "LargePayload", _narrowed(tally, tally.targets), values)

    def _unreachable(self, source: str, tally: Tally, others: float | None) -> Iterator[Finding]:
        limits, number = self.thresholds, _packets(tally)
        own = self._usual.learn(source, number)
        averages = {"DestinationUnreachIP": own, "DestinationUnreachNetwork": others}
        for submethod, average in averages.items():
            if average is not None and number >= max(limits.unreachable, limits.unreachable_ratio * average):
                values: dict[str, Value] = {"current_count": number, "compared_count": round(average, 1)}
                yield Finding(source, submethod, _narrowed(tally, tally.targets), values)


def _packets(tally: Tally) -> int:
    return sum(tally.targets.values())


def _mean(tally: Tally) -> float:
    packets = sum(tally.sizes.values())
    return sum(size * number for size, number in tally.sizes.items()) / packets if packets else 0.0


def _narrowed(tally: Tally, targets: Mapping[str, int]) -> Tally:
    """Return a copy with some of the targets, so that events don't share what they add to."""
    copy = Tally()
    copy.merge(tally)
    copy.targets = dict(targets)
    return copy

"""DNSQUERY, PEERS and DIVCOM: more questions, more partners, more variety than is usual."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar

from adscribe.event import Value
from adscribe.flows import Flow
from adscribe.flows.flow import TCP, UDP
from adscribe.training.detectors.addresses import is_group
from adscribe.training.detectors.detector import Detector, Finding
from adscribe.training.detectors.tally import Tally
from adscribe.training.detectors.thresholds import Thresholds
from adscribe.training.detectors.usual import Usual

DNS = 53
HOUR = 3600.0
PEAK = 300
"""Seconds in which the peak of an hour's queries is counted."""


class Queries(Detector):
    """DNS queries of a monitored host in an hour against those of the average other client."""

    method: ClassVar[str] = "DNSQUERY"
    seconds: ClassVar[float] = HOUR
    protocols: ClassVar[tuple[int, ...] | None] = (UDP, TCP)

    def add(self, flow: Flow) -> None:
        """Take the queries of a flow: the packets of the client in UDP, one in TCP."""
        if flow.target_port != DNS or not self.inside(flow.source):
            return
        tally = self.tally(flow.source, "QueriesCount")
        if tally is not None:
            queries = _queries(flow)
            tally.add(flow, queries)
            slot = int(flow.end) // PEAK
            tally.sizes[slot] = tally.sizes.get(slot, 0) + queries

    def findings(self) -> Iterator[Finding]:
        """Yield clients far above the average of the others."""
        limits = self.thresholds
        asked = {source: sum(tally.targets.values()) for (source, _), tally in self.tallies.items()}
        total, others = sum(asked.values()), len(asked) - 1
        if others < limits.query_clients:
            return
        for (source, kind), tally in self.tallies.items():
            average = (total - asked[source]) / others
            if asked[source] >= max(limits.queries, limits.queries_ratio * average):
                values: dict[str, Value] = {
                    "current_count": asked[source],
                    "compared_count": round(average, 1),
                    "peak_count": max(tally.sizes.values()),
                    "duration_seconds": self.seconds,
                }
                yield Finding(source, kind, tally, values)


class Partners(Detector):
    """Hosts that a monitored host turned to in an hour, against its own average."""

    method: ClassVar[str] = "PEERS"
    seconds: ClassVar[float] = HOUR

    def __init__(
        self, thresholds: Thresholds, inside: Callable[[str], bool], data_feed: str | None = None
    ) -> None:
        super().__init__(thresholds, inside, data_feed)
        self._usual = Usual(thresholds.learned_windows)

    def add(self, flow: Flow) -> None:
        """Take a flow that a monitored host opened."""
        if self.inside(flow.source) and not is_group(flow.target):
            tally = self.tally(flow.source, "PeersIncrease")
            if tally is not None:
                tally.add(flow)

    def findings(self) -> Iterator[Finding]:
        """Yield hosts with far more partners than usual."""
        limits = self.thresholds
        for (source, kind), tally in self.tallies.items():
            number = len(tally.targets)
            usual = self._usual.learn(source, number)
            if usual is not None and number >= max(limits.partners, limits.partners_ratio * usual):
                values: dict[str, Value] = {
                    "current_count": number,
                    "compared_count": round(usual, 1),
                    "increase_ratio": round(number / usual - 1, 3),
                }
                yield Finding(source, kind, tally, values)


class Variety(Detector):
    """Distinct targets times distinct ports of a monitored host."""

    method: ClassVar[str] = "DIVCOM"
    protocols: ClassVar[tuple[int, ...] | None] = (TCP, UDP)
    reports: ClassVar[frozenset[str]] = frozenset({"target_count"})

    def add(self, flow: Flow) -> None:
        """Take a flow that a monitored host opened."""
        if self.inside(flow.source) and not is_group(flow.target):
            tally = self.tally(flow.source, "VariousCommunication")
            if tally is not None:
                tally.add(flow)

    def findings(self) -> Iterator[Finding]:
        """Yield hosts whose communication is diverse."""
        limits = self.thresholds
        for (source, kind), tally in self.tallies.items():
            targets, ports = len(tally.targets), len(tally.ports)
            if min(targets, ports) >= limits.diversity_spread and targets * ports >= limits.diversity:
                yield Finding(source, kind, tally)

    def describe(self, finding: Finding, total: Tally) -> Mapping[str, Value]:
        """Return the number of ports."""
        return {"ports_count": len(total.ports)}


def _queries(flow: Flow) -> int:
    return max(flow.sent_packets, 1) if flow.protocol == UDP else 1

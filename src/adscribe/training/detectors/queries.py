"""DNSQUERY: a host that asks far more DNS questions in an hour than the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from adscribe.event import Value
from adscribe.flows import Flow
from adscribe.flows.flow import TCP, UDP
from adscribe.training.detectors.detector import Detector, Finding

DNS = 53
PEAK = 300
"""Seconds in which the peak of an hour's queries is counted."""


class Queries(Detector):
    """DNS queries of a monitored host in an hour against those of the average other client."""

    method: ClassVar[str] = "DNSQUERY"
    seconds: ClassVar[float] = 3600.0
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


def _queries(flow: Flow) -> int:
    return max(flow.sent_packets, 1) if flow.protocol == UDP else 1

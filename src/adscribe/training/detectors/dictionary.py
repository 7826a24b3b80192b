"""DICTATTACK: connections to one kind of login service that are regular and nearly equal in size."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import ClassVar

from adscribe.event import Value
from adscribe.flows import Flow
from adscribe.flows.flow import TCP
from adscribe.flows.services import LOGIN_SERVICES
from adscribe.training.detectors.detector import Detector, Finding
from adscribe.training.detectors.tally import Tally


class Dictionary(Detector):
    """Attempts by the service; polling programs and dynamic pages look the same."""

    method: ClassVar[str] = "DICTATTACK"
    protocols: ClassVar[tuple[int, ...] | None] = (TCP,)
    reports: ClassVar[frozenset[str]] = frozenset({"ports", "target_count"})

    def add(self, flow: Flow) -> None:
        """Take a connection that carried something: without payload nobody asked for a login."""
        service = LOGIN_SERVICES.get(flow.target_port)
        if service is None or flow.outcome != "answered":
            return
        payload = flow.payload_bytes
        if not payload:
            return
        tally = self.tally(flow.source, service)
        if tally is not None:
            tally.add(flow)
            # Quarters of a power of two.
            size = int(4 * math.log2(payload))
            tally.sizes[size] = tally.sizes.get(size, 0) + 1

    def findings(self) -> Iterator[Finding]:
        """Yield sources with many connections that are alike."""
        limits = self.thresholds
        for (source, service), tally in self.tallies.items():
            if tally.flows < limits.dictionary_attempts:
                continue
            regular = (tally.last - tally.first) / tally.flows <= limits.dictionary_interval_seconds
            if regular and alike(tally) >= limits.dictionary_alike_ratio * tally.flows:
                yield Finding(source, service, tally)

    def describe(self, finding: Finding, total: Tally) -> Mapping[str, Value]:
        """Return attempts and their pace."""
        spent = total.last - total.first
        return {
            "flows_count": total.flows,
            "duration_seconds": round(spent, 3),
            "average_interval_seconds": round(spent / max(total.flows - 1, 1), 3),
        }


def alike(tally: Tally) -> int:
    """Return the number of flows in the fullest three neighbouring quarters of a power of two."""
    sizes = tally.sizes
    return max(sum(sizes.get(size + step, 0) for step in (0, 1, 2)) for size in sizes)

"""DIVCOM: many different targets on many different ports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from adscribe.event import Value
from adscribe.flows import Flow
from adscribe.flows.flow import TCP, UDP
from adscribe.training.detectors.addresses import is_group
from adscribe.training.detectors.detector import Detector, Finding
from adscribe.training.detectors.tally import Tally


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

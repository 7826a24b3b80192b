"""DOS: a host that is flooded. The event's source is the victim, its targets are the attackers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from adscribe.event import Value
from adscribe.flows import Flow
from adscribe.flows.flow import SYN, TCP
from adscribe.training.detectors.addresses import is_group
from adscribe.training.detectors.detector import Detector, Finding
from adscribe.training.detectors.tally import Tally

SYN_FLOOD, HALF_CLOSED, VOLUMETRIC = "SYNFlood", "FIN2WAIT", "Volumetric"


class Floods(Detector):
    """Unanswered connections, half-closed ones, and packets in flows that go one way."""

    method: ClassVar[str] = "DOS"
    reports: ClassVar[frozenset[str]] = frozenset({"ports", "protocols", "target_count"})

    def add(self, flow: Flow) -> None:
        """Take a flow that could be part of a flood."""
        if flow.protocol == TCP:
            if flow.half_closed:
                self._add(flow, HALF_CLOSED)
            elif flow.outcome == "unanswered" and (flow.flags is None or flow.flags & SYN):
                self._add(flow, SYN_FLOOD)
        ratio = self.thresholds.flood_ratio
        if flow.sent_packets >= ratio * flow.received_packets:
            if flow.sent_packets:
                self._add(flow, VOLUMETRIC)
        elif flow.received_packets >= ratio * flow.sent_packets:
            # Answers that nobody asked for: who seems to have asked is the victim.
            tally = self.tally(flow.source, VOLUMETRIC)
            if tally is not None:
                tally.add(flow)

    def findings(self) -> Iterator[Finding]:
        """Yield victims."""
        limits = self.thresholds
        for (victim, kind), tally in self.tallies.items():
            if kind == SYN_FLOOD:
                found = max(tally.ports.values()) >= limits.flood_connections
            elif kind == HALF_CLOSED:
                found = tally.flows >= limits.flood_half_closed
            else:
                found = (
                    tally.received_packets >= limits.flood_packets
                    and tally.received_packets >= limits.flood_ratio * tally.sent_packets
                )
            if found and not is_group(victim):
                yield Finding(victim, kind, tally)

    def describe(self, finding: Finding, total: Tally) -> Mapping[str, Value]:
        """Return the packets, and for a volumetric flood how many came for each that went."""
        # A recorder may see a connection without counting its packets.
        found: dict[str, Value] = {"packets_count": max(total.received_packets, total.flows)}
        if finding.submethod == VOLUMETRIC:
            found["current_ratio"] = round(total.received_packets / max(total.sent_packets, 1), 1)
            found["compared_ratio"] = self.thresholds.flood_ratio
        return found

    def _add(self, flow: Flow, kind: str) -> None:
        tally = self.tally(flow.target, kind)
        if tally is not None:
            tally.add_incoming(flow)

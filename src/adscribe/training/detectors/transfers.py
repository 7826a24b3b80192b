"""HIGHTRANSF: much data of one host, whichever way it went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from adscribe.event import Value
from adscribe.flows import Flow
from adscribe.training.detectors.addresses import is_group
from adscribe.training.detectors.detector import Detector, Finding
from adscribe.training.detectors.tally import Tally

SUBMETHOD = "General"
SMALL = 10 * 1024
"""Flows with fewer bytes don't add up to a transfer and aren't counted."""


class Transfers(Detector):
    """Both ends of a transfer, where they are monitored. The report doesn't say which way the data went."""

    method: ClassVar[str] = "HIGHTRANSF"

    def add(self, flow: Flow) -> None:
        """Take a flow for each end that is inside."""
        size = flow.sent_bytes + flow.received_bytes
        if size < SMALL or is_group(flow.target):
            return
        if self.inside(flow.source) and (tally := self.tally(flow.source, SUBMETHOD)):
            tally.add(flow, size)
        if self.inside(flow.target) and (tally := self.tally(flow.target, SUBMETHOD)):
            tally.add_incoming(flow, size)

    def findings(self) -> Iterator[Finding]:
        """Yield hosts with much data; targets are the busiest peers."""
        limits = self.thresholds
        for (host, kind), tally in self.tallies.items():
            size = tally.sent_bytes + tally.received_bytes
            if size >= limits.transfer_bytes:
                tally.targets = busiest(tally.targets, limits.transfer_share_ratio * size)
                yield Finding(host, kind, tally)

    def describe(self, finding: Finding, total: Tally) -> Mapping[str, Value]:
        """Return the bytes of all peers and of the busiest."""
        return {
            "transferred_bytes": total.sent_bytes + total.received_bytes,
            "top_peer_bytes": max(total.targets.values()),
        }


def busiest(peers: Mapping[str, int], size: float) -> dict[str, int]:
    """Return the peers with the most bytes that make up a size together."""
    found: dict[str, int] = {}
    for peer in sorted(peers, key=lambda peer: (-peers[peer], peer)):
        found[peer] = peers[peer]
        size -= peers[peer]
        if size <= 0:
            break
    return found

"""HIGHTRANSF and UPLOAD: much data of one host, and much more sent than received."""

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


class Uploads(Detector):
    """Pairs of a monitored client and a peer that got far more than it gave."""

    method: ClassVar[str] = "UPLOAD"
    reports: ClassVar[frozenset[str]] = frozenset({"ports"})

    def add(self, flow: Flow) -> None:
        """Take a flow that a monitored host opened."""
        if flow.sent_bytes + flow.received_bytes < SMALL or is_group(flow.target):
            return
        if self.inside(flow.source) and (tally := self.tally(flow.source, flow.target)):
            tally.add(flow)

    def findings(self) -> Iterator[Finding]:
        """Yield hosts that uploaded, with all peers that they uploaded to."""
        limits = self.thresholds
        hosts: dict[str, Tally] = {}
        for (source, _), tally in self.tallies.items():
            if tally.sent_bytes >= limits.upload_bytes and (
                tally.sent_bytes >= limits.upload_ratio * tally.received_bytes
            ):
                if source in hosts:
                    hosts[source].merge(tally)
                else:
                    hosts[source] = tally
        for source, tally in hosts.items():
            yield Finding(source, SUBMETHOD, tally)

    def describe(self, finding: Finding, total: Tally) -> Mapping[str, Value]:
        """Return the bytes each way."""
        return {"uploaded_bytes": total.sent_bytes, "downloaded_bytes": total.received_bytes}


def busiest(peers: Mapping[str, int], size: float) -> dict[str, int]:
    """Return the peers with the most bytes that make up a size together."""
    found: dict[str, int] = {}
    for peer in sorted(peers, key=lambda peer: (-peers[peer], peer)):
        found[peer] = peers[peer]
        size -= peers[peer]
        if size <= 0:
            break
    return found

"""UPLOAD: far more sent to a peer than received from it."""

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
"""Flows with fewer bytes don't add up to an upload and aren't counted."""


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

"""SCANS: many attempts of one source on many hosts or many ports, most of them without an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal

from adscribe.event import Value
from adscribe.flows import Flow
from adscribe.flows.flow import ACK, FIN, PSH, RST, SYN, TCP, UDP, URG
from adscribe.training.detectors.addresses import is_group
from adscribe.training.detectors.detector import Detector, Finding
from adscribe.training.detectors.tally import Tally

FEW = 5
"""Ports of a horizontal scan, and targets of a vertical one, are fewer."""


class Scans(Detector):
    """Attempts by the flags they open with. A long or busy flow that was answered is use, no attempt."""

    method: ClassVar[str] = "SCANS"
    protocols: ClassVar[tuple[int, ...] | None] = (TCP, UDP)
    reports: ClassVar[frozenset[str]] = frozenset({"ports", "protocols", "target_count"})

    def add(self, flow: Flow) -> None:
        """Take an attempt."""
        if flow.outcome == "answered" and flow.payload_bytes > self.thresholds.scan_payload_bytes:
            return
        kind = _kind(flow)
        if kind is None or (flow.protocol == UDP and is_group(flow.target)):
            return
        tally = self.tally(flow.source, kind)
        if tally is not None:
            tally.add(flow)

    def findings(self) -> Iterator[Finding]:
        """Yield sources with many unanswered attempts on many targets or ports."""
        limits = self.thresholds
        for (source, kind), tally in self.tallies.items():
            failed = tally.flows - tally.answered
            spread = max(len(tally.targets), len(tally.ports))
            if (
                failed >= limits.scan_attempts
                and failed >= limits.scan_unanswered_ratio * tally.flows
                and spread >= limits.scan_spread
            ):
                yield Finding(source, kind, tally)

    def describe(self, finding: Finding, total: Tally) -> Mapping[str, Value]:
        """Return shape and answers."""
        return {
            "scan_shape": shape(len(total.targets), len(total.ports)),
            "successful_count": total.answered,
            "unsuccessful_count": total.flows - total.answered,
        }


def shape(targets: int, ports: int) -> Literal["horizontal", "vertical", "chaotic"]:
    """Return the shape of a scan: across hosts, down the ports of a few, or both."""
    if ports < FEW <= targets:
        return "horizontal"
    return "vertical" if targets < FEW <= ports else "chaotic"


def _kind(flow: Flow) -> str | None:
    if flow.protocol == UDP:
        return "UDP"
    flags = flow.flags
    if flags is None:
        return "PortBased"
    if flags & SYN:
        return "TCPSYN"
    if flags & (ACK | RST):
        return None
    if flags & (FIN | PSH | URG) == FIN | PSH | URG:
        return "TCPXmas"
    if flags & FIN:
        return "TCPFIN"
    return "TCPNull" if not flags and not flow.payload_bytes else None

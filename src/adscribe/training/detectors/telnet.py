"""TELNET: connections to Telnet ports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from adscribe.event import Value
from adscribe.flows import Flow
from adscribe.flows.flow import TCP
from adscribe.flows.services import LOGIN_PORTS
from adscribe.training.detectors.detector import Detector, Finding
from adscribe.training.detectors.tally import Tally

SUBMETHOD = "PortBased"

_PORTS = frozenset(LOGIN_PORTS["TelnetProtocol"])


class Telnet(Detector):
    """Several attempts, or one session with data."""

    method: ClassVar[str] = "TELNET"
    protocols: ClassVar[tuple[int, ...] | None] = (TCP,)
    reports: ClassVar[frozenset[str]] = frozenset({"target_count"})

    def add(self, flow: Flow) -> None:
        """Take a connection."""
        if flow.target_port in _PORTS and (tally := self.tally(flow.source, SUBMETHOD)):
            tally.add(flow)

    def findings(self) -> Iterator[Finding]:
        """Yield sources that use Telnet."""
        limits = self.thresholds
        for (source, kind), tally in self.tallies.items():
            session = tally.received_max_bytes >= limits.telnet_bytes
            if session or tally.flows >= limits.telnet_flows:
                yield Finding(source, kind, tally)

    def describe(self, finding: Finding, total: Tally) -> Mapping[str, Value]:
        """Return attempts and bytes, all and those of the largest."""
        return {
            "flows_count": total.flows,
            "uploaded_bytes": total.sent_bytes,
            "downloaded_bytes": total.received_bytes,
            "uploaded_max_bytes": total.sent_max_bytes,
            "downloaded_max_bytes": total.received_max_bytes,
        }

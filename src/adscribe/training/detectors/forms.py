"""HTTPDICT: a web server that answers one client with the same size again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar

from adscribe.event import Value
from adscribe.flows import Flow
from adscribe.flows.flow import HEADER_BYTES, TCP
from adscribe.flows.services import LOGIN_PORTS
from adscribe.training.detectors.detector import Detector, Finding
from adscribe.training.detectors.tally import Tally
from adscribe.training.detectors.thresholds import Thresholds

SUBMETHOD = "SameSize"
ROUNDING = 32
"""Bytes by which replies may differ: TCP options of their packets."""
MAX_SIZES = 200
"""Sizes that are kept for a client and a server."""

_PORTS = frozenset(LOGIN_PORTS["HTTPProtocol"])


class Forms(Detector):
    """Replies by their size, for each client and server. Pages that poll look the same."""

    method: ClassVar[str] = "HTTPDICT"
    protocols: ClassVar[tuple[int, ...] | None] = (TCP,)

    def __init__(
        self, thresholds: Thresholds, inside: Callable[[str], bool], data_feed: str | None = None
    ) -> None:
        super().__init__(thresholds, inside, data_feed)
        self._repeated: dict[str, tuple[int, int]] = {}

    def add(self, flow: Flow) -> None:
        """Take a page: a short request and its reply."""
        if flow.target_port not in _PORTS or flow.outcome != "answered":
            return
        if flow.sent_bytes > self.thresholds.form_request_bytes:
            return
        reply = flow.received_bytes - flow.received_packets * HEADER_BYTES[TCP]
        if reply < self.thresholds.form_bytes:
            return
        tally = self.tally(flow.source, flow.target)
        if tally is not None:
            tally.add(flow)
            size = reply // ROUNDING
            if size in tally.sizes or len(tally.sizes) < MAX_SIZES:
                tally.sizes[size] = tally.sizes.get(size, 0) + 1

    def findings(self) -> Iterator[Finding]:
        """Yield clients with many equal replies, their servers together."""
        clients: dict[str, Tally] = {}
        for (source, _), tally in self.tallies.items():
            size, number = _most(tally)
            if number >= self.thresholds.form_repetitions:
                # Other sizes are other pages.
                tally.sizes = {size: number}
                if source in clients:
                    clients[source].merge(tally)
                else:
                    clients[source] = tally
        for source, tally in clients.items():
            yield Finding(source, SUBMETHOD, tally)

    def describe(self, finding: Finding, total: Tally) -> Mapping[str, Value]:
        """Return how often the most frequent reply came, and its size."""
        size, number = _most(total)
        return {"repetitions_count": number, "reply_bytes": size * ROUNDING}


def _most(tally: Tally) -> tuple[int, int]:
    """Return the most frequent size and its number."""
    return max(tally.sizes.items(), key=lambda entry: (entry[1], entry[0]), default=(0, 0))

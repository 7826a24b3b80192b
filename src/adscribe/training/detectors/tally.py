"""What a window holds of one source: sums, peers, ports."""

from __future__ import annotations

from typing import TypeVar

from adscribe.flows import Flow

K = TypeVar("K")

MAX_TARGETS = 10_000
"""Targets, and labels, that a tally keeps; further ones count in the sums alone."""

_SUMS = ("flows", "answered", "sent_bytes", "received_bytes", "sent_packets", "received_packets")


class Tally:
    """Flows of one host, added up.

    Attributes
    ----------
    flows, answered : int
        Flows, and those of them that were answered.
    sent_bytes, received_bytes, sent_packets, received_packets : int
        As the host sees them.
    sent_max_bytes, received_max_bytes : int
        Of a single flow.
    first, last : float
        Start of the first flow and end of the last, in seconds since 1970.
    targets : dict of str to int
        Its peers, each with the flows, or what else a detector weighs them by.
    ports, protocols, sizes, labels : dict to int
        Service ports, protocols, sizes that a detector compares, and labels of the data set, each with
        the number of its flows.
    """

    __slots__ = (
        "answered",
        "first",
        "flows",
        "labels",
        "last",
        "ports",
        "protocols",
        "received_bytes",
        "received_max_bytes",
        "received_packets",
        "sent_bytes",
        "sent_max_bytes",
        "sent_packets",
        "sizes",
        "targets",
    )

    def __init__(self) -> None:
        self.flows = self.answered = 0
        self.sent_bytes = self.received_bytes = self.sent_packets = self.received_packets = 0
        self.sent_max_bytes = self.received_max_bytes = 0
        self.first, self.last = float("inf"), 0.0
        self.targets: dict[str, int] = {}
        self.ports: dict[int, int] = {}
        self.protocols: dict[int, int] = {}
        self.sizes: dict[int, int] = {}
        self.labels: dict[str, int] = {}

    def add(self, flow: Flow, weight: int = 1) -> None:
        """Add a flow that the host opened."""
        self._add(flow, flow.target, weight)
        sent, received = flow.sent_bytes, flow.received_bytes
        self.sent_bytes += sent
        self.received_bytes += received
        self.sent_packets += flow.sent_packets
        self.received_packets += flow.received_packets
        self.sent_max_bytes = max(self.sent_max_bytes, sent)
        self.received_max_bytes = max(self.received_max_bytes, received)

    def add_incoming(self, flow: Flow, weight: int = 1) -> None:
        """Add a flow that the peer opened: what the peer sent, the host received."""
        self._add(flow, flow.source, weight)
        sent, received = flow.received_bytes, flow.sent_bytes
        self.sent_bytes += sent
        self.received_bytes += received
        self.sent_packets += flow.received_packets
        self.received_packets += flow.sent_packets
        self.sent_max_bytes = max(self.sent_max_bytes, sent)
        self.received_max_bytes = max(self.received_max_bytes, received)

    def merge(self, other: Tally) -> None:
        """Add what another tally of the same host holds."""
        for name in _SUMS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.sent_max_bytes = max(self.sent_max_bytes, other.sent_max_bytes)
        self.received_max_bytes = max(self.received_max_bytes, other.received_max_bytes)
        self.first, self.last = min(self.first, other.first), max(self.last, other.last)
        _united(self.targets, other.targets)
        _united(self.ports, other.ports)
        _united(self.protocols, other.protocols)
        _united(self.sizes, other.sizes)
        _united(self.labels, other.labels)

    def _add(self, flow: Flow, peer: str, weight: int) -> None:
        self.flows += 1
        if flow.outcome == "answered":
            self.answered += 1
        self.first = min(self.first, flow.start)
        self.last = max(self.last, flow.end)
        targets, ports, protocols = self.targets, self.ports, self.protocols
        if peer in targets:
            targets[peer] += weight
        elif len(targets) < MAX_TARGETS:
            targets[peer] = weight
        ports[flow.target_port] = ports.get(flow.target_port, 0) + 1
        protocols[flow.protocol] = protocols.get(flow.protocol, 0) + 1
        if flow.label is not None:
            labels = self.labels
            if flow.label in labels or len(labels) < MAX_TARGETS:
                labels[flow.label] = labels.get(flow.label, 0) + 1


def _united(into: dict[K, int], other: dict[K, int]) -> None:
    for key, number in other.items():
        if key in into:
            into[key] += number
        elif len(into) < MAX_TARGETS:
            into[key] = number

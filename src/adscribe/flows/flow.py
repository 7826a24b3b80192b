"""A flow: what one conversation between two hosts amounted to, whatever tool recorded it."""

from __future__ import annotations

from typing import Literal

import msgspec

from adscribe.errors import AdscribeError

ICMP, TCP, UDP, ICMP6 = 1, 6, 17, 58
"""IANA protocol numbers."""

FIN, SYN, RST, PSH, ACK, URG = 1, 2, 4, 8, 16, 32
"""Bits of the TCP flags."""

HEADER_BYTES = {TCP: 40, UDP: 28, ICMP: 28, ICMP6: 48}
"""Least bytes of the IP and transport headers of a packet, by protocol."""

Outcome = Literal["answered", "refused", "unanswered"]


class FlowError(AdscribeError):
    """Flows that can't be read, or more of them than are kept."""


class Flow(msgspec.Struct, frozen=True, gc=False):
    """One conversation, both directions together.

    Attributes
    ----------
    start, end : float
        First and last packet, in seconds since 1970 in UTC.
    source, target : str
        Canonical addresses; the source opened the conversation.
    source_port, target_port : int
        For ICMP and ICMPv6 type and code of the first message.
    protocol : int
        IANA number.
    sent_bytes, received_bytes : int
        Bytes of whole IP packets that the source sent and got, as flow sensors count them.
    sent_packets, received_packets : int
        Their packets.
    outcome : {"answered", "refused", "unanswered"}
        What became of the attempt. ``refused``: TCP reset instead of a connection.
    flags : int or None
        TCP flags of all packets of the source; ``None`` where the record has none.
    half_closed : bool
        One side closed the connection and the other didn't.
    service : str or None
        Application protocol, where the recorder recognised it.
    name : str or None
        Name of the target, where the record has it.
    label : str or None
        Label of a labelled data set. Nothing but an evaluation reads it.
    """

    start: float
    end: float
    source: str
    target: str
    source_port: int
    target_port: int
    protocol: int
    sent_bytes: int
    received_bytes: int
    sent_packets: int
    received_packets: int
    outcome: Outcome
    flags: int | None = None
    half_closed: bool = False
    service: str | None = None
    name: str | None = None
    label: str | None = None

    @property
    def seconds(self) -> float:
        """Duration."""
        return self.end - self.start

    @property
    def payload_bytes(self) -> int:
        """Bytes in both directions, less the least size of the packets' headers."""
        packets = self.sent_packets + self.received_packets
        total = self.sent_bytes + self.received_bytes
        return max(total - packets * HEADER_BYTES.get(self.protocol, 20), 0)


class PeerName(msgspec.Struct, frozen=True, gc=False):
    """The name under which a host asked for another, from a log of HTTP requests or TLS handshakes."""

    source: str
    target: str
    name: str

"""``nfdump -o csv``: the short column names of version 1.6 and the long ones of 1.7.

nfdump(1), https://github.com/phaag/nfdump. Its records are one direction each unless they were
made bidirectional (``-b``, ``-B``); `adscribe.flows.pairing` puts the directions together.
"""

from __future__ import annotations

from adscribe.flows import values
from adscribe.flows.flow import ICMP, ICMP6, TCP, Flow, Outcome
from adscribe.flows.table import TableReader

_NAMES = {
    "start": ("ts", "firstseen", "first"),
    "end": ("te", "lastseen", "last"),
    "duration": ("td", "duration"),
    "source": ("sa", "srcaddr"),
    "target": ("da", "dstaddr"),
    "source_port": ("sp", "srcport"),
    "target_port": ("dp", "dstport"),
    "protocol": ("pr", "proto"),
    "flags": ("flg", "flags", "tcpflags"),
    "packets": ("ipkt", "packets", "inpackets", "pkt"),
    "bytes": ("ibyt", "bytes", "inbytes", "byt"),
    "packets_back": ("opkt", "outpackets"),
    "bytes_back": ("obyt", "outbytes"),
    "label": ("label",),
}
_NEEDED = ("start", "source", "target", "protocol", "packets", "bytes")


class NfdumpReader(TableReader):
    """Reads the lines of one table."""

    names = _NAMES
    needed = _NEEDED

    def read(self, line: str) -> tuple[Flow, bool]:
        """Return the flow of a line, and whether it holds one direction only.

        Raises
        ------
        ValueError
            With what was expected.
        """
        get = self.row(line)
        protocol = values.protocol(get("protocol"))
        start = values.moment(get("start"), self.zone)
        end = values.moment(get("end"), self.zone) if get("end") else start + values.duration(get("duration"))
        if protocol in (ICMP, ICMP6):
            source_port, target_port = values.icmp(get("target_port") or "0")
        else:
            source_port, target_port = values.port(get("source_port")), values.port(get("target_port"))
        packets_back = values.count(get("packets_back"))
        flags = values.flags(get("flags")) if protocol == TCP else None
        outcome: Outcome = "answered" if packets_back else "unanswered"
        flow = Flow(
            start,
            max(start, end),
            values.address(get("source")),
            values.address(get("target")),
            source_port,
            target_port,
            protocol,
            values.count(get("bytes")),
            values.count(get("bytes_back")),
            values.count(get("packets")),
            packets_back,
            outcome,
            flags,
            label=values.word(get("label")),
        )
        return flow, not packets_back

"""``nfdump -o csv``: the short column names of version 1.6 and the long ones of 1.7.

nfdump(1), https://github.com/phaag/nfdump. Its records are one direction each unless they were
made bidirectional (``-b``, ``-B``); `adscribe.flows.pairing` puts the directions together.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from adscribe.flows import values
from adscribe.flows.flow import ICMP, ICMP6, TCP, Flow, Outcome
from adscribe.flows.table import Columns, cells

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


class NfdumpReader:
    """Reads the lines of one table.

    Parameters
    ----------
    header : sequence of str
        The header's cells.
    zone : tzinfo
        Zone of its times.
    """

    def __init__(self, header: Sequence[str], zone: tzinfo) -> None:
        self._columns = Columns(header, _NAMES)
        self._zone = zone

    @staticmethod
    def knows(header: Sequence[str]) -> bool:
        """Tell whether a header is nfdump's."""
        return Columns(header, _NAMES).has(*_NEEDED)

    def read(self, line: str) -> tuple[Flow, bool]:
        """Return the flow of a line, and whether it holds one direction only.

        Raises
        ------
        ValueError
            With what was expected.
        """
        row = cells(line)
        if len(row) != self._columns.width:
            raise ValueError("not as many columns as the header has")
        places = self._columns.places

        def get(name: str) -> str:
            place = places[name]
            return "" if place is None else row[place].strip()

        protocol = values.protocol(get("protocol"))
        start = values.moment(get("start"), self._zone)
        end = (
            values.moment(get("end"), self._zone) if get("end") else start + values.duration(get("duration"))
        )
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

"""CICFlowMeter's CSV, with the column names of its versions and of the CIC-IDS2017 tables.

https://github.com/ahlashkari/CICFlowMeter. Its lengths are payloads: the least size of the
headers is added for each packet, so that bytes mean what they mean in other records. Its flag
counts are those of both directions; they tell whether a connection was opened, no more.
"""

from __future__ import annotations

from adscribe.flows import values
from adscribe.flows.flow import HEADER_BYTES, SYN, TCP, Flow, Outcome
from adscribe.flows.table import TableReader

_NAMES = {
    "source": ("src ip", "source ip", "src_ip"),
    "source_port": ("src port", "source port", "src_port"),
    "target": ("dst ip", "destination ip", "dst_ip"),
    "target_port": ("dst port", "destination port", "dst_port"),
    "protocol": ("protocol",),
    "start": ("timestamp",),
    "microseconds": ("flow duration", "flow_duration"),
    "packets": ("total fwd packet", "total fwd packets", "tot fwd pkts", "tot_fwd_pkts"),
    "packets_back": ("total bwd packets", "total backward packets", "tot bwd pkts", "tot_bwd_pkts"),
    "bytes": (
        "total length of fwd packet",
        "total length of fwd packets",
        "totlen fwd pkts",
        "totlen_fwd_pkts",
    ),
    "bytes_back": (
        "total length of bwd packet",
        "total length of bwd packets",
        "totlen bwd pkts",
        "totlen_bwd_pkts",
    ),
    "syn": ("syn flag count", "syn flag cnt", "syn_flag_cnt"),
    "rst": ("rst flag count", "rst flag cnt", "rst_flag_cnt"),
    "label": ("label",),
}
_NEEDED = ("source", "target", "target_port", "protocol", "start", "microseconds", "packets")

_REFUSAL = 2
"""Most packets of an answer that only resets."""


class CicFlowReader(TableReader):
    """Reads the lines of one table."""

    names = _NAMES
    needed = _NEEDED

    def read(self, line: str) -> Flow:
        """Return the flow of a line.

        Raises
        ------
        ValueError
            With what was expected.
        """
        get = self.row(line)
        protocol = values.protocol(get("protocol"))
        start = values.moment(get("start"), self.zone)
        packets, packets_back = values.count(get("packets")), values.count(get("packets_back"))
        payload_back = values.count(get("bytes_back"))
        headers = HEADER_BYTES.get(protocol, 20)
        outcome: Outcome = "answered" if packets_back else "unanswered"
        opened = protocol == TCP and values.count(get("syn")) > 0
        few = 0 < packets_back <= _REFUSAL and packets <= _REFUSAL
        if protocol == TCP and few and not payload_back and values.count(get("rst")):
            outcome = "refused"
        return Flow(
            start,
            start + values.duration(get("microseconds")) / 1e6,
            values.address(get("source")),
            values.address(get("target")),
            values.port(get("source_port")),
            values.port(get("target_port")),
            protocol,
            values.count(get("bytes")) + packets * headers,
            payload_back + packets_back * headers,
            packets,
            packets_back,
            outcome,
            SYN if opened else None,
            label=values.word(get("label")),
        )

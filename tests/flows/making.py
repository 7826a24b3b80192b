"""Flows and logs for the tests, by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from adscribe.flows import Flow

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC).timestamp()
TCP, UDP, ICMP = 6, 17, 1
SYN = 2

ZEEK_FIELDS = (
    *("ts", "uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto", "service", "duration"),
    *("orig_bytes", "resp_bytes", "conn_state", "local_orig", "local_resp", "missed_bytes", "history"),
    *("orig_pkts", "orig_ip_bytes", "resp_pkts", "resp_ip_bytes", "tunnel_parents"),
)


def flow(
    source: str, target: str, port: int = 443, *, at: float = 0.0, seconds: float = 1.0, **fields: Any
) -> Flow:
    """Return a flow that began some seconds after noon."""
    usual: dict[str, Any] = {
        "source_port": 40_000,
        "protocol": TCP,
        "sent_bytes": 1_000,
        "received_bytes": 2_000,
        "sent_packets": 8,
        "received_packets": 8,
        "outcome": "answered",
        "flags": SYN,
    }
    start = NOON + at
    usual |= {"start": start, "end": start + seconds, "source": source, "target": target, "target_port": port}
    return Flow(**(usual | fields))


def unanswered(source: str, target: str, port: int, *, at: float = 0.0, **fields: Any) -> Flow:
    """Return an attempt that nobody answered."""
    empty = {"sent_bytes": 44, "received_bytes": 0, "sent_packets": 1, "received_packets": 0}
    return flow(source, target, port, at=at, seconds=0.0, **(empty | {"outcome": "unanswered"} | fields))


def zeek(*rows: dict[str, Any], extra: str = "") -> str:
    """Return a conn.log of connections, each told by what differs from a usual one."""
    usual: dict[str, Any] = {
        "ts": NOON,
        "uid": "C1",
        "id.orig_h": "10.0.0.5",
        "id.orig_p": 40_000,
        "id.resp_h": "203.0.113.9",
        "id.resp_p": 443,
        "proto": "tcp",
        "duration": 2.5,
        "orig_bytes": 500,
        "resp_bytes": 900,
        "conn_state": "SF",
        "history": "ShADadFf",
        "orig_pkts": 6,
        "orig_ip_bytes": 760,
        "resp_pkts": 5,
        "resp_ip_bytes": 1_120,
    }
    lines = ["#separator \\x09", "#path\tconn", "#fields\t" + "\t".join(ZEEK_FIELDS) + extra]
    for row in rows:
        values = usual | row
        cells = [str(values.get(name, "-")) for name in ZEEK_FIELDS]
        lines.append("\t".join(cells) + str(values.get("extra", "")))
    return "\n".join([*lines, "#close"]) + "\n"

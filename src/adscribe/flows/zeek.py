"""Zeek's logs: ``conn.log`` as tab-separated text or JSON, and names from ``ssl.log`` and ``http.log``.

Fields: https://docs.zeek.org/en/master/logs/conn.html. Names of hosts in ``conn.log``
(``id.resp_h_name.vals``) are an addition of Corelight's. Labelled captures of the Stratosphere
Laboratory append a label and its detail; those of IoT-23 separate them by three spaces.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from adscribe.flows import values
from adscribe.flows.flow import ACK, FIN, PSH, RST, SYN, TCP, Flow, Outcome, PeerName

_GAP = "   "
_LABELS = ("label",)
_DETAILS = ("detailedlabel", "detailed-label", "detailed_label")
_NAMES = "id.resp_h_name.vals"

_TCP: Mapping[str, Outcome] = {
    "S0": "unanswered",
    "SH": "unanswered",
    "RSTOS0": "unanswered",
    "REJ": "refused",
    "S1": "answered",
    "S2": "answered",
    "S3": "answered",
    "SF": "answered",
    "RSTO": "answered",
    "RSTR": "answered",
    "SHR": "answered",
    "RSTRH": "answered",
}
_OPENED = frozenset(_TCP) - {"SHR", "RSTRH"}
_HALF_CLOSED = ("S2", "S3")
_HISTORY = {"S": SYN, "H": SYN | ACK, "A": ACK, "D": ACK | PSH, "F": FIN, "R": RST}


class ZeekReader:
    """Reads the lines of one Zeek log in tab-separated form, whose header says what the columns are."""

    def __init__(self) -> None:
        self._columns: dict[str, int] = {}
        self._spaced = False

    def header(self, line: str) -> None:
        """Take a line that starts with ``#``."""
        if not line.startswith("#fields"):
            return
        names = line.split("\t")[1:]
        self._spaced = bool(names) and _GAP in names[-1]
        if self._spaced:
            names[-1:] = names[-1].split(_GAP)
        self._columns = {name.strip(): number for number, name in enumerate(names)}

    def read(self, line: str) -> Flow | PeerName | None:
        """Return what a line says; ``None`` where it names no host.

        Raises
        ------
        ValueError
            With what was expected.
        """
        columns = self._columns
        if not columns:
            raise ValueError("a line before any #fields")
        cells = line.split("\t")
        if self._spaced:
            cells[-1:] = cells[-1].split(_GAP)
        if len(cells) != len(columns):
            raise ValueError("not as many columns as #fields names")
        if "conn_state" in columns:
            return _flow(cells, columns)
        return _named(_record(cells, columns))


def read_json(line: str) -> Flow | PeerName | None:
    """Return what a line of a Zeek log in JSON says; as `ZeekReader.read`."""
    try:
        record = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError):
        raise ValueError("JSON was expected") from None
    if not isinstance(record, dict):
        raise ValueError("a JSON object was expected")
    if "conn_state" not in record and "proto" not in record:
        return _named(record)
    cells = [_text(value) for value in record.values()]
    columns = {str(name): number for number, name in enumerate(record)}
    return _flow(cells, columns)


def _flow(cells: Sequence[str], columns: Mapping[str, int]) -> Flow:
    def get(name: str) -> str:
        number = columns.get(name)
        return "-" if number is None else cells[number]

    if "id.orig_h" not in columns or "id.resp_h" not in columns or "ts" not in columns:
        raise ValueError("ts, id.orig_h and id.resp_h were expected")
    protocol = values.protocol(get("proto"))
    start = values.timestamp(get("ts"))
    state, history = get("conn_state"), get("history")
    sent_packets = values.count(get("orig_pkts"))
    received_packets = values.count(get("resp_pkts"))
    outcome: Outcome | None = _TCP.get(state) if protocol == TCP else None
    return Flow(
        start,
        start + values.duration(get("duration")),
        values.address(get("id.orig_h")),
        values.address(get("id.resp_h")),
        values.port(get("id.orig_p")),
        values.port(get("id.resp_p")),
        protocol,
        values.count(get("orig_ip_bytes")) or values.count(get("orig_bytes")),
        values.count(get("resp_ip_bytes")) or values.count(get("resp_bytes")),
        sent_packets,
        received_packets,
        outcome or ("answered" if received_packets else "unanswered"),
        _flags(state, history) if protocol == TCP else None,
        state in _HALF_CLOSED,
        values.word(get("service")),
        values.host(get(_NAMES).partition(",")[0]),
        _label(cells, columns),
    )


def _flags(state: str, history: str) -> int | None:
    """Return the flags that the source sent, from the upper-case letters of the history."""
    found = SYN if state in _OPENED else 0
    for letter in history[:64]:
        found |= _HISTORY.get(letter, 0)
    return found or None


def _label(cells: Sequence[str], columns: Mapping[str, int]) -> str | None:
    parts = []
    for names in (_LABELS, _DETAILS):
        for name in names:
            if name in columns:
                parts.append(values.word(cells[columns[name]].strip()))
                break
    return "/".join(part for part in parts if part) or None


def _named(record: Mapping[str, Any]) -> PeerName | None:
    name = record.get("server_name") or record.get("host")
    ends = record.get("id.orig_h"), record.get("id.resp_h")
    if not isinstance(ends[0], str) or not isinstance(ends[1], str):
        raise ValueError("id.orig_h and id.resp_h were expected")
    host = values.host(name) if isinstance(name, str) else None
    return PeerName(values.address(ends[0]), values.address(ends[1]), host) if host else None


def _record(cells: Sequence[str], columns: Mapping[str, int]) -> dict[str, str]:
    return {name: cells[number] for name, number in columns.items()}


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return "-"
    if isinstance(value, list):
        return _text(value[0]) if value else "-"
    return str(value)

"""One pass over any file of flows: its form is told by its first line, each record stands alone."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import UTC, tzinfo
from itertools import islice
from pathlib import Path
from typing import IO

from adscribe.errors import Place
from adscribe.flows.cicflow import CicFlowReader
from adscribe.flows.flow import Flow, FlowError, PeerName
from adscribe.flows.nfdump import NfdumpReader
from adscribe.flows.pairing import Pairing
from adscribe.flows.zeek import ZeekReader, read_json
from adscribe.sensors import Reject
from adscribe.sensors.records import REJECT_TEXT_LENGTH

LINE_LENGTH = 65_536
"""Most bytes of a line, 64 KiB."""


@dataclass(frozen=True, slots=True)
class FlowFormat:
    """A form that flows come in.

    Attributes
    ----------
    name : str
        As messages call it.
    title : str
        What it is, in a few words.
    """

    name: str
    title: str


FLOW_FORMATS = (
    FlowFormat("zeek-tsv", "Zeek's conn.log as tab-separated text; ssl.log and http.log for names"),
    FlowFormat("zeek-json", "the same logs as JSON, an object a line"),
    FlowFormat("nfdump-csv", "nfdump -o csv, short column names (1.6) and long ones (1.7)"),
    FlowFormat("cicflowmeter-csv", "CICFlowMeter's CSV and the tables of CIC-IDS2017"),
)
"""The forms that flows are read in."""

Record = Flow | PeerName | Reject
_Stream = IO[bytes] | gzip.GzipFile
_Numbered = Iterator[tuple[int, str | None]]


def read_flows(source: Path | str | IO[bytes], *, zone: tzinfo = UTC) -> Iterator[Record]:
    """Read flows of any form, as they are needed.

    Parameters
    ----------
    source : path or binary file
        A path that ends in ``.gz`` is decompressed on the way.
    zone : tzinfo, default UTC
        Zone of times that don't name theirs (nfdump, CICFlowMeter).

    Yields
    ------
    Flow, PeerName or Reject
        In the order of the input. A line that can't be read costs that line only.

    Raises
    ------
    FlowError
        The file can't be read, or its form isn't known.
    """
    name = str(source) if isinstance(source, Path | str) else None
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(_open(Path(source))) if isinstance(source, Path | str) else source
            yield from _records(_lines(stream), zone, name)
        except (OSError, EOFError, zlib.error) as wrong:
            reason = (wrong.strerror if isinstance(wrong, OSError) else None) or "it is damaged"
            raise FlowError(f"flows can't be read: {reason}", place=Place(name)) from None


def _open(path: Path) -> AbstractContextManager[_Stream]:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")


def _lines(stream: _Stream) -> _Numbered:
    """Yield numbered lines; ``None`` for one that is too long."""
    number = 0
    while raw := stream.readline(LINE_LENGTH + 1):
        number += 1
        if len(raw) > LINE_LENGTH and not raw.endswith(b"\n"):
            while raw and not raw.endswith(b"\n"):
                raw = stream.readline(LINE_LENGTH)
            yield number, None
            continue
        yield number, raw.decode("utf-8", "replace").rstrip("\r\n")


def _records(lines: _Numbered, zone: tzinfo, name: str | None) -> Iterator[Record]:
    for number, line in lines:
        if line is None or not (text := line.lstrip("\ufeff")).strip():
            continue
        if text.startswith("#"):
            yield from _zeek(text, lines)
        elif text.lstrip().startswith("{"):
            yield from _each(number, text, lines, read_json)
        else:
            header = text.split(",")
            if NfdumpReader.knows(header):
                yield from _nfdump(NfdumpReader(header, zone), lines)
            elif CicFlowReader.knows(header):
                yield from _each(None, None, lines, CicFlowReader(header, zone).read)
            else:
                known = "; ".join(form.title for form in FLOW_FORMATS)
                raise FlowError("no known form of flows", place=Place(name, number), hint=f"give {known}")


def _zeek(first: str, lines: _Numbered) -> Iterator[Record]:
    reader = ZeekReader()
    reader.header(first)

    def read(line: str) -> Flow | PeerName | None:
        if not line.startswith("#"):
            return reader.read(line)
        reader.header(line)
        return None

    return _each(None, None, lines, read)


def _each(
    number: int | None, first: str | None, lines: _Numbered, read: Callable[[str], Flow | PeerName | None]
) -> Iterator[Record]:
    """Answer every line that isn't blank."""
    if number is not None and first is not None:
        lines = _before(number, first, lines)
    for at, line in lines:
        if line is None:
            yield Reject(at, f"a line of more than {LINE_LENGTH:,} bytes")
        elif line and not line.isspace():
            try:
                record = read(line)
            except ValueError as wrong:
                yield Reject(at, str(wrong), text=line[:REJECT_TEXT_LENGTH])
            else:
                if record is not None:
                    yield record


def _nfdump(reader: NfdumpReader, lines: _Numbered) -> Iterator[Record]:
    pairing = Pairing()
    for number, line in lines:
        if line is None:
            yield Reject(number, f"a line of more than {LINE_LENGTH:,} bytes")
            continue
        if line.startswith("Summary"):
            # Totals end the table: their header and one line. Another table may follow.
            for _ in islice(lines, 2):
                pass
            break
        if not line or line.isspace() or line.startswith("No matched flows"):
            continue
        try:
            flow, one_way = reader.read(line)
        except ValueError as wrong:
            yield Reject(number, str(wrong), text=line[:REJECT_TEXT_LENGTH])
            continue
        if one_way:
            yield from pairing.add(flow)
        else:
            yield flow
    yield from pairing.rest()


def _before(number: int, first: str, lines: _Numbered) -> _Numbered:
    yield number, first
    yield from lines

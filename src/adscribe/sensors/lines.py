"""Lines of any input, numbered, read as they are needed and never without a limit."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from adscribe.event import Event

LINE_LENGTH = 2**20
"""Most bytes of a line, 1 MiB. Only a line of JSON may be longer, since it may hold many events."""
DOCUMENT_LENGTH = 2**26
"""Most bytes of a JSON document, 64 MiB."""

Readable = (
    str
    | bytes
    | os.PathLike[str]
    | IO[bytes]
    | IO[str]
    | Mapping[str, Any]
    | Event
    | Iterable[str | bytes | Mapping[str, Any] | Event]
)
"""Text, a path, an open file, one dict or event, or an iterable of lines, dicts and events."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line or one object of the input.

    Attributes
    ----------
    number : int
        Counted from 1, blank lines included.
    content : str, Mapping, Event or anything else that an iterable held
        A line without its end, cut when `long`.
    long : bool
        Whether the line is longer than it may be.
    seen : bool
        Whether it was looked at before, as part of a JSON document that broke.
    """

    number: int
    content: Any
    long: bool = False
    seen: bool = False


def lines(source: Readable) -> Iterator[Line]:
    """Return the lines of an input, less the blank ones."""
    if isinstance(source, str):
        yield from _of_stream(io.StringIO(source))
    elif isinstance(source, bytes | bytearray | memoryview):
        yield from _of_stream(io.BytesIO(source))
    elif isinstance(source, os.PathLike):
        with Path(source).open("rb") as stream:
            yield from _of_stream(stream)
    elif isinstance(source, Mapping | Event):
        yield Line(1, source)
    elif hasattr(source, "readline"):
        yield from _of_stream(getattr(source, "buffer", source))
    else:
        yield from _of_items(source)


def again(text: str, number: int) -> Iterator[Line]:
    """Return the lines of a text that were looked at before, the first of them with a number."""
    for line in _of_stream(io.StringIO(text)):
        yield Line(line.number + number - 1, line.content, seen=True)


def starts_json(text: str) -> bool:
    """Return whether a line starts as a JSON object or list does."""
    return text.lstrip()[:1] in ("{", "[") if text[:1].isspace() else text[:1] in ("{", "[")


def _of_stream(stream: Any) -> Iterator[Line]:
    number = 0
    while raw := stream.readline(LINE_LENGTH + 1):
        number += 1
        if len(raw) <= LINE_LENGTH or _ended(raw):
            line = Line(number, _text(raw))
        elif starts_json(_text(raw[:100])):
            parts, length = [raw], len(raw)
            while (
                not _ended(parts[-1]) and length <= DOCUMENT_LENGTH and (raw := stream.readline(LINE_LENGTH))
            ):
                parts.append(raw)
                length += len(raw)
            line = Line(number, _text(raw[:0].join(parts)), long=length > DOCUMENT_LENGTH)
            _skip(stream, parts[-1])
        else:
            line = Line(number, _text(raw[:LINE_LENGTH]), long=True)
            _skip(stream, raw)
        if line.content.strip():
            yield line


def _of_items(items: Iterable[Any]) -> Iterator[Line]:
    for number, item in enumerate(items, start=1):
        if isinstance(item, str | bytes | bytearray | memoryview):
            raw = item if isinstance(item, str) else bytes(item)
            most = DOCUMENT_LENGTH if starts_json(_text(raw[:100])) else LINE_LENGTH
            line = Line(number, _text(raw[:most]), long=len(raw) > most)
            if line.content.strip():
                yield line
        else:
            yield Line(number, item)


def _skip(stream: Any, last: str | bytes) -> None:
    """Read on to the end of a line."""
    while last and not _ended(last):
        last = stream.readline(LINE_LENGTH)


def _ended(raw: str | bytes) -> bool:
    return raw[-1:] in ("\n", b"\n")


def _text(raw: str | bytes) -> str:
    """Return a line as text that any encoding can hold, without its end, byte order mark and NULs."""
    if isinstance(raw, bytes):
        text = raw.decode("utf-8", "replace")
    elif raw.isascii():
        text = raw
    else:
        text = raw.encode("utf-8", "replace").decode("utf-8")
    text = text.rstrip("\r\n")
    return text.lstrip("\ufeff").replace("\0", "") if "\0" in text or text[:1] == "\ufeff" else text

"""JSON in lines: objects of one line, and documents over many, taken apart into records.

A document is told from a broken line by reading on only as long as what was read is the
beginning of correct JSON. So a line that was cut costs one line, not the rest of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from adscribe.errors import EventError
from adscribe.sensors.lines import LINE_LENGTH

LIST_KEYS = ("events", "data", "items", "results")
"""Keys under which an answer holds its list of events."""

DEPTH = 100
"""How deep a document may be nested."""

_TOKEN = re.compile(
    r'[ \t\r\n]*+(?:([\[\]{}:,])|"(?:[^"\\]|\\.)*+"|(-?[0-9][0-9.eE+\-]*+|true|false|null))', re.ASCII
)
_SPACE = re.compile(r"[ \t\r\n]*+")
_DECODE_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_DECODE_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])


@dataclass(frozen=True, slots=True)
class Element:
    """One record of a document: where it stands, what it is, and its text where that is at hand."""

    line: int
    pointer: str
    value: Any
    text: str = ""


def decode(text: str | bytes) -> Any:
    """Return what a JSON text holds.

    Raises
    ------
    EventError
        It is no JSON.
    """
    try:
        return msgspec.json.decode(text)
    except RecursionError:
        raise EventError("JSON that is nested too deeply") from None
    except (msgspec.DecodeError, UnicodeError) as error:
        raise EventError("no JSON", hint=_position(error)) from None


def elements(text: str, line: int) -> Iterator[Element]:
    """Return the records of a document that starts at a line: of a list, of an answer with a list, or itself.

    Raises
    ------
    EventError
        It is no JSON.
    """
    if len(text) > LINE_LENGTH or "\n" in text:
        yield from _apart(text, line)
        return
    try:
        value = decode(text)
    except EventError:
        yield from _apart(text, line)
        return
    pointer, records = listed(value)
    if records is None:
        yield Element(line, "", value, text)
    else:
        for index, record in enumerate(records):
            yield Element(line, f"{pointer}/{index}", record)


def listed(value: Any) -> tuple[str, list[Any] | None]:
    """Return the list of events that a value is or holds, after the pointer to it."""
    if isinstance(value, list):
        return "", value
    if isinstance(value, Mapping) and "method" not in value and "type" not in value:
        for key in LIST_KEYS:
            if isinstance(value.get(key), list):
                return f"/{key}", value[key]
    return "", None


def _apart(text: str, line: int) -> Iterator[Element]:
    """Take a document apart without decoding it as a whole, so that each record stands for itself."""
    data = text.encode()
    try:
        pointer, start, records = _raw_list(data)
    except RecursionError:
        raise EventError("JSON that is nested too deeply") from None
    except (msgspec.DecodeError, UnicodeError) as error:
        raise EventError("no JSON", hint=_position(error)) from None
    if records is None:
        value = _decoded(data)
        if isinstance(value, EventError):
            raise value
        yield Element(line, "", value, text)
        return
    line += data.count(b"\n", 0, start)
    for index, record in enumerate(records):
        raw = bytes(record)
        # Nothing but separators stands between two elements, so the first match is the element.
        found = data.index(raw, start)
        line += data.count(b"\n", start, found)
        yield Element(line, f"{pointer}/{index}", _decoded(raw), raw.decode("utf-8", "replace"))
        start = found + len(raw)
        line += raw.count(b"\n")


def _decoded(raw: bytes) -> Any:
    """Return what a record holds, or the error that it is."""
    if len(raw) > LINE_LENGTH:
        return EventError(f"a record of more than {LINE_LENGTH:,} bytes")
    try:
        return decode(raw)
    except EventError as error:
        return error


def _raw_list(data: bytes) -> tuple[str, int, list[msgspec.Raw] | None]:
    """Return the list that a document is or holds: the pointer to it, where it starts, its elements."""
    if data.lstrip()[:1] == b"[":
        return "", data.index(b"[") + 1, _DECODE_LIST.decode(data)
    value = _DECODE_OBJECT.decode(data)
    if "method" not in value and "type" not in value:
        for key in LIST_KEYS:
            if key in value and (raw := bytes(value[key]))[:1] == b"[":
                return f"/{key}", data.index(raw) + 1, _DECODE_LIST.decode(raw)
    return "", 0, None


def _position(error: Exception) -> str | None:
    """Return where the decoder stopped, without what it found there."""
    found = re.search(r"\(byte \d+\)|truncated", str(error))
    return (
        None if found is None else {"truncated": "it ends too early"}.get(found[0], f"wrong {found[0][1:-1]}")
    )


class Beginning:
    """Tells whether lines, so far, are the beginning of one JSON document.

    Each line is looked at once. Strings can't span lines in JSON, so that no token does.
    """

    def __init__(self) -> None:
        self._open: list[str] = []
        self._next = "value"

    def add(self, line: str) -> Literal["open", "complete", "broken"]:
        """Look at one more line."""
        position, end = 0, len(line)
        while position < end:
            found = _TOKEN.match(line, position)
            if found is None:
                if _SPACE.fullmatch(line, position):
                    break
                return "broken"
            position = found.end()
            if not self._accept(found[1] or ("literal" if found[2] else "string")):
                return "broken"
        return "complete" if self.complete else "open"

    @property
    def complete(self) -> bool:
        """Whether the lines so far are one whole document."""
        return self._next == "end"

    def _accept(self, symbol: str) -> bool:
        expected = self._next
        if symbol in ("]", "}"):
            fits = self._open[-1:] == ["[" if symbol == "]" else "{"]
            closes = expected in ("comma", "value or ]" if symbol == "]" else "key or }")
            if not (fits and closes):
                return False
            self._open.pop()
            self._after_value()
        elif expected in ("value", "value or ]") and symbol not in (":", ","):
            if symbol in ("[", "{"):
                self._open.append(symbol)
                self._next = "value or ]" if symbol == "[" else "key or }"
                return len(self._open) <= DEPTH
            self._after_value()
        elif expected in ("key", "key or }") and symbol == "string":
            self._next = "colon"
        elif expected == "colon" and symbol == ":":
            self._next = "value"
        elif expected == "comma" and symbol == ",":
            self._next = "key" if self._open[-1] == "{" else "value"
        else:
            return False
        return True

    def _after_value(self) -> None:
        self._next = "comma" if self._open else "end"

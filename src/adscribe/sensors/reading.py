"""One pass over any input: each record is recognised on its own and answered in its place."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, tzinfo
from functools import partial
from itertools import chain
from typing import Any

from adscribe.errors import AdscribeError, EventError
from adscribe.event import Event, checks
from adscribe.event.native import from_native
from adscribe.sensors.cef import is_cef, read_cef
from adscribe.sensors.completion import is_flowmon, with_detail, with_todays_names
from adscribe.sensors.jsondoc import Beginning, Element, elements, listed
from adscribe.sensors.jsonline import is_ids, read_json
from adscribe.sensors.keyed import Key
from adscribe.sensors.lines import DOCUMENT_LENGTH, LINE_LENGTH, Line, Readable, again, lines, starts_json
from adscribe.sensors.records import FORMATS, REJECT_TEXT_LENGTH, Reject, Report, as_json
from adscribe.sensors.rest import KEYS, is_rest, read_rest
from adscribe.sensors.tsv import is_tsv, read_tsv

_NAMES = 50
_NAME_LENGTH = 100

_Reader = Callable[[Any], tuple[Event, tuple[str, ...]]]


def read(
    source: Readable,
    *,
    format: str = "auto",  # noqa: A002 - as the command line calls it
    zone: tzinfo = UTC,
    year: int | None = None,
    rest_keys: Mapping[str, Key] = KEYS,
) -> Iterator[Report | Reject]:
    """Read events of any form, as they are needed.

    Parameters
    ----------
    source : str, bytes, path, open file, dict, Event, or iterable of lines, dicts and Events
        A text is the content, not the name of a file. Every line that is not blank is
        answered in its place; a JSON list, or an answer with a list of events, has an answer
        for each element. A JSON document may span lines.
    format : str, default "auto"
        Name of a form, see `FORMATS`; ``auto`` recognises each record on its own.
    zone : tzinfo, default UTC
        Zone of times that don't name theirs.
    year : int, optional
        Year of syslog times of messages that hold no other time; the latest that fits by default.
    rest_keys : mapping of str to Key, optional
        What the keys of documents of the REST API hold, where a sensor has others than those that ship.

    Yields
    ------
    Report or Reject
        In the order of the input. A record that can't be read costs that record only.

    Raises
    ------
    AdscribeError
        There is no such form.
    """
    if format != "auto" and format not in FORMATS:
        raise AdscribeError("there is no such form of events", hint=f"one of auto, {', '.join(FORMATS)}")
    return _Reading(source, format, zone, year, rest_keys).answers()


class _Reading:
    def __init__(
        self, source: Readable, form: str, zone: tzinfo, year: int | None, rest_keys: Mapping[str, Key]
    ) -> None:
        self.form = form
        self.readers: Mapping[str, _Reader] = {
            "flowmon-cef": partial(read_cef, zone=zone, year=year),
            "flowmon-tsv": partial(read_tsv, zone=zone),
            "flowmon-json": partial(read_json, zone=zone),
            "flowmon-rest": partial(read_rest, zone=zone, keys=rest_keys),
            "native": partial(from_native, zone=zone),
        }
        self.json = form not in ("flowmon-cef", "flowmon-tsv")
        self.again: Iterator[Line] = iter(())
        self.rest = lines(source)

    def answers(self) -> Iterator[Report | Reject]:
        """Answer everything of the input."""
        while line := self._next():
            if not isinstance(line.content, str):
                yield from self._object(line)
            elif line.long:
                most = DOCUMENT_LENGTH if starts_json(line.content) else LINE_LENGTH
                yield _reject(line.number, EventError(f"a line of more than {most:,} bytes"), line.content)
            elif self.json and starts_json(line.content):
                yield from self._json(line)
            else:
                yield self._text(line)

    def _next(self) -> Line | None:
        for line in self.again:
            return line
        return next(self.rest, None)

    def _text(self, line: Line) -> Report | Reject:
        form = self.form
        if form == "auto":
            if is_cef(line.content):
                form = "flowmon-cef"
            elif is_tsv(line.content):
                form = "flowmon-tsv"
            else:
                unknown = EventError("no known form of an event", hint="see docs/sensors/formats.md")
                return _reject(line.number, unknown, line.content)
        elif self.json:
            return _reject(line.number, EventError("no JSON object"), line.content)
        return self._answer(Element(line.number, "", line.content, line.content), form)

    def _object(self, line: Line) -> Iterator[Report | Reject]:
        if isinstance(line.content, Event):
            yield self._report(line.number, "native", line.content)
            return
        if not self.json:
            wrong = EventError("no line of text", hint="this form comes in lines")
            yield _reject(line.number, wrong, "")
            return
        pointer, records = listed(line.content) if isinstance(line.content, Mapping) else ("", None)
        if records is None:
            yield self._record(Element(line.number, "", line.content))
        else:
            for index, record in enumerate(records):
                yield self._record(Element(line.number, f"{pointer}/{index}", record))

    def _json(self, line: Line) -> Iterator[Report | Reject]:
        """Answer a line of JSON, together with the next ones when it begins a document."""
        try:
            for element in elements(line.content, line.number):
                yield self._record(element)
            return
        except EventError as error:
            broken = error
        beginning = Beginning()
        # A line that was part of a document that broke doesn't begin another, so that no line
        # is looked at more than twice; the line that broke it may.
        if line.seen or "\n" in line.content or beginning.add(line.content) != "open":
            yield _reject(line.number, broken, line.content)
            return
        text, after, length = self._document(line, beginning)
        if length > DOCUMENT_LENGTH:
            broken = EventError(f"a JSON document of more than {DOCUMENT_LENGTH:,} bytes")
            yield _reject(line.number, broken, line.content)
            self.again = iter([after] if after else [])
        elif after or not beginning.complete:
            yield _reject(line.number, EventError("JSON that is not complete"), line.content)
            self.again = chain(
                again(text[len(line.content) + 1 :], line.number + 1), [after] if after else []
            )
        else:
            try:
                for element in elements(text, line.number):
                    yield self._record(element)
            except EventError as error:
                yield _reject(line.number, error, text)

    def _document(self, line: Line, beginning: Beginning) -> tuple[str, Line | None, int]:
        """Read on while the lines are the beginning of a document: their text, what broke it, its length.

        The text is kept as one, since a list of short lines takes many times their size, and
        only to the limit.
        """
        text = io.StringIO()
        text.write(line.content)
        last, length = line.number, len(line.content)
        while not beginning.complete and (after := self._next()):
            whole = isinstance(after.content, str) and not after.long and "\n" not in after.content
            if not whole or beginning.add(after.content) == "broken":
                return text.getvalue(), after, length
            length += after.number - last + len(after.content)
            if length <= DOCUMENT_LENGTH:
                # Blank lines are not among the lines, but count where a record starts.
                text.write("\n" * (after.number - last))
                text.write(after.content)
            last = after.number
        return text.getvalue(), None, length

    def _record(self, element: Element) -> Report | Reject:
        value = element.value
        if isinstance(value, EventError):
            return _reject(element.line, value, element.text, element.pointer)
        if not isinstance(value, Mapping) or not self.json:
            hint = "an event is an object" if self.json else f"{self.form} is lines of text"
            error = checks.error("", "no JSON object" if self.json else "an object", hint)
            return _reject(element.line, error, element.text or as_json(value), element.pointer)
        form = self.form
        if form == "auto":
            if is_rest(value):
                form = "flowmon-rest"
            elif "method" not in value and ("type" in value or is_ids(value)):
                form = "flowmon-json"
            else:
                form = "native"
        return self._answer(element, form)

    def _answer(self, element: Element, form: str) -> Report | Reject:
        try:
            event, ignored = self.readers[form](element.value)
        except EventError as error:
            text = element.text or as_json(element.value)
            return _reject(element.line, error, text, element.pointer)
        return self._report(element.line, form, event, ignored, element.text or element.value)

    @staticmethod
    def _report(
        line: int, form: str, event: Event, ignored: tuple[str, ...] = (), record: Any = None
    ) -> Report:
        """Return an event with what its names and its description add, however it came."""
        detail = None
        if form != "native" or is_flowmon(event):
            if event.description is not None and not event.characteristics:
                event, detail = with_detail(event)
            event = with_todays_names(event)
        return Report(
            line,
            form,
            event,
            _short(ignored),
            detail.form if detail else None,
            _short(detail.unknown) if detail else (),
            record,
        )


def _reject(line: int, error: EventError, text: str, pointer: str = "") -> Reject:
    reason = f"{error.message} ({error.hint})" if error.hint else error.message
    return Reject(line, reason, pointer + (error.place.pointer or "") or None, text[:REJECT_TEXT_LENGTH])


def _short(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name[:_NAME_LENGTH] for name in names[:_NAMES])

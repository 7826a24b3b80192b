"""Feedback with all that it takes to learn from it: the file form, a JSON object a line.

``{"feedback": {…}, "report": {…}, "answer": {…}, "history": […], "revoked_at": null}``: the feedback as in
`adscribe.answer.feedback`, the event as it stood at the revision that was judged, in adscribe's native
form, the answer that was given, and the earlier events of its hosts that this answer knew. `history` and
`revoked_at` may be left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from adscribe.answer.assignment import Assignment
from adscribe.answer.feedback import Feedback, parse
from adscribe.attack import Catalogue
from adscribe.errors import EventError, FeedbackError, Place
from adscribe.event import Event
from adscribe.event.native import from_native
from adscribe.history import Record

MOST_LINES = 200_000
"""Lines of a file that are read."""

LINE_LENGTH = 2**22
"""Most bytes of a line, 4 MiB: an event of the most targets with its answer."""

MOST_RECORDS = 5_000
"""Earlier events of one line: of all hosts that are looked up, see `adscribe.history`."""

_KEYS = ("feedback", "report", "answer", "history", "revoked_at")


class Reviewed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An event that an analyst judged.

    Attributes
    ----------
    feedback : Feedback
        What was said.
    report : Event
        The event with all its updates up to the revision that was judged.
    answer : Assignment
        What was answered to it, and judged.
    history : tuple of Record
        Earlier events that the answer knew; none where they aren't kept.
    revoked_at : datetime or None
        When the feedback was taken back.
    """

    feedback: Feedback
    report: Event
    answer: Assignment
    history: tuple[Record, ...] = ()
    revoked_at: datetime | None = None


def encoded(reviewed: Reviewed) -> bytes:
    """Return the line of a file, without its end."""
    return msgspec.json.encode(reviewed)


def read_line(line: str | bytes, catalogue: Catalogue) -> Reviewed:
    """Read a line.

    Raises
    ------
    FeedbackError
        With a JSON pointer to what is wrong.
    """
    if len(line) > LINE_LENGTH:
        raise FeedbackError(f"a line of more than {LINE_LENGTH:,} bytes")
    try:
        record = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise FeedbackError("no JSON", hint="give one object a line") from None
    if not isinstance(record, Mapping) or not {"feedback", "report", "answer"} <= set(record):
        raise FeedbackError("no reviewed event", hint=f"give an object with {', '.join(_KEYS[:3])}")
    if unknown := [key for key in record if key not in _KEYS]:
        raise FeedbackError("an unknown key", place=Place(pointer=f"/{unknown[0][:100]}"))
    answer: Assignment = _converted(record["answer"], Assignment, "/answer")
    try:
        feedback = parse(record["feedback"], catalogue, attack=answer.model.attack)
    except FeedbackError as wrong:
        raise FeedbackError(
            wrong.message, place=_below("/feedback", wrong), hint=wrong.hint, problems=wrong.problems
        ) from None
    if (answer.event.id, answer.event.revision) != (feedback.event.id, feedback.event.revision):
        raise FeedbackError("the answer to another event", place=Place(pointer="/answer/event"))
    report = record["report"]
    if not isinstance(report, Mapping):
        raise FeedbackError("no event", place=Place(pointer="/report"), hint="give it in native form")
    try:
        event, _ = from_native(report, zone=UTC)
    except EventError as wrong:
        raise FeedbackError(wrong.message, place=_below("/report", wrong), hint=wrong.hint) from None
    history: tuple[Record, ...] = _converted(record.get("history", ()), tuple[Record, ...], "/history")
    if len(history) > MOST_RECORDS:
        raise FeedbackError(f"more than {MOST_RECORDS:,} earlier events", place=Place(pointer="/history"))
    return Reviewed(
        feedback=feedback,
        report=event,
        answer=answer,
        history=history,
        revoked_at=_converted(record.get("revoked_at"), datetime | None, "/revoked_at"),
    )


def read_lines(
    lines: Iterable[str | bytes], catalogue: Catalogue, *, file: str | None = None
) -> Iterator[tuple[int, Reviewed | FeedbackError]]:
    """Read a file line by line, less the blank ones.

    Parameters
    ----------
    lines : iterable of str or bytes
        Such as an open file.
    catalogue : Catalogue
        What categories are checked against.
    file : str, optional
        Name that errors give.

    Yields
    ------
    int, Reviewed or FeedbackError
        Number of the line, from 1, and what it holds or what is wrong with it.

    Raises
    ------
    FeedbackError
        If there are more than `MOST_LINES`.
    """
    for number, line in enumerate(lines, start=1):
        if number > MOST_LINES:
            raise FeedbackError(f"more than {MOST_LINES:,} lines", place=Place(file), hint="take the latest")
        if not line.strip():
            continue
        try:
            yield number, read_line(line, catalogue)
        except FeedbackError as wrong:
            place = Place(file, number, wrong.place.pointer)
            yield number, FeedbackError(wrong.message, place=place, hint=wrong.hint, problems=wrong.problems)


def _converted(value: Any, kind: Any, pointer: str) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as wrong:
        # The validator says where by a path such as $.event.id, and never repeats a value.
        said, _, path = str(wrong).partition(" - at `$")
        inside = path.rstrip("`").replace("[", "/").replace("]", "").replace(".", "/")
        raise FeedbackError(said, place=Place(pointer=pointer + inside)) from None


def _below(pointer: str, wrong: FeedbackError | EventError) -> Place:
    return Place(pointer=pointer + (wrong.place.pointer or ""))

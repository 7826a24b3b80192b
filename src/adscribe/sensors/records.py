"""What reading yields: a report for each record that is an event, a reject for each that is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from adscribe.event import Event

REJECT_TEXT_LENGTH = 2_000
"""How much of a rejected record is kept, in characters."""


@dataclass(frozen=True, slots=True)
class Format:
    """A form that events come in.

    Attributes
    ----------
    name : str
        As the command line and `adscribe.sensors.read` call it.
    title : str
        What it is, in a few words.
    status : str
        ``verified on vendor data``, ``assumed`` (built from descriptions, no data of the vendor
        was seen) or ``defined by adscribe``.
    why : str
        What the status rests on.
    """

    name: str
    title: str
    status: Literal["verified on vendor data", "assumed", "defined by adscribe"]
    why: str


FORMATS: Mapping[str, Format] = {
    form.name: form
    for form in (
        Format(
            "flowmon-cef",
            "Flowmon ADS by syslog, CEF",
            "verified on vendor data",
            "the vendor's published samples of versions 6.07 to 13.0",
        ),
        Format(
            "flowmon-tsv",
            "Flowmon ADS custom script, tab-separated, 15 or 17 columns",
            "assumed",
            "columns as the vendor's published scripts use them; no row of a sensor was seen",
        ),
        Format(
            "flowmon-json",
            "Flowmon ADS custom script, JSON lines",
            "assumed",
            "keys as one published script of the vendor uses them; no line of a sensor was seen",
        ),
        Format(
            "flowmon-rest",
            "Flowmon ADS REST, one event or an answer with a list of them",
            "assumed",
            "keys as published scripts of the vendor and of others use them; no answer of a sensor was seen",
        ),
        Format(
            "native",
            "adscribe's own JSON event",
            "defined by adscribe",
            "the contract in docs/sensors/formats.md",
        ),
    )
}
"""Every form by its name."""


@dataclass(frozen=True, slots=True)
class Report:
    """A record that was read.

    Attributes
    ----------
    line : int
        Line that it starts at, counted from 1; for objects of Python their place in the input.
    format : str
        Name of its form, see `FORMATS`.
    event : Event
        What it reports.
    ignored : tuple of str
        Keys or columns of the record that no table knows, so that nothing of them was used.
    detail_form : {"machine", "phrase", "text"} or None
        How its detail was read, ``text`` when no known phrase matched; ``None`` where none was read.
    unknown : tuple of str
        Keys and phrases of the detail that no table knows.
    record : str, mapping or None
        The record itself, as text where that is at hand; `raw` is its text. Not part of the ``repr``.
    """

    line: int
    format: str
    event: Event = field(repr=False)
    ignored: tuple[str, ...] = ()
    detail_form: Literal["machine", "phrase", "text"] | None = None
    unknown: tuple[str, ...] = ()
    record: Any = field(default=None, repr=False, compare=False)

    @property
    def raw(self) -> str | None:
        """The record as text; ``None`` where it came as an event and not as a record of a form."""
        if self.record is None or isinstance(self.record, str):
            return self.record
        return as_json(self.record) or None


def as_json(value: Any) -> str:
    """Return the text of an object that came as one; nothing where it has none."""
    try:
        return msgspec.json.encode(value).decode()
    except (TypeError, ValueError, RecursionError, msgspec.MsgspecError):
        return ""


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that is no event.

    Attributes
    ----------
    line : int
        As in `Report`.
    reason : str
        What is wrong and what to do about it, without anything of the record itself.
    pointer : str or None
        JSON pointer to what is wrong, where the record is JSON.
    text : str
        The record, cut to 2,000 characters. Not part of the ``repr``, so that it doesn't
        reach a log by accident.
    """

    line: int
    reason: str
    pointer: str | None = None
    text: str = field(default="", repr=False)

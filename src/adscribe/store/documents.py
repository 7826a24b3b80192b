"""What is kept whole: JSON, deflated, in the form that `adscribe.event` and answers have everywhere.

A later version of adscribe reads what an earlier one wrote: fields may be added to `Event` and
`Assignment` with a default, none may be taken away or change its meaning without a migration.
"""

from __future__ import annotations

import zlib
from typing import TypeVar

import msgspec

from adscribe.answer.assignment import Assignment
from adscribe.event import Event

S = TypeVar("S", bound=msgspec.Struct)


class State(msgspec.Struct, frozen=True, kw_only=True):
    """How an event goes on from here: column ``event.state``.

    Attributes
    ----------
    event : Event
        All reports so far in one.
    last_report : Event
        The report that came last, without its targets.
    shown : tuple of str
        Techniques of the last answer.
    """

    event: Event
    last_report: Event
    shown: tuple[str, ...]


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """What a revision rests on and what was answered: column ``revision.document``.

    Attributes
    ----------
    report : Event or None
        As reported; ``None`` where no report led to the revision.
    event : Event or None
        All reports up to this one in one; ``None`` for a fragment, which adds only the targets of
        its report to the event of its revision.
    answer : Assignment
        As it went out.
    """

    report: Event | None
    event: Event | None
    answer: Assignment


def encoded(document: msgspec.Struct) -> bytes:
    """Return the bytes to keep."""
    return zlib.compress(msgspec.json.encode(document))


def decoded(kept: bytes, kind: type[S]) -> S:
    """Return what was kept."""
    return msgspec.json.decode(zlib.decompress(kept), type=kind)

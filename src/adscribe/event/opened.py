"""Events that later reports can still belong to, and where they are kept between reports."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

import msgspec

from adscribe.event.model import Event

MAX_ACTIVE = 100_000
"""Events that a run keeps open; the one that was quiet longest goes first."""

MAX_NEAR = 8
"""Events of one identity that a report is held against."""


class OpenEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event as its last report left it.

    Attributes
    ----------
    id, identity : str
        Of the event.
    revision : int
        From 1.
    event : Event
        All reports so far in one.
    last_report : Event
        The report that came last, without its targets.
    last_at : datetime
        Latest time that a report tells (UTC).
    """

    id: str
    identity: str
    revision: int
    event: Event
    last_report: Event
    last_at: datetime


class Span(NamedTuple):
    """The time that an event covers so far."""

    event_id: str
    opened_at: datetime
    last_at: datetime


class OpenEvents(Protocol):
    """Where open events are. The store and the memory of a run implement it."""

    def named(self, identity: str, external_id: str) -> OpenEvent | None:
        """Return the event of an identity that a sensor's id was reported for last."""
        ...

    def near(self, identity: str, at: datetime, timeout: timedelta) -> OpenEvent | None:
        """Return the event of an identity that a time belongs to, as `covering` chooses it."""
        ...

    def with_id(self, event_id: str) -> OpenEvent | None:
        """Return the event that has an id."""
        ...

    def put(self, opened: OpenEvent, external_id: str | None) -> None:
        """Keep an event as it stands now, and under the sensor's id of its last report."""
        ...


def covering(spans: Iterable[Span], at: datetime, timeout: timedelta) -> Span | None:
    """Return which of the spans of one identity a time belongs to.

    A span reaches as far as the timeout beyond either end. Of those that end no earlier, the
    `MAX_NEAR` that end first are looked at; where several reach the time, it is the one that opened last.

    Parameters
    ----------
    spans : iterable of Span
    at : datetime
        When the report was detected.
    timeout : timedelta
        Inactivity timeout.
    """
    ended = sorted((span.last_at, span.event_id, span) for span in spans if span.last_at >= at - timeout)
    reaching = [span for *_, span in ended[:MAX_NEAR] if span.opened_at <= at + timeout]
    return max(reaching, key=lambda span: (span.opened_at, span.event_id), default=None)


class MemoryEvents:
    """The open events of one run.

    Parameters
    ----------
    limit : int
        How many are kept.
    """

    def __init__(self, limit: int = MAX_ACTIVE) -> None:
        self._limit = limit
        self._events: dict[str, OpenEvent] = {}
        # By identity, in the order in which they ended.
        self._ended: dict[str, list[tuple[datetime, str]]] = {}
        self._named: OrderedDict[tuple[str, str], str] = OrderedDict()

    def named(self, identity: str, external_id: str) -> OpenEvent | None:
        """Return the event of an identity that a sensor's id was reported for last."""
        return self.with_id(self._named.get((identity, external_id), ""))

    def near(self, identity: str, at: datetime, timeout: timedelta) -> OpenEvent | None:
        """Return the event of an identity that a time belongs to, as `covering` chooses it."""
        ended = self._ended.get(identity, [])
        first = bisect_left(ended, (at - timeout, ""))
        events = (self._events[event_id] for _, event_id in ended[first : first + MAX_NEAR])
        found = covering((Span(one.id, one.event.detected_at, one.last_at) for one in events), at, timeout)
        return self._events[found.event_id] if found else None

    def with_id(self, event_id: str) -> OpenEvent | None:
        """Return the event that has an id."""
        return self._events.get(event_id)

    def put(self, opened: OpenEvent, external_id: str | None) -> None:
        """Keep an event as it stands now, and under the sensor's id of its last report."""
        self._remove(opened.id)
        self._events[opened.id] = opened
        insort(self._ended.setdefault(opened.identity, []), (opened.last_at, opened.id))
        if external_id is not None:
            name = (opened.identity, external_id)
            self._named[name] = opened.id
            self._named.move_to_end(name)
        self._forget()

    def _remove(self, event_id: str) -> None:
        opened = self._events.pop(event_id, None)
        if opened is not None:
            ended = self._ended[opened.identity]
            del ended[bisect_left(ended, (opened.last_at, event_id))]
            if not ended:
                del self._ended[opened.identity]

    def _forget(self) -> None:
        while len(self._events) > self._limit:
            self._remove(next(iter(self._events)))
        while len(self._named) > self._limit:
            self._named.popitem(last=False)

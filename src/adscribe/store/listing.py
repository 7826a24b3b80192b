"""Stored events a page at a time, in an order that stays while others arrive."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec.structs import asdict
from sqlalchemy import ColumnElement, Connection, Engine, Row, Subquery, literal, select, tuple_

from adscribe.errors import AdscribeError
from adscribe.event.model import Severity
from adscribe.store.connection import browsing
from adscribe.store.documents import decoded
from adscribe.store.filters import Filter
from adscribe.store.schema import event, event_state
from adscribe.store.selection import FEW, Bounds, Clause, Selection, in_order
from adscribe.store.summary import Summary

ORDERS: dict[str, ColumnElement[Any] | None] = {
    "time": None,
    "updated": event.c.updated_at,
    "severity": event.c.severity,
    "method": event.c.method,
    "probability": event.c.probability,
}
"""What events can be sorted by; by time of detection among equals."""

_Time = Annotated[datetime, msgspec.Meta(tz=True)]
_Key = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
_PLACES: dict[str, Any] = {
    "time": tuple[str, _Time, _Key],
    "updated": tuple[str, _Time, _Time, _Key],
    "severity": tuple[str, Severity | None, _Time, _Key],
    "method": tuple[str, str, _Time, _Key],
    "probability": tuple[str, float, _Time, _Key],
}
EAGER = 400
"""Events that are looked at before those of each field of a filter are counted."""

LOOKED_AT = 2048
"""Events that are looked at for a page before it ends, full or not."""

_GROWTH = 4
_CURSOR_CHARACTERS = 2048


class CursorError(AdscribeError):
    """A text that is no place in this list."""


class ListedEvent(Summary, frozen=True, kw_only=True):
    """A stored event as a list shows it.

    Attributes
    ----------
    id, identity : str
        Of the event.
    reviewed : bool
        Whether an analyst has judged it.
    received_at : datetime
        When its last report came in.
    """

    id: str
    identity: str
    reviewed: bool
    received_at: datetime


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Some events of a list.

    Attributes
    ----------
    events : tuple of ListedEvent
        Fewer than were asked for at the end of the list, and where few of many are meant: then the page
        ends where a bounded number of events has been looked at.
    next : str or None
        What to give as `after` for the page that follows; ``None`` on the last.
    previous : str or None
        What to give as `before` for the page that this one follows; ``None`` on the first.
    """

    events: tuple[ListedEvent, ...]
    next: str | None
    previous: str | None


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is sorted.

    Attributes
    ----------
    by : str
        One of `ORDERS`.
    descending : bool
        Whether the latest or largest come first.
    """

    by: str = "time"
    descending: bool = True

    @property
    def columns(self) -> tuple[ColumnElement[Any], ...]:
        """Columns of ``event`` that are sorted by."""
        column = ORDERS[self.by]
        last = (event.c.detected_at, event.c.key)
        return last if column is None else (column, *last)

    def past(self, place: tuple[Any, ...]) -> ColumnElement[bool]:
        """Return the condition that a row comes after a place."""
        columns = self.columns
        there = tuple_(*(literal(value, column.type) for value, column in zip(place, columns, strict=True)))
        return tuple_(*columns) < there if self.descending else tuple_(*columns) > there

    def backwards(self) -> Order:
        """Return the same order from its other end."""
        return Order(self.by, not self.descending)

    def place(self, row: Row[Any]) -> tuple[Any, ...]:
        """Return the place of a row that has the columns."""
        return tuple(row._mapping[column] for column in self.columns)


def page(
    connection: Connection,
    asked: Filter,
    order: Order,
    *,
    after: str | None = None,
    before: str | None = None,
    limit: int,
) -> Page:
    """Return a page of the events that meet a filter.

    Parameters
    ----------
    connection : Connection
    asked : Filter
    order : Order
    after : str, optional
        What `Page.next` of the page before says; the first page when neither is given.
    before : str, optional
        What `Page.previous` of the page after says; not both.
    limit : int
        Most events of the page.

    Raises
    ------
    CursorError
        `after` or `before` is no place in this list.
    """
    given = after if before is None else before
    place = None if given is None else _place(given, asked, order)
    along = order if before is None else order.backwards()
    found, following = _Reader(connection, Selection(asked), along, limit).read(place)
    # Where one came from there are events, as long as this page has any.
    back = order.place(found[0]) if found and place is not None else None
    if before is not None:
        found.reverse()
        following, back = back, following
    return Page(
        events=tuple(listed(row) for row in found),
        next=None if following is None else _cursor(following, asked, order),
        previous=None if back is None else _cursor(back, asked, order),
    )


def pages(engine: Engine, asked: Filter, order: Order, *, limit: int) -> Iterator[Page]:
    """Yield all pages of the events that meet a filter, each read on its own.

    Raises
    ------
    StoreUnreachableError, StoreBusyError
        While iterating.
    """
    after = None
    while True:
        with browsing(engine) as connection:
            found = page(connection, asked, order, after=after, limit=limit)
        yield found
        after = found.next
        if after is None:
            return


class _Reader:
    """Reads one page of rows."""

    def __init__(self, connection: Connection, selection: Selection, order: Order, limit: int) -> None:
        self._connection = connection
        self._selection = selection
        self._order = order
        self._limit = limit

    def read(self, after: tuple[Any, ...] | None) -> tuple[list[Row[Any]], tuple[Any, ...] | None]:
        """Return the rows after a place, and the place that the next page comes after, if there is one."""
        selection, by_time = self._selection, self._order.by == "time"
        if by_time:
            only = selection.along()
            if only is not None:
                return self._along(only, after, LOOKED_AT)
            # Where what is asked for is frequent, the page is full before its events could be counted.
            found, following = self._along(selection.ordered, after, EAGER)
            if following is None or len(found) >= self._limit:
                return found, following
        clause, few = selection.leader(self._connection)
        if few and not (by_time and clause.ordered):
            leads = selection.leads(clause, FEW)
            return self._page(self._rows(leads, selection.beyond(clause), after, self._limit + 1))
        return self._along(clause, after, LOOKED_AT)

    def _along(
        self, clause: Clause, after: tuple[Any, ...] | None, most: int
    ) -> tuple[list[Row[Any]], tuple[Any, ...] | None]:
        """Return the same, piece by piece along an index, until about so many events have been looked at."""
        found: list[Row[Any]] = []
        size, looked_at, place = self._limit + 1, 0, after
        while True:
            leads, holds = self._leads(clause, place, size)
            found += self._rows(leads, holds, after, self._limit + 1 - len(found))
            if len(found) > self._limit:
                return self._page(found)
            place = self._end(leads, size)
            looked_at += size
            if place is None or looked_at >= most:
                return found, place
            size = min(size * _GROWTH, most - looked_at)
            after = None

    def _page(self, found: list[Row[Any]]) -> tuple[list[Row[Any]], tuple[Any, ...] | None]:
        if len(found) <= self._limit:
            return found, None
        return found[: self._limit], self._order.place(found[self._limit - 1])

    def _leads(
        self, clause: Clause, after: tuple[Any, ...] | None, size: int
    ) -> tuple[Subquery, tuple[ColumnElement[bool], ...]]:
        """Return the next keys along an index in the order that is asked for, and which of them are meant."""
        order, selection = self._order, self._selection
        if order.by == "time":
            bounds = selection.bounds
            if after is not None:
                place = after[0], after[1]
                bounds = Bounds(bounds.after, place) if order.descending else Bounds(place, bounds.before)
            leads = selection.leads(clause, size, bounds, descending=order.descending)
            return leads, selection.beyond(clause)
        along = select(*self._named()).order_by(*in_order(order.columns, order.descending)).limit(size)
        if after is not None:
            along = along.where(order.past(after))
        return along.subquery(), (selection.holds,)

    def _named(self) -> list[Any]:
        *first, at, key = self._order.columns
        return [*(column.label("by") for column in first), at.label("at"), key.label("key")]

    def _end(self, leads: Subquery, size: int) -> tuple[Any, ...] | None:
        """Return the place of the last of so many keys; ``None`` where there are fewer."""
        columns = [leads.c[name] for name in ("by", "at", "key") if name in leads.c]
        last = select(*columns).order_by(*in_order(columns, self._order.descending))
        row = self._connection.execute(last.offset(size - 1).limit(1)).first()
        return None if row is None else tuple(row)

    def _rows(
        self,
        leads: Subquery,
        holds: tuple[ColumnElement[bool], ...],
        after: tuple[Any, ...] | None,
        most: int,
    ) -> list[Row[Any]]:
        order = self._order
        found = (
            select(
                event.c.id,
                event.c.identity,
                event.c.reviewed,
                event.c.received_at,
                event_state.c.summary,
                *order.columns,
            )
            .select_from(leads)
            .join(event, event.c.key == leads.c.key)
            .join(event_state, event_state.c.event_key == leads.c.key)
            .where(*holds)
            .order_by(*in_order(order.columns, order.descending))
            .limit(most)
        )
        if after is not None:
            found = found.where(order.past(after))
        return list(self._connection.execute(found))


def listed(row: Row[Any]) -> ListedEvent:
    """Return the event of a row of ``event`` with its summary."""
    return ListedEvent(
        id=row.id,
        identity=row.identity,
        reviewed=row.reviewed,
        received_at=row.received_at,
        **asdict(decoded(row.summary, Summary)),
    )


def _cursor(place: tuple[Any, ...], asked: Filter, order: Order) -> str:
    content = msgspec.json.encode([_list_of(asked, order), *place])
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _place(cursor: str, asked: Filter, order: Order) -> tuple[Any, ...]:
    try:
        if len(cursor) > _CURSOR_CHARACTERS:
            raise ValueError
        content = base64.b64decode(cursor.encode("ascii") + b"===", altchars=b"-_")
        of, *place = msgspec.json.decode(content, type=_PLACES[order.by])
    except (ValueError, msgspec.MsgspecError):
        raise CursorError("is no place in a list") from None
    if of != _list_of(asked, order):
        raise CursorError("is a place in another list: with other filters or another order")
    return tuple(place)


def _list_of(asked: Filter, order: Order) -> str:
    content = msgspec.json.encode([asked, order.by, order.descending])
    return hashlib.blake2b(content, digest_size=6).hexdigest()

"""Stored events counted: by what they show, and over time. What is looked at is bounded, the latest first."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Select,
    Subquery,
    cast,
    distinct,
    func,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.types import BigInteger, String

from adscribe.store.columns import EPOCH
from adscribe.store.filters import Filter
from adscribe.store.schema import event, event_tactic, event_technique
from adscribe.store.selection import FEW, Selection

MOST_COUNTED = 16_384
"""Events that are looked at to count."""

FACET_VALUES = 20
"""Values of one facet that are told: those with the most events."""

MOST_BUCKETS = 400
"""Most parts of a histogram."""

_TOGETHER = ("method", "reason", "severity", "bucket")
"""Facets that are counted in one go: their values meet in few ways."""

_MICROSECOND = timedelta(microseconds=1)
_LENGTHS = tuple(
    timedelta(minutes=minutes)
    for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080, 20160, 43200)
)


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """How much was counted.

    Attributes
    ----------
    complete : bool
        Whether all events that are meant were; else only the latest.
    since, until : datetime or None
        Between which times of detection, both included; ``None`` where there is no event.
    """

    complete: bool
    since: datetime | None
    until: datetime | None


class FacetValue(msgspec.Struct, frozen=True, kw_only=True):
    """A value and how many events have it."""

    value: str | None
    events: int


class Bucket(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a histogram: the time that it begins with, and how many events were detected in it."""

    at: datetime
    events: int


class Histogram(msgspec.Struct, frozen=True, kw_only=True):
    """Events over time; parts without events are left out."""

    seconds: int
    buckets: tuple[Bucket, ...]


class Facets(msgspec.Struct, frozen=True, kw_only=True):
    """The events that meet a filter, by what they have in common.

    Attributes
    ----------
    counted : Counted
        How much was counted.
    events : int
        How many there were.
    method, reason, severity, host, tactic, technique : tuple of FacetValue
        The most frequent values. A reason of ``None``: a category is shown; a severity of ``None``: none
        was reported. A host is the address of a source. A technique doesn't count for its parent.
    histogram : Histogram
        By time of detection.
    """

    counted: Counted
    events: int
    method: tuple[FacetValue, ...]
    reason: tuple[FacetValue, ...]
    severity: tuple[FacetValue, ...]
    host: tuple[FacetValue, ...]
    tactic: tuple[FacetValue, ...]
    technique: tuple[FacetValue, ...]
    histogram: Histogram


class LookedAt(NamedTuple):
    """Where the events of a selection are.

    Attributes
    ----------
    leads : Subquery
        Columns ``key`` and ``at``.
    holds : tuple of conditions
        Which of their rows of ``event`` are meant; all where there are none.
    counted : Counted
        What that comes to.
    """

    leads: Subquery
    holds: tuple[ColumnElement[bool], ...]
    counted: Counted


def looked_at(connection: Connection, selection: Selection, most: int | None = None) -> LookedAt:
    """Return the keys among which the events of a selection are, the latest where there are too many.

    Parameters
    ----------
    connection : Connection
    selection : Selection
    most : int, optional
        How many; `MOST_COUNTED` when not given.
    """
    clause, few = selection.along(), False
    if clause is None:
        clause, few = selection.leader(connection)
    most = FEW if few else MOST_COUNTED if most is None else most
    leads = selection.leads(clause, most)
    number, first, last = connection.execute(
        select(func.count(), func.min(leads.c.at), func.max(leads.c.at)).select_from(leads)
    ).one()
    counted = Counted(complete=few or number < most, since=first, until=last)
    return LookedAt(leads, selection.beyond(clause), counted)


def facets(connection: Connection, asked: Filter, *, buckets: int = 60) -> Facets:
    """Count the events that meet a filter.

    Parameters
    ----------
    connection : Connection
    asked : Filter
    buckets : int
        Most parts of the histogram.
    """
    leads, holds, counted = looked_at(connection, Selection(asked))
    width = part_length(counted, buckets)
    picked = (
        select(
            event.c.key,
            event.c.method,
            event.c.reason,
            event.c.severity,
            event.c.source,
            part_of(event.c.detected_at, width).label("bucket"),
        )
        .select_from(leads)
        .join(event, event.c.key == leads.c.key)
        .where(*holds)
        .cte("picked")
    )
    found: dict[str, Counter[Any]] = {}
    for row in connection.execute(union_all(*_parts(picked))).all():
        if row.facet is None:
            for name in _TOGETHER:
                found.setdefault(name, Counter())[getattr(row, name)] += row.events
        else:
            found.setdefault(row.facet, Counter())[row.method] = row.events
    at = found.get("bucket", Counter())
    return Facets(
        counted=counted,
        events=at.total(),
        **{
            name: _values(found.get(name, Counter()))
            for name in ("method", "reason", "severity", "host", "tactic", "technique")
        },
        histogram=Histogram(
            seconds=int(width.total_seconds()),
            buckets=tuple(Bucket(at=EPOCH + number * width, events=at[number]) for number in sorted(at)),
        ),
    )


def _parts(picked: CTE) -> Iterable[Select[Any]]:
    """Yield the statements for all facets: those of few values together, the others each by itself."""
    columns = picked.c
    together = [columns[name] for name in _TOGETHER]
    counted = select(null().label("facet"), *together, func.count().label("events"))
    yield counted.select_from(picked).group_by(*together)
    yield _part("host", columns.source, picked)
    tactics = picked.join(event_tactic, event_tactic.c.event_key == columns.key)
    # Of both domains one may have the same name.
    yield _part("tactic", event_tactic.c.tactic, tactics, func.count(distinct(columns.key)))
    techniques = picked.join(event_technique, event_technique.c.event_key == columns.key)
    yield _part("technique", event_technique.c.technique, techniques)


def _part(
    facet: str, column: ColumnElement[Any], of: Any, events: ColumnElement[int] | None = None
) -> Select[Any]:
    events = func.count() if events is None else events
    # Grouped by what no index has: else SQLite goes along one of all events, which is in order already.
    value = cast(column, String)
    counted = (
        select(
            literal(facet).label("facet"),
            value.label("method"),
            *(cast(null(), event.c[name].type).label(name) for name in ("reason", "severity")),
            cast(null(), BigInteger).label("bucket"),
            events.label("events"),
        )
        .select_from(of)
        .group_by(value)
        .order_by(events.desc(), value)
        .limit(FACET_VALUES)
    )
    return select(counted.subquery())


def _values(counted: Counter[str | None]) -> tuple[FacetValue, ...]:
    # By name among equals, as the database does.
    ranked = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0] or ""))
    return tuple(FacetValue(value=value, events=events) for value, events in ranked[:FACET_VALUES])


def part_length(counted: Counted, buckets: int) -> timedelta:
    """Return how long a part of a time is, of which at most so many are there."""
    if counted.since is None or counted.until is None:
        return _LENGTHS[0]
    # One more part begins within a span than fit into it.
    needed = (counted.until - counted.since) / max(1, min(buckets, MOST_BUCKETS) - 1)
    longest = _LENGTHS[-1]
    return next((length for length in _LENGTHS if length >= needed), longest * math.ceil(needed / longest))


def part_of(at: ColumnElement[datetime], length: timedelta) -> ColumnElement[int]:
    """Return the number of the part that a time lies in, from 1970."""
    return type_coerce(at, BigInteger) // literal(length // _MICROSECOND, BigInteger)

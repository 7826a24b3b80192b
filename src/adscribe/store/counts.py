"""Stored events counted: by what they show, and over time. What is looked at is bounded, the latest first."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

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
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.types import BigInteger, String

from adscribe.store.columns import EPOCH, severity
from adscribe.store.filters import Filter
from adscribe.store.schema import event, event_tactic, event_technique
from adscribe.store.selection import FEW, Selection

MOST_COUNTED = 65_536
"""Events that are looked at to count."""

FACET_VALUES = 20
"""Values of one facet that are told: those with the most events."""

MOST_BUCKETS = 400
"""Most parts of a histogram."""

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


def looked_at(
    connection: Connection, selection: Selection, most: int | None = None
) -> tuple[Subquery, Counted]:
    """Return the keys among which the events of a selection are, the latest where there are too many.

    Parameters
    ----------
    connection : Connection
    selection : Selection
    most : int, optional
        How many; `MOST_COUNTED` when not given.

    Returns
    -------
    Subquery
        Columns ``key`` and ``at``.
    Counted
        What that comes to.
    """
    clause, few = selection.along(), False
    if clause is None:
        clause, few = selection.leader(connection)
    most = FEW if few else MOST_COUNTED if most is None else most
    leads = selection.leads(clause, most)
    number, first, last = connection.execute(
        select(func.count(), func.min(leads.c.at), func.max(leads.c.at)).select_from(leads)
    ).one()
    return leads, Counted(complete=few or number < most, since=first, until=last)


def facets(connection: Connection, asked: Filter, *, buckets: int = 60) -> Facets:
    """Count the events that meet a filter.

    Parameters
    ----------
    connection : Connection
    asked : Filter
    buckets : int
        Most parts of the histogram.
    """
    selection = Selection(asked)
    leads, counted = looked_at(connection, selection)
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
        .where(selection.holds)
        .cte("picked")
    )
    found: dict[str, list[Any]] = {}
    for row in connection.execute(union_all(*_parts(picked))):
        found.setdefault(row.facet, []).append(row)
    return Facets(
        counted=counted,
        events=sum(row.events for row in found.get("bucket", ())),
        **{
            name: _values(found.get(name, ())) for name in ("method", "reason", "host", "tactic", "technique")
        },
        severity=tuple(
            FacetValue(value=severity(int(row.value)), events=row.events) for row in found.get("severity", ())
        ),
        histogram=Histogram(
            seconds=int(width.total_seconds()),
            buckets=tuple(
                Bucket(at=EPOCH + int(row.value) * width, events=row.events)
                for row in sorted(found.get("bucket", ()), key=lambda row: int(row.value))
            ),
        ),
    )


def _parts(picked: CTE) -> Iterable[Select[Any]]:
    columns = picked.c
    yield _part("method", columns.method, picked)
    yield _part("reason", columns.reason, picked)
    yield _part("severity", columns.severity, picked)
    yield _part("host", columns.source, picked)
    yield _part("bucket", columns.bucket, picked, most=MOST_BUCKETS + 1)
    tactics = picked.join(event_tactic, event_tactic.c.event_key == columns.key)
    # Of both domains one may have the same name.
    yield _part("tactic", event_tactic.c.tactic, tactics, func.count(distinct(columns.key)))
    techniques = picked.join(event_technique, event_technique.c.event_key == columns.key)
    yield _part("technique", event_technique.c.technique, techniques)


def _part(
    facet: str,
    column: ColumnElement[Any],
    of: Any,
    events: ColumnElement[int] | None = None,
    most: int = FACET_VALUES,
) -> Select[Any]:
    events = func.count() if events is None else events
    # Grouped by what no index has: else SQLite goes along one of all events, which is in order already.
    value = cast(column, String)
    counted = (
        select(literal(facet).label("facet"), value.label("value"), events.label("events"))
        .select_from(of)
        .group_by(value)
        .order_by(events.desc(), value)
        .limit(most)
    )
    return select(counted.subquery())


def _values(rows: Iterable[Any]) -> tuple[FacetValue, ...]:
    return tuple(FacetValue(value=row.value, events=row.events) for row in rows)


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

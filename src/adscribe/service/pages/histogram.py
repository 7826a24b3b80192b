"""Events over time as bars; each leads to the events of its time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from adscribe.store.counts import Histogram

HEIGHT = 48
"""Of the highest bar."""

_LEAST = 2
"""Of one that has any event: it must be seen."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One part of the time: where it stands, and the events in it."""

    x: int
    height: float
    events: int
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Bars:
    """A histogram as it is drawn; a part is one wide.

    Attributes
    ----------
    bars : tuple of Bar
        Those with events.
    width : int
        Parts, those without events included.
    since, until : datetime
        Of the whole.
    most : int
        Events of the highest bar.
    seconds : int
        Of a part.
    """

    bars: tuple[Bar, ...]
    width: int
    since: datetime
    until: datetime
    most: int
    seconds: int


def drawn(histogram: Histogram) -> Bars | None:
    """Return a histogram as it is drawn; ``None`` where there is nothing to draw."""
    if not histogram.buckets:
        return None
    length = timedelta(seconds=histogram.seconds)
    first, last = histogram.buckets[0].at, histogram.buckets[-1].at
    most = max(bucket.events for bucket in histogram.buckets)
    return Bars(
        bars=tuple(
            Bar(
                x=(bucket.at - first) // length,
                height=round(max(_LEAST, HEIGHT * bucket.events / most), 1),
                events=bucket.events,
                since=bucket.at,
                until=bucket.at + length,
            )
            for bucket in histogram.buckets
        ),
        width=(last - first) // length + 1,
        since=first,
        until=last + length,
        most=most,
        seconds=histogram.seconds,
    )


def utc(at: datetime) -> str:
    """Return a time as queries have it.

    Examples
    --------
    >>> utc(datetime(2026, 11, 3, 15, tzinfo=UTC))
    '2026-11-03T15:00:00Z'
    """
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")

"""Days, times of day and dates as a site file writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

from adscribe.site.vocabulary import DAYS

DAY = 86_400
"""Seconds of a day, as the clock on the wall shows it."""

_TIME = re.compile(r"([0-2]?[0-9]):([0-5][0-9])")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?"
)


class TimeError(ValueError):
    """A text that is no day, time or date."""


@dataclass(frozen=True, slots=True)
class Week:
    """Times that come back every week.

    Attributes
    ----------
    days : frozenset of int
        From 0 (Monday), the days on which the time begins.
    start, end : int
        Seconds of the day; the end is not included. A time that ends before it begins goes
        over midnight and belongs to the day on which it begins.
    """

    days: frozenset[int] = frozenset(range(7))
    start: int = 0
    end: int = DAY

    def holds(self, local: datetime) -> bool:
        """Tell whether a time in the site's zone lies within."""
        day = local.weekday()
        second = local.hour * 3600 + local.minute * 60 + local.second
        if self.start < self.end:
            return day in self.days and self.start <= second < self.end
        return (day in self.days and second >= self.start) or (
            (day - 1) % 7 in self.days and second < self.end
        )


@dataclass(frozen=True, slots=True)
class Validity:
    """When an entry holds.

    Attributes
    ----------
    week : Week or None
        Days and times of day.
    start, end : datetime or None
        First and last moment.
    text : str
        The same, as the site file writes it.
    """

    week: Week | None = None
    start: datetime | None = None
    end: datetime | None = None
    text: str = ""

    def holds(self, local: datetime) -> bool:
        """Tell whether it holds at a time in the site's zone."""
        if (self.start is not None and local < self.start) or (self.end is not None and local > self.end):
            return False
        return self.week is None or self.week.holds(local)


ALWAYS = Validity()


def parse_days(text: str) -> frozenset[int]:
    """Return the days that ``mon`` or ``fri-mon`` names.

    Examples
    --------
    >>> sorted(parse_days("sat-mon"))
    [0, 5, 6]
    """
    first, dash, last = text.partition("-")
    if first not in DAYS or (dash and last not in DAYS):
        raise TimeError(f"no day or range of days; days are {', '.join(DAYS)}")
    start = DAYS.index(first)
    length = (DAYS.index(last) - start) % 7 if dash else 0
    return frozenset((start + i) % 7 for i in range(length + 1))


def parse_time(text: str) -> int | None:
    """Return the second of the day that ``07:30`` names, ``None`` if it is no time; ``24:00`` is the end."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    second = int(match[1]) * 3600 + int(match[2]) * 60
    return second if second <= DAY else None


def parse_moment(text: str, zone: tzinfo, *, ends: bool = False) -> datetime:
    """Return the moment that a date or a date with a time names.

    Parameters
    ----------
    text : str
        ``2026-11-07``, ``2026-11-07T20:00:00Z``, ``2026-11-07 20:00`` …
    zone : tzinfo
        For what has no zone of its own.
    ends : bool
        Whether a date stands for its end, so that the day is included.
    """
    try:
        if _DATE.fullmatch(text):
            return datetime.combine(date.fromisoformat(text), time.max if ends else time.min, zone)
        if _DATE_TIME.fullmatch(text):
            moment = datetime.fromisoformat(text)
            return moment if moment.tzinfo else moment.replace(tzinfo=zone)
    except ValueError:
        pass
    raise TimeError(
        "no date, date with time or time of day, such as 2026-11-07, 2026-11-07T20:00:00Z or 22:00"
    )

"""Whether the events of a site, and what is answered of them, have changed.

A window of events is compared with two things: with the sites of the training, whose spread tells what
a site may be like, and with the site's own events before it, where what is peculiar to the site falls
out. The first says that the model is asked about what it wasn't made for, the second that something has
happened. See `adscribe.model.profile` for how, and for the chance of a false alarm.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from threading import Lock
from typing import Literal

import msgspec
import numpy as np

from adscribe.answer import Verdict
from adscribe.context import Context
from adscribe.features import Row
from adscribe.model.days import DAYS, KEPT
from adscribe.model.profile import PAST, SIZES, TRAINING, Comparer, Normal, Profile
from adscribe.model.statistics import Counts, Said, Statistics

State = Literal["quiet", "watch", "drift", "too few"]

STATES: tuple[State, ...] = ("too few", "quiet", "watch", "drift")
"""From what says nothing to what says most."""

DRIFT, WATCH = 0.01, 0.1
"""Chance that a normal site's window is told to be so, in each of the two comparisons."""

MOVED = 3
"""Bins that are named of a group."""


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """A bin whose share has changed: what it was, and what it is."""

    bin: str
    before: float
    now: float

    def __str__(self) -> str:
        return f"{self.bin} from {self.before:.1%} to {self.now:.1%}".replace("%", " %")


class GroupDrift(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a feature group in one comparison.

    Attributes
    ----------
    group, family : str
        See `adscribe.model.statistics.FeatureGroup`.
    bin : str or None
        Where one bin is compared with all others.
    against : {"training", "past"}
        What the window is compared with.
    events : int
        That the group could be told of.
    distance : float
        Jensen–Shannon distance, 0 to 1.
    normal, limit : float or None
        The mean of sites, and from where on it is called drift; ``None`` where too few are known.
    score : float or None
        The distance in standard deviations of sites above their mean.
    state : {"quiet", "watch", "drift", "too few"}
        What to think of it.
    moved : tuple of Shift
        The bins that moved most.
    text : str
        The same in words.
    """

    group: str
    family: str
    bin: str | None
    against: str
    events: int
    distance: float
    normal: float | None
    limit: float | None
    score: float | None
    state: State
    moved: tuple[Shift, ...]
    text: str

    @property
    def named(self) -> str:
        """The group, and the bin where one is compared alone."""
        return self.group if self.bin is None else f"{self.group} {self.bin}"


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """A window compared with one thing.

    Attributes
    ----------
    against : {"training", "past"}
        What it is compared with.
    events : int
        Events there.
    size : int or None
        Of the windows of the training whose spread is normal for it; ``None`` where there are too few events.
    state : {"quiet", "watch", "drift", "too few"}
        That of the group which has changed most.
    score, chance : float or None
        The largest score, and the chance that a normal site has it.
    false_alarm : float or None
        The chance that a normal site's window is called drift.
    """

    against: str
    events: int
    size: int | None = None
    state: State = "too few"
    score: float | None = None
    chance: float | None = None
    false_alarm: float | None = None


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """Whether events and answers have changed.

    Attributes
    ----------
    available : bool
        Whether the model holds a profile.
    reason : str or None
        Why nothing is said.
    state : {"quiet", "watch", "drift", "too few"}
        The stronger of both comparisons.
    since, until : str or None
        First and last day of the window.
    events : int
        Of the window.
    comparisons : tuple of Comparison
        With the training and with the past.
    groups : tuple of GroupDrift
        All groups in both comparisons; what has changed most first.
    """

    available: bool = True
    reason: str | None = None
    state: State = "too few"
    since: str | None = None
    until: str | None = None
    events: int = 0
    comparisons: tuple[Comparison, ...] = ()
    groups: tuple[GroupDrift, ...] = ()

    def changed(self, least: State = "drift") -> tuple[GroupDrift, ...]:
        """Return the groups whose state is this one or stronger."""
        return tuple(one for one in self.groups if STATES.index(one.state) >= STATES.index(least))


UNAVAILABLE = Drift(
    available=False,
    reason="the model holds no profile of its training that this version of adscribe reads",
)
"""What is said with a model that has no profile."""


def today(_: Context) -> int:
    """Return the day on which an event is answered, as an ordinal."""
    return datetime.now(UTC).toordinal()


def day_of(context: Context) -> int:
    """Return the day on which an event was detected, as an ordinal."""
    return context.event.detected_at.toordinal()


class Monitor:
    """Counts events as they are answered, by day; days beyond `KEPT` are forgotten.

    Parameters
    ----------
    profile : Profile
        What is normal.
    statistics : Statistics
        What is counted.
    day : callable
        Gives the day that a context counts for.
    """

    def __init__(
        self, profile: Profile, statistics: Statistics, day: Callable[[Context], int] = today
    ) -> None:
        self._profile = profile
        self._statistics = statistics
        self._day = day
        self._mean = np.array([share for shares in profile.mean for share in shares])
        self._comparer = Comparer(statistics, self._mean, profile.items)
        self._families = {group.name: group.family for group in statistics.groups}
        self._bins = {group.name: group.bins for group in statistics.groups}
        self._days: dict[int, tuple[int, Counts]] = {}
        self._lock = Lock()

    def see(self, context: Context, row: Row, verdict: Verdict, risk: float | None) -> None:
        """Count an event.

        Parameters
        ----------
        context : Context
            The event in its context.
        row : Row
            Its features.
        verdict : Verdict
            What the model says of it.
        risk : float or None
            That the verdict accepts. With another than the profile's the answer isn't counted, since
            thresholds are others.
        """
        places = list(self._statistics.of_event(context.event.method, row.facts, row.strange))
        if risk == self._profile.risk:
            places += self._statistics.of_answer(Said.of(verdict))
        day = self._day(context)
        with self._lock:
            events, counts = self._days.get(day) or (0, np.zeros(len(self._statistics)))
            self._statistics.add_features(counts, row)
            for place in places:
                counts[place] += 1
            self._days[day] = events + 1, counts
            if len(self._days) > KEPT:
                del self._days[min(self._days)]

    def drift(self, days: int = DAYS) -> Drift:
        """Return what became of the last days.

        Parameters
        ----------
        days : int
            Of the window, ending with the last day that has an event. What is remembered of the days
            before is the past.
        """
        with self._lock:
            told = {day: (events, counts.copy()) for day, (events, counts) in self._days.items()}
        if not told:
            return Drift(reason="no event was answered yet")
        last = max(told)
        events, now = self._summed(told, last - days, last)
        earlier, past = self._summed(told, 0, last - days)
        found = [
            self._against(TRAINING, events, self._profile.events, now, None),
            self._against(PAST, min(events, earlier), earlier, now, past),
        ]
        groups = [group for _, some in found for group in some]
        comparisons = tuple(comparison for comparison, _ in found)
        return Drift(
            reason=f"fewer than {SIZES[0]} events" if events < SIZES[0] else None,
            state=max((one.state for one in comparisons), key=STATES.index),
            since=str(date.fromordinal(min(day for day in told if day > last - days))),
            until=str(date.fromordinal(last)),
            events=events,
            comparisons=comparisons,
            groups=tuple(sorted(groups, key=lambda one: math.inf if one.score is None else -one.score)),
        )

    def _summed(self, told: dict[int, tuple[int, Counts]], after: int, until: int) -> tuple[int, Counts]:
        own = [one for day, one in told.items() if after < day <= until]
        total = np.sum([counts for _, counts in own], axis=0) if own else np.zeros(len(self._statistics))
        return sum(events for events, _ in own), total

    def _against(
        self, against: str, events: int, others: int, now: Counts, past: Counts | None
    ) -> tuple[Comparison, list[GroupDrift]]:
        normal = self._profile.nearest(against, events)
        distances, enough, shares, before = self._comparer.compare(now, past)
        apart = np.abs(np.sqrt(shares) - np.sqrt(before))
        was = self._mean if past is None else self._comparer.shares(past)
        told = apart, was, self._comparer.shares(now)
        groups = list(self._groups(against, normal, distances, enough, told, now))
        scores = [one.score for one in groups if one.score is not None]
        if normal is None or not scores:
            return Comparison(against=against, events=others), groups
        largest = max(scores)
        return Comparison(
            against=against,
            events=others,
            size=normal.size,
            state=max((one.state for one in groups), key=STATES.index),
            score=round(largest, 3),
            chance=round(normal.chance(largest), 4),
            false_alarm=round(max(DRIFT, 1 / (1 + len(normal.extremes))), 4),
        ), groups

    def _groups(
        self,
        against: str,
        normal: Normal | None,
        distances: Counts,
        enough: np.ndarray,
        told: tuple[Counts, Counts, Counts],
        now: Counts,
    ) -> Iterator[GroupDrift]:
        events = self._comparer.events(now)[self._comparer.group]
        for place, item in enumerate(self._profile.items):
            mean = normal.mean[place] if normal else None
            deviation = normal.deviation[place] if normal else None
            score = limit = None
            state: State = "too few"
            if normal is not None and enough[place] and mean is not None and deviation:
                score = (float(distances[place]) - mean) / deviation
                limit = mean + normal.limit(DRIFT) * deviation
                state = _state(score, normal)
            moved = self._moved(item.group, item.bin, *told)
            yield GroupDrift(
                group=item.group,
                family=self._families[item.group],
                bin=item.bin,
                against=against,
                events=int(events[place]),
                distance=round(float(distances[place]), 4),
                normal=mean,
                limit=None if limit is None else round(limit, 4),
                score=None if score is None else round(score, 3),
                state=state,
                moved=moved,
                text=f"{item.group}: {', '.join(map(str, moved))}" if moved else item.group,
            )

    def _moved(
        self, group: str, alone: str | None, apart: Counts, before: Counts, now: Counts
    ) -> tuple[Shift, ...]:
        """Return the bins that moved most."""
        bins = self._bins[group] if alone is None else (alone,)
        places = {label: self._statistics.place(group, label) for label in bins}
        most = sorted((label for label in bins if apart[places[label]]), key=lambda one: -apart[places[one]])
        return tuple(
            Shift(
                bin=label,
                before=round(float(before[places[label]]), 4),
                now=round(float(now[places[label]]), 4),
            )
            for label in most[:MOVED]
        )


def _state(score: float, normal: Normal) -> State:
    if score > normal.limit(DRIFT):
        return "drift"
    return "watch" if score > normal.limit(WATCH) else "quiet"

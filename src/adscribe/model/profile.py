"""The profile of a training: what its events and answers were like, and how far sites differ in it.

The unit is the site. For windows of a few sizes it holds how far the shares of each feature group at a
site lie from those of all sites together (*training*), and how far a site's window lies from the one
before it (*past*). What is normal for a site is what sites of the training are among themselves.

A distance is the Jensen–Shannon distance (Lin, "Divergence measures based on the Shannon entropy",
1991): 0 where shares are equal, 1 where they have nothing in common. Counts are first drawn towards
the training, or towards what window and past are together, as if so many further events were as there:
a few events can't be far.

Alarms are controlled over all groups at once. A window's score is its largest deviation, in standard
deviations of the group's distances among sites; its limit is the quantile of the same score among the
training's sites, each against the others. For a site that is exchangeable with those, the chance of a
false alarm in a window is at most the level, however groups depend on one another.

**How it may evolve.** `VERSION` is raised with every change of its meaning. A profile of another is
left aside, as if the model had none.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import rel_entr  # type: ignore[import-untyped]

from adscribe.errors import ModelError
from adscribe.model.certainty import Certainty
from adscribe.model.statistics import FAMILIAR, FAMILIARITY, METHOD, Counts, FeatureGroup, Statistics

VERSION = 1

TRAINING, PAST = "training", "past"
"""What a window is compared with: the sites of the training, or the site's own events before it."""

SIZES = (250, 500, 1000, 2000)
"""Events of the windows that the distances are known for."""

LEAST = 50
"""Events that a group must have: with fewer nothing is said of it."""

SITES = 20
"""Sites that must have a window, and a group in it, to say what is normal."""

FREQUENT = 0.02
"""Share from which on a method is compared on its own as well."""

PRIOR = 50.0
"""So many events are added as if they were as in what is compared with."""

FLOOR = 0.01
"""Standard deviation of distances at least: below it nothing of interest happens."""

DIGITS = 5


class Item(msgspec.Struct, frozen=True):
    """What is compared: a group by all its bins, or one bin of it against the rest."""

    group: str
    bin: str | None = None


class Normal(msgspec.Struct, frozen=True, kw_only=True):
    """What is normal of windows of one size.

    Attributes
    ----------
    against : {"training", "past"}
        What they are compared with.
    size : int
        Events of a window.
    mean, deviation : tuple of (float or None)
        Of the distances among sites, an entry an item; ``None`` where too few sites tell.
    extremes : tuple of float
        The largest score of each site over all items, ascending.
    """

    against: str
    size: int
    mean: tuple[float | None, ...]
    deviation: tuple[float | None, ...]
    extremes: tuple[float, ...]

    def limit(self, level: float) -> float:
        """Return the score that a normal site exceeds with a chance of at most `level`.

        With too few sites to know it, it is the largest that one had: see `chance`.
        """
        rank = math.ceil((len(self.extremes) + 1) * (1 - level))
        return self.extremes[min(rank, len(self.extremes)) - 1]

    def chance(self, score: float) -> float:
        """Return the chance that a normal site has this score or a larger one."""
        return (1 + sum(one >= score for one in self.extremes)) / (1 + len(self.extremes))


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the events of a training were like.

    Attributes
    ----------
    version : int
        Of what it means.
    sites, events : int
        How many it rests on.
    risk : float
        Share of wrong categories that its answers accept: others are answered otherwise.
    groups : tuple of FeatureGroup
        What is counted.
    mean, low, high : tuple of tuple of float
        Share of each bin: the mean of the sites, and what 5 % of sites are below and above of.
    items : tuple of Item
        What is compared.
    normal : tuple of Normal
        What is normal, by size and by what is compared with.
    calibration : tuple of Certainty
        Whether probabilities meant what they say.
    """

    version: int
    sites: int
    events: int
    risk: float
    groups: tuple[FeatureGroup, ...]
    mean: tuple[tuple[float, ...], ...]
    low: tuple[tuple[float, ...], ...]
    high: tuple[tuple[float, ...], ...]
    items: tuple[Item, ...]
    normal: tuple[Normal, ...]
    calibration: tuple[Certainty, ...]

    def check(self, statistics: Statistics) -> None:
        """Make sure that it is of a model.

        Raises
        ------
        ModelError
            If it counts something else than the model's events.
        """
        lengths = [len(group.bins) for group in self.groups]
        told = all([len(row) for row in rows] == lengths for rows in (self.mean, self.low, self.high))
        measured = all(
            len(one.mean) == len(one.deviation) == len(self.items) and one.extremes for one in self.normal
        )
        if self.groups != statistics.groups or not told or not measured:
            raise ModelError("the profile is of another model", hint="write it again with adscribe profile")

    def nearest(self, against: str, events: float) -> Normal | None:
        """Return what is normal of the largest windows that aren't larger; ``None`` where they are fewer.

        Larger windows vary less, so that it is on the safe side.
        """
        known = [one for one in self.normal if one.against == against and one.size <= events]
        return max(known, key=lambda one: one.size, default=None)


class Compared(NamedTuple):
    """A window against something.

    Attributes
    ----------
    distances : array of float, items
    enough : array of bool, items
        Whether both sides have `LEAST` events.
    shares, others : array of float, bins
        Of the window, and what they are compared with.
    """

    distances: Counts
    enough: NDArray[np.bool_]
    shares: Counts
    others: Counts


class Comparer:
    """Compares windows of events.

    Parameters
    ----------
    statistics : Statistics
        What is counted.
    mean : array of float, bins
        Shares of the training.
    items : sequence of Item
        What is compared.
    """

    def __init__(self, statistics: Statistics, mean: Counts, items: Sequence[Item]) -> None:
        self.statistics = statistics
        self.mean = mean
        self._starts = np.flatnonzero(np.diff(statistics.group_of, prepend=-1))
        groups = {group.name: place for place, group in enumerate(statistics.groups)}
        self.group = np.array([groups[item.group] for item in items], dtype=np.intp)
        alone = [None if item.bin is None else statistics.place(item.group, item.bin) for item in items]
        self._alone = np.array([place is not None for place in alone], dtype=bool)
        self._bins = np.array([place for place in alone if place is not None], dtype=np.intp)

    def events(self, counts: Counts) -> Counts:
        """Return how many events each group has, along the last axis."""
        found: Counts = np.add.reduceat(counts, self._starts, axis=-1)
        return found

    def shares(self, counts: Counts) -> Counts:
        """Return the shares of counts within their groups; 0 where a group has none."""
        told = self.events(counts)[..., self.statistics.group_of]
        return np.divide(counts, told, out=np.zeros_like(counts), where=told > 0)

    def drawn(self, counts: Counts, towards: Counts) -> Counts:
        """Return the shares of counts, drawn towards others."""
        of = self.statistics.group_of
        shares: Counts = (counts + PRIOR * towards) / (self.events(counts) + PRIOR)[..., of]
        return shares

    def compare(self, now: Counts, past: Counts | None, mean: Counts | None = None) -> Compared:
        """Compare a window with the training, or with what the site had before.

        Parameters
        ----------
        now : array of float, bins
            Counts of the window.
        past : array of float, bins, optional
            Counts before.
        mean : array of float, bins, optional
            Shares of the training, if not all of it.
        """
        enough = self.events(now) >= LEAST
        if past is None:
            others = self.mean if mean is None else mean
            shares = self.drawn(now, others)
        else:
            enough &= self.events(past) >= LEAST
            both = self.shares(now + past)
            shares, others = self.drawn(now, both), self.drawn(past, both)
        return Compared(self.distances(shares, others), enough[self.group], shares, others)

    def distances(self, shares: Counts, others: Counts) -> Counts:
        """Return how far shares lie from others, an entry an item."""
        whole = np.add.reduceat(_divergence(shares, others), self._starts)
        found: Counts = whole[self.group]
        one, other = shares[self._bins], others[self._bins]
        found[self._alone] = _divergence(one, other) + _divergence(1 - one, 1 - other)
        # Of equal shares it is a hair below 0.
        return np.sqrt(np.maximum(found, 0))


def _divergence(one: Counts, other: Counts) -> Counts:
    """Return what each bin adds to the Jensen–Shannon divergence, in bits."""
    middle = (one + other) / 2
    found: Counts = (rel_entr(one, middle) + rel_entr(other, middle)) / (2 * math.log(2))
    return found


def profile_of(
    statistics: Statistics,
    sites: Mapping[str, Sequence[tuple[int, Counts]]],
    *,
    risk: float,
    calibration: Sequence[Certainty] = (),
) -> Profile:
    """Return the profile of the events of some sites.

    Parameters
    ----------
    statistics : Statistics
        What is counted.
    sites : mapping of str to sequence of (int, array of float, bins)
        By site its events in order of time, in pieces: how many, and what they count. Pieces that the
        sizes of windows are multiples of.
    risk : float
        That the answers accept.
    calibration : sequence of Certainty
        Whether probabilities meant what they say.

    Raises
    ------
    ModelError
        If there is no site.
    """
    if not sites:
        raise ModelError("a profile needs the events of sites")
    sums = np.array([np.sum([counts for _, counts in pieces], axis=0) for pieces in sites.values()])
    plain = Comparer(statistics, np.zeros(len(statistics)), ())
    told = plain.events(sums)[:, statistics.group_of]
    shares = np.divide(sums, told, out=np.full_like(sums, np.nan), where=told > 0)
    mean, low, high = _mean(shares), _quantile(shares, 0.05), _quantile(shares, 0.95)
    # Before anything is measured with it, so that what is kept measures the same.
    mean = mean.round(DIGITS)
    items = _items(statistics, mean)
    comparer = Comparer(statistics, mean, items)
    # A site has no part in what it is set against: else it would lie nearer than a new one.
    others = {name: _mean(np.delete(shares, place, axis=0)) for place, name in enumerate(sites)}
    normal = []
    for size in SIZES:
        windows = {name: _windows(pieces, size) for name, pieces in sites.items()}
        firsts = [(own[0], None, others[name]) for name, own in windows.items() if own]
        pairs = [(own[1], own[0], others[name]) for name, own in windows.items() if len(own) > 1]
        for against, compared in ((TRAINING, firsts), (PAST, pairs)):
            if len(compared) >= SITES and (found := _normal(comparer, against, size, compared)).extremes:
                normal.append(found)
    return Profile(
        version=VERSION,
        sites=len(sites),
        events=sum(number for pieces in sites.values() for number, _ in pieces),
        risk=risk,
        groups=statistics.groups,
        mean=_by_group(statistics, mean),
        low=_by_group(statistics, low),
        high=_by_group(statistics, high),
        items=items,
        normal=tuple(normal),
        calibration=tuple(calibration),
    )


def _mean(shares: Counts) -> Counts:
    """Return the mean of sites; 0 where none has the group."""
    told = ~np.isnan(shares)
    mean: Counts = np.nansum(shares, axis=0) / np.maximum(told.sum(axis=0), 1)
    return mean


def _quantile(shares: Counts, part: float) -> Counts:
    found = np.zeros(shares.shape[1])
    told = ~np.isnan(shares).all(axis=0)
    found[told] = np.nanquantile(shares[:, told], part, axis=0)
    return found


def _items(statistics: Statistics, mean: Counts) -> tuple[Item, ...]:
    found = []
    for group in statistics.groups:
        found.append(Item(group.name))
        if group.name == FAMILIARITY:
            # No site of the training has them, so that a few are worth to be told of.
            found += [Item(FAMILIARITY, label) for label in FAMILIAR[2:]]
        if group.name == METHOD:
            found += [
                Item(METHOD, label)
                for label in group.bins
                if mean[statistics.place(METHOD, label)] >= FREQUENT
            ]
    return tuple(found)


def _windows(pieces: Sequence[tuple[int, Counts]], size: int) -> list[Counts]:
    """Return what the first windows of a size count, two at most."""
    found, events, counts = [], 0, np.zeros_like(pieces[0][1])
    for number, piece in pieces:
        events += number
        counts = counts + piece
        if events >= size:
            found.append(counts)
            events, counts = 0, np.zeros_like(counts)
        if len(found) == 2:
            break
    return found


def _normal(
    comparer: Comparer, against: str, size: int, windows: Sequence[tuple[Counts, Counts | None, Counts]]
) -> Normal:
    found = [comparer.compare(now, past, mean) for now, past, mean in windows]
    distances = np.array([one.distances for one in found])
    distances[~np.array([one.enough for one in found])] = np.nan
    known = (~np.isnan(distances)).sum(axis=0) >= SITES
    distances[:, ~known] = np.nan
    mean, deviation = _spread(distances)
    scores = (distances - _without(distances, 0)) / _without(distances, 1)
    told = ~np.isnan(scores).all(axis=1)
    extremes = np.sort(np.nanmax(scores[told], axis=1)) if told.any() else np.zeros(0)
    return Normal(
        against=against,
        size=size,
        mean=_told(mean),
        deviation=_told(deviation),
        extremes=tuple(round(float(one), DIGITS) for one in extremes),
    )


def _spread(distances: Counts) -> tuple[Counts, Counts]:
    """Return mean and standard deviation of the sites, an entry an item; not a number where none is told."""
    sites = (~np.isnan(distances)).sum(axis=0)
    with np.errstate(invalid="ignore"):
        mean = np.nansum(distances, axis=0) / sites
        square = np.nansum(distances**2, axis=0) / sites - mean**2
    return mean.round(DIGITS), np.maximum(np.sqrt(np.maximum(square, 0)), FLOOR).round(DIGITS)


def _without(distances: Counts, moment: int) -> Counts:
    """Return mean (0) or standard deviation (1) of the other sites, sites × items."""
    others = (distances[np.arange(len(distances)) != site] for site in range(len(distances)))
    return np.array([_spread(other)[moment] for other in others])


def _told(values: Counts) -> tuple[float | None, ...]:
    return tuple(None if math.isnan(one) else float(one) for one in values.tolist())


def _by_group(statistics: Statistics, values: Counts) -> tuple[tuple[float, ...], ...]:
    ends = np.cumsum([len(group.bins) for group in statistics.groups])[:-1]
    return tuple(tuple(round(one, DIGITS) for one in part.tolist()) for part in np.split(values, ends))

"""What is counted of events to see whether they change: shares of bins, by feature group.

A *feature group* is one thing that events tell: a key of the vocabulary with its values, a number with
its decades, the method; and what the model makes of them: how familiar they are, what is answered,
which tactics are shown, how sure it is. All of it is read from what a model has computed anyway, the
row of an event's features and its verdict, so that a live service and a training count alike.

A group counts the events that it could be told of: a key that a method never tells says nothing of
that key. So a group doesn't move when the mixture of methods does.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array  # type: ignore[import-untyped]

from adscribe.answer import Verdict
from adscribe.context.vocabulary import load_vocabulary
from adscribe.features import FeatureSpace, Row
from adscribe.features.counts import COUNTS
from adscribe.features.history import HISTORY
from adscribe.features.rates import RATES
from adscribe.features.reading import UNKNOWN, method_name
from adscribe.features.targets import TARGETS
from adscribe.features.volumes import VOLUMES
from adscribe.model.novelty import Novelty
from adscribe.model.outcomes import REASONS, OutcomeSpace

Counts = NDArray[np.float64]

ANSWERS = "answers"
"""Family of the groups that tell what the model answers."""

CATEGORY = "category"

METHOD, FAMILIARITY, ANSWER, TACTIC, PROBABILITY = "method", "familiarity", "answer", "tactic", "probability"
"""Groups that aren't named by a key or a number."""

OTHER = "other"
"""Bin of the methods that the training didn't have."""

FAMILIAR = ("all known", "some facts new", "most facts new", "method new")
"""Bins of `FAMILIARITY`."""

LABELS = (CATEGORY, *REASONS, "low_confidence", "unfamiliar")
"""Bins of `ANSWER`: a category, a reason, or the basis of ``undetermined``."""

SURE = (0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
"""Where the bins of `PROBABILITY` end."""

_QUANTITIES = {
    "volumes": VOLUMES,
    "counts": COUNTS,
    "rates": RATES,
    "targets": TARGETS,
    "history": HISTORY,
}
_FAMILY = {
    name: family
    for family, quantities in _QUANTITIES.items()
    for name in quantities
    if name not in load_vocabulary().keys
}
"""Numbers to their extractor; one that a key has its name from is told by the key's values."""

_KNOTS = 2
"""So many neighbouring knots of a scale share a bin: a decade of most scales."""


class FeatureGroup(msgspec.Struct, frozen=True):
    """One thing that is counted.

    Attributes
    ----------
    name : str
        Key of the vocabulary, name of a number, or one of the groups above.
    family : str
        The extractor that tells it, or `ANSWERS`.
    bins : tuple of str
        What an event can be in it.
    """

    name: str
    family: str
    bins: tuple[str, ...]


class Said(NamedTuple):
    """What is counted of an answer.

    Attributes
    ----------
    label : str
        One of `LABELS`.
    tactics : sequence of str
        Short names of those shown.
    probability : float or None
        Of the reason, or of the least probable category shown; ``None`` where the model didn't try.
    """

    label: str
    tactics: Sequence[str]
    probability: float | None

    @classmethod
    def of(cls, verdict: Verdict) -> Said:
        """Return what is counted of a verdict."""
        reason = verdict.no_category
        if reason is None:
            shown = [one.probability for one in verdict.techniques or verdict.tactics]
            return cls(CATEGORY, [tactic.shortname for tactic in verdict.tactics], min(shown, default=None))
        if reason.reason != "undetermined":
            return cls(reason.reason, (), reason.probability)
        return cls(reason.basis, (), None if reason.basis == "unfamiliar" else reason.probability)


class Statistics:
    """What is counted of the events of one model.

    Parameters
    ----------
    features : FeatureSpace
        Columns of the model.
    outcomes : OutcomeSpace
        What it can answer.
    novelty : Novelty
        What it knows.

    Attributes
    ----------
    groups : tuple of FeatureGroup
        All groups; the bins of one stand behind those of another.
    group_of : ndarray of intp, bins
        Place of each bin's group.
    """

    def __init__(self, features: FeatureSpace, outcomes: OutcomeSpace, novelty: Novelty) -> None:
        self._novelty = novelty
        named: dict[tuple[str, str], list[str]] = {}
        places: dict[int, tuple[str, str]] = {}
        methods = {method_name(method) for method in novelty.methods}
        for column, name in enumerate(features.names):
            found = _bin_of(name, methods)
            if found is not None:
                group, family, label = found
                bins = named.setdefault((group, family), [])
                if label not in bins:
                    bins.append(label)
                places[column] = group, label
        named.setdefault((METHOD, "facts"), []).append(OTHER)
        named[FAMILIARITY, "facts"] = list(FAMILIAR)
        named[ANSWER, ANSWERS] = list(LABELS)
        named[TACTIC, ANSWERS] = _tactics(outcomes)
        named[PROBABILITY, ANSWERS] = [_sure(number) for number in range(len(SURE) + 1)]
        self.groups = tuple(
            FeatureGroup(name, family, tuple(_ordered(name, bins)))
            for (name, family), bins in sorted(named.items(), key=lambda one: (one[0][1], one[0][0]))
        )
        self._place: Mapping[tuple[str, str], int] = {
            one: place
            for place, one in enumerate((group.name, label) for group in self.groups for label in group.bins)
        }
        self.group_of = np.repeat(np.arange(len(self.groups)), [len(group.bins) for group in self.groups])
        self._column = np.full(len(features), -1, dtype=np.intp)
        for column, one in places.items():
            self._column[column] = self._place[one]

    def __len__(self) -> int:
        return len(self.group_of)

    def place(self, group: str, label: str) -> int:
        """Return the place of a bin."""
        return self._place[group, label]

    def rows(self, matrix: csr_array) -> csr_array:
        """Return what the features of events count, events × bins.

        Parameters
        ----------
        matrix : csr_array, events × features
            The events.
        """
        columns = np.flatnonzero(self._column >= 0)
        shape = (len(self._column), len(self))
        return matrix @ csr_array((np.ones(len(columns)), (columns, self._column[columns])), shape=shape)

    def add_features(self, counts: Counts, row: Row) -> None:
        """Add what an event's features count."""
        places = self._column[row.indices]
        counted = places >= 0
        counts += np.bincount(places[counted], row.values[counted], len(counts))

    def of_event(self, method: str, facts: int, strange: int) -> Iterable[int]:
        """Return the bins of an event that its features don't tell.

        Parameters
        ----------
        method : str
            Of the event.
        facts, strange : int
            See `Row`.
        """
        if method not in self._novelty.methods:
            return self._place[METHOD, OTHER], self._place[FAMILIARITY, FAMILIAR[3]]
        if not strange:
            return (self._place[FAMILIARITY, FAMILIAR[0]],)
        many = strange > self._novelty.most * facts
        return (self._place[FAMILIARITY, FAMILIAR[2 if many else 1]],)

    def of_answer(self, said: Said) -> Iterable[int]:
        """Return the bins of an answer."""
        told = [(ANSWER, said.label), *((TACTIC, name) for name in said.tactics)]
        # What the training had no name for isn't counted: it must not break an answer.
        found = [place for one in told if (place := self._place.get(one)) is not None]
        if said.probability is not None:
            found.append(self._place[PROBABILITY, _sure(bisect_right(SURE, said.probability))])
        return found


def _bin_of(name: str, methods: Collection[str]) -> tuple[str, str, str] | None:
    """Return group, family and bin of a feature; ``None`` where it isn't counted."""
    if "&" in name:
        return None
    if name in methods:
        return METHOD, "facts", name
    number, _, knot = name.partition("~")
    if knot and number in _FAMILY:
        family = _FAMILY[number]
        return number, family, _decade(number, family, float(knot))
    key, _, value = name.partition("=")
    known = load_vocabulary().keys.get(key)
    # Groups that a value belongs to would count it twice.
    if known is not None and (value == UNKNOWN or value in known.values):
        return key, "facts", value
    return None


def _decade(number: str, family: str, knot: float) -> str:
    knots = _QUANTITIES[family][number].scale.knots
    first = knots.index(knot) // _KNOTS * _KNOTS
    within = knots[first : first + _KNOTS]
    return " to ".join(f"{one:.12g}" for one in dict.fromkeys((within[0], within[-1])))


def _ordered(group: str, bins: Sequence[str]) -> list[str]:
    return sorted(bins, key=lambda label: float(label.partition(" ")[0])) if group in _FAMILY else list(bins)


def _sure(number: int) -> str:
    edges = (0.0, *SURE, 1.0)
    return f"{edges[number]:g} to {edges[number + 1]:g}"


def _tactics(outcomes: OutcomeSpace) -> list[str]:
    named = {name for outcome in outcomes.outcomes for name in outcome.tactics}
    return sorted(named, key=lambda name: outcomes.enterprise.tactic(name).order)

"""From the probabilities of outcomes to what is shown.

A *set* is what could be shown: techniques with their tactics, some of them perhaps by their parents
alone, or tactics alone. The probability that all of a set is right is the sum over the outcomes that
have all of its labels: a parent is right when any of its sub-techniques is. The most detailed set
that is probable enough is shown; else a reason, or that the model can't tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from adscribe.attack import Matrix
from adscribe.model.outcomes import REASONS, Outcome, OutcomeSpace

Array = NDArray[np.float32]

LEAST = 0.5
"""No set is shown that is rather wrong than right, whatever risk is accepted."""

CALM = ("benign", "misconfiguration")
"""The reasons that tell an operator that nothing is to be done."""

_SUB_TECHNIQUE, _TECHNIQUE, _TACTIC = 4, 3, 1
_MOST_TECHNIQUES = 5
_ROWS_AT_ONCE = 8192


@dataclass(frozen=True, slots=True)
class Shown:
    """A set that can be shown.

    Attributes
    ----------
    techniques : mapping of str to tuple of str
        Ids, each with its tactics in the order of the matrix; none where tactics stand alone.
    tactics : tuple of str
        Short names, in the order of the matrix.
    """

    techniques: Mapping[str, tuple[str, ...]]
    tactics: tuple[str, ...]

    @property
    def labels(self) -> frozenset[str]:
        """What must be true of the event for the set to be right."""
        return frozenset((*self.techniques, *self.tactics))

    @property
    def detail(self) -> int:
        """How much it says; a sub-technique says more than a technique, that more than a tactic."""
        says = sum(_SUB_TECHNIQUE if "." in one else _TECHNIQUE for one in self.techniques)
        return says + _TACTIC * len(self.tactics)


class Decision(NamedTuple):
    """What is shown of one event.

    Attributes
    ----------
    shown : Shown or None
        The set; ``None`` where there is a reason.
    reason : str or None
        One of `REASONS`, ``"undetermined"`` where the model can't tell; ``None`` where a set is shown.
    probability : float
        That the set, or the reason, is right. Of ``"undetermined"``: that no category applies.
    """

    shown: Shown | None
    reason: str | None
    probability: float


class Options(NamedTuple):
    """The sets that are rather right than wrong, of many events: a row an option.

    Sorted by event; of one event the most detailed first, of equal detail the most probable.
    """

    event: NDArray[np.intp]
    shown: NDArray[np.intp]
    probability: Array


class Decoder:
    """Decides what is shown.

    Parameters
    ----------
    space : OutcomeSpace
        The outcomes.

    Attributes
    ----------
    sets : tuple of Shown
        All sets that can be shown.
    contains : array of float32, sets × outcomes
        1 where all of the set is right.
    """

    def __init__(self, space: OutcomeSpace) -> None:
        self.space = space
        found: dict[frozenset[str], Shown] = {}
        for outcome in space.outcomes:
            for shown in _sets(outcome, space.enterprise):
                found.setdefault(shown.labels, shown)
        self.sets = tuple(found.values())
        self.contains = space.table(list(found))
        self._detail = np.array([shown.detail for shown in self.sets], dtype=np.float32)
        self._sums = np.vstack([self.contains, space.reasons, space.is_category[np.newaxis]])

    def decide(self, probabilities: Array, category: float, calm: float) -> Decision:
        """Return what is shown of one event.

        Parameters
        ----------
        probabilities : array, outcomes
            Of the event.
        category : float
            How probable a set must be that is shown; at least `LEAST`.
        calm : float
            How probable any category may be where ``benign`` or ``misconfiguration`` is answered.
        """
        sums = self._sums @ probabilities
        right, reasons, any_category = sums[: len(self.sets)], sums[len(self.sets) : -1], float(sums[-1])
        enough = np.flatnonzero(right >= category)
        if len(enough):
            best = enough[np.lexsort((right[enough], self._detail[enough]))[-1]]
            return Decision(self.sets[best], None, float(right[best]))
        first = int(reasons.argmax())
        reason, probability = REASONS[first], float(reasons[first])
        settled = any_category <= calm if reason in CALM else float(reasons.sum()) > any_category
        if settled:
            return Decision(None, reason, probability)
        return Decision(None, "undetermined", max(1.0 - any_category, 0.0))

    def likeliest(self, probabilities: Array) -> tuple[Shown | None, float]:
        """Return the set that is most probably right, with its probability; the more detailed of equals."""
        if not self.sets:
            return None, 0.0
        right = self.contains @ probabilities
        best = int(np.lexsort((self._detail, right))[-1])
        return self.sets[best], float(right[best])

    def options(self, probabilities: Array) -> Options:
        """Return the sets that can be shown of many events.

        Parameters
        ----------
        probabilities : array, events × outcomes
            Of the events.
        """
        parts = []
        for start in range(0, len(probabilities), _ROWS_AT_ONCE):
            right = probabilities[start : start + _ROWS_AT_ONCE] @ self.contains.T
            event, shown = np.nonzero(right >= LEAST)
            parts.append((event + start, shown, right[event, shown]))
        event, shown, probability = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.lexsort((-probability, -self._detail[shown], event))
        return Options(event[order], shown[order], probability[order])

    def calm(self, probabilities: Array) -> Array:
        """Return how probable any category is where the likeliest reason is a calm one, else infinity.

        Parameters
        ----------
        probabilities : array, events × outcomes
            Of the events.
        """
        reasons = probabilities @ self.space.reasons.T
        calm = np.isin(reasons.argmax(axis=1), [REASONS.index(reason) for reason in CALM])
        found: Array = np.where(calm, probabilities @ self.space.is_category, np.float32(np.inf))
        return found


def chosen(options: Options, threshold: float) -> Options:
    """Return the one option of each event that is shown at a threshold."""
    enough = np.flatnonzero(options.probability >= threshold)
    _, first = np.unique(options.event[enough], return_index=True)
    rows = enough[first]
    return Options(options.event[rows], options.shown[rows], options.probability[rows])


def _sets(outcome: Outcome, matrix: Matrix) -> Iterator[Shown]:
    """Return what could be shown of an event with this outcome."""
    if len(outcome.techniques) <= _MOST_TECHNIQUES:
        ways = [
            [name, parent, None] if (parent := matrix.technique(name).parent) else [name, None]
            for name in outcome.techniques
        ]
    else:
        ways = [[name] for name in outcome.techniques]
    for names in product(*ways):
        kept = {name for name in names if name is not None}
        if kept and not any(name.partition(".")[0] in kept for name in kept if "." in name):
            yield _shown({name: _tactics(name, names, outcome, matrix) for name in sorted(kept)}, matrix)
    for number in range(1, len(outcome.tactics) + 1):
        for tactics in combinations(outcome.tactics, number):
            yield Shown({}, _ordered(tactics, matrix))


def _tactics(name: str, names: Sequence[str | None], outcome: Outcome, matrix: Matrix) -> tuple[str, ...]:
    """Return the tactics of a technique that the outcome supports; of a parent its sub-techniques'."""
    supported = set(outcome.tactics)
    stands_for = [own for own, shown in zip(outcome.techniques, names, strict=True) if shown == name]
    found = {tactic for own in stands_for for tactic in matrix.technique(own).tactics} & supported
    return _ordered(found, matrix)


def _shown(techniques: Mapping[str, tuple[str, ...]], matrix: Matrix) -> Shown:
    return Shown(techniques, _ordered({one for tactics in techniques.values() for one in tactics}, matrix))


def _ordered(tactics: set[str] | tuple[str, ...], matrix: Matrix) -> tuple[str, ...]:
    return tuple(sorted(tactics, key=lambda name: matrix.tactic(name).order))

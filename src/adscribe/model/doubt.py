"""Why nothing is said: what is likeliest, and how sure the model would have to be."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from adscribe.context.words import listing, percent
from adscribe.model.decoding import CALM, LEAST
from adscribe.model.outcomes import REASONS, OutcomeSpace
from adscribe.model.softmax import Array

MOST = 3
"""So many of the likeliest answers are named, those that are at least `SHOWN` probable."""

SHOWN = 0.05

STANDS_FOR = 0.8
"""A tactic is named by the technique that has this share of its probability."""

_ICS = "ics:"
_CALLED = {
    "too_generic": "too generic to tell",
    "no_technique": "no technique describes it",
    "misconfiguration": "a misconfiguration",
    "benign": "benign",
}


class Likely(NamedTuple):
    """An answer that is considered.

    Attributes
    ----------
    probability : float
        That it is right.
    name, id : str
        In words; the id of a technique.
    """

    probability: float
    name: str
    id: str = ""

    @property
    def named(self) -> str:
        """Name and id."""
        return f"{self.name} ({self.id})" if self.id else self.name

    def __str__(self) -> str:
        told = percent(self.probability)
        return f"{self.name} ({self.id}, {told})" if self.id else f"{self.name} ({told})"


class Doubt:
    """Says what keeps the model from an answer.

    Parameters
    ----------
    outcomes : OutcomeSpace
        What it tells apart.
    category : float
        How probable a set of categories must be that is shown.
    calm : float
        How probable any category may be where ``benign`` or ``misconfiguration`` is answered; below 0
        where the model can't promise it at all.
    """

    def __init__(self, outcomes: OutcomeSpace, category: float, calm: float) -> None:
        self._space = outcomes
        self._category = category
        self._calm = calm
        matrix, ics = outcomes.enterprise, outcomes.ics
        self._names: list[str] = []
        self._techniques: list[list[str]] = []
        labels = []
        for label in outcomes.labels:
            if label.startswith(_ICS):
                self._names.append(f"{ics.tactic(label.removeprefix(_ICS)).name} in the ICS matrix")
                self._techniques.append([])
            elif label not in REASONS and label not in matrix and label not in ics:
                self._names.append(matrix.tactic(label).name)
                self._techniques.append(
                    [one for one in outcomes.techniques() if label in matrix.technique(one).tactics]
                )
            else:
                continue
            labels.append(label)
        self._tactics = outcomes.contains[[outcomes.labels[label] for label in labels]]

    def text(self, probabilities: Array) -> str:
        """Return why an event is undetermined, as one sentence.

        Parameters
        ----------
        probabilities : array, outcomes
            Of the event.
        """
        said = (self._space.reasons @ probabilities).tolist()
        reasons = dict(zip(REASONS, said, strict=True))
        categories = list(self._categories(probabilities))
        if math.fsum(reasons[reason] for reason in CALM) >= LEAST:
            calm = _ranked(Likely(reasons[reason], _CALLED[reason]) for reason in CALM)
            return self._nearly_calm(calm, categories, float(self._space.is_category @ probabilities))
        every = [Likely(probability, _CALLED[reason]) for reason, probability in reasons.items()]
        told = listing(tuple(map(str, _ranked([*every, *categories]))))
        return f"nothing is sure enough: {told}; {percent(self._category)} are needed to name a category"

    def _nearly_calm(self, calm: Sequence[Likely], categories: Sequence[Likely], any_category: float) -> str:
        said = f"most likely {' or '.join(map(str, calm))}"
        if self._calm < 0:
            return f"{said}, but this model gives no all-clear"
        share, allowed = percent(any_category), percent(self._calm)
        share = f"just over {allowed}" if share == allowed else share
        first = max(categories, default=None)
        which = f" such as {first.named}" if first is not None else ""
        return f"{said}, but {share} remain for a category{which}; an all-clear allows at most {allowed}"

    def _categories(self, probabilities: Array) -> Iterator[Likely]:
        """Yield the likeliest tactics, by their technique where it is nearly all of them; each once."""
        tactics = self._tactics @ probabilities
        seen = set()
        for place in np.argsort(-tactics, kind="stable")[:MOST].tolist():
            found = Likely(float(tactics[place]), self._names[place])
            for technique in self._within(place, probabilities):
                if technique.probability >= STANDS_FOR * found.probability:
                    found = technique
            if found.named not in seen:
                seen.add(found.named)
                yield found

    def _within(self, place: int, probabilities: Array) -> Iterator[Likely]:
        """Yield the techniques of a tactic in the order of their ids: a sub-technique after its parent."""
        space, names = self._space, self._techniques[place]
        sums = space.contains[[space.labels[name] for name in names]] @ probabilities
        for name, probability in zip(names, sums.tolist(), strict=True):
            yield Likely(probability, space.enterprise.technique(name).name, name)


def _ranked(likely: Iterable[Likely]) -> list[Likely]:
    """Return the likeliest answers that are worth a word."""
    ranked = sorted(likely, key=lambda one: -one.probability)[:MOST]
    return [one for one in ranked if one.probability >= SHOWN] or ranked[:1]

"""Why: the facts for and against a label, with weights that add up to the model's logit.

The logit of a label is that of the sum over its outcomes. It is compared with the label's logit for
an event of which nothing is known, its base rate, and the difference is shared among the features by
integrated gradients (Sundararajan et al., "Axiomatic attribution for deep networks", ICML 2017)
along the straight way between the two. What the sum over a few steps misses is shared in proportion,
so that the weights add up exactly.

A feature counts for the keys that it rests on, a combination for each of them equally: that is the
Shapley value of a product. What the sensor reports is one of them, since a login that failed says
nothing of guessing where no guessing was reported. A row of the codebook counts for its method and the
keys that its conditions are on. Keys that tell of one thing are told together, see
`adscribe.model.things`.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from adscribe.answer import told_once
from adscribe.answer.assignment import Evidence
from adscribe.context import Context
from adscribe.features import FeatureSpace, Row, rules
from adscribe.model.residual import Offsets
from adscribe.model.sharing import Sharing
from adscribe.model.softmax import Array, Softmax
from adscribe.model.things import Things

Numbers = NDArray[np.float64]

STEPS = 8
"""Points on the way from nothing to the event at which the gradient is taken."""

MOST = 6
"""Facts that are named; the others are summed up."""

LEAST = 0.05
"""Share of all weights, for and against, from which on a fact is named."""

OTHERS = "other facts"

_WAY = np.array([0.0, *((step + 0.5) / STEPS for step in range(STEPS)), 1.0])[:, np.newaxis]
"""The points, between the beginning and the end."""

_LEAST_WEIGHT = 5e-5
_LEAST_MASS = 1e-300


class Explainer:
    """Says why an event has a label.

    Parameters
    ----------
    space : FeatureSpace
        The features.
    model : Softmax
        Weighs them.
    """

    def __init__(self, space: FeatureSpace, model: Softmax) -> None:
        self._space = space
        self._model = model

    def explain(
        self, context: Context, row: Row, labels: Array, offsets: Offsets | None = None
    ) -> list[tuple[Evidence, ...]]:
        """Return the facts for and against each label.

        Parameters
        ----------
        context : Context
            The event.
        row : Row
            Its features.
        labels : array, labels × outcomes
            1 where the outcome has the label.
        offsets : Offsets, optional
            What a site's verdicts added; told as a fact, whatever it weighs.

        Returns
        -------
        list of tuple of Evidence
            For each label the weightiest facts first, positive and negative, `OTHERS` last. The weights
            add up to the label's logit less its base rate, to four digits.
        """
        keys, shares = self._sharing.of(row.indices, rules.rests_on(context))
        things = Things(context, keys)
        weights = contributions(self._model, row, labels, None if offsets is None else offsets.logits)
        number = len(row.indices)
        belongs = np.zeros((len(keys), len(things.names)))
        belongs[np.arange(len(keys)), things.places] = 1
        told = [_told(things, of_label) for of_label in weights[:, :number] @ shares @ belongs]
        if offsets is None:
            return told
        added = weights[:, number].round(4).tolist()
        return [
            (Evidence(fact=offsets.text, weight=weight), *others)
            for weight, others in zip(added, told, strict=True)
        ]

    @cached_property
    def _sharing(self) -> Sharing:
        return Sharing(map(self._space.keys_of, range(len(self._space))))


def _told(things: Things, weights: Numbers) -> tuple[Evidence, ...]:
    size = np.abs(weights)
    least = max(LEAST * size.sum(), _LEAST_WEIGHT)
    # Of equal weights the first stays first, so that an event is told in one order.
    named = [place for place in np.argsort(-size, kind="stable")[:MOST].tolist() if size[place] >= least]
    told = told_once(things.told(things.names[place], round(float(weights[place]), 4)) for place in named)
    rest = round(float(weights.sum()) - sum(one.weight for one in told), 4)
    return (*told, Evidence(fact=OTHERS, weight=rest)) if rest else told


def contributions(model: Softmax, row: Row, labels: Array, offsets: Array | None = None) -> Numbers:
    """Return what each feature of an event adds to the logit of each label, labels × features.

    A label that all outcomes have, or none, has no logit; nothing adds to it. Offsets, by outcome, count
    as one more feature, the last.
    """
    table = row.values.astype(np.float64)[:, np.newaxis] * model.coefficients[row.indices]
    if offsets is not None:
        table = np.vstack([table, offsets])
    having = (labels > 0).astype(np.float64)
    masses = _masses(model.intercept + _WAY * table.sum(axis=0))
    with_it, without = _sums(masses, having), _sums(masses, 1 - having)
    # The slope of a label's logit is its outcomes' shares of their sum less the others' of theirs.
    between = masses[1:-1]
    slope = having * ((1 / with_it[1:-1]).T @ between) - (1 - having) * ((1 / without[1:-1]).T @ between)
    parts: Numbers = slope @ table.T / STEPS
    ends = np.log(with_it[[0, -1]]) - np.log(without[[0, -1]])
    missing = ends[1] - ends[0] - parts.sum(axis=1)
    size = np.abs(parts)
    total = size.sum(axis=1, keepdims=True)
    even = np.full_like(parts, 1 / max(len(table), 1))
    parts += missing[:, np.newaxis] * np.divide(size, total, out=even, where=total > 0)
    parts[having.all(axis=1) | ~having.any(axis=1)] = 0
    return parts


def logits(scores: Numbers, labels: Array) -> Numbers:
    """Return the log-odds of the outcomes of each label against the others."""
    masses, having = _masses(scores[np.newaxis]), (labels > 0).astype(np.float64)
    found: Numbers = (np.log(_sums(masses, having)) - np.log(_sums(masses, 1 - having))).ravel()
    return found


def _masses(scores: Numbers) -> Numbers:
    masses: Numbers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return masses


def _sums(masses: Numbers, having: Numbers) -> Numbers:
    sums: Numbers = np.maximum(masses @ having.T, _LEAST_MASS)
    return sums

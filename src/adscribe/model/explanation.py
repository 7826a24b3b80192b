"""Why: the facts for and against a label, with weights that add up to the model's logit.

The logit of a label is that of the sum over its outcomes. It is compared with the label's logit for
an event of which nothing is known, its base rate, and the difference is shared among the features by
integrated gradients (Sundararajan et al., "Axiomatic attribution for deep networks", ICML 2017)
along the straight way between the two. What the sum over a few steps misses is shared in proportion,
so that the weights add up exactly.

A feature counts for the facts that it rests on, a combination for each of them equally. The method
is where a fact is seen, not a fact of its own: it counts only for what rests on nothing else. A row
of the codebook counts for the facts that meet its conditions.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from adscribe.answer import evidence_of
from adscribe.answer.assignment import Evidence
from adscribe.context import Context
from adscribe.features import FeatureSpace, Row, rules
from adscribe.model.residual import Offsets
from adscribe.model.softmax import Array, Softmax
from adscribe.model.wording import in_words

Numbers = NDArray[np.float64]

STEPS = 8
"""Points on the way from nothing to the event at which the gradient is taken."""

MOST = 6
"""Facts that are named; the others are summed up."""

LEAST = 0.05
"""Weight of a fact, in log-odds, from which on it is named."""

OTHERS = "other facts"

_LEAST_MASS = 1e-300
_RULE = "rule"
_NO_FACT = frozenset(("method", "submethod", _RULE))


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
        keys, share = self._sharing(context, row)
        weights = contributions(self._model, row, labels, None if offsets is None else offsets.logits)
        number = len(row.indices)
        told = [self._worded(context, keys, of_label) for of_label in weights[:, :number] @ share]
        if offsets is None:
            return told
        added = weights[:, number].round(4).tolist()
        return [
            (Evidence(fact=offsets.text, weight=weight), *others)
            for weight, others in zip(added, told, strict=True)
        ]

    def _sharing(self, context: Context, row: Row) -> tuple[list[str], Numbers]:
        """Return the facts that the features rest on, and each feature's share in each."""
        conditions = rules.rests_on(context)
        places: dict[str, int] = {}
        entries: list[tuple[int, int, float]] = []
        for feature, column in enumerate(row.indices.tolist()):
            keys = self._space.keys_of(column)
            if _RULE in keys:
                keys = (*keys, *conditions)
            own = [key for key in dict.fromkeys(keys) if key not in _NO_FACT] or ["method"]
            entries += [(feature, places.setdefault(key, len(places)), 1 / len(own)) for key in own]
        share = np.zeros((len(row.indices), len(places)))
        for feature, place, part in entries:
            share[feature, place] = part
        return list(places), share

    def _worded(self, context: Context, keys: Sequence[str], weights: Numbers) -> tuple[Evidence, ...]:
        found: dict[str, Evidence] = {}
        for key, weight in zip(keys, weights.tolist(), strict=True):
            # Two keys can rest on one observation; it is told once.
            one = _evidence(key, weight, context)
            same = found.get(one.fact)
            found[one.fact] = replace(one, weight=one.weight + same.weight) if same else one
        named = sorted(found.values(), key=lambda one: -abs(one.weight))[:MOST]
        told = [replace(one, weight=round(one.weight, 4)) for one in named if abs(one.weight) >= LEAST]
        rest = round(float(weights.sum()) - sum(one.weight for one in told), 4)
        return (*told, Evidence(fact=OTHERS, weight=rest)) if rest else tuple(told)


def _evidence(key: str, weight: float, context: Context) -> Evidence:
    fact = context.facts.get(key)
    if fact is not None:
        return replace(evidence_of(fact, 0.0, context), weight=weight)
    return Evidence(fact=in_words(key, context), weight=weight)


def contributions(model: Softmax, row: Row, labels: Array, offsets: Array | None = None) -> Numbers:
    """Return what each feature of an event adds to the logit of each label, labels × features.

    A label that all outcomes have, or none, has no logit; nothing adds to it. Offsets, by outcome, count
    as one more feature, the last.
    """
    table = row.values.astype(np.float64)[:, np.newaxis] * model.coefficients[row.indices]
    if offsets is not None:
        table = np.vstack([table, offsets])
    intercept, whole = model.intercept.astype(np.float64), table.sum(axis=0)
    having = (labels > 0).astype(np.float64)
    way = (np.arange(STEPS) + 0.5)[:, np.newaxis] / STEPS
    masses = _masses(intercept + way * whole)
    # The slope of a label's logit is its outcomes' shares of their sum less the others' of theirs.
    slope = having * _shares(masses, having) - (1 - having) * _shares(masses, 1 - having)
    parts: Numbers = slope @ table.T
    missing = logits(intercept + whole, labels) - logits(intercept, labels) - parts.sum(axis=1)
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


def _shares(masses: Numbers, having: Numbers) -> Numbers:
    """Return the outcomes' shares of the labels' sums, labels × outcomes, on average over the steps."""
    shares: Numbers = (1 / _sums(masses, having)).T @ masses / len(masses)
    return shares

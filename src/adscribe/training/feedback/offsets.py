"""Offsets of one cell: what makes the model's probabilities agree with the verdicts, shrunk towards none.

The most probable offsets under the verdicts and a prior: each normal around 0 with a standard deviation of
`PRIOR`. A verdict says which outcomes are possible, those that have all of its labels; its likelihood is
their sum after the offsets. With few verdicts the prior holds them near 0, with many the verdicts decide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]

from adscribe.answer.outcome import REASONS, Outcome
from adscribe.model.outcomes import OutcomeSpace
from adscribe.model.residual import CATEGORY, labels_of
from adscribe.model.softmax import Array

PRIOR = 0.5
"""Log-odds: of most cells the odds are within a factor of 1.6 of what the model expects. A belief."""

FEWEST_OF_TECHNIQUE = 3
"""Events judged to show a technique from which on it has an offset of its own."""

_LEAST = 1e-12

Numbers = NDArray[np.float64]


def fitted(
    space: OutcomeSpace,
    said: Array,
    truths: Sequence[Outcome],
    *,
    bound: float | None,
    may_calm: bool = True,
    prior: float = PRIOR,
) -> dict[str, float]:
    """Return the offsets of a cell.

    Parameters
    ----------
    space : OutcomeSpace
        The model's.
    said : array, events × outcomes
        Probabilities of the model alone.
    truths : sequence of Outcome
        By the verdicts.
    bound : float or None
        Log-odds by which two outcomes may move against each other; ``None``: any.
    may_calm : bool
        Whether categories may become less probable than the model has them.
    prior : float
        Standard deviation of the offsets.

    Returns
    -------
    dict of str to float
        Label to log-odds; see `adscribe.model.residual`.
    """
    labels = _labels(truths)
    has = _table(space, labels)
    distinct = list(dict.fromkeys(truths))
    possible = possible_outcomes(space, distinct)
    # Outcomes that no label and no verdict tells apart are one.
    kinds, kind = np.unique(np.vstack([has, possible]), axis=1, return_inverse=True)
    has, possible = kinds[: len(labels)], kinds[len(labels) :]
    masses = np.zeros((len(said), kinds.shape[1]))
    np.add.at(masses.T, kind.ravel(), said.T.astype(np.float64))
    which = possible[[distinct.index(one) for one in truths]]

    def loss(offsets: Numbers) -> tuple[float, Numbers]:
        raised = masses * np.exp(offsets @ has)
        right = raised * which
        whole, true = raised.sum(axis=1), np.maximum(right.sum(axis=1), _LEAST)
        slope = ((raised / whole[:, np.newaxis]) - (right / true[:, np.newaxis])).sum(axis=0) @ has.T
        value = float(np.log(whole).sum() - np.log(true).sum() + (offsets**2).sum() / (2 * prior**2))
        return value, slope + offsets / prior**2

    half = np.inf if bound is None else bound / 2
    limits = [
        (-half, half) if may_calm else (-half, 0.0) if label in REASONS else (0.0, half) for label in labels
    ]
    found = minimize(loss, np.zeros(len(labels)), jac=True, method="L-BFGS-B", bounds=limits)
    return {name: round(float(value), 4) for name, value in zip(labels, found.x, strict=True)}


def moved(space: OutcomeSpace, said: Array, offsets: Mapping[str, float]) -> Array:
    """Return probabilities with offsets, without a bound.

    Parameters
    ----------
    space : OutcomeSpace
        The model's.
    said : array, events × outcomes
        Probabilities of the model alone.
    offsets : mapping of str to float
        Label to log-odds.
    """
    names = list(offsets)
    logits = np.array([offsets[name] for name in names]) @ _table(space, names)
    raised = said * np.exp(logits)
    found: Array = (raised / raised.sum(axis=1, keepdims=True)).astype(np.float32)
    return found


def possible_outcomes(space: OutcomeSpace, truths: Sequence[Outcome]) -> Numbers:
    """Return which outcomes a truth leaves, truths × outcomes.

    Those that say all that it says; where the model has none, all that have a category as it has, or its
    reason.
    """
    found = np.zeros((len(truths), len(space.outcomes)))
    for row, truth in enumerate(truths):
        fits = np.array([truth.labels <= outcome.labels for outcome in space.outcomes])
        if not fits.any():
            fits = np.array([outcome.is_category == truth.is_category for outcome in space.outcomes])
        found[row] = fits
    return found


def _labels(truths: Sequence[Outcome]) -> list[str]:
    counts: Counter[str] = Counter()
    for truth in truths:
        counts.update(labels_of(truth) - {CATEGORY, *REASONS})
    techniques = sorted(name for name, number in counts.items() if number >= FEWEST_OF_TECHNIQUE)
    return [*REASONS, CATEGORY, *techniques]


def _table(space: OutcomeSpace, labels: Sequence[str]) -> Numbers:
    having = [labels_of(outcome) for outcome in space.outcomes]
    return np.array([[float(name in one) for one in having] for name in labels])

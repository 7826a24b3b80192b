"""Probabilities that mean what they say: a temperature on the evidence, and how far they are off."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar  # type: ignore[import-untyped]
from scipy.sparse import csr_array  # type: ignore[import-untyped]

from adscribe.model.softmax import Array, Softmax

LEAST = 0.1
"""Pairs of a label and an event that the label is less probable for don't count as a claim."""

_COLDEST, _HOTTEST = 0.2, 5.0


def fit_temperature(model: Softmax, rows: csr_array, truths: NDArray[np.intp]) -> float:
    """Return the temperature at which the truths of the calibration rows are most probable.

    Above 1 the evidence was too bold. It divides the evidence alone, so the base rates stay.

    Parameters
    ----------
    model : Softmax
        What was trained.
    rows : csr_array, events × features
        Events of sites that the model wasn't trained on.
    truths : array of int, events
        The outcome of each; negative for one that the model doesn't know, which is left out.
    """
    known = truths >= 0
    evidence = np.asarray(rows[np.flatnonzero(known)] @ model.coefficients)
    own = truths[known]
    every = np.arange(len(own))

    def loss(log_temperature: float) -> float:
        logits = evidence / np.float32(np.exp(log_temperature)) + model.intercept
        top = logits.max(axis=1)
        normaliser = np.log(np.exp(logits - top[:, np.newaxis]).sum(axis=1)) + top
        return float((normaliser - logits[every, own]).mean(dtype=np.float64))

    found = minimize_scalar(loss, bounds=(np.log(_COLDEST), np.log(_HOTTEST)), method="bounded")
    return float(np.exp(found.x))


def calibration_error(probabilities: Array, truths: Array, *, bins: int = 15) -> float:
    """Return the expected calibration error over pairs of label and event.

    Parameters
    ----------
    probabilities, truths : array, events × labels
        What was said, and 1 where the label is true.
    bins : int
        Bins of equal width over what was said.

    Returns
    -------
    float
        Mean distance of what was said from what was true, over bins by their number of pairs; 0
        where no pair is at least `LEAST`.
    """
    claims = probabilities >= LEAST
    said, true = probabilities[claims].astype(np.float64), truths[claims].astype(np.float64)
    if not len(said):
        return 0.0
    place = np.minimum((said * bins).astype(np.intp), bins - 1)
    gap = np.bincount(place, weights=said - true, minlength=bins)
    return float(np.abs(gap).sum() / len(said))

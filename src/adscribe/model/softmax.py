"""The model proper: one softmax over all outcomes, linear in the features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array  # type: ignore[import-untyped]

from adscribe.errors import ModelError

Array = NDArray[np.float32]
Indices = NDArray[np.int32]

_ROWS_AT_ONCE = 16_384


@dataclass(frozen=True, slots=True)
class Softmax:
    """A log-linear model: a few rows of a table are added up, then a softmax.

    Attributes
    ----------
    coefficients : array of float32, features × outcomes
        Log-odds that each feature gives each outcome.
    intercept : array of float32, outcomes
        Where nothing is known of an event: the base rates.
    """

    coefficients: Array
    intercept: Array

    def __post_init__(self) -> None:
        shape = self.coefficients.shape
        right = len(shape) == 2 and self.intercept.shape == shape[1:]
        if not right or {self.coefficients.dtype, self.intercept.dtype} != {np.dtype(np.float32)}:
            raise ModelError("the coefficients are no table of 32-bit numbers, features by outcomes")
        if not (np.isfinite(self.coefficients).all() and np.isfinite(self.intercept).all()):
            raise ModelError("a coefficient is no number")

    def evidence(self, indices: Indices, values: Array) -> Array:
        """Return what the features of one event add to the intercept, by outcome."""
        found: Array = values @ self.coefficients[indices]
        return found

    def probabilities(self, indices: Indices, values: Array) -> Array:
        """Return the probabilities of the outcomes of one event."""
        return softmax(self.evidence(indices, values) + self.intercept)

    def predict(self, rows: csr_array) -> Array:
        """Return the probabilities of many events, rows × outcomes."""
        found = np.empty((rows.shape[0], len(self.intercept)), dtype=np.float32)
        for start in range(0, rows.shape[0], _ROWS_AT_ONCE):
            part = slice(start, start + _ROWS_AT_ONCE)
            found[part] = softmax(rows[part] @ self.coefficients + self.intercept)
        return found

    def scaled(self, temperature: float) -> Softmax:
        """Return the model with its evidence divided by a temperature; the base rates stay."""
        return Softmax((self.coefficients / np.float32(temperature)), self.intercept)

    def rounded(self) -> Softmax:
        """Return the model as an artefact keeps it: its table in half precision."""
        return Softmax(self.coefficients.astype(np.float16).astype(np.float32), self.intercept)


def softmax(logits: Array) -> Array:
    """Return the softmax over the last axis."""
    shifted: Array = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shifted /= shifted.sum(axis=-1, keepdims=True)
    return shifted

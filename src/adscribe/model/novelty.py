"""Input that is unlike all that the model was trained on: then it doesn't guess.

An event is unfamiliar if no training event had its method, or if its facts surprise: the mean, over
all its facts, of minus the logarithm of how often events of the method had them. A fact that the model
has no column for counts as one that the method never had. Wording, ports and exact numbers have no
part in it: those of another network always differ, and an answer seldom rests on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array  # type: ignore[import-untyped]

from adscribe.features import Row

FALSE_RATE = 0.005
"""Share of calibration events that are taken for unfamiliar."""

Counts = NDArray[np.integer]

_LEAST_SPREAD = 0.05


@dataclass(frozen=True, slots=True)
class Novelty:
    """What is usual.

    Attributes
    ----------
    methods : tuple of str
        The methods of the training events, in order.
    facts : array of bool, features
        Which features are a fact with its method.
    surprise : array of float32, features
        Of those, minus the logarithm of how often events of the method have it, smoothed; else 0.
    unseen : array of float32, methods
        The same for a fact without a column.
    centre, spread : array of float32, methods
        Mean and standard deviation of the surprise of a training event.
    most : float
        Standard deviations above the mean from which on an event is unfamiliar.
    """

    methods: tuple[str, ...]
    facts: NDArray[np.bool_]
    surprise: NDArray[np.float32]
    unseen: NDArray[np.float32]
    centre: NDArray[np.float32]
    spread: NDArray[np.float32]
    most: float = float("inf")
    _codes: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_codes", {name: code for code, name in enumerate(self.methods)})

    @classmethod
    def fit(
        cls, rows: csr_array, methods: Sequence[str], strange: Counts, facts: NDArray[np.bool_]
    ) -> Novelty:
        """Learn what is usual of each method; no event of a known one is unfamiliar before `limited`.

        Parameters
        ----------
        rows : csr_array, events × features
            Training events.
        methods : sequence of str
            Their methods.
        strange : array of int, events
            How many of their facts have no column.
        facts : array of bool, features
            Which columns are a fact with its method.
        """
        names, codes = np.unique(np.asarray(methods, dtype=object).astype(str), return_inverse=True)
        present = _present(rows)
        surprise = np.zeros(rows.shape[1], dtype=np.float32)
        events_of = np.bincount(codes)
        for code, events in enumerate(events_of):
            counts = np.asarray(present[np.flatnonzero(codes == code)].sum(axis=0)).ravel()
            # A fact is named with its method, so no other method has it.
            own = facts & (counts > 0)
            surprise[own] = -np.log((counts[own] + 1) / (events + 2))
        never = np.log(events_of + 2).astype(np.float32)
        means = _means(present, facts, surprise, never[codes], strange)
        by_method = [means[codes == code] for code in range(len(names))]
        centre = np.array([own.mean() for own in by_method], dtype=np.float32)
        spread = np.array([own.std() for own in by_method], dtype=np.float32)
        spread = np.maximum(spread, np.float32(_LEAST_SPREAD))
        return cls(tuple(names.tolist()), facts, surprise, never, centre, spread)

    def limited(
        self, rows: csr_array, methods: Sequence[str], strange: Counts, *, false_rate: float = FALSE_RATE
    ) -> Novelty:
        """Return the same with the limit that a share of calibration events lies above.

        Parameters
        ----------
        rows, methods, strange
            Calibration events, as in `fit`; those of other methods are left out.
        false_rate : float
            The share.
        """
        known = [place for place, name in enumerate(methods) if name in self._codes]
        codes = np.array([self._codes[methods[place]] for place in known], dtype=np.intp)
        own = _present(rows)[known]
        means = _means(own, self.facts, self.surprise, self.unseen[codes], strange[known])
        apart = (means - self.centre[codes]) / self.spread[codes]
        return replace(self, most=float(np.quantile(apart, 1 - false_rate)))

    def strangeness(self, method: str, row: Row) -> float:
        """Return how surprising an event is, in standard deviations; infinite for an unknown method."""
        code = self._codes.get(method)
        if code is None:
            return float("inf")
        known = int(self.facts[row.indices].sum())
        surprise = float(self.surprise[row.indices].sum()) + row.strange * float(self.unseen[code])
        mean = surprise / max(known + row.strange, 1)
        return (mean - float(self.centre[code])) / float(self.spread[code])

    def oddity(self, method: str, row: Row) -> str | None:
        """Return what is unfamiliar about an event, in words; ``None`` where nothing is."""
        if method not in self._codes:
            return f"the model was trained on no event of the method {method[:64]}"
        if self.strangeness(method, row) <= self.most:
            return None
        return f"the model was trained on no events of {method} that say the like"


def _present(rows: csr_array) -> csr_array:
    return csr_array((np.ones(len(rows.data), dtype=np.float32), rows.indices, rows.indptr), shape=rows.shape)


def _means(
    present: csr_array,
    facts: NDArray[np.bool_],
    surprise: NDArray[np.float32],
    never: NDArray[np.float32],
    strange: Counts,
) -> NDArray[np.float32]:
    """Return the mean surprise of each event's facts."""
    number = present @ facts.astype(np.float32) + strange
    means: NDArray[np.float32] = (present @ surprise + strange * never) / np.maximum(number, 1)
    return means.astype(np.float32)

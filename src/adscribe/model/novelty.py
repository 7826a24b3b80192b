"""Input that is unlike all that the model was trained on: then it doesn't guess.

An event is unfamiliar if no training event had its method, or if what it says surprises: the mean,
over all its named values, of minus the logarithm of how often events of the method had them. A value
that the model has no column for (an unknown name, a combination of facts that never occurred) counts
as one that the method never had.
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

Shares = NDArray[np.floating]

_LEAST_SPREAD = 0.05


@dataclass(frozen=True, slots=True)
class Novelty:
    """What is usual.

    Attributes
    ----------
    methods : tuple of str
        The methods of the training events, in order.
    surprise : array of float16, methods × features
        Minus the logarithm of how often events of the method have the feature, smoothed.
    unseen : array of float32, methods
        The same for a value without a column.
    centre, spread : array of float32, methods
        Mean and standard deviation of the surprise of a training event.
    most : float
        Standard deviations above the mean from which on an event is unfamiliar.
    """

    methods: tuple[str, ...]
    surprise: NDArray[np.float16]
    unseen: NDArray[np.float32]
    centre: NDArray[np.float32]
    spread: NDArray[np.float32]
    most: float = float("inf")
    _codes: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_codes", {name: code for code, name in enumerate(self.methods)})

    @classmethod
    def fit(cls, rows: csr_array, methods: Sequence[str], unseen: Shares) -> Novelty:
        """Learn what is usual of each method; no event of a known one is unfamiliar before `limited`.

        Parameters
        ----------
        rows : csr_array, events × features
            Training events.
        methods : sequence of str
            Their methods.
        unseen : array, events
            Shares of their named values without a column.
        """
        names, codes = np.unique(np.asarray(methods, dtype=object).astype(str), return_inverse=True)
        present = _present(rows)
        own = [np.flatnonzero(codes == code) for code in range(len(names))]
        surprise = np.empty((len(names), rows.shape[1]), dtype=np.float16)
        for code, events in enumerate(own):
            counts = np.asarray(present[events].sum(axis=0)).ravel()
            surprise[code] = -np.log((counts + 1) / (len(events) + 2))
        never = np.log(np.array([len(events) + 2 for events in own], dtype=np.float32))
        means = _means(present, surprise, never, codes, unseen)
        centre = np.array([means[events].mean() for events in own], dtype=np.float32)
        spread = np.array([means[events].std() for events in own], dtype=np.float32)
        spread = np.maximum(spread, np.float32(_LEAST_SPREAD))
        return cls(tuple(names.tolist()), surprise, never, centre, spread)

    def limited(
        self, rows: csr_array, methods: Sequence[str], unseen: Shares, *, false_rate: float = FALSE_RATE
    ) -> Novelty:
        """Return the same with the limit that a share of calibration events lies above.

        Parameters
        ----------
        rows, methods, unseen
            Calibration events, as in `fit`; those of other methods are left out.
        false_rate : float
            The share.
        """
        known = [place for place, name in enumerate(methods) if name in self._codes]
        codes = np.array([self._codes[methods[place]] for place in known], dtype=np.intp)
        means = _means(_present(rows)[known], self.surprise, self.unseen, codes, unseen[known])
        strange = (means - self.centre[codes]) / self.spread[codes]
        return replace(self, most=float(np.quantile(strange, 1 - false_rate)))

    def strangeness(self, method: str, row: Row) -> float:
        """Return how surprising an event is, in standard deviations; infinite for an unknown method."""
        code = self._codes.get(method)
        if code is None:
            return float("inf")
        known = float(self.surprise[code][row.indices].sum(dtype=np.float32)) / max(len(row.indices), 1)
        mean = (1 - row.unseen) * known + row.unseen * float(self.unseen[code])
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
    surprise: NDArray[np.float16],
    never: NDArray[np.float32],
    codes: NDArray[np.intp],
    unseen: Shares,
) -> NDArray[np.float32]:
    """Return the mean surprise of each event's named values."""
    total = np.zeros(present.shape[0], dtype=np.float32)
    for code in np.unique(codes):
        own = np.flatnonzero(codes == code)
        total[own] = present[own] @ surprise[code].astype(np.float32)
    known = total / np.maximum(np.diff(present.indptr), 1)
    means: NDArray[np.float32] = ((1 - unseen) * known + unseen * never[codes]).astype(np.float32)
    return means

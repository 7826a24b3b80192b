"""Input that is unlike all that the model was trained on: then it doesn't guess.

Three signs: a method that no training event had; too many named values that the model has no column
for (an unknown name, a combination of facts that never occurred); and known values that are untypical
of the method, by how seldom events of the method had them in training.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array  # type: ignore[import-untyped]

from adscribe.features import Row

FALSE_RATE = 0.005
"""Share of calibration events that are taken for unfamiliar."""

_FLOOR = 0.05


class Strangeness(NamedTuple):
    """How unlike the training events an event is.

    Attributes
    ----------
    unseen : float
        Share of its named values that the model has no column for.
    surprise : float
        How untypical the others are of its method, in standard deviations of the training events.
    """

    unseen: float
    surprise: float


@dataclass(frozen=True, slots=True)
class Novelty:
    """What is usual.

    Attributes
    ----------
    methods : tuple of str
        The methods of the training events, in order.
    surprise : array of float16, methods × features
        Minus the logarithm of how often events of the method have the feature, smoothed.
    centre, spread : array of float32, methods
        Mean and standard deviation of the mean surprise of an event.
    most_unseen, most_surprise : float
        Above either an event is unfamiliar.
    """

    methods: tuple[str, ...]
    surprise: NDArray[np.float16]
    centre: NDArray[np.float32]
    spread: NDArray[np.float32]
    most_unseen: float = 1.0
    most_surprise: float = float("inf")
    _codes: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_codes", {name: code for code, name in enumerate(self.methods)})

    @classmethod
    def fit(cls, rows: csr_array, methods: Sequence[str]) -> Novelty:
        """Learn what is usual of each method; nothing is unfamiliar before `limited`.

        Parameters
        ----------
        rows : csr_array, events × features
            Training events.
        methods : sequence of str
            Their methods.
        """
        names, codes = np.unique(np.asarray(methods, dtype=object).astype(str), return_inverse=True)
        present = _present(rows)
        surprise = np.empty((len(names), rows.shape[1]), dtype=np.float16)
        for code in range(len(names)):
            own = np.flatnonzero(codes == code)
            counts = np.asarray(present[own].sum(axis=0)).ravel()
            surprise[code] = -np.log((counts + 1) / (len(own) + 2))
        means = _means(present, surprise, codes)
        centre = np.array([means[codes == code].mean() for code in range(len(names))], dtype=np.float32)
        spread = np.array([means[codes == code].std() for code in range(len(names))], dtype=np.float32)
        return cls(tuple(names.tolist()), surprise, centre, np.maximum(spread, np.float32(_FLOOR)))

    def limited(
        self,
        rows: csr_array,
        methods: Sequence[str],
        unseen: NDArray[np.floating],
        *,
        false_rate: float = FALSE_RATE,
    ) -> Novelty:
        """Return the same with limits that a share of calibration events lies above.

        Parameters
        ----------
        rows, methods
            Calibration events.
        unseen : array, events
            Share of named values without a column.
        false_rate : float
            The share; each of the two limits takes half of it.
        """
        known = np.array([name in self._codes for name in methods])
        codes = np.array([self._codes[name] for name in methods if name in self._codes], dtype=np.intp)
        means = _means(_present(rows)[np.flatnonzero(known)], self.surprise, codes)
        surprise = (means - self.centre[codes]) / self.spread[codes]
        part = 1 - false_rate / 2
        return replace(
            self,
            most_unseen=float(np.quantile(np.asarray(unseen)[known], part)),
            most_surprise=float(np.quantile(surprise, part)),
        )

    def strangeness(self, method: str, row: Row) -> Strangeness | None:
        """Return how strange an event is; ``None`` for a method that was never seen."""
        code = self._codes.get(method)
        if code is None:
            return None
        # An event of which no value has a column is strange by `unseen`.
        mean = self.surprise[code][row.indices].sum(dtype=np.float32) / max(len(row.indices), 1)
        return Strangeness(row.unseen, float((mean - self.centre[code]) / self.spread[code]))

    def oddity(self, method: str, row: Row) -> str | None:
        """Return what is unfamiliar about an event, in words; ``None`` where nothing is."""
        found = self.strangeness(method, row)
        if found is None:
            return f"the model was trained on no event of the method {method[:64]}"
        if found.unseen > self.most_unseen:
            return f"{found.unseen:.0%} of what the event says never occurred in training".replace(
                "%", " %", 1
            )
        if found.surprise > self.most_surprise:
            return f"what the event says is untypical of {method}"
        return None


def _present(rows: csr_array) -> csr_array:
    return csr_array((np.ones(len(rows.data), dtype=np.float32), rows.indices, rows.indptr), shape=rows.shape)


def _means(present: csr_array, surprise: NDArray[np.float16], codes: NDArray[np.intp]) -> NDArray[np.float32]:
    """Return the mean surprise of each event's features."""
    number = np.diff(present.indptr)
    found = np.zeros(present.shape[0], dtype=np.float32)
    for code in np.unique(codes):
        own = np.flatnonzero(codes == code)
        found[own] = present[own] @ surprise[code].astype(np.float32)
    means: NDArray[np.float32] = found / np.maximum(number, 1)
    return means

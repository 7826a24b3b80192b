"""Which keys a feature counts for, and how much for each."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from adscribe.context.vocabulary import load_vocabulary
from adscribe.model.softmax import Indices
from adscribe.model.things import METHOD

_RULE = "rule"
_NO_FACT = frozenset(("submethod", _RULE))
"""Told as the method, or by what its conditions are on."""

Numbers = NDArray[np.float64]


class Sharing:
    """The shares of a model's columns in keys: many columns rest on the same ones.

    Parameters
    ----------
    columns : iterable of tuple of str
        What each column rests on; see `adscribe.features.Feature`.
    """

    def __init__(self, columns: Iterable[tuple[str, ...]]) -> None:
        kinds: dict[tuple[str, ...], int] = {}
        self._kinds = np.array([kinds.setdefault(keys, len(kinds)) for keys in columns], dtype=np.intp)
        self._by_rule = {kind: keys for keys, kind in kinds.items() if _RULE in keys}
        self._is_rule = np.array([_RULE in keys for keys in kinds], dtype=bool)
        self._keys = sorted({METHOD, *load_vocabulary().keys}.union(*kinds))
        self._places = {key: place for place, key in enumerate(self._keys)}
        self._shares = np.zeros((len(kinds), len(self._keys)))
        for keys, kind in kinds.items():
            if kind not in self._by_rule:
                self._share(keys, self._shares[kind])

    def of(self, columns: Indices, conditions: tuple[str, ...]) -> tuple[list[str], Numbers]:
        """Return the keys that columns count for, and each column's share in each; a row adds up to 1.

        Parameters
        ----------
        columns : array of int
            Those of an event.
        conditions : tuple of str
            Keys that the codebook's rows which hold for it have conditions on.
        """
        kinds = self._kinds[columns]
        shares = self._shares[kinds]
        for row in np.flatnonzero(self._is_rule[kinds]).tolist():
            self._share((METHOD, *self._by_rule[int(kinds[row])], *conditions), shares[row])
        used = np.flatnonzero(shares.any(axis=0))
        return [self._keys[place] for place in used.tolist()], shares[:, used]

    def _share(self, keys: tuple[str, ...], row: Numbers) -> None:
        """Share a column equally among the keys that it rests on."""
        own = {self._places[key] for key in keys if key not in _NO_FACT}
        row[list(own)] = 1 / len(own)

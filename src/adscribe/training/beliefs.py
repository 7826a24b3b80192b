"""What is believed before any event is seen: the codebook, and how far each kind of feature carries.

A simulated behaviour is one of many ways in which such an event comes about. What was learnt of its
particulars (numbers, wordings, combinations) says little of a behaviour that nobody simulated; what the
codebook says of it says much. So features are penalised unequally, and rows that have nothing but a
row of the codebook, with its answer as their truth, take part in the training. `adscribe.training.unseen`
measures both on behaviours that were left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array  # type: ignore[import-untyped]

from adscribe.codebook import Codebook
from adscribe.codebook.rows import Row
from adscribe.features import FeatureSpace
from adscribe.features.grammar import kind_of
from adscribe.features.rules import rule_of
from adscribe.model.outcomes import Outcome

CARRIES: Mapping[str, float] = {
    "rule": 3.0,
    "said": 4.0,
    "named_technique": 4.0,
    "cross": 0.5,
    "number": 0.5,
    "name": 0.3,
    "text": 0.3,
}
"""Scale of the features of a kind, see `kind_of`; 1 for others. Twice the scale: a quarter of the penalty."""


def scales(names: Iterable[str], carries: Mapping[str, float] = CARRIES) -> NDArray[np.float32]:
    """Return the scale of each feature."""
    return np.array([carries.get(kind_of(name), 1.0) for name in names], dtype=np.float32)


def rule_names(codebook: Codebook) -> set[str]:
    """Return the names of all features of the codebook's rows, so that each has a column, met or not."""
    return {name for row in codebook.rows() for name in _names(row)}


def anchors(space: FeatureSpace, codebook: Codebook) -> tuple[csr_array, list[str]]:
    """Return rows that have a row of the codebook and nothing else, and what it says.

    Returns
    -------
    csr_array of float32, rows × features
        A row each, with its method.
    list of str
        Outcomes, in their canonical text.
    """
    places = {name: place for place, name in enumerate(space.names)}
    rows = list(codebook.rows())
    columns = [sorted(places[name] for name in _names(row) if name in places) for row in rows]
    starts = np.cumsum([0, *map(len, columns)]).astype(np.int32)
    indices = np.array([column for own in columns for column in own], dtype=np.int32)
    values = np.ones(len(indices), dtype=np.float32)
    matrix = csr_array((values, indices, starts), shape=(len(rows), len(space)))
    return matrix, [outcome_of(row).text for row in rows]


def _names(row: Row) -> list[str]:
    """Return the names of the features of a row, with its method where it has one."""
    names = rule_of(row).names()
    return names if row.method.startswith(("*", "_")) else [row.method, *names]


def outcome_of(row: Row) -> Outcome:
    """Return what a row of the codebook says, in both matrices."""
    enterprise, ics = row.enterprise, row.ics
    return Outcome(
        _sorted(enterprise.techniques if enterprise else ()),
        _sorted(enterprise.tactics if enterprise else ()),
        row.reason,
        _sorted(ics.techniques if ics else ()),
        _sorted(ics.tactics if ics else ()),
    )


def _sorted(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(ids))

"""The columns that a model was trained on."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from adscribe.context import Context
from adscribe.errors import ModelError
from adscribe.features import rules, semantics
from adscribe.features.extraction import groups, versions
from adscribe.features.grammar import is_fact, keys_of
from adscribe.features.groups import Names

MINIMUM = 20
"""How often a name must be seen to become a column."""


REMEMBERED = 2**17
"""Groups of names whose columns are remembered."""


class Row(NamedTuple):
    """An event as a model takes it.

    Attributes
    ----------
    indices : ndarray of int32
        Columns, ascending.
    values : ndarray of float32
        Their values.
    facts : int
        How many facts the event has, known or told to be unknown.
    strange : int
        How many of them, with its method, aren't among the columns.
    """

    indices: NDArray[np.int32]
    values: NDArray[np.float32]
    facts: int
    strange: int


class _Places(dict[Names, tuple[tuple[int, ...], int, int]]):
    """The columns of groups of names, how many facts they are, and how many of those have none."""

    def __init__(self, index: Mapping[str, int]) -> None:
        self._index = index

    def __missing__(self, group: Names) -> tuple[tuple[int, ...], int, int]:
        if len(self) >= REMEMBERED:
            self.clear()
        columns = tuple(self._index[name] for name in group.names if name in self._index)
        facts = [name in self._index for name in group.names if is_fact(name)]
        self[group] = columns, len(facts), facts.count(False)
        return self[group]


class FeatureSpace:
    """Named columns.

    Parameters
    ----------
    names : iterable of str
        Names of features; they are put in order.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names: tuple[str, ...] = tuple(sorted(set(names)))
        self._placed = _Places({name: index for index, name in enumerate(self.names)})

    @classmethod
    def fit(cls, samples: Iterable[Mapping[str, float]], *, minimum: int = MINIMUM) -> FeatureSpace:
        """Return the columns for samples: the names that `minimum` of them or more have."""
        counts: Counter[str] = Counter()
        for sample in samples:
            counts.update(sample.keys())
        return cls.counted(counts, minimum=minimum)

    @classmethod
    def counted(cls, counts: Mapping[str, int], *, minimum: int = MINIMUM) -> FeatureSpace:
        """Return the columns for names that were seen so often."""
        return cls(name for name, count in counts.items() if count >= minimum)

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def schema_hash(self) -> str:
        """SHA-256 of what `to_dict` returns, in hexadecimal digits."""
        content = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()

    def row(self, context: Context) -> Row:
        """Return an event as a model takes it."""
        columns: list[int] = []
        values: list[float] = []
        facts = strange = 0
        for group, value in groups(context):
            placed, told, without = self._placed[group]
            columns += placed
            values += [value] * len(placed)
            facts += told
            strange += without
        indices = np.array(columns, dtype=np.int32)
        order = indices.argsort()
        return Row(indices[order], np.array(values, dtype=np.float32)[order], facts, strange)

    def vectorize(self, context: Context) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return an event's columns, ascending, and their values."""
        row = self.row(context)
        return row.indices, row.values

    def keys_of(self, index: int) -> tuple[str, ...]:
        """Return what a column rests on: see `Feature`."""
        return self._keys[index]

    @cached_property
    def _keys(self) -> tuple[tuple[str, ...], ...]:
        return tuple(map(keys_of, self.names))

    def to_dict(self) -> dict[str, Any]:
        """Return the names and what they rest on (extractors, codebook, text side), as they stand in JSON."""
        return {
            "extractors": versions(),
            "codebook": rules.edition(),
            "text": semantics.edition(),
            "names": list(self.names),
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> FeatureSpace:
        """Return the columns of a model.

        Raises
        ------
        ModelError
            If they aren't laid out so, or this version of adscribe makes other features.
        """
        names, made = content.get("names"), content.get("extractors")
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise ModelError("the features of the model hold no list of names")
        if made != versions():
            raise ModelError(
                "the model was trained on other features than this version of adscribe makes",
                hint="take the model that ships with it, or train again",
            )
        if content.get("text") != semantics.edition():
            raise ModelError(
                "the model was trained on other features: the text model or the named threats have changed",
                hint="take the model that ships with this version of adscribe, or train again",
            )
        if content.get("codebook") != rules.edition():
            raise ModelError(
                "the model was trained on other features: the rows of the codebook have changed since",
                hint="restore datasets/codebook, or train again",
            )
        space = cls(names)
        if list(space.names) != names:
            raise ModelError("the names of the model's features are not in order, or not distinct")
        return space

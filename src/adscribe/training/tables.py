"""Boosted trees whose leaves ask at most two columns, summed up into tables: a look-up a pair of columns.

Leaves that ask the same two columns are one step function of them, so all that they say of the
outcomes is a table over the intervals between their thresholds. What is left at serving is to find
the intervals and add up a row a table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from adscribe.model.softmax import softmax

Array = NDArray[np.float32]
Edges = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Table:
    """What a pair of columns says.

    Attributes
    ----------
    first, second : int
        The columns; equal where trees asked one alone.
    edges : pair of array
        Thresholds of each, ascending; a value belongs to the interval up to and with its threshold.
    logits : array, intervals × intervals × outcomes
        What is added.
    """

    first: int
    second: int
    edges: tuple[Edges, Edges]
    logits: Array


@dataclass(frozen=True, slots=True)
class Tables:
    """A whole model: base rates and tables."""

    base: Array
    tables: tuple[Table, ...]

    def predict(self, rows: Array) -> Array:
        """Return the probabilities, events × outcomes."""
        logits = np.repeat(self.base[np.newaxis], len(rows), axis=0)
        for table in self.tables:
            # Trees compare in double precision.
            first = np.searchsorted(table.edges[0], rows[:, table.first].astype(np.float64))
            second = np.searchsorted(table.edges[1], rows[:, table.second].astype(np.float64))
            logits += table.logits[first, second]
        return softmax(logits)

    @property
    def arrays(self) -> Iterable[NDArray[Any]]:
        """All of it."""
        yield self.base
        for table in self.tables:
            yield from (*table.edges, table.logits)


class _Leaf(NamedTuple):
    """A leaf: the outcome it speaks of, its value, and the questions on the way to it."""

    outcome: int
    value: float
    asked: tuple[tuple[int, float, bool], ...]
    """Column, threshold, and whether the value is at most that."""


def compiled(model: Any) -> Tables:
    """Return a fitted ``HistGradientBoostingClassifier`` of pairwise trees, of three classes or more."""
    by_pair: dict[tuple[int, int], list[_Leaf]] = defaultdict(list)
    for step in model._predictors:
        for outcome, tree in enumerate(step):
            for leaf in _leaves(tree.nodes, outcome):
                columns = sorted({column for column, _, _ in leaf.asked})
                # A tree without a question says the same of all events.
                by_pair[(columns[0], columns[-1]) if columns else (0, 0)].append(leaf)
    outcomes = len(model.classes_)
    tables = tuple(_table(pair, leaves, outcomes) for pair, leaves in sorted(by_pair.items()))
    return Tables(np.asarray(model._baseline_prediction, dtype=np.float32).reshape(-1), tables)


def _leaves(nodes: Any, outcome: int) -> Iterator[_Leaf]:
    open_: list[tuple[int, tuple[tuple[int, float, bool], ...]]] = [(0, ())]
    while open_:
        place, asked = open_.pop()
        node = nodes[place]
        if node["is_leaf"]:
            yield _Leaf(outcome, float(node["value"]), asked)
            continue
        column, threshold = int(node["feature_idx"]), float(node["num_threshold"])
        open_.append((int(node["left"]), (*asked, (column, threshold, True))))
        open_.append((int(node["right"]), (*asked, (column, threshold, False))))


def _table(pair: tuple[int, int], leaves: list[_Leaf], outcomes: int) -> Table:
    first, second = pair
    edges = tuple(
        np.unique([threshold for leaf in leaves for own, threshold, _ in leaf.asked if own == column])
        for column in pair
    )
    across, down = (np.append(one, np.inf) for one in edges)
    # Of one column alone only the diagonal is ever looked up.
    grid = {second: down[np.newaxis, :], first: across[:, np.newaxis]}
    logits = np.zeros((len(across), len(down), outcomes), dtype=np.float32)
    for leaf in leaves:
        held = np.ones(logits.shape[:2], dtype=bool)
        for column, threshold, at_most in leaf.asked:
            held &= (grid[column] <= threshold) == at_most
        logits[:, :, leaf.outcome] += held * leaf.value
    return Table(first, second, (edges[0], edges[1]), logits)

"""Boosted trees of at most two columns each, summed up into tables: a look-up a pair of columns.

Trees that ask the same two columns are one step function of them, so all that they say of an outcome
is a table over the intervals between their thresholds. What is left at serving is to find the
intervals and add up a row a table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

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


def compiled(model: Any) -> Tables:
    """Return a fitted ``HistGradientBoostingClassifier`` of pairwise trees, of three classes or more."""
    by_pair: dict[tuple[int, int], list[tuple[int, Any]]] = defaultdict(list)
    for step in model._predictors:
        for outcome, tree in enumerate(step):
            asked = tree.nodes["feature_idx"][tree.nodes["is_leaf"] == 0]
            columns = sorted(set(asked.tolist()))
            # A tree without a question says the same of all events.
            pair = (columns[0], columns[-1]) if columns else (0, 0)
            by_pair[pair].append((outcome, tree.nodes))
    outcomes = len(model.classes_)
    tables = tuple(_table(pair, trees, outcomes) for pair, trees in sorted(by_pair.items()))
    return Tables(np.asarray(model._baseline_prediction, dtype=np.float32).reshape(-1), tables)


def _table(pair: tuple[int, int], trees: list[tuple[int, Any]], outcomes: int) -> Table:
    first, second = pair
    edges = tuple(
        np.unique(
            np.concatenate(
                [
                    nodes["num_threshold"][(nodes["is_leaf"] == 0) & (nodes["feature_idx"] == column)]
                    for _, nodes in trees
                ]
            )
        )
        for column in pair
    )
    across, down = (np.append(one, np.inf) for one in edges)
    grid = {second: down[np.newaxis, :], first: across[:, np.newaxis]}
    if first == second:
        # One column alone: the diagonal is all that is ever looked up.
        grid = {first: across[:, np.newaxis]}
    logits = np.zeros((len(across), len(down), outcomes), dtype=np.float32)
    for outcome, nodes in trees:
        logits[:, :, outcome] += _leaves(nodes, grid, (len(across), len(down)))
    return Table(first, second, (edges[0], edges[1]), logits)


def _leaves(nodes: Any, grid: dict[int, Edges], shape: tuple[int, int]) -> Edges:
    """Return what a tree says in each cell."""

    def said(node: int) -> Edges:
        one = nodes[node]
        if one["is_leaf"]:
            return np.full(shape, one["value"], dtype=np.float64)
        left = grid[int(one["feature_idx"])] <= one["num_threshold"]
        return np.where(left, said(int(one["left"])), said(int(one["right"])))

    return said(0)

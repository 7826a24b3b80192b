"""From a corpus to the rows and columns that a model is trained on.

Features are made from the contexts of `replay`, the way that the service makes them. Reports
that the site decides are no rows: no model is ever asked about them.
"""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from numpy.typing import NDArray
from scipy.sparse import csr_array  # type: ignore[import-untyped]

from adscribe.codebook import Codebook
from adscribe.errors import AdscribeError
from adscribe.features import FeatureSpace
from adscribe.features.extraction import pairs
from adscribe.features.grammar import is_fact
from adscribe.features.semantics import every_name
from adscribe.features.space import MINIMUM
from adscribe.model.outcomes import Outcome
from adscribe.training.beliefs import rule_names
from adscribe.training.simulation.replay import read_group, replay
from adscribe.training.simulation.rows import Row
from adscribe.training.simulation.views import FULL

TRAIN = "train"
"""The part whose names become columns."""

Texts = NDArray[np.object_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Dataset:
    """Rows of a corpus as a model takes them, in the order of the corpus.

    Attributes
    ----------
    space : FeatureSpace
        The columns.
    X : csr_array of float32, rows × columns
        The values.
    outcome : ndarray of str
        Truth of each row in its canonical text, see `Outcome`.
    site, split, site_file, view, event_key, revision, method, behaviour, parameter_set, campaign
        As in the corpus, an array each.
    natives : ndarray of str
        The reports, as native JSON.
    decided : int
        How many reports the site decides; they are left out.
    facts, strange : ndarray of int
        See `adscribe.features.Row`.
    """

    space: FeatureSpace
    X: csr_array
    outcome: Texts
    site: Texts
    split: Texts
    site_file: Texts
    view: Texts
    event_key: Texts
    revision: Texts
    method: Texts
    behaviour: Texts
    parameter_set: Texts
    campaign: Texts
    natives: Texts
    decided: int
    facts: Ints
    strange: Ints

    def __len__(self) -> int:
        return len(self.outcome)

    def native(self, row: int) -> str:
        """Return the report of a row as native JSON."""
        return str(self.natives[row])


_COLUMNS = (
    *("site", "split", "site_file", "view", "event_key", "revision"),
    *("method", "behaviour", "parameter_set", "campaign"),
)


class _Block(NamedTuple):
    """The rows of one site: their features by the site's own numbers of names, and what is told of them."""

    names: list[str]
    lengths: NDArray[np.int64]
    columns: NDArray[np.int32]
    values: NDArray[np.float32]
    outcomes: list[str]
    natives: list[str]
    told: dict[str, list[Any]]
    decided: int


def load(
    folder: Path,
    *,
    space: FeatureSpace | None = None,
    views: Sequence[str] | None = None,
    minimum: int = MINIMUM,
    limit: int | None = None,
    processes: int = 2,
) -> Dataset:
    """Load a corpus.

    Parameters
    ----------
    folder : Path
        What ``adscribe data build`` wrote.
    space : FeatureSpace, optional
        The columns; fitted on the rows of the part `TRAIN` when not given.
    views : sequence of str, optional
        The views that are wanted; all when not given.
    minimum : int
        How many rows must have a name that becomes a column.
    limit : int, optional
        Sites at most, in the order of the corpus.
    processes : int
        How many work at once; nothing depends on it.

    Raises
    ------
    AdscribeError
        If the corpus has no rows of the wanted kind.
    """
    groups = range(pq.ParquetFile(folder / "events.parquet").num_row_groups)
    wanted = frozenset(views) if views is not None else None
    blocks = list(_blocks(folder, groups[:limit] if limit is not None else groups, wanted, processes))
    if not sum(len(block.outcomes) for block in blocks):
        raise AdscribeError("the corpus has no rows of this kind", hint="build a larger one")
    space = space or _fitted(blocks, minimum)
    matrix = _assembled(blocks, space)
    told = {name: _texts(value for block in blocks for value in block.told[name]) for name in _COLUMNS}
    return Dataset(
        space=space,
        X=matrix,
        facts=np.concatenate([_facts(block, None) for block in blocks]),
        strange=np.concatenate([_facts(block, space) for block in blocks]),
        outcome=_texts(text for block in blocks for text in block.outcomes),
        natives=_texts(text for block in blocks for text in block.natives),
        decided=sum(block.decided for block in blocks),
        **told,
    )


def outcome_of(row: Row) -> Outcome:
    """Return the truth of a row."""
    return Outcome(
        tuple(sorted(row.techniques)),
        tuple(sorted(row.tactics)),
        row.no_category,
        tuple(sorted(row.ics_techniques)),
        tuple(sorted(row.ics_tactics)),
    )


def _blocks(
    folder: Path, groups: Iterable[int], views: frozenset[str] | None, processes: int
) -> Iterator[_Block]:
    work = partial(_block, folder, views)
    if processes < 2:
        yield from map(work, groups)
        return
    # A fresh process each, so that nothing of this one is copied.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        yield from pool.map(work, groups, chunksize=4)


def _block(folder: Path, views: frozenset[str] | None, group: int) -> _Block:
    numbers: dict[str, int] = {}
    lengths: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    outcomes, natives, decided = [], [], 0
    told: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
    rows, files = read_group(folder, group)
    if views == frozenset((FULL,)):
        # It rests on no other.
        rows = [row for row in rows if row.view == FULL]
    for replayed in replay(rows, files):
        row = replayed.row
        if views is not None and row.view not in views:
            continue
        if replayed.decided:
            decided += 1
            continue
        found = pairs(replayed.context)
        lengths.append(len(found))
        columns.extend(numbers.setdefault(name, len(numbers)) for name, _ in found)
        values.extend(value for _, value in found)
        outcomes.append(outcome_of(row).text)
        natives.append(row.native)
        for name in _COLUMNS:
            told[name].append(getattr(row, name))
    return _Block(
        names=list(numbers),
        lengths=np.array(lengths, dtype=np.int64),
        columns=np.array(columns, dtype=np.int32),
        values=np.array(values, dtype=np.float32),
        outcomes=outcomes,
        natives=natives,
        told=told,
        decided=decided,
    )


def _fitted(blocks: Iterable[_Block], minimum: int) -> FeatureSpace:
    counts: Counter[str] = Counter()
    for block in blocks:
        # A site lies in one part whole.
        if block.outcomes and block.told["split"][0] == TRAIN:
            seen = np.bincount(block.columns, minlength=len(block.names))
            counts.update(dict(zip(block.names, seen.tolist(), strict=True)))
    frequent = {name for name, count in counts.items() if count >= minimum}
    return FeatureSpace(frequent | rule_names(Codebook.load()) | every_name())


def _assembled(blocks: Sequence[_Block], space: FeatureSpace) -> csr_array:
    places = {name: place for place, name in enumerate(space.names)}
    columns, values, kept = [], [], []
    for block in blocks:
        own = np.array([places.get(name, -1) for name in block.names], dtype=np.int32)
        placed = own[block.columns] if len(own) else block.columns
        known = placed >= 0
        starts = np.concatenate(([0], np.cumsum(block.lengths)))
        running = np.concatenate(([0], np.cumsum(known)))
        number = running[starts[1:]] - running[starts[:-1]]
        columns.append(placed[known])
        values.append(block.values[known])
        kept.append(number)
    indptr = np.concatenate(([0], np.cumsum(np.concatenate(kept))))
    matrix = csr_array(
        (np.concatenate(values), np.concatenate(columns), indptr), shape=(len(indptr) - 1, len(space))
    )
    matrix.sort_indices()
    return matrix


def _facts(block: _Block, without: FeatureSpace | None) -> Ints:
    """Return how many facts each row has; with a space, of those that it has no column for."""
    known = frozenset(without.names) if without is not None else frozenset()
    counted = np.array([is_fact(name) and name not in known for name in block.names], dtype=np.int64)
    row = np.repeat(np.arange(len(block.lengths)), block.lengths)
    return np.bincount(row, counted[block.columns], len(block.lengths)).astype(np.int64)


def _texts(values: Iterable[Any]) -> Texts:
    return np.array(list(values), dtype=object)

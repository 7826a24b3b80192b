"""A part of a corpus, answered: what model and codebook say of each report, as they would serve it."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from scipy.sparse import csr_array  # type: ignore[import-untyped]

from adscribe.assign.rules import CodebookModel
from adscribe.attack import Catalogue
from adscribe.codebook import Codebook
from adscribe.errors import AdscribeError, ModelError
from adscribe.features import Row
from adscribe.model.artefact import Artefact, load
from adscribe.model.learned import RISK, LearnedModel
from adscribe.model.outcomes import Outcome
from adscribe.model.promises import Promises
from adscribe.model.softmax import Array
from adscribe.training.dataset import outcome_of
from adscribe.training.judged import Ints, said
from adscribe.training.simulation.replay import read_group, replay

EVENTS = "events.parquet"


class Models(NamedTuple):
    """An artefact, the model that it makes, and the codebook beside it."""

    artefact: Artefact
    learned: LearnedModel
    codebook: CodebookModel
    catalogue: Catalogue


@cache
def load_models(path: Path, risk: float | None = None) -> Models:
    """Load an artefact.

    Parameters
    ----------
    path : Path
        Its folder.
    risk : float, optional
        Share of wrong categories to accept; see `usual_risk`.

    Raises
    ------
    ModelError
        If it can't be trusted, or makes no promise.
    """
    catalogue, book = Catalogue.load(), Codebook.load()
    artefact, manifest = load(path, catalogue)
    chosen = risk or usual_risk(artefact.promises)
    learned = LearnedModel(artefact, book, version=manifest.version, risk=chosen)
    return Models(artefact, learned, CodebookModel(book, catalogue), catalogue)


class Answered(NamedTuple):
    """A report with its truth and what was said of it.

    Attributes
    ----------
    site, view, event_key, revision, behaviour, parameter_set, method, submethod
        As in the corpus.
    truth, model, codebook : Outcome
        What is true, and what the two say.
    row : Row
        As the model sees it.
    """

    site: str
    view: str
    event_key: str
    revision: int
    behaviour: str
    parameter_set: str
    method: str
    submethod: str | None
    truth: Outcome
    model: Outcome
    codebook: Outcome
    row: Row


@dataclass(frozen=True)
class Answers:
    """The reports of a part that the site leaves to a model.

    Attributes
    ----------
    reports : tuple of Answered
        In the order of the corpus.
    decided : int
        Further reports, that the site decides.
    """

    reports: tuple[Answered, ...]
    decided: int

    def __len__(self) -> int:
        return len(self.reports)

    @cached_property
    def sites(self) -> list[str]:
        """The site of each."""
        return [one.site for one in self.reports]

    @cached_property
    def truths(self) -> list[Outcome]:
        """The truth of each."""
        return [one.truth for one in self.reports]

    def where(self, test: Callable[[Answered], bool]) -> Ints:
        """Return the places of the reports that pass a test."""
        return np.flatnonzero(np.array([test(one) for one in self.reports], dtype=bool))

    def probabilities(self, artefact: Artefact) -> Array:
        """Return what the model thinks of each, reports × outcomes."""
        return artefact.softmax.predict(self.matrix(len(artefact.features)))

    def matrix(self, columns: int) -> csr_array:
        """Return the reports as rows of features."""
        rows = [one.row for one in self.reports]
        starts = np.concatenate([[0], np.cumsum([len(row.indices) for row in rows])])
        indices = np.concatenate([row.indices for row in rows]) if rows else np.array([], dtype=np.int32)
        values = np.concatenate([row.values for row in rows]) if rows else np.array([], dtype=np.float32)
        return csr_array((values, indices, starts), shape=(len(rows), columns))


def answer(
    folder: Path, model: Path, split: str, *, risk: float | None = None, processes: int = 2
) -> Answers:
    """Answer the reports of a part of a corpus.

    Parameters
    ----------
    folder : Path
        What ``adscribe data build`` wrote.
    model : Path
        Folder of an artefact.
    split : str
        The part.
    risk : float, optional
        Share of wrong categories to accept; see `usual_risk`.
    processes : int
        How many work at once; the answers are the same for any number.

    Raises
    ------
    AdscribeError
        If there is no corpus, or it has no such part.
    """
    sites = groups(folder, "split", split)
    work = partial(_answered, folder, model, risk)
    if processes <= 1 or len(sites) == 1:
        found = list(map(work, sites))
    else:
        with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
            found = list(pool.map(work, sites))
    reports = tuple(one for reports, _ in found for one in reports)
    return Answers(reports, sum(decided for _, decided in found))


def usual_risk(promises: Promises) -> float:
    """Return the risk that a model answers at unless told: the usual one, or the nearest promise.

    Raises
    ------
    ModelError
        If it has none.
    """
    held = [step.risk for step in promises.steps if step.threshold is not None]
    if not held:
        raise ModelError("the model has no promise to answer by", hint="calibrate it on more events")
    return min(held, key=lambda risk: abs(risk - RISK))


def columns(folder: Path, names: Sequence[str]) -> dict[str, list[Any]]:
    """Return columns of a corpus.

    Raises
    ------
    AdscribeError
        If there is no corpus.
    """
    found: dict[str, list[Any]] = _open(folder).read(columns=list(names)).to_pydict()
    return found


def groups(folder: Path, column: str, value: str) -> list[int]:
    """Return the groups of rows, a site each, that have a value in a column such as ``split`` or ``site``.

    Raises
    ------
    AdscribeError
        If there is no corpus, or no such site in it.
    """
    file = _open(folder)
    numbers = range(file.num_row_groups)
    firsts = (file.read_row_group(number, columns=[column])[column][0].as_py() for number in numbers)
    found = [number for number, first in enumerate(firsts) if first == value]
    if not found:
        raise AdscribeError(
            f"{folder} holds no site whose {column} is {value!r}", hint="build it with more sites"
        )
    return found


def _open(folder: Path) -> Any:
    try:
        return pq.ParquetFile(folder / EVENTS)
    except OSError as wrong:
        raise AdscribeError(f"{folder} holds no {EVENTS}", hint="adscribe data build makes it") from wrong


def _answered(folder: Path, path: Path, risk: float | None, group: int) -> tuple[list[Answered], int]:
    models = load_models(path, risk)
    found, decided = [], 0
    for replayed in replay(*read_group(folder, group)):
        if replayed.decided:
            decided += 1
            continue
        row, context = replayed.row, replayed.context
        found.append(
            Answered(
                site=row.site,
                view=row.view,
                event_key=row.event_key,
                revision=row.revision,
                behaviour=row.behaviour,
                parameter_set=row.parameter_set,
                method=row.method,
                submethod=row.submethod,
                truth=outcome_of(row),
                model=said(models.learned.assess(context, explain=False, candidates=0)),
                codebook=said(models.codebook.assess(context, explain=False, candidates=0)),
                row=models.artefact.features.row(context),
            )
        )
    return found, decided

"""How well a model reads behaviours that it never saw: the choice of what is believed beforehand.

Behaviours are dealt to folds by the hash of their names. For each fold a model is trained on the other
behaviours at the training sites, and asked about those of the fold wherever they occur. Each behaviour
counts the same. That is harsher than the test part: a fifth of all that is known is missing at once.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from adscribe.codebook import Codebook
from adscribe.training import tracking
from adscribe.training.beliefs import CARRIES, outcome_of
from adscribe.training.dataset import TRAIN, Dataset
from adscribe.training.training import Ints, Settings, learn, narrow, outcome_space, truth_codes

Numbers = NDArray[np.float64]

FOLDS = 5
MOST_ROWS = 30_000
"""Rows to learn from, and as many to judge on."""

LEAST = 1e-6
"""Of what wasn't thought possible at all."""

RULES = "the codebook alone"


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be believed beforehand.

    Attributes
    ----------
    name : str
        For the reader.
    strength, belief : float
        See `adscribe.training.training.Settings`.
    carries : mapping of str to float
        See `adscribe.training.beliefs`.
    """

    name: str
    strength: float
    belief: float
    carries: Mapping[str, float]


WITHOUT: Mapping[str, float] = {"rule": 0.0}
EVEN: Mapping[str, float] = {}
CHOICES: tuple[Choice, ...] = (
    Choice("without the codebook, weak penalty", 1.0, 0.0, WITHOUT),
    Choice("without the codebook", 0.01, 0.0, WITHOUT),
    Choice("its rows as features, weak penalty", 1.0, 0.0, EVEN),
    Choice("its rows as features", 0.01, 0.0, EVEN),
    Choice("its rows believed as well", 0.01, 1.0, EVEN),
    Choice("particulars penalised harder as well", 0.01, 1.0, CARRIES),
    Choice("the same, a third of the penalty", 0.03, 1.0, CARRIES),
)


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a choice.

    Attributes
    ----------
    name : str
        Of the choice.
    seen, unseen : float
        Share of events whose likeliest outcome is the truth, each behaviour counting the same: of
        behaviours that were learnt from at other sites, and of those left out.
    seen_loss, unseen_loss : float
        Mean of minus the logarithm of the truth's probability, likewise; no number for the codebook.
    behaviours : int
        How many were left out in all folds.
    """

    name: str
    seen: float
    unseen: float
    seen_loss: float
    unseen_loss: float
    behaviours: int


def compare(
    dataset: Dataset,
    attack: dict[str, str],
    choices: Sequence[Choice] = CHOICES,
    *,
    folds: int = FOLDS,
    seed: int = 0,
) -> list[Result]:
    """Judge choices, a nested run each; the codebook itself comes first.

    Parameters
    ----------
    dataset : Dataset
        Rows of all parts but the test.
    attack : dict of str to str
        Version of each domain of ATT&CK that the truths speak.
    choices : sequence of Choice
        What is compared.
    folds : int
        Folds of behaviours that are left out in turn; each is a fifth.
    seed : int
        Of the rows that are taken.
    """
    codebook = Codebook.load()
    number = folds_of(dataset.behaviour)
    chance = np.random.default_rng(seed)
    rules, X = _rules(dataset, codebook), narrow(dataset.X)  # noqa: N806 - scikit-learn's name
    judged: dict[str, _Judged] = {name: _Judged() for name in (RULES, *(choice.name for choice in choices))}
    for fold in range(folds):
        left_out = number == fold

        def some(which: NDArray[np.bool_]) -> Ints:
            return chance.permutation(np.flatnonzero(which))[:MOST_ROWS]

        rows = some((dataset.split == TRAIN) & ~left_out)
        space = outcome_space(dataset.outcome[rows].tolist(), attack, Settings().rarest, codebook)
        codes = truth_codes(dataset, space)
        rows, stop = rows[codes[rows] >= 0], some((dataset.split == "validate") & ~left_out & (codes >= 0))
        seen = some((dataset.split == "calibrate") & ~left_out)
        unseen = some((dataset.split != "test") & left_out)
        for places, new in ((seen, False), (unseen, True)):
            right = (rules[places] == dataset.outcome[places]).astype(float)
            judged[RULES].add(dataset.behaviour[places], right, np.full(len(places), np.nan), new)
        for choice in choices:
            settings = Settings(seed=seed, strength=choice.strength, belief=choice.belief, everyday=1.0)
            model, _ = learn(X, codes, rows, stop, dataset.space, space, codebook, settings, choice.carries)
            for places, new in ((seen, False), (unseen, True)):
                said, own = model.predict(X[places]), codes[places]
                chances = np.where(own >= 0, said[np.arange(len(own)), own], LEAST)
                right = (said.argmax(axis=1) == own).astype(float)
                judged[choice.name].add(dataset.behaviour[places], right, chances, new)
    results = [one.result(name) for name, one in judged.items()]
    with tracking.run("unseen behaviours", kind="choices"):
        for result in results:
            with tracking.run(result.name, kind="choice") as module:
                module.log_metrics(tracking.flat(msgspec.to_builtins(result)))
    return results


def folds_of(behaviours: Iterable[str]) -> NDArray[np.intp]:
    """Return the fold of each behaviour."""
    return np.array([zlib.crc32(str(name).encode()) % FOLDS for name in behaviours], dtype=np.intp)


def by_behaviour(behaviours: NDArray[np.object_], values: Numbers) -> Numbers:
    """Return the mean of each behaviour's events."""
    _, own = np.unique(behaviours.astype(str), return_inverse=True)
    means: Numbers = np.bincount(own, values) / np.bincount(own)
    return means


def as_text(results: Sequence[Result]) -> str:
    """Return the results as a table in Markdown."""
    head = "| believed beforehand | right, seen | right, unseen | loss, seen | loss, unseen |"
    lines = [head, "|---|---:|---:|---:|---:|"]
    for one in results:
        losses = ("-" if np.isnan(loss) else f"{loss:.2f}" for loss in (one.seen_loss, one.unseen_loss))
        lines.append(f"| {one.name} | {one.seen:.3f} | {one.unseen:.3f} | {' | '.join(losses)} |")
    return "\n".join(lines) + "\n"


class _Judged:
    """Events of behaviours, seen and unseen, as they were judged."""

    def __init__(self) -> None:
        self._shares: dict[bool, list[tuple[float, float]]] = {False: [], True: []}

    def add(self, behaviours: NDArray[np.object_], right: Numbers, chances: Numbers, new: bool) -> None:
        """Add events: each behaviour counts once."""
        loss = -np.log(np.maximum(chances, LEAST))
        shares = (by_behaviour(behaviours, values) for values in (right, loss))
        self._shares[new] += zip(*(share.tolist() for share in shares), strict=True)

    def result(self, name: str) -> Result:
        """Return the means over behaviours."""
        seen, unseen = (np.array(self._shares[new]).mean(axis=0).tolist() for new in (False, True))
        return Result(
            name=name,
            seen=seen[0],
            unseen=unseen[0],
            seen_loss=seen[1],
            unseen_loss=unseen[1],
            behaviours=len(self._shares[True]),
        )


def _rules(dataset: Dataset, codebook: Codebook) -> NDArray[np.object_]:
    """Return what the row of the codebook says that holds most, as outcomes."""
    answers = {f"rule={row.id}": outcome_of(row).text for row in codebook.rows()}
    columns = [place for place, name in enumerate(dataset.space.names) if name in answers]
    held = dataset.X[:, columns]
    texts = np.array([answers[dataset.space.names[column]] for column in columns], dtype=object)
    first = np.asarray(held.argmax(axis=1)).ravel()
    found: NDArray[np.object_] = np.where(np.diff(held.indptr) > 0, texts[first], "")
    return found

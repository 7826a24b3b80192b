"""Which learner ships: all candidates on the same training rows, judged on the same validation sites.

The rule: of the candidates that answer a single event within `MOST_SECONDS`, take at most `MOST_BYTES`
and cover `ENOUGH` at `RISK` wrong categories, the one that is right for most behaviours left out of the
training wins; among those within `TIE` of it the first in the order of `CANDIDATES`, in which
explanations that add up to the model's own logit come first. (Before, coverage alone decided. All
learners then read behaviours that they never saw worse than the codebook's rules do.)

Every learner gives a probability to each outcome. Those that learn labels apart (a technique, a
tactic, a reason) give an outcome the product over its labels, brought to a sum of one, so that all
are decoded in the same way.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack  # type: ignore[import-untyped]
from sklearn.ensemble import (  # type: ignore[import-untyped]
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
)
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.metrics import log_loss  # type: ignore[import-untyped]

from adscribe.codebook import Codebook
from adscribe.features import FeatureSpace
from adscribe.model.calibration import calibration_error
from adscribe.model.decoding import Decoder
from adscribe.model.estimator import OutcomeClassifier
from adscribe.model.outcomes import Outcome, OutcomeSpace
from adscribe.training import tracking
from adscribe.training.dataset import Dataset
from adscribe.training.metrics import curve
from adscribe.training.tables import Tables, compiled
from adscribe.training.training import Settings, learn, narrow, outcome_space, part, truth_codes
from adscribe.training.unseen import by_behaviour, folds_of

Array = NDArray[np.float32]
Ints = NDArray[np.intp]

RISK = 0.1
ENOUGH = 0.75
TIE = 0.01
MOST_SECONDS = 0.0002
MOST_BYTES = 20 * 2**20

MOST_ROWS = 20_000
"""Training rows that every candidate gets: the same for all, so that the slow ones end."""

_DENSE, _ADDITIVE = 256, 128
_BOOSTING = {"max_iter": 20, "l2_regularization": 5.0, "early_stopping": False}
"""Without a penalty the leaves of rare outcomes grow beyond all bounds."""

_TIMED = 200


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """How a candidate did.

    Attributes
    ----------
    name : str
        Which one.
    rows : int
        That it was trained on.
    accuracy, log_loss : float
        Of outcomes that it knows.
    coverage : float
        Of events whose truth is a category, the share shown one where at most `RISK` of what is shown
        is wrong.
    unseen : float
        Share of events of behaviours left out of the training whose likeliest outcome is the truth, each
        behaviour counting the same.
    calibration_error : float
        Over pairs of label and event.
    train_seconds, event_seconds : float
        Of training; of a single event, the median.
    bytes : int
        Of what it has learnt.
    """

    name: str
    rows: int
    accuracy: float
    log_loss: float
    coverage: float
    unseen: float
    calibration_error: float
    train_seconds: float
    event_seconds: float
    bytes: int

    @property
    def is_eligible(self) -> bool:
        """Whether it could be served, and would say something."""
        cheap = self.event_seconds <= MOST_SECONDS and self.bytes <= MOST_BYTES
        return cheap and self.coverage >= ENOUGH


class Learned(Protocol):
    """A candidate that was trained."""

    def predict(self, rows: csr_array) -> Array:
        """Return the probabilities, events × outcomes."""
        ...

    @property
    def arrays(self) -> Iterable[NDArray[Any]]:
        """All that it has learnt."""
        ...


class Problem(msgspec.Struct, frozen=True):
    """What a candidate is given: training rows, the outcome of each, and what columns and codes stand for."""

    rows: csr_array
    codes: Ints
    features: FeatureSpace
    space: OutcomeSpace
    seed: int

    def commonest(self, number: int) -> Ints:
        """Return the columns that most rows have: what dense learners see."""
        counts = np.bincount(self.rows.indices, minlength=self.rows.shape[1])
        return np.sort(np.argsort(-counts, kind="stable")[:number])


class _Linear:
    """Logistic regressions side by side, one for each label."""

    def __init__(self, problem: Problem, *, chained: bool) -> None:
        self._labels = _label_table(problem.space)
        truth = self._labels[:, problem.codes].T
        self._chained = chained
        self._coefficients, self._intercepts = [], []
        given = problem.rows
        for label in range(truth.shape[1]):
            learner = LogisticRegression(max_iter=60, tol=1e-3).fit(given, truth[:, label])
            self._coefficients.append(learner.coef_[0].astype(np.float32))
            self._intercepts.append(np.float32(learner.intercept_[0]))
            if chained:
                given = _beside(given, truth[:, label : label + 1])

    def predict(self, rows: csr_array) -> Array:
        given, probabilities = rows, []
        for coefficients, intercept in zip(self._coefficients, self._intercepts, strict=True):
            said = 1 / (1 + np.exp(-(given @ coefficients + intercept)))
            probabilities.append(said)
            if self._chained:
                given = _beside(given, said[:, np.newaxis])
        return _as_outcomes(np.column_stack(probabilities), self._labels)

    @property
    def arrays(self) -> Iterable[NDArray[Any]]:
        return self._coefficients


class _Softmax:
    def __init__(self, problem: Problem, *, believing: bool) -> None:
        if believing:
            rows, none = np.arange(len(problem.codes)), np.arange(0)
            settings = Settings(seed=problem.seed, everyday=1.0)
            self._model, _ = learn(
                problem.rows,
                problem.codes,
                rows,
                none,
                problem.features,
                problem.space,
                Codebook.load(),
                settings,
            )
        else:
            self._model = OutcomeClassifier().fit(problem.rows, problem.codes).softmax_

    def predict(self, rows: csr_array) -> Array:
        return self._model.predict(rows)

    @property
    def arrays(self) -> Iterable[NDArray[Any]]:
        return self._model.coefficients, self._model.intercept


class _Trees:
    """An ensemble of trees on the commonest columns."""

    def __init__(self, problem: Problem, learner: Any, columns: Ints) -> None:
        self._columns = columns
        self._learner = learner.fit(problem.rows[:, columns].toarray(), problem.codes)

    def predict(self, rows: csr_array) -> Array:
        return np.asarray(self._learner.predict_proba(rows[:, self._columns].toarray()), dtype=np.float32)

    @property
    def arrays(self) -> Iterable[NDArray[Any]]:
        if hasattr(self._learner, "estimators_"):
            for tree in self._learner.estimators_:
                yield from (tree.tree_.__getstate__()["nodes"], tree.tree_.value)
        else:
            for step in self._learner._predictors:
                yield from (tree.nodes for tree in step)


class _Treelite(_Trees):
    """The forest again, answered by Treelite, which serves trees quicker than scikit-learn."""

    def __init__(self, problem: Problem, learner: Any, columns: Ints) -> None:
        import treelite  # noqa: PLC0415 - of the developers' packages, for this comparison alone

        super().__init__(problem, learner, columns)
        self._compiled = treelite.sklearn.import_model(self._learner)

    def predict(self, rows: csr_array) -> Array:
        from treelite import gtil  # noqa: PLC0415

        dense = rows[:, self._columns].toarray().astype(np.float32)
        return np.asarray(gtil.predict(self._compiled, dense, nthread=1)[:, 0], dtype=np.float32)


class _Additive:
    """Boosting of trees of at most two columns each, summed up into tables."""

    def __init__(self, problem: Problem) -> None:
        self._columns = problem.commonest(_ADDITIVE)
        learner = HistGradientBoostingClassifier(
            **_BOOSTING, max_leaf_nodes=4, interaction_cst="pairwise", random_state=problem.seed
        )
        dense = problem.rows[:, self._columns].toarray()
        self._tables: Tables = compiled(learner.fit(dense, problem.codes))

    def predict(self, rows: csr_array) -> Array:
        return self._tables.predict(rows[:, self._columns].toarray())

    @property
    def arrays(self) -> Iterable[NDArray[Any]]:
        return self._tables.arrays


CANDIDATES: Mapping[str, Callable[[Problem], Learned]] = {
    "softmax over outcomes, codebook believed": lambda problem: _Softmax(problem, believing=True),
    "softmax over outcomes": lambda problem: _Softmax(problem, believing=False),
    "one-vs-rest linear": lambda problem: _Linear(problem, chained=False),
    "classifier chain": lambda problem: _Linear(problem, chained=True),
    "pairwise additive tables": _Additive,
    "extremely random forest": lambda problem: _Trees(
        problem,
        ExtraTreesClassifier(100, min_samples_leaf=2, random_state=problem.seed),
        problem.commonest(_DENSE),
    ),
    "the same forest by Treelite": lambda problem: _Treelite(
        problem,
        ExtraTreesClassifier(100, min_samples_leaf=2, random_state=problem.seed),
        problem.commonest(_DENSE),
    ),
    "gradient boosting": lambda problem: _Trees(
        problem,
        HistGradientBoostingClassifier(**_BOOSTING, max_leaf_nodes=15, random_state=problem.seed),
        problem.commonest(_DENSE),
    ),
}
"""By name, in the order in which one is preferred to an equal."""


def compare(dataset: Dataset, attack: dict[str, str], *, seed: int = 0) -> list[Result]:
    """Train and judge all candidates, a nested run each.

    Parameters
    ----------
    dataset : Dataset
        Rows of all parts.
    attack : dict of str to str
        Version of each domain of ATT&CK that the truths speak.
    seed : int
        Of the rows that are taken and of the learners.

    Returns
    -------
    list of Result
        In the order of `CANDIDATES`.
    """
    texts = dataset.outcome[part(dataset, "train")].tolist()
    space = outcome_space(texts, attack, Settings().rarest, Codebook.load())
    codes = truth_codes(dataset, space)
    chance, left_out = np.random.default_rng(seed), folds_of(dataset.behaviour) == 0
    rows = chance.permutation(np.flatnonzero((dataset.split == "train") & ~left_out & (codes >= 0)))[
        :MOST_ROWS
    ]
    # Every outcome has a row, or learners would number them in another way.
    present, renumbered = np.unique(codes[rows], return_inverse=True)
    space = OutcomeSpace([space.outcomes[code] for code in present.tolist()], space.enterprise, space.ics)
    problem = Problem(narrow(dataset.X[rows]), renumbered, dataset.space, space, seed)
    seen, unseen = (
        np.flatnonzero((dataset.split == "validate") & ~left_out),
        np.flatnonzero((dataset.split != "test") & left_out),
    )
    known, new = (_asked(dataset, chance.permutation(one)[:MOST_ROWS]) for one in (seen, unseen))
    results = []
    with tracking.run("candidates", kind="candidates"):
        for name, train in CANDIDATES.items():
            with tracking.run(name, kind="candidate") as module:
                result = _result(name, train, problem, known, new)
                module.log_metrics(tracking.flat(msgspec.to_builtins(result)))
                results.append(result)
    return results


def winner(results: Sequence[Result]) -> Result | None:
    """Return the candidate that ships by the rule; ``None`` where none is eligible."""
    eligible = [result for result in results if result.is_eligible]
    best = max((result.unseen for result in eligible), default=0.0)
    return next((result for result in eligible if result.unseen >= best - TIE), None)


class _Asked(msgspec.Struct, frozen=True):
    """Events that a candidate is judged on."""

    rows: csr_array
    truths: list[Outcome]
    behaviours: NDArray[np.object_]


def _asked(dataset: Dataset, places: Ints) -> _Asked:
    truths = [Outcome.parse(text) for text in dataset.outcome[places].tolist()]
    return _Asked(narrow(dataset.X[places]), truths, dataset.behaviour[places])


def _result(
    name: str, train: Callable[[Problem], Learned], problem: Problem, known: _Asked, new: _Asked
) -> Result:
    started = time.perf_counter()
    learned = train(problem)
    trained = time.perf_counter() - started
    probabilities, truths = learned.predict(known.rows), known.truths
    space = problem.space
    codes = _codes(space, truths)
    told = np.flatnonzero(codes >= 0)
    exact = probabilities[told].astype(np.float64)
    right = learned.predict(new.rows).argmax(axis=1) == _codes(space, new.truths)
    sets = [frozenset((label,)) for label in space.labels]
    return Result(
        name=name,
        rows=problem.rows.shape[0],
        accuracy=float((probabilities.argmax(axis=1) == codes).mean()),
        log_loss=float(
            log_loss(codes[told], exact / exact.sum(axis=1, keepdims=True), labels=range(len(space.texts)))
        ),
        coverage=_coverage(Decoder(space), probabilities, truths),
        unseen=float(by_behaviour(new.behaviours, right.astype(float)).mean()),
        calibration_error=calibration_error(
            probabilities @ space.contains.T, space.table(sets, truths).T.astype(np.float32)
        ),
        train_seconds=trained,
        event_seconds=_seconds(learned, known.rows),
        bytes=sum(array.nbytes for array in learned.arrays),
    )


def _codes(space: OutcomeSpace, truths: Sequence[Outcome]) -> Ints:
    places = {text: place for place, text in enumerate(space.texts)}
    return np.array([places.get(truth.text, -1) for truth in truths], dtype=np.intp)


def _coverage(decoder: Decoder, probabilities: Array, truths: Sequence[Outcome]) -> float:
    """Return how many events with a category can be shown one while `RISK` of what is shown is wrong."""
    best = [decoder.likeliest(row) for row in probabilities]
    right = [
        shown is not None and shown.labels <= truth.labels
        for (shown, _), truth in zip(best, truths, strict=True)
    ]
    category = np.array([bool(truth.tactics) for truth in truths], dtype=bool)
    points = curve(np.array([sure for _, sure in best]), np.array(right, dtype=bool), category, points=1000)
    return max((point.coverage for point in points if point.wrong <= RISK), default=0.0)


def _seconds(learned: Learned, events: csr_array) -> float:
    """Return the median time of a single event."""
    took = []
    for row in range(min(_TIMED, events.shape[0])):
        event = events[[row]]
        started = time.perf_counter()
        learned.predict(event)
        took.append(time.perf_counter() - started)
    return float(np.median(took))


def _label_table(space: OutcomeSpace) -> NDArray[np.bool_]:
    """Return which outcomes have each label, labels × outcomes."""
    table = space.contains == 1
    # A label of all outcomes or of none tells nothing.
    kept: NDArray[np.bool_] = table[~table.all(axis=1)]
    return kept


def _as_outcomes(probabilities: NDArray[np.floating], labels: NDArray[np.bool_]) -> Array:
    """Return the probabilities of outcomes from those of labels, events × outcomes."""
    sure = np.clip(probabilities, 1e-6, 1 - 1e-6)
    logs = np.log(sure) @ labels + np.log1p(-sure) @ ~labels
    said = np.exp(logs - logs.max(axis=1, keepdims=True))
    found: Array = (said / said.sum(axis=1, keepdims=True)).astype(np.float32)
    return found


def _beside(rows: csr_array, columns: NDArray[Any]) -> csr_array:
    return csr_array(hstack([rows, csr_array(columns.astype(np.float32))], format="csr"))


def as_text(results: Sequence[Result]) -> str:
    """Return the comparison as Markdown."""
    chosen = winner(results)
    lines = [
        f"| candidate | right, unseen behaviours | coverage at {RISK:.0%} wrong | accuracy | log loss"
        " | calibration error | training s | event µs | MiB |",
        "|---" + "|---:" * 8 + "|",
    ]
    lines += [
        f"| {f'**{one.name}**' if one is chosen else one.name} | {one.unseen:.3f} | {one.coverage:.3f}"
        f" | {one.accuracy:.3f} | {one.log_loss:.3f} | {one.calibration_error:.3f} | {one.train_seconds:.0f}"
        f" | {one.event_seconds * 1e6:,.0f} | {one.bytes / 2**20:.1f} |"
        for one in results
    ]
    return "\n".join(lines) + "\n"

"""What is learnt: scikit-learn's rules for an estimator, base rates, and when training stops."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse  # type: ignore[import-untyped]
from sklearn.utils.estimator_checks import parametrize_with_checks  # type: ignore[import-untyped]

from adscribe.model.estimator import OutcomeClassifier


@parametrize_with_checks([OutcomeClassifier()])  # type: ignore[untyped-decorator]
def test_it_keeps_the_rules_of_scikit_learn(estimator: Any, check: Any) -> None:
    check(estimator)


def drawn(seed: int, rows: int) -> tuple[Any, Any]:
    """Return one-hot rows of eight kinds, and classes that the kind makes more or less likely."""
    generator = np.random.default_rng(seed)
    kind = generator.integers(8, size=rows)
    noise = generator.integers(8, 400, size=rows)
    chance = np.random.default_rng(0).dirichlet([0.4] * 5, size=8)
    truth = np.array([generator.choice(5, p=chance[one]) for one in kind])
    columns = np.stack([kind, noise], axis=1).ravel().astype(np.int32)
    starts = np.arange(0, 2 * rows + 1, 2, dtype=np.int32)
    ones = np.ones(2 * rows, dtype=np.float32)
    return sparse.csr_array((ones, columns, starts), shape=(rows, 400)), truth


def test_an_event_of_which_nothing_is_known_has_the_base_rates() -> None:
    rows, truth = drawn(1, 3000)
    fitted = OutcomeClassifier(C=1.0).fit(rows, truth)
    nothing = fitted.softmax_.probabilities(np.empty(0, np.int32), np.empty(0, np.float32))
    assert nothing == pytest.approx(np.bincount(truth) / len(truth), abs=0.03)


def test_one_event_gets_what_it_gets_among_many() -> None:
    rows, truth = drawn(2, 500)
    fitted = OutcomeClassifier().fit(rows, truth)
    together = fitted.predict_proba(rows)
    for number in range(0, 500, 50):
        span = slice(*rows.indptr[number : number + 2])
        alone = fitted.softmax_.probabilities(rows.indices[span], rows.data[span])
        assert alone == pytest.approx(together[number], abs=1e-6)


def test_training_stops_where_it_no_longer_generalises() -> None:
    rows, truth = drawn(3, 600)
    other, other_truth = drawn(4, 2000)
    loose = {"C": 1e4, "max_iter": 400, "tol": 1e-9}
    stopped = OutcomeClassifier(**loose, patience=5).fit(rows, truth, validation=(other, other_truth))  # type: ignore[arg-type]
    through = OutcomeClassifier(**loose).fit(rows, truth)  # type: ignore[arg-type]

    def loss(fitted: OutcomeClassifier) -> float:
        chosen = fitted.predict_proba(other)[np.arange(len(other_truth)), other_truth]
        return float(-np.log(chosen).mean())

    assert loss(stopped) < loss(through) - 0.1
    assert stopped.n_iter_ < through.n_iter_


def test_validation_rows_of_unknown_outcomes_are_left_out() -> None:
    rows, truth = drawn(5, 400)
    known = truth < 4
    fitted = OutcomeClassifier(max_iter=40).fit(rows[known], truth[known], validation=(rows, truth))
    assert list(fitted.classes_) == [0, 1, 2, 3]

"""How the softmax is trained: scikit-learn's logistic regression, stopped where it generalises best."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from scipy import sparse  # type: ignore[import-untyped]
from sklearn.base import BaseEstimator, ClassifierMixin  # type: ignore[import-untyped]
from sklearn.exceptions import ConvergenceWarning  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.metrics import log_loss  # type: ignore[import-untyped]
from sklearn.utils.multiclass import check_classification_targets  # type: ignore[import-untyped]
from sklearn.utils.validation import (  # type: ignore[import-untyped]
    _check_sample_weight,
    check_is_fitted,
    validate_data,
)

from adscribe.model.softmax import Softmax


class OutcomeClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Multinomial logistic regression whose intercept is the base rate.

    The evidence of an event is weighed against what is true of one of which nothing is known. So
    that this is the base rate and not what is left over by the other coefficients, empty rows with
    the base rates as their truths take part in the training.

    Parameters
    ----------
    C : float
        Inverse strength of the L2 penalty, as in scikit-learn.
    max_iter : int
        Iterations of L-BFGS at most.
    tol : float
        Largest gradient at which it has converged.
    patience : int
        Iterations between looks at the validation rows; training stops when a look finds no gain.
    empty : float
        Weight of the empty rows, as a share of all rows.

    Attributes
    ----------
    classes_ : array
        The outcomes, sorted.
    softmax_ : Softmax
        What was learnt; for two classes as well, it has a column a class.
    n_iter_ : int
        Iterations that were used.
    """

    def __init__(
        self,
        C: float = 1.0,  # noqa: N803 - scikit-learn's name
        *,
        max_iter: int = 300,
        tol: float = 1e-4,
        patience: int = 20,
        empty: float = 0.05,
    ) -> None:
        self.C = C
        self.max_iter = max_iter
        self.tol = tol
        self.patience = patience
        self.empty = empty

    def fit(
        self,
        X: Any,  # noqa: N803 - scikit-learn's name
        y: Any,
        sample_weight: Any = None,
        *,
        validation: tuple[Any, Any] | None = None,
        anchors: tuple[Any, Any, Any] | None = None,
    ) -> OutcomeClassifier:
        """Fit.

        Parameters
        ----------
        X : sparse or dense matrix, rows × features
            32-bit numbers stay so.
        y : array, rows
            The outcome of each row.
        sample_weight : array, rows, optional
            What each row counts.
        validation : (matrix, array), optional
            Rows of other sites. With them training stops when their loss no longer falls. Rows whose
            outcome has no training row are left out.
        anchors : (matrix, array, array), optional
            Rows that are no events, their outcomes, and the weight of each as a share of all rows: what
            is believed beforehand. They don't count for the base rates.
        """
        X, y = validate_data(  # noqa: N806
            self, X, y, accept_sparse="csr", dtype=[np.float64, np.float32], accept_large_sparse=False
        )
        weight = _check_sample_weight(sample_weight, X, dtype=X.dtype, ensure_non_negative=True)
        check_classification_targets(y)
        believed, truths, shares = anchors or (X[:0], y[:0], np.zeros(0))
        self.classes_, codes = np.unique(np.concatenate([y, truths]), return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("Classifier can't train when only one class is present.")
        base = np.bincount(codes[: len(y)], weights=weight, minlength=len(self.classes_))
        nothing = sparse.csr_array((len(base), X.shape[1]), dtype=X.dtype)
        rows = sparse.vstack([sparse.csr_array(one) for one in (X, believed, nothing)], format="csr")
        each = shares * weight.sum()
        weights = np.concatenate([weight, each, self.empty * base]).astype(X.dtype)
        codes = np.concatenate([codes, np.arange(len(base))])
        learner = LogisticRegression(C=self.C, tol=self.tol, warm_start=True, max_iter=self.max_iter)
        self.softmax_, self.n_iter_ = self._train(learner, rows, codes, weights, validation)
        return self

    def _train(
        self, learner: Any, rows: Any, truths: Any, weights: Any, validation: tuple[Any, Any] | None
    ) -> tuple[Softmax, int]:
        held_out = self._known(validation) if validation is not None else None
        if held_out is None:
            _steps(learner, rows, truths, weights)
            return _softmax(learner), int(learner.n_iter_[0])
        learner.max_iter = self.patience
        best, lowest, used = None, np.inf, 0
        while used < self.max_iter:
            _steps(learner, rows, truths, weights)
            used += int(learner.n_iter_[0])
            found = _softmax(learner)
            loss = log_loss(held_out[1], found.predict(held_out[0]), labels=np.arange(len(self.classes_)))
            if loss >= lowest:
                break
            best, lowest = found, loss
            if learner.n_iter_[0] < self.patience:
                break
        if best is None:
            raise ValueError("the loss on the validation rows is no number")
        return best, used

    def _known(self, validation: tuple[Any, Any]) -> tuple[Any, Any] | None:
        rows, truths = validation
        known = np.isin(truths, self.classes_)
        if not known.any():
            return None
        codes = np.searchsorted(self.classes_, np.asarray(truths)[known])
        return sparse.csr_array(rows)[np.flatnonzero(known)], codes

    def predict_proba(self, X: Any) -> Any:  # noqa: N803
        """Return the probabilities, rows × classes."""
        check_is_fitted(self)
        rows = validate_data(self, X, accept_sparse="csr", dtype=[np.float64, np.float32], reset=False)
        return self.softmax_.predict(sparse.csr_array(rows))

    def predict(self, X: Any) -> Any:  # noqa: N803
        """Return the most probable class of each row."""
        probabilities = self.predict_proba(X)
        return self.classes_[probabilities.argmax(axis=1)]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _steps(learner: Any, rows: Any, truths: Any, weights: Any) -> None:
    with warnings.catch_warnings():
        # Stopping before convergence is the regularisation.
        warnings.simplefilter("ignore", ConvergenceWarning)
        learner.fit(rows, truths, sample_weight=weights)


def _softmax(learner: Any) -> Softmax:
    coefficients, intercept = learner.coef_, learner.intercept_
    if len(coefficients) == 1:
        # Two classes come as the log-odds of the second.
        coefficients = np.vstack([np.zeros_like(coefficients), coefficients])
        intercept = np.array([0.0, intercept[0]])
    table = np.ascontiguousarray(coefficients.T, dtype=np.float32)
    return Softmax(table, np.asarray(intercept, dtype=np.float32))

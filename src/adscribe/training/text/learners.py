"""The learners that were compared: each turns examples into a scorer of texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve  # type: ignore[import-untyped]
from scipy.sparse import diags_array  # type: ignore[import-untyped]
from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from adscribe.text.model import TextModel
from adscribe.text.wording import words
from adscribe.training.corpora import ATTACK
from adscribe.training.text.examples import Example, weighted

Floats = NDArray[np.float32]
Scorer = Callable[[Sequence[str]], Floats]
"""Texts to scores, texts x techniques."""

ABSENT = -20.0
"""Logit of a technique that no example has."""


@dataclass(frozen=True)
class Candidate:
    """A way to learn.

    Attributes
    ----------
    name : str
        In the table.
    learner : {"logistic", "ridge", "neighbours"}
        One logistic regression a technique; least squares with a penalty on the weights for all at
        once; the most similar example of each technique.
    reads : {"plain", "words", "pairs", "letters"}
        Words as they are; as `adscribe.text.wording` gives them; these and neighbouring pairs; these and
        parts of three to five letters.
    weights : mapping of str to float
        What examples of sources other than vendors count.
    elsewhere : float
        What vendors' examples on other than network data count.
    balance : float
        Logistic: 1 gives a technique's examples as much weight as all others, 0 none beyond their own.
    penalty : float
        Ridge: on the weights; logistic: its inverse.
    """

    name: str
    learner: Literal["logistic", "ridge", "neighbours"] = "ridge"
    reads: Literal["plain", "words", "pairs", "letters"] = "words"
    weights: Mapping[str, float] = field(default_factory=dict)
    elsewhere: float = 0.0
    balance: float = 0.0
    penalty: float = 1.0

    @property
    def is_table(self) -> bool:
        """Whether it is a table of the words that the served model reads."""
        return self.learner != "neighbours" and self.reads == "words"

    def fit(self, examples: Sequence[Example], techniques: Sequence[str]) -> Scorer:
        """Learn from examples; the columns of the scores are the techniques."""
        rows = weighted(examples, self.weights, self.elsewhere)
        learners: dict[str, _Learner] = {"logistic": _logistic, "ridge": _ridge, "neighbours": _neighbours}
        weight = np.array([weight for _, weight in rows])
        return learners[self.learner](self, [one for one, _ in rows], weight, techniques)


def frozen(how: Candidate, examples: Sequence[Example], techniques: Sequence[str]) -> TextModel:
    """Return the model of a candidate as it is served.

    Raises
    ------
    ValueError
        If it is no table of the words that the served model reads.
    """
    if not how.is_table:
        raise ValueError(f"{how.name} can't be served as a table of words")
    table = how.fit(examples, techniques)
    assert isinstance(table, Table)  # noqa: S101 - what a table of words is
    return TextModel(
        techniques=tuple(techniques),
        attack=ATTACK,
        link="logistic" if how.learner == "logistic" else "identity",
        vocabulary=tuple(table.reader.get_feature_names_out()),
        rarity=table.reader.idf_.astype(np.float32),
        weights=table.weights,
        intercept=table.intercept,
    )


_Learner = Callable[[Candidate, Sequence[Example], NDArray[np.float64], Sequence[str]], Scorer]


def truths(rows: Sequence[Example], techniques: Sequence[str]) -> Floats:
    """Return which example has which technique, examples x techniques."""
    return np.array([[one in row.techniques for one in techniques] for row in rows], dtype=np.float32)


def _reader(reads: str) -> Any:
    if reads == "plain":
        return TfidfVectorizer(sublinear_tf=True, dtype=np.float32)
    if reads == "words":
        return TfidfVectorizer(sublinear_tf=True, dtype=np.float32, analyzer=words)
    if reads == "pairs":
        return TfidfVectorizer(sublinear_tf=True, dtype=np.float32, analyzer=_pairs, min_df=2)
    return TfidfVectorizer(sublinear_tf=True, dtype=np.float32, analyzer=_letters, min_df=2)


def _pairs(text: str) -> list[str]:
    found = words(text)
    return found + [f"{one} {other}" for one, other in pairwise(found)]


def _letters(text: str) -> list[str]:
    found = words(text)
    parts = (f" {word} "[at : at + n] for word in found for n in (3, 4, 5) for at in range(len(word) + 3 - n))
    return found + list(parts)


@dataclass(frozen=True)
class Table:
    """Scores that are linear in what a reader counts."""

    reader: Any
    weights: Floats
    intercept: Floats

    def __call__(self, texts: Sequence[str]) -> Floats:
        """Return the scores of texts, before they are cut to shares."""
        return np.asarray(self.reader.transform(texts) @ self.weights + self.intercept, dtype=np.float32)


def _ridge(
    how: Candidate, rows: Sequence[Example], weight: NDArray[np.float64], techniques: Sequence[str]
) -> Table:
    """Solve by the examples, not by the words, of which there are more."""
    reader = _reader(how.reads)
    texts = reader.fit_transform([row.text for row in rows])
    truth = truths(rows, techniques)
    base = (weight @ truth / weight.sum()).astype(np.float32)
    root = np.sqrt(weight).astype(np.float32)
    scaled = (diags_array(root) @ texts).tocsr()
    alike = (scaled @ scaled.T).toarray().astype(np.float32) + np.outer(root, root)
    alike[np.diag_indices_from(alike)] += np.float32(how.penalty)
    dual = cho_solve(cho_factor(alike, overwrite_a=True), root[:, None] * (truth - base))
    return Table(reader, np.asarray(scaled.T @ dual, np.float32), (root @ dual + base).astype(np.float32))


def _logistic(
    how: Candidate, rows: Sequence[Example], weight: NDArray[np.float64], techniques: Sequence[str]
) -> Table:
    reader = _reader(how.reads)
    texts = reader.fit_transform([row.text for row in rows])
    truth = truths(rows, techniques)
    table = np.zeros((texts.shape[1], len(techniques)), dtype=np.float32)
    intercept = np.full(len(techniques), ABSENT, dtype=np.float32)
    for place in np.flatnonzero(truth.any(axis=0)):
        has = truth[:, place] > 0
        even = weight.sum() / (2 * np.where(has, weight[has].sum(), weight[~has].sum()))
        learner = LogisticRegression(C=1 / how.penalty, solver="liblinear", random_state=0)
        learner.fit(texts, has, sample_weight=weight * even**how.balance)
        table[:, place], intercept[place] = learner.coef_[0], learner.intercept_[0]
    return Table(reader, table, intercept)


def _neighbours(
    how: Candidate, rows: Sequence[Example], weight: NDArray[np.float64], techniques: Sequence[str]
) -> Scorer:
    reader = _reader(how.reads)
    texts = reader.fit_transform([row.text for row in rows])
    truth = truths(rows, techniques) > 0

    def score(asked: Sequence[str]) -> Floats:
        alike = (reader.transform(asked) @ texts.T).toarray() * weight
        columns = [alike[:, has].max(axis=1) if has.any() else np.zeros(len(alike)) for has in truth.T]
        return np.stack(columns, axis=1).astype(np.float32)

    return score

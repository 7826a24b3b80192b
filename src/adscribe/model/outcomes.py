"""What an event can turn out to be: a set of techniques with their tactics, or a reason for none.

The model gives every outcome a probability. That of a technique, a parent, a tactic or a reason is
the sum over the outcomes that have it, so no answer can contradict itself: a parent is at least as
probable as its sub-technique, a technique never more than its tactics together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adscribe.answer.outcome import REASONS, Outcome
from adscribe.attack import Catalogue, Matrix
from adscribe.errors import ModelError

__all__ = ["REASONS", "Outcome", "OutcomeSpace"]

Array = NDArray[np.float32]


class OutcomeSpace:
    """The outcomes that a model tells apart, in their order.

    Parameters
    ----------
    outcomes : iterable of Outcome
        Put in the order of their texts.
    enterprise, ics : Matrix
        The ATT&CK versions that they are checked against.

    Attributes
    ----------
    outcomes : tuple of Outcome
        All of them.
    labels : mapping of str to int
        Row of each label in `contains`.
    contains : array of float32, labels × outcomes
        1 where the outcome has the label: sums over outcomes are ``contains @ probabilities``.
    reasons : array of float32, reasons × outcomes
        The same in the order of `REASONS`.
    is_category : array of float32, outcomes
        1 where the outcome has a category in either domain.

    Raises
    ------
    ModelError
        If there are fewer than two, or one stands twice.
    CatalogueError
        If an id isn't in the catalogue, or a tactic isn't the technique's.
    """

    def __init__(self, outcomes: Iterable[Outcome], enterprise: Matrix, ics: Matrix) -> None:
        self.outcomes = tuple(sorted(outcomes, key=lambda outcome: outcome.text))
        if len(self.outcomes) < 2 or len(set(self.outcomes)) < len(self.outcomes):
            raise ModelError("a model needs two outcomes or more, each of them once")
        for outcome in self.outcomes:
            enterprise.check(outcome.techniques, outcome.tactics)
            ics.check(outcome.ics_techniques, outcome.ics_tactics)
        self.enterprise = enterprise
        self.ics = ics
        names = sorted(set().union(*(outcome.labels for outcome in self.outcomes)))
        self.labels: Mapping[str, int] = {name: row for row, name in enumerate(names)}
        self.contains = self.table([frozenset((name,)) for name in names])
        self.reasons = self.table([frozenset((name,)) for name in REASONS])
        self.is_category = np.array([outcome.is_category for outcome in self.outcomes], dtype=np.float32)

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The canonical forms, in order."""
        return tuple(outcome.text for outcome in self.outcomes)

    def table(self, sets: Iterable[frozenset[str]], outcomes: Iterable[Outcome] | None = None) -> Array:
        """Return which outcomes have all labels of each set.

        Parameters
        ----------
        sets : iterable of frozenset of str
            Labels.
        outcomes : iterable of Outcome, optional
            Others than those of the space, such as truths that it doesn't know.

        Returns
        -------
        array of float32, sets × outcomes
        """
        known = [outcome.labels for outcome in (self.outcomes if outcomes is None else outcomes)]
        return np.array([[labels <= having for having in known] for labels in sets], dtype=np.float32)

    def techniques(self) -> tuple[str, ...]:
        """Return the enterprise techniques and parents among the labels."""
        return tuple(name for name in self.labels if name in self.enterprise)

    def to_dict(self) -> dict[str, Any]:
        """Return the space as plain values."""
        attack = {"enterprise": self.enterprise.version, "ics": self.ics.version}
        return {"attack": attack, "outcomes": list(self.texts)}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any], catalogue: Catalogue) -> OutcomeSpace:
        """Return the space that `to_dict` described.

        Raises
        ------
        ModelError
            If it describes none.
        CatalogueError
            If an ATT&CK version isn't at hand or has no such category.
        """
        try:
            attack = plain["attack"]
            texts, versions = list(plain["outcomes"]), (str(attack["enterprise"]), str(attack["ics"]))
        except (KeyError, TypeError) as wrong:
            raise ModelError(f"the outcomes are not laid out as expected: {wrong}") from wrong
        return cls.of(texts, catalogue, *versions)

    @classmethod
    def of(cls, texts: Iterable[str], catalogue: Catalogue, enterprise: str, ics: str) -> OutcomeSpace:
        """Return the space of some texts in some versions of ATT&CK; each text counts once."""
        matrices = catalogue.matrix("enterprise", enterprise), catalogue.matrix("ics", ics)
        return cls((Outcome.parse(text) for text in sorted(set(texts))), *matrices)

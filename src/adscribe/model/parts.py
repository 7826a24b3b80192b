"""What the parts of a verdict are made with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from adscribe.answer.assignment import AssignedTactic
from adscribe.attack import Matrix
from adscribe.context import Context
from adscribe.features import Row
from adscribe.model.residual import Offsets
from adscribe.model.softmax import Array


@dataclass(frozen=True, slots=True)
class Assessed:
    """An event on its way to a verdict.

    Attributes
    ----------
    context : Context
        The event in its context.
    row : Row
        Its features.
    probabilities : array of float32, outcomes
        What the model says, offsets included.
    explain : bool
        Whether to say why.
    offsets : Offsets or None
        What a site's verdicts added.
    """

    context: Context
    row: Row
    probabilities: Array
    explain: bool
    offsets: Offsets | None = None


def rounded(probability: float | np.floating) -> float:
    """Return a probability to four digits; sums in single precision can be a hair above 1."""
    return min(round(float(probability), 4), 1.0)


def tactic_of(matrix: Matrix, shortname: str, probability: float) -> AssignedTactic:
    """Return a tactic as an answer has it."""
    tactic = matrix.tactic(shortname)
    return AssignedTactic(
        id=tactic.id, shortname=shortname, name=tactic.name, domain=matrix.domain, probability=probability
    )

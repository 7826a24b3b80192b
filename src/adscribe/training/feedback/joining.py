"""Judged events as rows of a training: what each counts, by its age."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array  # type: ignore[import-untyped]

from adscribe.features import FeatureSpace
from adscribe.model.outcomes import OutcomeSpace
from adscribe.training.feedback.cases import Case, latest, matrix


class JudgedRows(NamedTuple):
    """Rows to learn from.

    Attributes
    ----------
    X : csr_array, events × columns
        Their features.
    codes : array of int, events
        Place of each truth among the outcomes.
    weight : array, events
        What each counts.
    """

    X: csr_array
    codes: NDArray[np.intp]
    weight: NDArray[np.float64]


def as_rows(
    cases: Sequence[Case], features: FeatureSpace, outcomes: OutcomeSpace, *, verdict: float, half_life: float
) -> JudgedRows:
    """Return judged events as rows, one an event.

    Parameters
    ----------
    cases : sequence of Case
        The verdicts.
    features, outcomes : FeatureSpace, OutcomeSpace
        Columns and outcomes of the training.
    verdict : float
        What the latest verdict counts.
    half_life : float
        Days before it after which one counts half. An event whose truth is no outcome of the training, or
        could be several, is left out.
    """
    last = max((case.at for case in cases), default=None)
    rows, codes, weight = [], [], []
    for case in latest(cases):
        places = [
            place for place, outcome in enumerate(outcomes.outcomes) if case.truth.labels <= outcome.labels
        ]
        same = [place for place in places if outcomes.outcomes[place] == case.truth]
        if last is None or len(same or places) != 1:
            continue
        rows.append(features.row(case.context))
        codes.append((same or places)[0])
        weight.append(verdict * 0.5 ** ((last - case.at) / timedelta(days=half_life)))
    return JudgedRows(
        matrix(rows, len(features)), np.array(codes, dtype=np.intp), np.array(weight, dtype=np.float64)
    )

"""Probabilities mean what they say, and the promises hold, on networks that the model has never seen."""

from __future__ import annotations

import numpy as np
from scipy.stats import binom  # type: ignore[import-untyped]

from adscribe.model.calibration import calibration_error
from adscribe.model.decoding import Decoder
from adscribe.model.promises import realised
from adscribe.model.truths import Truths
from adscribe.training.dataset import outcome_of
from tests.student.asking import Student
from tests.student.conftest import Seen

SLACK = 0.02
"""Beyond what is promised: other networks are never quite those of the calibration."""

CALIBRATION_ERROR = 0.05


def most(share: float, answers: int) -> float:
    """Return the share that chance makes of a share, at 97.5 % confidence."""
    return float(binom.ppf(0.975, answers, share)) / answers


def truths(student: Student, seen: list[Seen]) -> Truths:
    return Truths(
        Decoder(student.artefact.outcomes),
        np.array([one.asked.probabilities for one in seen]),
        [outcome_of(one.row).text for one in seen],
        [one.row.site for one in seen],
    )


def test_at_each_risk_no_more_is_wrong_than_promised(shipped: Student, views: list[Seen]) -> None:
    for seen in (views, [one for one in views if one.row.view == "full"]):
        measured = realised(shipped.artefact.promises, truths(shipped, seen))["categories"]
        assert len(measured) >= 3
        for step in measured:
            assert step["shown"] > 150
            assert step["wrong"] <= most(step["risk"], step["shown"]) + SLACK, step


def test_calm_is_dangerous_as_seldom_as_promised(shipped: Student, views: list[Seen]) -> None:
    """At the prevalence of these networks; how it fares at others is for more events than these."""
    promised = shipped.artefact.promises.calm
    assert promised.threshold is not None
    calm = truths(shipped, views).calm(promised.threshold)
    answers = int(calm.answers.sum())
    assert answers > 150
    assert calm.share <= most(promised.risk, answers)


def test_what_is_said_to_be_probable_is_so_often(shipped: Student, views: list[Seen]) -> None:
    """The error is the mean over about 8,000 pairs of an event and a label of a probability from 0.1."""
    space = shipped.artefact.outcomes
    said = np.array([shipped.labels(one.asked) for one in views])
    true = space.table(
        [frozenset((label,)) for label in space.labels], (outcome_of(one.row) for one in views)
    ).T
    assert (said >= 0.1).sum() > 5_000
    assert calibration_error(said, true) <= CALIBRATION_ERROR

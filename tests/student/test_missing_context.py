"""Where context is missing the model is right more often than the rules, and where it isn't no less."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from numpy.typing import NDArray

from adscribe.training.dataset import outcome_of
from adscribe.training.judged import is_right
from tests.student.asking import Student
from tests.student.conftest import Seen

DEGRADED = ("no-site", "no-roles", "no-direction", "no-success", "no-history", "no-text")

MARGIN = 0.05
"""Share of events by which it is right more often, over all degraded views."""

NOISE = 0.01


def gains(student: Student, seen: Iterable[Seen]) -> NDArray[np.float64]:
    """Return for each report 1 where the model alone is right, -1 where the rules alone are, else 0.

    Both say what they would if they had to, and all of it must be right.
    """
    found = []
    for one in seen:
        truth = outcome_of(one.row)
        model, rules = student.likeliest(one.asked), one.asked.codebook
        found.append(float(is_right(model, truth)) - float(is_right(rules, truth)))
    return np.array(found)


def surely(gained: NDArray[np.float64]) -> float:
    """Return what the mean is at least, at about 97.5 % confidence."""
    return float(gained.mean() - 2 * gained.std() / np.sqrt(len(gained)))


def test_it_is_right_more_often_where_context_is_missing(shipped: Student, views: list[Seen]) -> None:
    gained = gains(shipped, (one for one in views if one.row.view in DEGRADED))
    assert len(gained) > 2_000
    assert surely(gained) > MARGIN


@pytest.mark.parametrize("view", DEGRADED)
def test_in_no_view_is_it_right_less_often(view: str, shipped: Student, views: list[Seen]) -> None:
    gained = gains(shipped, (one for one in views if one.row.view == view))
    assert len(gained) > 50
    assert gained.mean() > 0


def test_with_all_context_it_is_right_as_often(shipped: Student, views: list[Seen]) -> None:
    gained = gains(shipped, (one for one in views if one.row.view == "full"))
    assert len(gained) > 2_000
    assert surely(gained) > -NOISE

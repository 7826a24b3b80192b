"""Which verdicts are held out, and what those that are learnt from count."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from adscribe.training.feedback.holdout import Parted, parted
from adscribe.training.feedback.joining import as_rows
from adscribe.training.feedback.quarantine import quarantine
from tests.training.feedback.invented import EXFILTRATION, artefact, copy, gathered, judged


def split(number: int, *, habits: int) -> Parted:
    events = [copy(one, target=f"203.0.113.{one % habits}") for one in range(number)]
    found = gathered(judged(events))
    return parted(found, found.cases)


def test_the_last_verdicts_are_held_out_where_they_are_news() -> None:
    parts = split(50, habits=50)
    assert (len(parts.learnt), len(parts.held_out), parts.known) == (35, 15, 0)
    assert parts.after is not None
    assert max(case.at for case in parts.learnt) <= parts.after < min(case.at for case in parts.held_out)


def test_a_habit_that_was_judged_before_is_on_neither_side() -> None:
    parts = split(50, habits=40)
    # The last ten are on habits of the first ten.
    assert (len(parts.learnt), len(parts.held_out), parts.known) == (35, 5, 10)


def test_a_file_that_grows_moves_the_border_only_later() -> None:
    borders = [split(number, habits=100).after for number in (20, 40, 80)]
    assert all(border is not None for border in borders)
    assert borders == sorted(border for border in borders if border is not None)


def test_what_is_set_aside_keeps_its_habit_from_the_held_out() -> None:
    early = [copy(one, target="203.0.113.200") for one in range(20)]
    quarrel = [*judged(early[:10]), *judged(early[10:], EXFILTRATION)]
    later = [copy(one, target="203.0.113.200") for one in range(40, 44)]
    found = gathered([*quarrel, *judged(later, start=copy(40).detected_at + timedelta(days=9))])
    assert not parted(found, quarantine(found, artefact()).cases).held_out


def test_a_verdict_counts_half_after_its_half_life_and_an_event_once() -> None:
    events = [copy(one, target=f"203.0.113.{one}") for one in range(3)]
    found = gathered([*judged(events, pace=timedelta(days=90)), *judged(events[2:], analysts=["clara"])])
    rows = as_rows(found.cases, artefact().features, artefact().outcomes, verdict=10.0, half_life=90.0)
    assert rows.weight.tolist() == [2.5, 5.0, 10.0]
    texts = artefact().outcomes.texts
    assert {texts[code] for code in rows.codes.tolist()} == {"benign"}
    assert rows.X.shape == (3, len(artefact().features))
    assert np.diff(rows.X.indptr).min() > 0

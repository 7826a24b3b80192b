"""Figures against small cases counted by hand, and what must hold of any."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adscribe.model.outcomes import Outcome
from adscribe.training.bootstrap import Draws, Estimate
from adscribe.training.judged import UNDETERMINED, Judged, codes
from adscribe.training.metrics import (
    ENOUGH,
    LEVELS,
    Calm,
    Level,
    calm,
    curve,
    flips,
    level,
    measure,
    reliability,
)

SWEEP, PROBE = Outcome.parse("T1046@discovery"), Outcome.parse("T1595.001@reconnaissance")
PROBE_PARENT, RECON = Outcome.parse("T1595@reconnaissance"), Outcome.parse("@reconnaissance")
BENIGN, FAULT = Outcome.parse("benign"), Outcome.parse("misconfiguration")
OUTCOMES = (SWEEP, PROBE, PROBE_PARENT, RECON, BENIGN, FAULT, UNDETERMINED)


def judged(*cases: tuple[str, Outcome, Outcome, int]) -> Judged:
    rows = [(site, truth, answer) for site, truth, answer, number in cases for _ in range(number)]
    return Judged.of(*(list(column) for column in zip(*rows, strict=True)))


def scored(found: Level, label: str) -> tuple[int, int, Estimate | None]:
    return next((one.support, one.shown, one.f1) for one in found.labels if one.label == label)


CASES = judged(
    ("a", SWEEP, SWEEP, 30),
    ("a", SWEEP, BENIGN, 10),
    ("b", PROBE, PROBE_PARENT, 5),
    ("b", PROBE, UNDETERMINED, 5),
    ("b", BENIGN, SWEEP, 10),
    ("b", BENIGN, BENIGN, 30),
)


def value(found: Estimate | None) -> float:
    assert found is not None
    return found.value


def test_labels_are_counted_as_by_hand() -> None:
    found = level(CASES, LEVELS["technique"], Draws.of(2))
    support, shown, f1 = scored(found, "T1046")
    assert (support, shown) == (40, 40)
    assert value(f1) == pytest.approx(0.75)
    assert value(found.recall) == pytest.approx(30 / 50)
    assert value(found.precision) == pytest.approx(30 / 40)


def test_a_parent_for_its_sub_technique_is_neither_right_nor_wrong_there_and_found_above() -> None:
    case = judged(("a", PROBE, PROBE_PARENT, 40))
    exact, above = (level(case, LEVELS[name], Draws.of(1)) for name in ("technique", "parent"))
    assert scored(exact, "T1595.001")[:2] == (40, 0)
    assert scored(exact, "T1595")[:2] == (0, 0)
    assert value(above.f1) == 1.0


def test_a_parent_that_is_wrong_counts_as_wrong() -> None:
    found = level(judged(("a", SWEEP, PROBE_PARENT, 40)), LEVELS["technique"], Draws.of(1))
    assert value(found.precision) == 0.0


def test_few_events_have_no_figures_and_no_part_in_the_mean() -> None:
    found = level(CASES, LEVELS["tactic"], Draws.of(2))
    few = next(one for one in found.labels if one.label == "reconnaissance")
    assert few.support < ENOUGH
    assert not few.sufficient
    assert few.precision is few.recall is few.f1 is None
    assert value(found.macro_f1) == pytest.approx(0.75)


def test_the_whole_answer() -> None:
    scores = measure(CASES, Draws.of(2))
    assert (scores.whole.events, scores.whole.sites) == (90, 2)
    assert value(scores.whole.coverage) == pytest.approx(35 / 50)
    assert value(scores.whole.wrong) == pytest.approx(10 / 45)
    assert value(scores.whole.undetermined) == pytest.approx(5 / 90)
    assert value(scores.whole.exact) == pytest.approx(60 / 90)
    assert value(scores.whole.right) == pytest.approx(65 / 90)


def test_calm_is_reweighted_to_a_prevalence() -> None:
    # 10 of 50 events with a category are answered calmly, 30 of 40 without.
    found: Calm = calm(CASES, Draws.of(2), (0.01, 0.5))
    assert found.answers == 40
    assert value(found.dangerous) == pytest.approx(10 / 40)
    assert value(found.at_prevalence["0.5"]) == pytest.approx(0.2 / (0.2 + 0.75))
    assert value(found.at_prevalence["0.01"]) == pytest.approx(0.002 / (0.002 + 0.7425))


def test_reliability_by_hand() -> None:
    probabilities = np.array([[0.9, 0.05], [0.9, 0.3]])
    truths = np.array([[1, 1], [0, 0]])
    found = reliability(probabilities, truths, np.array([0, 1]), Draws.of(2))
    # Two claims of 0.9 of which one holds, one of 0.3 that doesn't; 0.05 is no claim.
    assert value(found.error) == pytest.approx((abs(1.8 - 1) + 0.3) / 3)
    assert sum(found.pairs) == 3


def test_updates_that_flip() -> None:
    keys = [("e",), ("e",), ("e",), ("f",), ("f",)]
    truths = [BENIGN, BENIGN, BENIGN, BENIGN, SWEEP]
    answers = [BENIGN, SWEEP, SWEEP, BENIGN, SWEEP]
    found = flips(keys, [1, 2, 3, 1, 2], truths, answers, np.zeros(5, dtype=np.intp), Draws.of(1))
    # Of the two updates whose truth stayed one changed the answer.
    assert value(found) == 0.5


def test_the_curve_shows_equally_sure_answers_together() -> None:
    found = curve(
        np.array([0.9, 0.8, 0.8, 0.1]),
        np.array([True, True, False, False]),
        np.array([True, True, True, False]),
    )
    assert [(point.threshold, point.wrong) for point in found] == [
        (0.9, 0.0),
        (0.8, pytest.approx(1 / 3)),
        (0.1, 0.5),
    ]
    assert found[-1].coverage == 1.0


def test_the_same_seed_gives_the_same_interval_and_one_site_none() -> None:
    assert measure(CASES, Draws.of(2, seed=3)) == measure(CASES, Draws.of(2, seed=3))
    alone = measure(judged(("a", SWEEP, SWEEP, 20), ("a", SWEEP, BENIGN, 20)), Draws.of(1)).whole.coverage
    assert alone == Estimate(0.5, 0.5, 0.5, 40)


def test_sites_that_differ_make_wide_intervals() -> None:
    one = measure(
        judged(*((f"{site}", SWEEP, SWEEP if site % 2 else BENIGN, 20) for site in range(10))), Draws.of(10)
    )
    same = [(f"{site}", SWEEP, answer, 10) for site in range(10) for answer in (SWEEP, BENIGN)]
    other = measure(judged(*same), Draws.of(10))
    assert one.whole.coverage is not None
    assert other.whole.coverage is not None
    assert one.whole.coverage.value == other.whole.coverage.value == 0.5
    assert one.whole.coverage.high - one.whole.coverage.low > 0.3
    assert other.whole.coverage.high == other.whole.coverage.low


CASE = st.tuples(
    st.sampled_from("abc"),
    st.sampled_from([one for one in OUTCOMES if one not in (UNDETERMINED, RECON, PROBE_PARENT)]),
    st.sampled_from(OUTCOMES),
    st.integers(1, 40),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(CASE, min_size=1, max_size=12))
def test_figures_lie_within_their_intervals_bounds_and_right_answers_are_perfect(
    cases: list[tuple[str, Outcome, Outcome, int]],
) -> None:
    case = judged(*cases)
    draws = Draws.of(len(case.sites), samples=50)
    scores = measure(case, draws)
    figures = [
        scores.whole.exact,
        scores.whole.right,
        scores.whole.coverage,
        scores.whole.wrong,
        scores.whole.calm.dangerous,
    ]
    figures += [found.f1 for found in scores.levels.values()]
    assert all(0 <= one.low <= one.high <= 1 for one in figures if one is not None)
    assert value(scores.whole.exact) <= value(scores.whole.right)
    told = [(site, truth, truth, number) for site, truth, _, number in cases]
    perfect = measure(judged(*told), draws)
    assert value(perfect.whole.exact) == 1.0
    assert all(value(found.f1) == 1.0 for found in perfect.levels.values())
    assert perfect.whole.wrong is None or perfect.whole.wrong.value == 0.0


@settings(max_examples=40, deadline=None)
@given(st.lists(CASE, min_size=2, max_size=12), st.randoms())
def test_the_order_of_events_is_nothing(
    cases: list[tuple[str, Outcome, Outcome, int]], chance: object
) -> None:
    shuffled = list(cases)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    draws = Draws.of(len(codes([site for site, *_ in cases])[0]), samples=20)
    assert measure(judged(*cases), draws) == measure(judged(*shuffled), draws)

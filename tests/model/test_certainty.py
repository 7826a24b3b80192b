"""Probabilities that mean what they say are left alone; those that don't are told, where and how far."""

from __future__ import annotations

import numpy as np

from adscribe.model.certainty import Pair, certainties, judged


def verdicts(number: int, seed: int, off: float = 0.0) -> list[Pair]:
    chance = np.random.default_rng(seed)
    said = chance.uniform(0.3, 1, number)
    return [(float(one), bool(chance.random() < one - off)) for one in said]


def test_true_probabilities_are_called_drift_as_seldom_as_is_said() -> None:
    called = [any(one.state == "drift" for one in judged(verdicts(300, seed))) for seed in range(200)]
    assert np.mean(called) <= 0.03


def test_too_sure_is_a_drift_with_its_interval() -> None:
    first, *tenths = judged(verdicts(400, 1, off=0.3))
    assert first.state == "drift"
    assert first.at_most < first.said
    assert first.number == 400 == sum(one.number for one in tenths)
    assert any(one.state == "drift" for one in tenths)


def test_what_was_off_before_is_no_drift() -> None:
    pairs = [(0.65, number % 10 < 4) for number in range(400)]
    assert judged(pairs)[1].state == "drift"
    found = judged(pairs, certainties(pairs))[1]
    assert found.state == "quiet"
    assert found.expected == 0.4


def test_too_few_verdicts_say_nothing() -> None:
    assert judged([]) == ()
    found = judged([(0.9, False)] * 19)
    assert {one.state for one in found} == {"too few"}
    assert judged([(0.9, False)] * 20)[0].state == "drift"

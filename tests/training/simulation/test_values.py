"""The language of values: what is drawn lies where its definition says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adscribe.training.simulation.draw import Draw, Weighted
from adscribe.training.simulation.values import DefinitionError, amount, parse, rounded


def drawing(seed: int = 1) -> Draw:
    return Draw(np.random.SeedSequence(seed))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32), median=st.floats(0.1, 1e12), factor=st.floats(1, 10))
def test_a_log_normal_value_stays_within_three_sigmas(seed: int, median: float, factor: float) -> None:
    value = parse({"around": [median, factor]})(drawing(seed), {})
    assert median / factor**3 * 0.999 <= value <= median * factor**3 * 1.001


def test_a_log_normal_value_has_its_median_and_its_spread() -> None:
    draw, around = drawing(), parse({"around": ["20 GiB", 3]})
    values = sorted(around(draw, {}) for _ in range(4_001))
    assert values[2_000] == pytest.approx(20 * 2**30, rel=0.1)
    within = sum(20 * 2**30 / 3 <= value <= 60 * 2**30 for value in values) / len(values)
    assert within == pytest.approx(0.683, abs=0.03)


def test_a_log_uniform_value_is_even_among_the_powers() -> None:
    draw, between = drawing(), parse({"between": [1, 10_000]})
    decades = [math.floor(math.log10(between(draw, {}))) for _ in range(4_000)]
    for decade in range(4):
        assert decades.count(decade) / len(decades) == pytest.approx(0.25, abs=0.04)


def test_weights_decide_how_often_something_is_picked() -> None:
    draw, pick = drawing(), parse({"pick": {"TCPSYN": 8, "UDP": 2}}, text=True)
    found = [pick(draw, {}) for _ in range(2_000)]
    assert found.count("TCPSYN") / len(found) == pytest.approx(0.8, abs=0.04)


def test_an_expression_follows_from_what_is_known() -> None:
    value = parse("max(volume * (1 + back), 10) / targets")
    assert value(drawing(), {"volume": 100, "back": 0.5, "targets": 3}) == 50
    with pytest.raises(DefinitionError, match="volume isn't known"):
        value(drawing(), {})


@pytest.mark.parametrize(
    "raw", ["__import__('os')", "a ** 9", "a.b", "a[0]", "lambda: 1", {"between": [0, 5]}, {"pick": []}, None]
)
def test_what_is_no_value_is_refused(raw: object) -> None:
    with pytest.raises(DefinitionError):
        parse(raw)


@pytest.mark.parametrize(
    ("raw", "number"), [("1.5 KiB", 1536), ("2 h", 7200), ("80%", 0.8), (3, 3), ("512 B", 512)]
)
def test_amounts_have_units(raw: object, number: float) -> None:
    assert amount(raw) == pytest.approx(number)


def test_counts_and_bytes_are_whole_and_the_largest_counter_stays_as_it_is() -> None:
    assert rounded("flows_count", 3.6) == 4
    assert rounded("uploaded_bytes", -2.0) == 0
    assert rounded("hidden_devices_count", 2**64 - 1) == 2**64 - 1


def test_some_of_a_few_things_are_distinct_and_all_when_there_are_no_more() -> None:
    draw = drawing()
    for number in (1, 5, 40, 100, 200):
        found = draw.some(range(100), number)
        assert len(found) == len(set(found)) == min(number, 100)


def test_the_last_thing_can_be_drawn_whatever_the_weights() -> None:
    weighted = Weighted((("never", 0.0), ("always", 1.0)))
    assert {weighted.draw(drawing(seed)) for seed in range(50)} == {"always"}

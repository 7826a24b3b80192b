"""The promises, on invented events whose probabilities are right, too bold, or alike within a site."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from adscribe.errors import ModelError
from adscribe.model.decoding import LEAST, Decoder
from adscribe.model.outcomes import OutcomeSpace
from adscribe.model.promises import Promises, parted, promise, realised
from adscribe.model.softmax import softmax
from adscribe.model.truths import Tally, Truths, at_prevalence
from tests.model.small import CATALOGUE

SPACE = OutcomeSpace.of(
    (
        "T1110.001@credential-access",
        "T1110.003@credential-access",
        "T1046@discovery",
        "T1595.001@reconnaissance",
        "benign",
        "misconfiguration",
        "too_generic",
    ),
    CATALOGUE,
    "19",
    "18.1",
)
DECODER = Decoder(SPACE)


def invented(
    seed: int, *, sites: int = 60, events: int = 300, bold: float = 1.0, apart: float = 0.0
) -> Truths:
    """Return events whose truths are drawn from their probabilities.

    `bold` is the power that the probabilities are then raised to; `apart` how far the truths of a
    site are drawn from others, all in the same direction.
    """
    chance = np.random.default_rng(seed)
    logits = chance.normal(0, 3, size=(sites * events, len(SPACE.outcomes)))
    logits += SPACE.is_category * chance.normal(-7, 6, size=(len(logits), 1))
    site = np.repeat(np.arange(sites), events)
    moved = logits + apart * chance.normal(size=(sites, logits.shape[1]))[site]
    truth = (moved + chance.gumbel(size=logits.shape)).argmax(axis=1)
    texts = np.array(SPACE.texts)
    return Truths(DECODER, share(logits * bold), texts[truth].tolist(), [f"site {one}" for one in site])


def share(logits: NDArray[np.float64]) -> NDArray[np.float32]:
    return softmax(logits.astype(np.float32))


@pytest.mark.parametrize(("bold", "apart"), [(1.0, 0.0), (2.0, 0.0), (1.5, 0.5)])
def test_what_is_promised_holds_for_other_sites(bold: float, apart: float) -> None:
    """For a right model, one that is too bold, and one whose sites differ."""
    promises = promise(invented(1, bold=bold, apart=apart))
    measured = realised(promises, invented(2, bold=bold, apart=apart))
    assert [row["risk"] for row in measured["categories"]][-2:] == [0.1, 0.2]
    for row in measured["categories"]:
        assert row["wrong"] <= row["risk"] + 0.02, row
        assert row["shown"] > 0
    assert [row["prevalence"] for row in measured["calm"]] == [0.01, 0.1, 0.5]
    for row in measured["calm"]:
        assert row["dangerous"] <= 0.012, row


def test_a_bolder_model_must_be_surer() -> None:
    right, bold = promise(invented(3)), promise(invented(3, bold=2.5))
    assert (bold.step(0.1).threshold or 0) > (right.step(0.1).threshold or 1)


def test_more_risk_shows_no_less() -> None:
    promises = promise(invented(4))
    thresholds = [step.threshold for step in promises.steps if step.threshold is not None]
    assert len(thresholds) >= 3
    assert thresholds == sorted(thresholds, reverse=True)
    assert min(thresholds) >= LEAST
    coverage = [row["coverage"] for row in realised(promises, invented(5))["categories"]]
    assert coverage == sorted(coverage)


def test_what_the_data_cannot_support_is_not_promised() -> None:
    promises = promise(invented(6, sites=3, events=40))
    assert promises.steps[0].threshold is None
    with pytest.raises(ModelError, match=r"no promise for the risk 0\.01"):
        promises.step(0.01)
    with pytest.raises(ModelError, match=r"no promise for the risk 0\.07"):
        promises.step(0.07)


def test_the_promise_is_broken_about_as_seldom_as_said() -> None:
    broken = 0
    large = invented(7, sites=300, apart=0.6)
    for seed in range(20):
        promises = promise(invented(100 + seed, sites=30, events=100, apart=0.6))
        step = promises.steps[-1]
        broken += step.threshold is not None and large.categories(step.threshold).share > step.risk
    assert broken <= 4


def test_errors_that_lie_in_one_site_count_for_fewer_events() -> None:
    answers = np.full(20, 50)
    spread, heaped = np.full(20, 5), np.zeros(20, dtype=np.intp)
    heaped[:2] = 50
    assert Tally(answers, spread).share == Tally(answers, heaped).share
    assert Tally(answers, spread).design_effect == 1
    assert Tally(answers, heaped).design_effect > 30


def test_the_binomial_bound_is_the_textbook_one() -> None:
    # Rule of three: 0 of 300 at 95 % is 1 %.
    tally = Tally(np.array([150, 150]), np.array([0, 0]))
    assert tally.bound(0.95, 1.0) == pytest.approx(1 - 0.05 ** (1 / 300))
    assert tally.bound(0.95, 2.0) > tally.bound(0.95, 1.0)
    assert Tally(np.array([0, 0]), np.array([0, 0])).bound(0.9, 1.0) == 1


@settings(max_examples=50)
@given(st.floats(0.001, 0.999), st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_a_change_of_prevalence_can_be_undone(part: float, own: float, other: float) -> None:
    moved = at_prevalence(part, own, other)
    assert at_prevalence(moved, other, own) == pytest.approx(part)
    assert (moved > part) == (other > own) or moved == pytest.approx(part)


def test_calibration_sites_are_split_without_a_rest() -> None:
    sites = [f"site {number}" for number in range(21)]
    first, second = parted(sites * 3, seed=5)
    assert first | second == set(sites)
    assert not first & second
    assert len(first) == 5
    assert parted(sites, seed=5) == (first, second)
    assert parted(sites, seed=6) != (first, second)
    with pytest.raises(ModelError, match="too few"):
        parted(["site 1"], seed=5)


def test_the_grid_is_plain_json() -> None:
    import msgspec

    promises = promise(invented(8, sites=20))
    assert msgspec.json.decode(msgspec.json.encode(promises), type=Promises) == promises

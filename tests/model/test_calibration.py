"""Probabilities that mean what they say."""

from __future__ import annotations

import numpy as np
import pytest

from adscribe.model.calibration import calibration_error, fit_temperature
from adscribe.model.softmax import Softmax, softmax
from tests.model.small import small


def test_boldness_is_found_and_taken_back() -> None:
    known = small()
    rows, model = known.rows[known.of("train")], known.artefact.softmax
    chance = np.random.default_rng(0)
    truth = np.array(
        [chance.choice(len(one), p=one / one.sum()) for one in model.predict(rows).astype(float)]
    )
    bold = Softmax(model.coefficients * np.float32(2), model.intercept)
    temperature = fit_temperature(bold, rows, truth)
    assert temperature == pytest.approx(2, rel=0.1)
    cooled = bold.scaled(temperature)
    assert np.allclose(cooled.coefficients, model.coefficients, rtol=0.1)
    assert np.array_equal(cooled.intercept, model.intercept)


def test_truths_that_the_model_does_not_know_are_left_out() -> None:
    known = small()
    rows, model = known.rows[known.of("heat")], known.artefact.softmax
    truth = model.predict(rows).argmax(axis=1)
    unknown = np.where(np.arange(len(truth)) % 3 == 0, -1, truth)
    kept = np.flatnonzero(unknown >= 0)
    assert fit_temperature(model, rows, unknown) == fit_temperature(model, rows[kept], truth[kept])


def test_the_error_is_the_distance_of_what_is_said_from_what_is_true() -> None:
    said = np.full((200, 1), 0.7, dtype=np.float32)
    true = (np.arange(200) % 2 == 0).astype(np.float32)[:, np.newaxis]
    assert calibration_error(said, true) == pytest.approx(0.2, abs=1e-6)


def test_only_claims_count() -> None:
    said, true = np.full((10, 2), 0.09, dtype=np.float32), np.ones((10, 2), dtype=np.float32)
    assert calibration_error(said, true) == 0


def test_a_right_model_has_a_small_error() -> None:
    chance = np.random.default_rng(1)
    said = softmax(chance.normal(0, 2, size=(20_000, 6)).astype(np.float32))
    drawn = (np.log(said) + chance.gumbel(size=said.shape)).argmax(axis=1)
    true = np.eye(6, dtype=np.float32)[drawn]
    assert calibration_error(said, true) < 0.01
    assert calibration_error(softmax(2 * np.log(said)), true) > 0.03

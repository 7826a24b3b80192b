"""Doubt: what keeps the model from an answer, and the probability that goes with it."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from adscribe.model.decoding import Decoder
from adscribe.model.doubt import MOST, Doubt
from adscribe.model.outcomes import Outcome, OutcomeSpace
from tests.model.small import CATALOGUE, small

TEXTS = (
    "T1046@discovery",
    "T1048@exfiltration",
    "T1048.002@exfiltration",
    "T1110.001@credential-access",
    "benign",
    "misconfiguration",
    "no_technique",
    "no_technique;T0836@impair-process-control",
    "too_generic",
)
SPACE = OutcomeSpace.of(TEXTS, CATALOGUE, "19", "18.1")


def said(category: float = 0.8, calm: float = 0.01, **mass: float) -> str:
    """Return the doubt about outcomes that are named by their first technique, or their reason."""
    probabilities = np.zeros(len(TEXTS), dtype=np.float32)
    for name, part in mass.items():
        (text,) = [text for text in TEXTS if text.replace(".", "_").partition("@")[0] == name]
        probabilities[SPACE.texts.index(Outcome.parse(text).text)] = part
    assert probabilities.sum() == pytest.approx(1)
    assert Decoder(SPACE).decide(probabilities, category, calm).reason == "undetermined"
    return Doubt(SPACE, category, calm).text(probabilities)


def test_where_only_the_promise_of_calm_is_in_the_way_it_says_so() -> None:
    assert said(benign=0.9, misconfiguration=0.06, T1046=0.04) == (
        "most likely benign (90 %) or a misconfiguration (6 %), but 4 % remain for a category "
        "such as Network Service Discovery (T1046); an all-clear allows at most 1 %"
    )


def test_just_over_what_is_allowed_does_not_read_as_allowed() -> None:
    assert "just over 1 % remain for a category" in said(benign=0.98998, T1046=0.01002)


def test_a_model_that_promises_no_calm_says_so() -> None:
    text = said(calm=-math.inf, benign=1.0)
    assert text == "most likely benign (100 %), but this model gives no all-clear"


def test_categories_that_compete_are_named_with_what_is_needed() -> None:
    assert said(T1046=0.45, T1110_001=0.3, too_generic=0.2, benign=0.05) == (
        "nothing is sure enough: Network Service Discovery (T1046, 45 %), "
        "Password Guessing (T1110.001, 30 %) and too generic to tell (20 %); "
        "80 % are needed to name a category"
    )


def test_where_the_technique_is_open_its_tactic_is_named() -> None:
    text = said(T1048=0.3, T1048_002=0.35, T1046=0.35)
    assert text.startswith("nothing is sure enough: Exfiltration Over Alternative Protocol (T1048, 65 %)")
    assert "T1048.002" not in text


def test_a_category_of_the_ics_matrix_is_told_as_such() -> None:
    probabilities = np.zeros(len(TEXTS), dtype=np.float32)
    for text, part in (("no_technique;T0836@impair-process-control", 0.05), ("benign", 0.95)):
        probabilities[SPACE.texts.index(text)] = part
    text = Doubt(SPACE, 0.8, 0.01).text(probabilities)
    assert "such as Impair Process Control in the ICS matrix" in text


def test_doubt_about_any_event_is_one_sentence_that_names_what_is_likeliest() -> None:
    known = small()
    doubt = Doubt(known.artefact.outcomes, 0.9, 0.01)
    for probabilities in known.probabilities[:500]:
        text = doubt.text(probabilities)
        assert 1 <= len(re.findall(r"\((?:[^()]*, )?(?:\w+ \w+ )?[\d.]+ %\)", text)) <= MOST, text
        assert len(text) <= 240
        assert "_" not in text


def test_the_probability_of_an_undetermined_answer_is_that_no_category_applies() -> None:
    known = small()
    decoder, is_category = Decoder(known.artefact.outcomes), known.artefact.outcomes.is_category
    found = 0
    for probabilities in known.probabilities[:500]:
        decision = decoder.decide(probabilities, 0.99, 0.001)
        if decision.reason == "undetermined":
            found += 1
            assert decision.probability == pytest.approx(1 - float(is_category @ probabilities), abs=1e-6)
    assert found > 100

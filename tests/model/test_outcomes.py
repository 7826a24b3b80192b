"""Outcomes: their text form, what is right to say of them, and what the catalogue refuses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adscribe.errors import CatalogueError, ModelError
from adscribe.model.outcomes import REASONS, Outcome, OutcomeSpace
from tests.model.small import CATALOGUE, CODEBOOK, outcome_of


def space(*texts: str) -> OutcomeSpace:
    return OutcomeSpace.of(texts, CATALOGUE, "19", "18.1")


def test_every_row_of_the_codebook_has_an_outcome_that_its_text_stands_for() -> None:
    outcomes = {outcome_of(row) for row in CODEBOOK.rows()}
    assert len(outcomes) > 100
    for outcome in outcomes:
        assert Outcome.parse(outcome.text) == outcome
    together = OutcomeSpace(outcomes, CATALOGUE.matrix("enterprise", "19"), CATALOGUE.matrix("ics", "18.1"))
    assert OutcomeSpace.from_dict(together.to_dict(), CATALOGUE).texts == together.texts


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("T1110.001@credential-access", {"T1110.001", "T1110", "credential-access"}),
        (
            "no_technique;T0836@impair-process-control",
            {"no_technique", "T0836", "ics:impair-process-control"},
        ),
        ("T1046@discovery;T0846@discovery", {"T1046", "discovery", "T0846", "ics:discovery"}),
        ("@exfiltration", {"exfiltration"}),
    ],
)
def test_what_is_right_to_say(text: str, labels: set[str]) -> None:
    assert Outcome.parse(text).labels == labels


def test_a_label_in_ics_is_a_category() -> None:
    assert Outcome.parse("no_technique;T0836@impair-process-control").is_category
    assert not Outcome.parse("no_technique").is_category


@pytest.mark.parametrize("text", ["", "T1046", "undetermined", "T1046@", "benign;", "harmless"])
def test_other_texts_are_no_outcome(text: str) -> None:
    with pytest.raises(ModelError, match="no outcome"):
        Outcome.parse(text)


@pytest.mark.parametrize("text", ["T9999@discovery", "T1046@impact", "T1046@nowhere"])
def test_what_the_catalogue_does_not_have_is_refused(text: str) -> None:
    with pytest.raises(CatalogueError):
        space(text, "benign")


def test_one_outcome_alone_is_nothing_to_choose_from() -> None:
    with pytest.raises(ModelError, match="two outcomes"):
        space("benign")


@settings(max_examples=30)
@given(st.lists(st.floats(0, 1, width=32), min_size=6, max_size=6).filter(lambda mass: sum(mass) > 0.1))
def test_sums_over_outcomes_cannot_contradict_each_other(mass: list[float]) -> None:
    known = space(
        "T1110.001@credential-access",
        "T1110.003@credential-access",
        "T1110@credential-access",
        "T1046@discovery",
        "benign",
        "too_generic",
    )
    probabilities = np.array(mass, dtype=np.float32) / np.float32(sum(mass))
    sums = dict(zip(known.labels, known.contains @ probabilities, strict=True))
    subs = sums["T1110.001"] + sums["T1110.003"]
    assert sums["T1110"] >= subs - 1e-6
    assert sums["credential-access"] == pytest.approx(sums["T1110"])
    reasons = sum(float(known.reasons[REASONS.index(reason)] @ probabilities) for reason in REASONS)
    assert reasons + float(known.is_category @ probabilities) == pytest.approx(1, abs=1e-5)

"""One event, step by step: what is shown is what the classifier does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adscribe import Classifier, Site
from adscribe.errors import EventError
from adscribe.training.answering import Models
from adscribe.training.inspection import steps
from adscribe.training.inspection.steps import Step
from tests.shared import ROOT

SITE = Site.load(ROOT / "examples" / "sites" / "office.yaml")
LINE = (ROOT / "examples" / "guessing.cef").read_text(encoding="utf-8").splitlines()[-1]
CHANGED = LINE.replace("Success:'1'", "Success:'0'")


@pytest.fixture(scope="module")
def step(models: Models) -> Step:
    return steps.follow(models, [LINE], SITE)[0]


@pytest.fixture(scope="module")
def other(models: Models) -> Step:
    return steps.follow(models, [CHANGED], SITE)[0]


def test_the_answer_is_that_of_the_classifier(step: Step) -> None:
    (expected,) = Classifier.load().classify([LINE], site=SITE)
    assert step.answer == expected
    assert json.loads(steps.as_json(step))["event"]["method"] == "SSHDICT"


def test_a_line_that_is_no_event_is_told(models: Models) -> None:
    with pytest.raises(EventError):
        steps.follow(models, ["no event"], SITE)


def test_the_event_and_its_facts_are_told_in_words(step: Step) -> None:
    assert steps.event(step)["success"] is True
    facts: Any = steps.facts(step)
    assert facts.loc["success", "value"] == "yes"
    assert facts["in words"].str.len().min() > 0
    assert facts["comes from"].str.match("event|site|history|codebook").all()


def test_the_vector_names_its_columns_and_what_they_rest_on(step: Step, models: Models) -> None:
    vector: Any = steps.vector(step, models)
    assert len(vector) == len(step.row.indices)
    assert "success" in vector.loc["SSHDICT&success=yes", "rests on"]
    assert vector["value"].between(0, 1).all()


def test_likely_outcomes_have_the_probability_that_their_logits_give(step: Step, models: Models) -> None:
    shown: Any = steps.likely(step, models)
    assert shown["probability"].is_monotonic_decreasing
    assert step.probabilities.sum() == pytest.approx(1, abs=1e-5)
    # Of two outcomes the log-odds are the difference of their logits.
    first, second = shown.iloc[0], shown.iloc[1]
    ratio = first["probability"] / second["probability"]
    assert ratio == pytest.approx(2.718281828 ** (first["logit"] - second["logit"]), rel=1e-2)


def test_the_first_set_that_is_probable_enough_is_what_is_shown(step: Step, models: Models) -> None:
    shown: Any = steps.sets(step, models)
    assert shown["enough"].iloc[0]
    assert shown.index[0] == " + ".join(one.id for one in step.answer.techniques)
    assert shown.loc["T1110", "probability"] >= shown.loc["T1110.001", "probability"]
    assert f"{models.learned.reference.risk:g}" in steps.needed(models)


def test_the_facts_add_up_to_the_logit_and_are_those_of_the_answer(step: Step, models: Models) -> None:
    label = steps.said(step, models)
    assert label == step.answer.techniques[0].id
    base, weights = steps.explanation(step, models, label)
    assert base + weights.sum() == pytest.approx(steps.logit(step, models, label), abs=1e-3)
    own = step.answer.techniques[0]
    assert weights.to_dict() == {one.fact: one.weight for one in (*own.because, *own.despite)}


def test_the_heaviest_features_are_sorted_by_what_they_add(step: Step, models: Models) -> None:
    label = steps.said(step, models)
    shown: Any = steps.heaviest(step, models, label, most=len(step.row.indices))
    assert (-shown["adds"].abs()).is_monotonic_increasing
    base, _ = steps.explanation(step, models, label)
    assert base + shown["adds"].sum() == pytest.approx(steps.logit(step, models, label), abs=1e-3)


def test_what_is_said_of_an_event_without_a_category_is_its_reason_or_what_is_likeliest(
    models: Models,
) -> None:
    lines = (ROOT / "examples" / "reasons.ndjson").read_text(encoding="utf-8").splitlines()
    found: Any = steps.follow(models, lines, SITE)
    for step in found:
        reason = step.answer.no_category
        if reason is not None and reason.basis == "decided":
            assert steps.said(step, models) == reason.reason
        else:
            assert steps.said(step, models) in models.artefact.outcomes.labels
    assert any(step.answer.no_category and step.answer.no_category.basis == "unfamiliar" for step in found)


def test_one_changed_fact_is_all_that_differs(step: Step, other: Step, models: Models) -> None:
    shown: Any = steps.changed(step, other)
    assert shown.loc["success"].tolist() == ["yes", "no"]
    assert len(shown) == 1
    beside: Any = steps.beside(step, other, models)
    assert (beside["before"] - beside["after"]).abs().max() > 0.1
    assert steps.changed(step, step).empty

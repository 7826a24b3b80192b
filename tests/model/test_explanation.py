"""Why: weights that add up, facts in an analyst's words."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from adscribe.answer.assignment import Evidence
from adscribe.context import Context
from adscribe.model.explanation import LEAST, MOST, OTHERS, Explainer, contributions
from adscribe.model.softmax import Softmax
from tests.model.small import small


def log_odds(probabilities: Any, labels: Any) -> Any:
    """Return the logit of each label, straight from the probabilities."""
    said = probabilities.astype(np.float64)
    having = labels > 0
    return np.log(having @ said) - np.log(~having @ said)


def outcomes_of(intercept: Any, evidence: Any) -> Any:
    scores = intercept.astype(np.float64) + evidence
    masses = np.exp(scores - scores.max())
    return masses / masses.sum()


def test_the_weights_add_up_to_the_logit_for_every_label_of_1000_events() -> None:
    known = small()
    model, labels = known.artefact.softmax, known.artefact.outcomes.contains
    base = log_odds(outcomes_of(model.intercept, 0.0), labels)
    for context in known.contexts[:1000]:
        row = known.artefact.features.row(context)
        evidence = row.values.astype(np.float64) @ model.coefficients[row.indices]
        whole = log_odds(outcomes_of(model.intercept, evidence), labels)
        assert contributions(model, row, labels).sum(axis=1) == pytest.approx(whole - base, abs=1e-8)


def test_the_facts_that_are_told_add_up_too() -> None:
    known = small()
    artefact = known.artefact
    explainer = Explainer(artefact.features, artefact.softmax)
    labels = artefact.outcomes.contains
    for context in known.contexts[::40]:
        row = artefact.features.row(context)
        weights = contributions(artefact.softmax, row, labels).sum(axis=1)
        for facts, weight in zip(explainer.explain(context, row, labels), weights, strict=True):
            assert math.fsum(fact.weight for fact in facts) == pytest.approx(weight, abs=6e-5)
            named = [fact for fact in facts if fact.fact != OTHERS]
            assert len(named) <= MOST
            assert len({fact.fact for fact in facts}) == len(facts)
            # A fact is worth a line if it weighs its share of all that is named, and so of all there is.
            assert all(abs(fact.weight) >= LEAST * sum(abs(one.weight) for one in named) for fact in named)


def explained(context: Context, label: str) -> tuple[Evidence, ...]:
    artefact = small().artefact
    row = artefact.features.row(context)
    labels = artefact.outcomes.contains[[artefact.outcomes.labels[label]]]
    return Explainer(artefact.features, artefact.softmax).explain(context, row, labels)[0]


def scans(side: str) -> list[Context]:
    """Return scans whose targets lie on one side."""
    known = (context for context in small().contexts if context.event.method == "SCANS")
    return [context for context in known if context.values("targets") == (side,)]


def weights_of(key: str, contexts: list[Context], label: str) -> list[Evidence]:
    """Return what is told of one fact, of the events of which it is."""
    texts = [context.facts[key].text for context in contexts]
    told = [explained(context, label) for context in contexts]
    return [one for text, facts in zip(texts, told, strict=True) for one in facts if one.fact == text]


def test_the_same_fact_speaks_for_one_label_and_against_another() -> None:
    outward = scans("outside")
    speaking, against = (weights_of("targets", outward, one) for one in ("reconnaissance", "discovery"))
    assert min(len(speaking), len(against)) > 5
    assert all(one.weight > 0 for one in speaking)
    assert all(one.weight < 0 for one in against)
    inward = weights_of("targets", scans("inside"), "discovery")
    assert np.mean([one.weight > 0 for one in inward]) > 0.9


def test_a_fact_names_its_targets() -> None:
    told = weights_of("targets", scans("outside"), "reconnaissance")
    for one in told:
        assert one.targets is not None
        assert one.targets.side == "outside"
        assert one.targets.count >= len(one.targets.sample) > 0


def test_a_label_without_a_logit_has_no_weights() -> None:
    known = small()
    row = known.artefact.features.row(known.contexts[0])
    every = np.ones((1, len(known.artefact.outcomes.outcomes)), dtype=np.float32)
    assert not contributions(known.artefact.softmax, row, every).any()
    assert not contributions(known.artefact.softmax, row, 1 - every).any()


def test_a_model_that_weighs_nothing_has_nothing_to_tell() -> None:
    artefact = small().artefact
    nothing = Softmax(np.zeros_like(artefact.softmax.coefficients), artefact.softmax.intercept)
    context = small().contexts[0]
    row = artefact.features.row(context)
    assert set(Explainer(artefact.features, nothing).explain(context, row, artefact.outcomes.contains)) == {
        ()
    }


def test_what_the_sensor_reports_counts_beside_what_it_is_combined_with() -> None:
    """A login that failed says nothing of guessing where no guessing was reported."""
    known = [one for one in small().contexts if one.event.method == "SSHDICT" and "success" in one.facts]
    assert len(known) > 5
    told = [{one.fact: one.weight for one in explained(context, "credential-access")} for context in known]
    reported = [facts.get("the sensor reports password guessing over SSH", 0.0) for facts in told]
    assert np.mean([weight > 0 for weight in reported]) > 0.9

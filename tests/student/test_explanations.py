"""Explanations of the model that ships: weights that add up, facts that read like an analyst's."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from adscribe.model.explanation import OTHERS, Explainer, contributions
from tests.student.asking import Asked, Student
from tests.student.conftest import Network

EVENTS = 1_000


@pytest.fixture(scope="module")
def asked(networks: list[Network]) -> list[Asked]:
    found = [one for network in networks for one in network.asked if one is not None]
    assert len(found) > EVENTS
    return found[:EVENTS]


def logits(student: Student, evidence: Any) -> Any:
    """Return the logit of each label, straight from the scores of the outcomes."""
    scores = student.artefact.softmax.intercept.astype(np.float64) + evidence
    masses, having = np.exp(scores - scores.max()), student.artefact.outcomes.contains > 0
    return np.log(having @ masses) - np.log(~having @ masses)


def test_the_weights_of_every_label_and_reason_add_up_to_its_logit(
    shipped: Student, asked: list[Asked]
) -> None:
    model, labels = shipped.artefact.softmax, shipped.artefact.outcomes.contains
    base = logits(shipped, 0.0)
    for one in asked:
        evidence = one.row.values.astype(np.float64) @ model.coefficients[one.row.indices]
        whole = logits(shipped, evidence)
        assert contributions(model, one.row, labels).sum(axis=1) == pytest.approx(whole - base, abs=1e-6)


def test_what_is_told_adds_up_to_the_probability_that_is_shown(shipped: Student, asked: list[Asked]) -> None:
    base = dict(zip(shipped.artefact.outcomes.labels, logits(shipped, 0.0), strict=True))
    shown = 0
    for one in asked[::4]:
        verdict = shipped.learned.assess(one.context, explain=True, candidates=0)
        told = [(each.id, each.probability, (*each.because, *each.despite)) for each in verdict.techniques]
        if verdict.no_category is not None and verdict.no_category.basis == "decided":
            reason = verdict.no_category
            told.append((reason.reason, reason.probability, reason.because))
        for label, probability, facts in told:
            shown += 1
            logit = base[label] + math.fsum(fact.weight for fact in facts)
            assert 1 / (1 + math.exp(-logit)) == pytest.approx(probability, abs=2e-4)
    assert shown > 100


def test_facts_are_told_once_in_words(shipped: Student, asked: list[Asked]) -> None:
    explainer = Explainer(shipped.artefact.features, shipped.artefact.softmax)
    space = shipped.artefact.outcomes
    for one in asked[::4]:
        likely = space.contains[shipped.labels(one) > 0.5]
        for facts in explainer.explain(one.context, one.row, likely):
            texts = [fact.fact for fact in facts]
            assert len(set(texts)) == len(texts)
            for fact in facts:
                assert not {"_", "=", "~", "#"} & set(without_names(fact.fact, one)), fact.fact
                assert fact.fact != "rule"
                if fact.fact != OTHERS and fact.targets is not None:
                    assert fact.targets.count >= len(fact.targets.sample) > 0

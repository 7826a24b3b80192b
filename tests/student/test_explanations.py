"""Explanations of the model that ships: weights that add up, facts that read like an analyst's."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest

from adscribe.answer.assignment import Evidence
from adscribe.answer.evidence import SAMPLE
from adscribe.model.explanation import Explainer, contributions
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


def told(student: Student, one: Asked) -> list[tuple[Evidence, ...]]:
    """Return the facts for and against all that the model thinks likely of an event."""
    explainer = Explainer(student.artefact.features, student.artefact.softmax)
    likely = student.artefact.outcomes.contains[student.labels(one) > 0.5]
    return explainer.explain(one.context, one.row, likely)


def test_facts_are_told_once_and_in_words(shipped: Student, asked: list[Asked]) -> None:
    for one in asked[::4]:
        known = {fact.text for fact in one.context.facts.values()}
        for facts in told(shipped, one):
            assert len({fact.fact for fact in facts}) == len(facts)
            for fact in facts:
                # Names of filters, lists and threats stand in facts as they are.
                quotes = fact.fact.startswith(("the sensor reports ", "the report says "))
                if fact.fact not in known and not quotes:
                    assert not re.search("[_=~#]|^rule", fact.fact), fact.fact


def test_what_the_codebook_says_is_no_fact(shipped: Student, asked: list[Asked]) -> None:
    mixed = [one for one in asked if one.context.parts]
    assert len(mixed) > 20
    texts = {fact.fact for one in mixed for facts in told(shipped, one) for fact in facts}
    assert "says is not known" not in texts


def test_facts_about_targets_name_them(shipped: Student, asked: list[Asked]) -> None:
    named = 0
    for one in asked[::4]:
        listed = {target.ip for target in one.context.event.targets}
        for facts in told(shipped, one):
            for fact in facts:
                if " listed target" in fact.fact or fact.fact.startswith(("all ", "both targets lie ")):
                    assert fact.targets is not None
                    assert fact.targets.count == len(listed)
                    assert set(fact.targets.sample) <= listed
                    assert 0 < len(fact.targets.sample) <= SAMPLE
                    named += 1
    assert named > 30


def test_a_service_and_its_port_are_one_fact(shipped: Student, asked: list[Asked]) -> None:
    about_ports = re.compile(r"ports? \d|services? |[\d,]+ ports?$")
    for one in asked[::4]:
        for facts in told(shipped, one):
            texts = [fact.fact for fact in facts]
            assert sum(bool(about_ports.match(text)) for text in texts) <= 1, texts

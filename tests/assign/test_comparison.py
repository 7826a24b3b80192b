"""How two answers to one context stand to each other, and what another model says in the same terms."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from adscribe import Assignment, Classifier
from adscribe.answer.assignment import AssignedTactic, AssignedTechnique, Categories, NoCategory, Reason
from adscribe.assign import Verdict
from adscribe.assign.comparison import by_tactic
from adscribe.context import Context
from adscribe.errors import ModelError
from tests.assign.test_classify import CLASSIFIER, event, ssh


def shown(*techniques: str) -> dict[str, Any]:
    """Return categories: techniques as ``T1046@discovery``, tactics alone as ``@impact``."""
    pairs = [text.partition("@")[::2] for text in techniques]
    return {
        "techniques": tuple(
            AssignedTechnique(
                id=name, name=name, parent=None, domain="enterprise", tactics=(tactic,), probability=0.9
            )
            for name, tactic in pairs
            if name
        ),
        "tactics": tuple(
            AssignedTactic(id=tactic, shortname=tactic, name=tactic, domain="enterprise", probability=0.9)
            for tactic in sorted({tactic for _, tactic in pairs})
        ),
    }


def calm(reason: Reason) -> dict[str, Any]:
    return {"no_category": NoCategory(reason=reason, basis="decided", probability=0.9)}


SCAN = shown("T1046@discovery")


@pytest.mark.parametrize(
    ("champion", "challenger", "found"),
    [
        (SCAN, SCAN, {"discovery": "same"}),
        (SCAN, shown("T1018@discovery"), {"discovery": "techniques"}),
        (SCAN, shown("@discovery"), {"discovery": "techniques"}),
        (SCAN, shown("T1046@discovery", "@impact"), {"discovery": "same", "impact": "challenger"}),
        (SCAN, shown("@impact"), {"discovery": "champion", "impact": "challenger"}),
        (SCAN, calm("benign"), {"discovery": "champion"}),
        (calm("benign"), SCAN, {"discovery": "challenger"}),
        (calm("benign"), calm("benign"), {"none": "same"}),
        (calm("benign"), calm("undetermined"), {"none": "reason"}),
    ],
)
def test_each_tactic_is_told_how_the_two_differ(
    champion: dict[str, Any], challenger: dict[str, Any], found: dict[str, str]
) -> None:
    assert by_tactic(Verdict(**champion), Verdict(**challenger)) == found


def test_ics_is_compared_where_both_speak_of_it() -> None:
    own = Verdict(**SCAN, ics=Categories(**shown("T0846@discovery")))
    other = Verdict(**SCAN, ics=Categories(**calm("benign")))
    assert by_tactic(own, other) == {"discovery": "same", "ics discovery": "champion"}
    assert by_tactic(own, Verdict(**SCAN)) == {"discovery": "same"}


def seen(classifier: Classifier, *events: dict[str, Any], **options: Any) -> list[tuple[Context, Assignment]]:
    found: list[tuple[Context, Assignment]] = []
    classifier.classify(events, observer=lambda *one: found.append(one), **options)
    return found


def test_another_model_is_asked_the_same_in_the_terms_of_the_answer() -> None:
    learnt = Classifier.load()
    events = [ssh(0), ssh(5, success=True), event("SCANS", "10.1.0.9", ["10.3.0.7"], ports=[445])]
    for options in ({}, {"attack_version": "18.1"}, {"attack_version": "18.1", "risk": 0.2}):
        for context, answer in seen(learnt, *events, **options):
            # Of itself it says what it answered.
            assert set(by_tactic(answer, learnt.assess(context, answer.model)).values()) == {"same"}
            assert CLASSIFIER.assess(context, answer.model)
    for context, answer in seen(CLASSIFIER, *events):
        assert learnt.assess(context, answer.model)


def test_a_risk_that_the_other_does_not_promise_is_an_error() -> None:
    learnt = Classifier.load()
    ((context, answer),) = seen(learnt, ssh(0))
    with pytest.raises(ModelError, match="no promise"):
        learnt.assess(context, replace(answer.model, risk=0.03))

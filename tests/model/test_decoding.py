"""What is shown: the most detailed set that is sure enough, else a reason."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adscribe.model.decoding import LEAST, Decision, Decoder, chosen
from adscribe.model.outcomes import Outcome, OutcomeSpace
from tests.model.small import CATALOGUE, small

TEXTS = (
    "T1110.001@credential-access",
    "T1110.003@credential-access",
    "T1110.001|T1021.004@credential-access,lateral-movement",
    "T1187@credential-access",
    "T1046@discovery",
    "benign",
    "misconfiguration",
    "no_technique",
    "too_generic",
)
SPACE = OutcomeSpace.of(TEXTS, CATALOGUE, "19", "18.1")
DECODER = Decoder(SPACE)
CANONICAL = [Outcome.parse(text).text for text in TEXTS]


def decide(category: float = 0.8, calm: float = 0.05, **mass: float) -> Decision:
    """Decide on outcomes named by letters, in the order of `TEXTS`: a, b, c, …"""
    probabilities = np.zeros(len(TEXTS), dtype=np.float32)
    for letter, part in mass.items():
        probabilities[SPACE.texts.index(CANONICAL["abcdefghi".index(letter)])] = part
    assert probabilities.sum() == pytest.approx(1)
    return DECODER.decide(probabilities, category, calm)


def shown(decision: Decision) -> Any:
    assert decision.shown is not None
    return dict(decision.shown.techniques) or decision.shown.tactics


def test_all_techniques_of_the_outcome_when_it_is_sure() -> None:
    decision = decide(c=0.9, a=0.1)
    assert shown(decision) == {"T1021.004": ("lateral-movement",), "T1110.001": ("credential-access",)}
    assert decision.probability == pytest.approx(0.9)


def test_what_is_sure_of_it_when_the_rest_is_not() -> None:
    decision = decide(c=0.5, a=0.4, f=0.1)
    assert shown(decision) == {"T1110.001": ("credential-access",)}
    assert decision.probability == pytest.approx(0.9)


def test_the_parent_when_the_sub_technique_is_unsure() -> None:
    assert shown(decide(a=0.5, b=0.4, f=0.1)) == {"T1110": ("credential-access",)}


def test_the_tactic_alone_when_the_technique_is_unsure() -> None:
    assert shown(decide(a=0.3, b=0.2, d=0.4, f=0.1)) == ("credential-access",)


def test_calm_only_where_a_category_is_nearly_excluded() -> None:
    assert decide(f=0.96, e=0.04).reason == "benign"
    assert decide(g=0.96, e=0.04).reason == "misconfiguration"
    assert decide(f=0.9, e=0.1).reason == "undetermined"


def test_the_other_reasons_where_they_outweigh_the_categories() -> None:
    assert decide(i=0.5, e=0.3, f=0.2).reason == "too_generic"
    assert decide(h=0.5, e=0.3, f=0.2).reason == "no_technique"
    undecided = decide(i=0.4, e=0.6, category=0.8)
    assert undecided.reason == "undetermined"
    assert undecided.probability == pytest.approx(0.4), "that no category applies"


def test_a_technique_comes_with_those_of_its_tactics_that_the_outcome_has() -> None:
    both = "T1133@initial-access,persistence"
    decoder = Decoder(OutcomeSpace.of((both, "T1133@persistence", "benign"), CATALOGUE, "19", "18.1"))

    def decided(**parts: float) -> Any:
        by_text = {both: parts["both"], "T1133@persistence": parts["one"], "benign": parts["none"]}
        probabilities = np.array([by_text[text] for text in decoder.space.texts], dtype=np.float32)
        return shown(decoder.decide(probabilities, 0.8, 0.0))

    assert decided(both=0.9, one=0.0, none=0.1) == {"T1133": ("initial-access", "persistence")}
    assert decided(both=0.5, one=0.4, none=0.1) == {"T1133": ("persistence",)}


mass = st.lists(st.floats(0, 1, width=32), min_size=len(TEXTS), max_size=len(TEXTS)).filter(
    lambda parts: sum(parts) > 0.1
)


@settings(max_examples=60)
@given(mass, st.floats(LEAST, 0.99), st.floats(0, 0.3))
def test_an_answer_is_coherent_and_as_sure_as_asked(parts: list[float], category: float, calm: float) -> None:
    probabilities = np.array(parts, dtype=np.float32) / np.float32(sum(parts))
    decision = DECODER.decide(probabilities, category, calm)
    assert (decision.shown is None) == (decision.reason is not None)
    if decision.shown is None:
        calmly = decision.reason in ("benign", "misconfiguration")
        assert not calmly or float(SPACE.is_category @ probabilities) <= calm
        return
    assert decision.probability >= category
    right = [decision.shown.labels <= outcome.labels for outcome in SPACE.outcomes]
    assert decision.probability == pytest.approx(float(probabilities[right].sum()), abs=1e-5)
    for technique, tactics in decision.shown.techniques.items():
        assert tactics
        assert set(tactics) <= set(SPACE.enterprise.technique(technique).tactics)
        assert technique.partition(".")[0] not in decision.shown.techniques or "." not in technique


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.95])
def test_one_event_is_answered_as_among_many(threshold: float) -> None:
    known = small()
    decoder = Decoder(known.artefact.outcomes)
    probabilities = known.probabilities[:300]
    many = chosen(decoder.options(probabilities), threshold)
    together = {event: decoder.sets[one] for event, one in zip(many.event, many.shown, strict=True)}
    for number, one in enumerate(probabilities):
        assert decoder.decide(one, threshold, 0.0).shown == together.get(number)

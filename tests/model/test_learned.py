"""The learnt model as the classifier sees it: coherent answers, reasons, candidates, ICS, promises."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import msgspec
import numpy as np
import pytest

from adscribe import Assignment, Classifier, Site
from adscribe.answer import Verdict
from adscribe.codebook import Codebook
from adscribe.context import Context
from adscribe.errors import ModelError
from adscribe.model.artefact import Artefact
from adscribe.model.learned import LearnedModel
from adscribe.model.softmax import Softmax
from tests.model.protocols import write
from tests.model.small import CATALOGUE, CODEBOOK, ROLES, sampled, small

MODEL = lru_cache(maxsize=1)(lambda: LearnedModel(small().artefact, CODEBOOK, version="3", risk=0.2))


@lru_cache(maxsize=1)
def verdicts() -> list[tuple[Context, Verdict]]:
    known = small()
    contexts = [known.contexts[n] for n in known.of("test")]
    return [(context, MODEL().assess(context, explain=True, candidates=5)) for context in contexts]


def with_thresholds(category: float, calm: float | None) -> Artefact:
    """Return the model with other thresholds, whatever the events support."""
    artefact = small().artefact
    promises = artefact.promises
    steps = tuple(msgspec.structs.replace(step, threshold=category) for step in promises.steps)
    still = msgspec.structs.replace(promises.calm, threshold=calm)
    return replace(artefact, promises=msgspec.structs.replace(promises, steps=steps, calm=still))


def test_every_answer_keeps_the_contract() -> None:
    kinds: Counter[tuple[str, str] | str] = Counter()
    enterprise = CATALOGUE.matrix("enterprise", "19")
    for context, verdict in verdicts():
        shown = bool(verdict.tactics)
        assert shown == (verdict.no_category is None)
        enterprise.check([one.id for one in verdict.techniques], [one.shortname for one in verdict.tactics])
        tactics = {one.shortname: one.probability for one in verdict.tactics}
        for technique in verdict.techniques:
            assert technique.tactics
            assert set(technique.tactics) <= set(tactics)
            assert technique.parent not in [one.id for one in verdict.techniques]
            assert technique.probability <= sum(tactics[name] for name in technique.tactics) + 1e-3
        if verdict.no_category is not None:
            kinds[verdict.no_category.reason, verdict.no_category.basis] += 1
        kinds["shown"] += shown
        assert (verdict.ics is not None) == (
            context.event.method.startswith("OT") or "ot_end" in context.facts
        )
    assert kinds["shown"] > 100
    assert {"too_generic", "misconfiguration", "benign", "no_technique"} <= {kind[0] for kind in kinds}


def test_most_of_what_is_shown_is_right() -> None:
    known = small()
    truths = [known.truths[n] for n in known.of("test")]
    right = [
        {one.id for one in verdict.techniques} <= set(truth.partition("@")[0].split("|"))
        for truth, (_, verdict) in zip(truths, verdicts(), strict=True)
        if verdict.techniques
    ]
    assert np.mean(right) > 0.8


def test_the_facts_of_a_technique_add_up_to_its_logit_less_the_base_rate() -> None:
    artefact = small().artefact
    base = np.exp(artefact.softmax.intercept.astype(float))
    base /= base.sum()
    for _, verdict in verdicts()[:200]:
        for technique in verdict.techniques:
            known = float(artefact.outcomes.contains[artefact.outcomes.labels[technique.id]] @ base)
            facts = (*technique.because, *technique.despite)
            logit = math.log(known / (1 - known)) + math.fsum(fact.weight for fact in facts)
            assert 1 / (1 + math.exp(-logit)) == pytest.approx(technique.probability, abs=2e-4)
            assert all(fact.weight >= 0 for fact in technique.because)
            assert all(fact.weight < 0 for fact in technique.despite)


def test_without_explanation_the_answer_is_the_same() -> None:
    for context, verdict in verdicts()[:100]:
        bare = MODEL().assess(context, explain=False, candidates=5)
        assert [(one.id, one.probability) for one in bare.techniques] == [
            (one.id, one.probability) for one in verdict.techniques
        ]
        assert not any(one.because or one.despite for one in bare.techniques)
        if verdict.no_category is not None and bare.no_category is not None:
            assert bare.no_category == msgspec.structs.replace(verdict.no_category, because=())


def test_candidates_are_the_most_probable_techniques_shown_or_not() -> None:
    for _, verdict in verdicts()[:200]:
        probabilities = [one.probability for one in verdict.candidates]
        assert len(probabilities) == 5
        assert probabilities == sorted(probabilities, reverse=True)
        assert len({one.id for one in verdict.candidates}) == 5


def test_what_the_model_never_saw_is_undetermined_and_still_has_candidates() -> None:
    context = small().contexts[0]
    strange = replace(context, event=msgspec.structs.replace(context.event, method="DOHTUNNEL"))
    verdict = MODEL().assess(strange, explain=True, candidates=3)
    assert verdict.no_category is not None
    assert (verdict.no_category.reason, verdict.no_category.basis) == ("undetermined", "unfamiliar")
    assert "DOHTUNNEL" in verdict.no_category.because[0].fact
    assert len(verdict.candidates) == 3


def test_doubt_names_what_is_likeliest_and_what_is_needed() -> None:
    model = LearnedModel(with_thresholds(0.999, None), CODEBOOK, version="3", risk=0.1)
    reasons: Counter[str] = Counter()
    for context, _ in verdicts()[:200]:
        verdict = model.assess(context, explain=True, candidates=0)
        if verdict.no_category is not None and verdict.no_category.basis == "low_confidence":
            reasons[verdict.no_category.reason] += 1
            (fact,) = verdict.no_category.because
            assert fact.fact.endswith(
                ("; 99.9 % are needed to name a category", "this model gives no all-clear")
            )
    assert reasons["undetermined"] > 50


def test_without_a_promise_of_calm_nothing_is_calm() -> None:
    model = LearnedModel(with_thresholds(0.5, None), CODEBOOK, version="3", risk=0.1)
    found = [model.assess(context, explain=False, candidates=0).no_category for context, _ in verdicts()]
    assert not [one for one in found if one is not None and one.reason in ("benign", "misconfiguration")]


def test_less_risk_shows_no_more() -> None:
    shown = []
    for threshold in (0.5, 0.8, 0.95):
        model = LearnedModel(with_thresholds(threshold, 0.1), CODEBOOK, version="3", risk=0.1)
        answers = [model.assess(context, explain=False, candidates=0) for context, _ in verdicts()]
        shown.append(sum(bool(answer.tactics) for answer in answers))
    assert shown[0] > shown[1] > shown[2] > 0


def test_ot_events_are_answered_in_ics_too() -> None:
    own, brought = 0, 0
    for context, verdict in verdicts():
        if verdict.ics is None:
            continue
        assert bool(verdict.ics.tactics) == (verdict.ics.no_category is None)
        for technique in verdict.ics.techniques:
            assert technique.domain == "ics"
            assert technique.tactics
            assert technique.because
            own += not verdict.techniques
            brought += bool(verdict.techniques)
            assert context.event.method.startswith("OT") or "ot_end" in context.facts
    assert own > 0
    assert brought > 0


def test_risk_is_chosen_among_what_is_promised() -> None:
    artefact = small().artefact
    held = [step.risk for step in artefact.promises.steps if step.threshold is not None]
    model = MODEL().with_risk(held[-1])
    assert model.reference.risk == held[-1]
    assert model.reference.calm_risk == artefact.promises.calm.risk
    assert model.reference.attack == "enterprise 19"
    with pytest.raises(ModelError, match=r"no promise for the risk 0\.01"):
        model.with_risk(0.01)


def test_a_codebook_of_another_ics_version_does_not_fit() -> None:
    other = Codebook.load()
    other.head.attack["ics"] = "17"
    with pytest.raises(ModelError, match=r"answers in ics 18\.1, the codebook in ics 17"):
        LearnedModel(small().artefact, other, version="3", risk=0.2)


def test_a_loaded_model_answers_in_a_classifier_as_it_did_before(tmp_path: Path) -> None:
    write(tmp_path / "model", small().artefact)
    loaded = LearnedModel.load(tmp_path / "model", CATALOGUE, CODEBOOK, risk=0.2)
    assert loaded.reference.version == "3"
    events = list(sampled()[:40])
    site = Site.parse(ROLES)
    before = Classifier(MODEL(), CATALOGUE).classify(events, site=site)
    after = Classifier(loaded, CATALOGUE).classify(events, site=site)
    assert [one.to_dict() for one in before if isinstance(one, Assignment)] == [
        one.to_dict() for one in after if isinstance(one, Assignment)
    ]
    assert isinstance(before[0], Assignment)
    assert before[0].model.name == "adscribe"
    with pytest.raises(ModelError, match=r"no promise for the risk 0\.01"):
        LearnedModel.load(tmp_path / "model", CATALOGUE, CODEBOOK, risk=0.01)


def test_an_event_of_which_nothing_has_a_column_is_answered_by_doubt() -> None:
    artefact = small().artefact
    nothing = Softmax(np.zeros_like(artefact.softmax.coefficients), artefact.softmax.intercept)
    model = LearnedModel(replace(artefact, softmax=nothing), CODEBOOK, version="3", risk=0.2)
    verdict = model.assess(small().contexts[0], explain=True, candidates=0)
    assert verdict.no_category is not None
    assert verdict.no_category.reason == "undetermined"

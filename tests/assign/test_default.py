"""What a user of the default notices: the model that ships, its promises, no broken one."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from adscribe import Assignment, Classifier, Site
from adscribe.assign import loading
from adscribe.errors import ModelError
from adscribe.resources import shipped
from tests.shared import ROOT

SITE = Site.load(ROOT / "examples" / "sites" / "office.yaml")
SAMPLES = [
    line
    for path in sorted((ROOT / "datasets" / "samples" / "flowmon").glob("*.cef"))
    for line in path.read_text(encoding="utf-8").splitlines()
]


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier.load()


def answered(classifier: Classifier, events: Iterable[Any], **options: Any) -> list[Assignment]:
    answers = classifier.classify(events, site=SITE, **options)
    return [answer for answer in answers if isinstance(answer, Assignment)]


def scan(source: str, *targets: str, **fields: Any) -> dict[str, Any]:
    return {
        "method": "SCANS",
        "submethod": "TCPSYN",
        "source": {"ip": source},
        "targets": list(targets),
        "target_count": 60,
        "ports": [445],
        "detected_at": "2026-11-03T10:00:00Z",
        **fields,
    }


def test_the_model_that_ships_answers_and_says_what_it_promises(classifier: Classifier) -> None:
    (said,) = answered(classifier, [scan("10.10.101.66", "10.10.1.10", "10.10.1.11")])
    assert [technique.id for technique in said.techniques] == ["T1046"]
    assert said.techniques[0].because
    assert (said.model.name, said.model.attack) == ("adscribe", "enterprise 19")
    assert (said.model.risk, said.model.calm_risk) == (0.1, 0.01)


def test_what_the_site_file_says_of_the_source_changes_the_answer(classifier: Classifier) -> None:
    (scanner,) = answered(classifier, [scan("10.10.9.20", "10.10.1.10", "10.10.1.11")])
    assert scanner.no_category is not None
    assert scanner.no_category.reason == "benign"
    assert scanner.no_category.because


def test_success_makes_guessing_lateral_movement(classifier: Classifier) -> None:
    answers = answered(classifier, (ROOT / "examples" / "guessing.cef").read_text().splitlines())
    assert [answer.event.revision for answer in answers] == [1, 2, 3]
    assert "lateral-movement" not in {tactic.shortname for tactic in answers[1].tactics}
    assert "lateral-movement" in {tactic.shortname for tactic in answers[2].tactics}
    assert answers[2].changed is not None
    assert "success" in answers[2].changed.evidence


def test_a_method_that_nobody_knows_is_undetermined_and_says_so(classifier: Classifier) -> None:
    (said,) = answered(classifier, [scan("10.10.101.66", method="QUANTUMDET", submethod=None)])
    assert said.no_category is not None
    assert (said.no_category.reason, said.no_category.basis) == ("undetermined", "unfamiliar")
    assert said.no_category.because


def test_the_site_decides_before_the_model_and_is_not_its_word(classifier: Classifier) -> None:
    labelled = scan("10.10.101.66", "10.10.1.10", labels=["False positive"])
    (said,) = answered(classifier, [labelled])
    assert said.no_category is not None
    assert (said.no_category.reason, said.no_category.basis) == ("benign", "site")


def test_a_lower_risk_shows_no_more(classifier: Classifier) -> None:
    shown = []
    for risk in (0.01, 0.05, 0.2):
        answers = answered(classifier, SAMPLES, risk=risk, explain=False)
        assert {answer.model.risk for answer in answers} == {risk}
        shown.append(sum(bool(answer.tactics) for answer in answers))
    assert shown == sorted(shown)
    assert 0 < shown[0] < shown[-1] < len(SAMPLES)


def test_the_risk_of_a_run_goes_before_that_of_the_classifier(classifier: Classifier) -> None:
    strict = Classifier.load(risk=0.05)
    assert strict.describe()["risk"] == 0.05
    (said,) = answered(strict, [scan("10.10.101.66", "10.10.1.10")])
    assert said.model.risk == 0.05
    (said,) = answered(strict, [scan("10.10.101.66", "10.10.1.10")], risk=0.2)
    assert said.model.risk == 0.2


@pytest.mark.parametrize("risk", [0.03, 0.0, 1.0, float("nan")])
def test_a_risk_that_is_not_promised_is_refused_with_those_that_are(
    classifier: Classifier, risk: float
) -> None:
    with pytest.raises(ModelError, match=r"it does for: .*0\.1"):
        classifier.run(risk=risk)
    with pytest.raises(ModelError, match=r"it does for: .*0\.1"):
        Classifier.load(risk=risk)


def test_what_there_is_to_know_of_the_model(classifier: Classifier) -> None:
    told = classifier.describe()
    steps = {step["risk"]: step for step in told["promises"]["steps"]}
    assert steps[0.1]["threshold"] >= 0.5
    assert steps[0.1]["bound"] <= 0.1
    assert steps[0.1]["sites"] > 1
    assert told["promises"]["calm"]["risk"] == told["calm_risk"]
    assert set(told["training"]) == {"data", "created"}
    assert len(told["schema"]) == 64
    rules = Classifier.load("codebook").describe()
    assert (rules["promises"], rules["training"], rules["schema"]) == (None, None, None)


def test_a_model_can_be_named_by_its_folder(classifier: Classifier) -> None:
    assert Classifier.load(str(shipped("models", "adscribe"))).describe() == classifier.describe()


def test_a_model_that_ships_broken_is_refused_and_never_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "shipped", tmp_path.joinpath)
    with pytest.raises(ModelError, match=r"ships is missing \(install adscribe again, or .* codebook"):
        Classifier.load()
    copy = shutil.copytree(shipped("models", "adscribe"), tmp_path / "models" / "adscribe")
    assert Classifier.load().model.reference.name == "adscribe"
    with (copy / "golden.json").open("ab") as file:
        file.write(b" ")
    with pytest.raises(ModelError, match=r"golden.json: was changed.*\(install adscribe again"):
        Classifier.load()
    assert Classifier.load("codebook").model.reference.name == "codebook"

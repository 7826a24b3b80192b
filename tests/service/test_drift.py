"""What a service says of drift: nothing without a profile, else of what it has answered."""

from __future__ import annotations

from typing import Any

import pytest

from adscribe.model.artefact import with_profile
from adscribe.service.settings import Settings
from tests.model.protocols import write
from tests.model.small import CATALOGUE, small
from tests.model.test_profile import invented
from tests.service.harness import Service, event


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A small model with a profile."""
    folder = tmp_path_factory.mktemp("models")
    write(folder / "bare", small().artefact)
    with_profile(folder / "bare", folder / "told", invented()[1], CATALOGUE)
    return str(folder / "told")


def scans(first: int, last: int) -> list[dict[str, Any]]:
    """Return the same scan of many hosts: no life of a network."""
    return [event(source={"ip": f"10.1.{n // 200}.{n % 200 + 1}"}) for n in range(first, last)]


def test_without_a_profile_it_says_so() -> None:
    with Service(Settings(model="codebook")) as rules:
        told = rules.get("/v1/drift").json()
        assert not told["available"]
        assert "no profile" in told["reason"]
        assert "adscribe_drift_distance{" not in rules.get("/metrics").text


def test_what_was_answered_is_compared(model: str) -> None:
    with Service(Settings(model=model)) as service:
        before = service.get("/v1/drift").json()
        assert (before["available"], before["state"], before["events"]) == (True, "too few", 0)
        # Examples are no life of a network.
        assert service.get("/examples").status_code == 200
        assert service.get("/v1/drift").json()["events"] == 0
        service.classify(scans(0, 120))
        few = service.get("/v1/drift").json()
        assert (few["state"], few["events"]) == ("too few", 120)
        assert "fewer than 250" in few["reason"]
        service.classify(scans(120, 300))
        told = service.get("/v1/drift").json()
        metrics = service.get("/metrics").text
    assert (told["state"], told["events"], told["reason"]) == ("drift", 300, None)
    training, past = told["comparisons"]
    assert (training["against"], training["size"], training["state"]) == ("training", 250, "drift")
    assert training["chance"] <= training["false_alarm"] == 0.01
    assert (past["against"], past["events"], past["state"]) == ("past", 0, "too few")
    method = next(one for one in told["groups"] if one["group"] == "method" and one["bin"] is None)
    assert method["state"] == "drift"
    assert "SCANS" in method["text"]
    assert method["distance"] > method["limit"]
    assert 'adscribe_drift_state{against="training"} 3.0' in metrics
    assert 'adscribe_drift_state{against="past"} 0.0' in metrics
    assert f'adscribe_drift_distance{{against="training",group="method"}} {method["distance"]}' in metrics


def test_answers_at_another_risk_are_no_drift_of_answers(model: str) -> None:
    with Service(Settings(model=model)) as service:
        service.classify(scans(0, 260), query="?risk=0.2&explain=false")
        told = service.get("/v1/drift").json()
    groups = {one["group"]: one for one in told["groups"] if one["against"] == "training"}
    assert groups["answer"]["events"] == 0
    assert groups["method"]["events"] == 260

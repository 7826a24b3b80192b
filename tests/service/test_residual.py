"""A service that answers with what its site's analysts have taught, and says so."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from adscribe.event.native import to_native
from adscribe.service.settings import Settings
from adscribe.training.feedback.quarantine import quarantine
from adscribe.training.feedback.residual import learn
from tests.service.harness import Service, event
from tests.training.feedback.invented import SITE, SITE_FILE, artefact, copy, gathered, judged


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site file, and what its analysts have taught."""
    folder = tmp_path_factory.mktemp("taught")
    (folder / "site.yaml").write_text(SITE_FILE)
    events = [copy(number, target=f"203.0.113.{number % 5 + 1}") for number in range(40)]
    residual = learn(quarantine(gathered(judged(events)), artefact()), artefact(), SITE)
    assert residual.cells
    (folder / "residual.json").write_bytes(residual.to_json())
    return folder


def test_answers_and_the_model_name_it(folder: Path) -> None:
    with Service(Settings(site=folder / "site.yaml", residual=folder / "residual.json")) as service:
        told = service.get("/v1/model").json()
        event = to_native(copy(99, target="203.0.113.1"))
        answer = service.request("POST", "/v1/classify", json=msgspec.to_builtins(event)).json()
    assert told["residual"].startswith("sha256:")
    assert answer["model"]["residual"] == told["residual"]
    assert "analysts judged 40 of 40 such events here as benign" in str(answer)


def test_the_queue_says_what_was_learnt_and_how_much_came_after(folder: Path) -> None:
    settings = Settings(site=folder / "site.yaml", residual=folder / "residual.json")
    written = msgspec.json.decode((folder / "residual.json").read_bytes())
    with Service(settings) as service:
        learnt = service.get("/v1/review").json()["learnt"]
        assert learnt["verdicts"] == written["verdicts"]
        assert learnt["learnt_from"] == len(written["cells"]) == len(learnt["cells"])
        assert learnt["since"]["verdicts"] == 0
        (answer,) = service.request("POST", "/v1/events", json=[event()]).json()["assignments"]
        said = {"verdict": {"kind": "reason", "reason": "benign"}, "analyst": "j.doe"}
        kept = service.request("POST", f"/v1/events/{answer['event']['id']}/feedback", json=said)
        assert kept.status_code == 201
        assert service.get("/v1/review").json()["learnt"]["since"]["verdicts"] == 1
        page = " ".join(service.get("/review").text.split())
        assert "<b>1</b> verdict came after" in page


def test_beside_another_model_it_does_not_answer(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    plain = msgspec.json.decode((folder / "residual.json").read_bytes())
    other.write_bytes(msgspec.json.encode({**plain, "model": "sha256:0"}))
    with Service(Settings(residual=other), wait=False) as service:
        answer = service.get("/health/ready")
        while "Retry-After" in answer.headers:
            answer = service.get("/health/ready")
    assert answer.status_code == 503
    assert "another model" in answer.text

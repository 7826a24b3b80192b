"""A service keeps up with the model that its folder names, and never lets a bad one answer."""

from __future__ import annotations

import asyncio
import hashlib
import json
import pickle
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from adscribe.answer.assignment import AssignedTechnique, ModelReference
from adscribe.assign import Classifier, Verdict
from adscribe.attack import Catalogue
from adscribe.context import Context
from adscribe.errors import ModelError
from adscribe.service.selfcheck import self_check
from adscribe.service.settings import Settings
from tests.service.harness import EVENT, Service
from tests.service.models import first, overwrite, point, write


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two models that answer differently."""
    folder = tmp_path_factory.mktemp("made")
    write(folder / "one", "1")
    write(folder / "two", "2", confused=True)
    return folder


@pytest.fixture
def models(made: Path, tmp_path: Path) -> Path:
    """A folder of both in which ``current`` names the first."""
    models = Path(shutil.copytree(made, tmp_path / "models"))
    point(models, "one")
    return models


@pytest.fixture
def service(models: Path) -> Iterator[Service]:
    with Service(following(models)) as running:
        yield running


def following(models: Path, **settings: Any) -> Settings:
    return Settings(model=str(models), model_poll_seconds=0.05, **settings)


def described(service: Service) -> dict[str, Any]:
    told: dict[str, Any] = service.get("/v1/model").json()
    return told


def answering(service: Service) -> tuple[str, str]:
    """Return the version that an answer names, and what it holds for likeliest."""
    answer = service.classify(EVENT, query="?candidates=1").json()
    return answer["model"]["version"], first(answer)


ONE, TWO = ("1", "T1046"), ("2", "T1048")


def digest(folder: Path) -> str:
    return hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()


def test_another_folder_is_followed_without_a_restart(service: Service, models: Path) -> None:
    assert answering(service) == ONE
    assert described(service)["previous"] is None
    point(models, "two")
    service.until(lambda: described(service)["version"] == "2")
    assert answering(service) == TWO
    told = described(service)
    assert told["artefact"] == digest(models / "two")
    assert told["source"] == str(models)
    assert told["error"] is None
    assert told["previous"]["version"] == "1"
    assert told["previous"]["artefact"] == digest(models / "one")
    metrics = service.get("/metrics").text
    assert 'adscribe_model_loads_total{result="loaded",role="champion"} 2.0' in metrics
    assert 'adscribe_model_valid{role="champion"} 1.0' in metrics


def test_current_may_be_a_file_with_a_name(models: Path) -> None:
    (models / "current").unlink()
    (models / "current").write_text("one\n")
    with Service(following(models)) as service:
        assert answering(service) == ONE
        (models / "current").write_text("two\n")
        service.until(lambda: described(service)["version"] == "2")
        assert answering(service) == TWO
        (models / "current").write_text("../elsewhere")
        service.until(lambda: described(service)["error"] is not None)
        assert "must hold the name of a folder beside it" in described(service)["error"]
        assert answering(service) == TWO


def test_a_folder_that_is_replaced_in_place_is_followed(models: Path) -> None:
    with Service(following(models / "one")) as service:
        assert answering(service) == ONE
        overwrite(models / "one", models / "two")
        service.until(lambda: described(service)["version"] == "2")
        assert answering(service) == TWO


def changed_byte(folder: Path) -> None:
    content = bytearray((folder / "model.skops").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "model.skops").write_bytes(content)


def a_pickle(folder: Path) -> None:
    (folder / "model.pkl").write_bytes(pickle.dumps({}))


def other_golden(folder: Path) -> None:
    """Change what the golden events must get, as someone would who can write the manifest too."""
    golden = json.loads((folder / "golden.json").read_bytes())
    golden[0]["probabilities"] = dict.fromkeys(golden[0]["probabilities"], 0.5)
    content = json.dumps(golden).encode()
    (folder / "golden.json").write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"]["golden.json"] = hashlib.sha256(content).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))


def a_missing_file(folder: Path) -> None:
    (folder / "promises.json").unlink()


BROKEN = [
    (changed_byte, "model.skops: was changed"),
    (a_pickle, "pickles are not loaded"),
    (other_golden, "golden event 1 gets other probabilities"),
    (a_missing_file, "lacks promises.json"),
]


@pytest.mark.parametrize(("broken", "reason"), BROKEN, ids=[broken.__name__ for broken, _ in BROKEN])
def test_a_model_that_fails_its_checks_never_answers(
    service: Service, models: Path, made: Path, broken: Callable[[Path], None], reason: str
) -> None:
    broken(models / "two")
    point(models, "two")
    service.until(lambda: described(service)["error"] is not None)
    assert reason in described(service)["error"]
    ready = service.get("/health/ready")
    assert ready.status_code == 200
    assert ready.json()["model"] == {
        "version": "1",
        "artefact": digest(models / "one"),
        "error": described(service)["error"],
    }
    # No folder of the server is told to those without a token.
    assert str(models) not in ready.text
    assert answering(service) == ONE
    metrics = service.get("/metrics").text
    assert 'adscribe_model_valid{role="champion"} 0.0' in metrics
    assert 'adscribe_model_loads_total{result="refused",role="champion"} 1.0' in metrics

    # It is tried again when it has changed.
    shutil.rmtree(models / "two")
    shutil.copytree(made / "two", models / "two")
    service.until(lambda: described(service)["version"] == "2")
    assert answering(service) == TWO
    assert described(service)["error"] is None


def test_what_becomes_of_the_files_of_a_model_in_use_is_told_and_harms_nothing(
    service: Service, models: Path
) -> None:
    changed_byte(models / "one")
    service.until(lambda: described(service)["error"] is not None)
    assert answering(service) == ONE
    shutil.rmtree(models / "one")
    service.until(lambda: "names no folder" in described(service)["error"])
    assert answering(service) == ONE


def test_a_model_that_breaks_the_promise_asked_for_is_refused(models: Path) -> None:
    with Service(following(models, risk=0.2)) as service:
        promises = models / "two" / "promises.json"
        told = json.loads(promises.read_bytes())
        for step in told["steps"]:
            step["threshold"] = None if step["risk"] == 0.2 else step["threshold"]
        content = json.dumps(told).encode()
        promises.write_bytes(content)
        manifest = json.loads((models / "two" / "manifest.json").read_bytes())
        manifest["files"]["promises.json"] = hashlib.sha256(content).hexdigest()
        (models / "two" / "manifest.json").write_text(json.dumps(manifest))
        point(models, "two")
        service.until(lambda: described(service)["error"] is not None)
        assert "no promise for the risk 0.2" in described(service)["error"]
        assert answering(service) == ONE


def test_a_service_that_begins_with_a_broken_model_is_ready_once_it_is_mended(
    models: Path, made: Path
) -> None:
    changed_byte(models / "one")
    with Service(following(models), wait=False) as service:
        service.until(lambda: "was changed" in service.get("/health/ready").text)
        assert service.get("/health/ready").status_code == 503
        assert service.classify(EVENT).status_code == 503
        overwrite(models / "one", made / "one")
        service.until(lambda: service.get("/health/ready").status_code == 200)
        assert answering(service) == ONE


def test_a_request_in_flight_keeps_its_model(service: Service, models: Path) -> None:
    go_on = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield json.dumps(EVENT).encode()[:10]
        await go_on.wait()
        yield json.dumps(EVENT).encode()[10:]

    async def begin() -> asyncio.Task[Any]:
        headers = {"Content-Type": "application/json"}
        request = service.client.post("/v1/classify?candidates=1", content=body(), headers=headers)
        return asyncio.create_task(request)

    request = service.run(begin())
    service.run(asyncio.sleep(0.02))
    point(models, "two")
    service.until(lambda: described(service)["version"] == "2")

    async def end() -> Any:
        go_on.set()
        return (await request).json()

    answer = service.run(end())
    assert (answer["model"]["version"], first(answer)) == ONE
    assert answering(service) == TWO


def roll_back(service: Service, **headers: str) -> Any:
    return service.request("POST", "/v1/model/rollback", headers=headers)


def test_the_model_before_answers_again_until_another_is_named(service: Service, models: Path) -> None:
    assert roll_back(service).status_code == 409
    assert roll_back(service).json()["type"] == "urn:adscribe:problem:no-previous-model"
    point(models, "two")
    service.until(lambda: described(service)["version"] == "2")

    back = roll_back(service)
    assert back.status_code == 200
    assert back.json()["version"] == "1"
    assert "was rolled back" in back.json()["error"]
    assert answering(service) == ONE
    # It is still named, and stays out: also where its files are written once more.
    (models / "two" / "golden.json").touch()
    service.run(asyncio.sleep(0.3))
    assert answering(service) == ONE
    metrics = service.get("/metrics").text
    assert "adscribe_model_rollbacks_total 1.0" in metrics
    assert 'adscribe_model_valid{role="champion"} 0.0' in metrics

    # Named anew after another, it comes in.
    point(models, "one")
    service.until(lambda: described(service)["error"] is None)
    assert answering(service) == ONE
    point(models, "two")
    service.until(lambda: described(service)["version"] == "2")
    assert answering(service) == TWO


def test_what_was_rolled_back_can_be_had_again(service: Service, models: Path) -> None:
    point(models, "two")
    service.until(lambda: described(service)["version"] == "2")
    assert roll_back(service).json()["version"] == "1"
    again = roll_back(service).json()
    assert (again["version"], again["error"], again["previous"]["version"]) == ("2", None, "1")
    service.run(asyncio.sleep(0.2))
    assert answering(service) == TWO


def test_a_rollback_needs_the_token_and_no_page_from_elsewhere_can_ask_for_it(models: Path) -> None:
    opened = {"Authorization": "Bearer s3cret"}
    with Service(following(models, token="s3cret")) as service:
        assert roll_back(service).status_code == 401
        assert roll_back(service, **opened).status_code == 409
        for headers in (
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": "https://elsewhere.example"},
            {"Origin": "null"},
        ):
            refused = roll_back(service, **opened, **headers)
            assert refused.status_code == 403
            assert refused.json()["type"] == "urn:adscribe:problem:cross-origin"
        for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://adscribe.test"}):
            assert roll_back(service, **opened, **headers).status_code == 409


class Strange:
    """A model whose every answer is what it is made with."""

    reference = ModelReference(name="strange", version="0", attack="enterprise 19")

    def __init__(self, verdict: Verdict | Exception) -> None:
        self._verdict = verdict

    def assess(self, context: Context, *, explain: bool, candidates: int) -> Verdict:
        if isinstance(self._verdict, Exception):
            raise self._verdict
        return self._verdict


SCAN = AssignedTechnique(
    id="T1046",
    name="Network Service Discovery",
    parent=None,
    domain="enterprise",
    tactics=("discovery",),
    probability=0.9,
)


@pytest.mark.parametrize(
    ("verdict", "reason"),
    [
        (ZeroDivisionError(), "fails on the example events with ZeroDivisionError"),
        (Verdict(), "example event 1 an answer that can't hold"),
        (Verdict(techniques=(SCAN,)), "an answer that can't hold"),
    ],
    ids=["raises", "says nothing", "a technique without its tactic"],
)
def test_a_model_without_sensible_answers_to_the_examples_is_refused(
    verdict: Verdict | Exception, reason: str
) -> None:
    with pytest.raises(ModelError, match=reason):
        self_check(Classifier(Strange(verdict), Catalogue.load()))


def test_the_rules_and_the_small_model_pass_the_self_check(models: Path) -> None:
    self_check(Classifier.load("codebook"))
    self_check(Classifier.load(str(models / "one")))

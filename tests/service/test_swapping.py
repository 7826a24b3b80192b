"""Models are swapped under the requests of many clients: none fails, and each is answered by one model."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.service.harness import event
from tests.service.models import first, point, write
from tests.service.running import Running

VERSIONS = 6
CLIENTS = 3
BODY = [event(source={"ip": f"10.1.2.{number}"}) for number in range(12)]

LIKELIEST = {str(version): "T1048" if version % 2 else "T1046" for version in range(VERSIONS)}
"""What each version holds for likeliest: every other one is confused."""


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    models = tmp_path_factory.mktemp("models")
    for version in range(VERSIONS):
        write(models / str(version), str(version), confused=bool(version % 2))
    broken = write(models / "broken", "666")
    (broken / "golden.json").write_bytes(b"[]")
    return models


@contextmanager
def served(models: Path, log: Path, workers: int) -> Iterator[Running]:
    (models / "current").unlink(missing_ok=True)
    point(models, "0")
    settings = {"ADSCRIBE_MODEL_POLL_SECONDS": "0.1", "ADSCRIBE_LOG_LEVEL": "warning"}
    with Running(log, "--model", str(models), "--workers", str(workers), **settings) as server:
        yield server


class Client(threading.Thread):
    """Asks over one connection until it is told to stop, and notes which version answered."""

    def __init__(self, server: Running) -> None:
        super().__init__()
        self._server = server
        self.ending = threading.Event()
        self.seen: list[str] = []
        self.wrong: list[Any] = []

    def run(self) -> None:
        with httpx.Client(base_url=self._server.client.base_url, timeout=60) as client:
            while not self.ending.is_set():
                try:
                    answer = client.post("/v1/classify?candidates=1&explain=false", json=BODY)
                    self._note(answer)
                except httpx.HTTPError as error:
                    self.wrong.append(error)

    def _note(self, answer: httpx.Response) -> None:
        if answer.status_code != 200:
            self.wrong.append(answer.text)
            return
        assignments = answer.json()["assignments"]
        said = {(one["model"]["version"], first(one)) for one in assignments}
        if len(assignments) != len(BODY) or len(said) != 1:
            self.wrong.append(said)
            return
        ((version, likeliest),) = said
        if LIKELIEST.get(version) != likeliest:
            self.wrong.append(said)
        self.seen.append(version)


@contextmanager
def hammered(server: Running) -> Iterator[list[Client]]:
    """Let clients ask all the while; nothing may have gone wrong with any."""
    clients = [Client(server) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        yield clients
    finally:
        for client in clients:
            client.ending.set()
        for client in clients:
            client.join()
    assert [client.wrong for client in clients] == [[]] * CLIENTS
    assert all(client.seen for client in clients)


def all_answer_with(server: Running, version: str) -> bool:
    """Return whether every worker does: each of many connections goes to one of them."""
    said = [httpx.get(f"{server.client.base_url}/v1/model", timeout=60).json() for _ in range(10)]
    return {one["version"] for one in said} == {version}


def test_models_are_swapped_many_times_and_no_request_notices(models: Path, tmp_path: Path) -> None:
    with served(models, tmp_path / "log", workers=1) as server:
        with hammered(server) as clients:
            for version in range(1, VERSIONS):
                point(models, str(version))
                server.until(partial(all_answer_with, server, str(version)))
            point(models, "broken")
            server.until(lambda: server.client.get("/v1/model").json()["error"] is not None)
            assert all_answer_with(server, str(VERSIONS - 1))
            back = server.client.post("/v1/model/rollback").json()
            assert back["version"] == str(VERSIONS - 2)
        for client in clients:
            # Each client saw the versions in their order, and at the end the one before the last.
            upwards = client.seen[: len(client.seen) - client.seen[::-1].index(str(VERSIONS - 1))]
            assert upwards == sorted(upwards)
            assert set(client.seen) <= set(LIKELIEST)
        server.stop()


def test_every_worker_follows_and_rolls_back(models: Path, tmp_path: Path) -> None:
    with served(models, tmp_path / "log", workers=2) as server:
        with hammered(server):
            point(models, "1")
            server.until(lambda: all_answer_with(server, "1"))
            # One worker is asked; the other hears of it.
            assert server.client.post("/v1/model/rollback").json()["version"] == "0"
            server.until(lambda: all_answer_with(server, "0"))
            point(models, "2")
            server.until(lambda: all_answer_with(server, "2"))
        metrics = server.client.get("/metrics").text
        assert "adscribe_model_rollbacks_total 1.0" in metrics
        assert 'adscribe_model_valid{role="champion"} 1.0' in metrics
        server.stop()


def test_what_the_shadow_found_is_that_of_all_workers(models: Path, tmp_path: Path) -> None:
    settings = {"ADSCRIBE_CHALLENGER": "codebook", "ADSCRIBE_MODEL_POLL_SECONDS": "0.1"}
    with Running(tmp_path / "log", "--model", str(models / "0"), "--workers", "2", **settings) as server:
        url = f"{server.client.base_url}"

        def shadow() -> list[Any]:
            return [httpx.get(f"{url}/v1/shadow", timeout=60).json() for _ in range(6)]

        server.until(lambda: all(one["model"] is not None for one in shadow()))
        ids = set()
        for number in range(16):
            told = event(source={"ip": f"10.1.3.{number}"})
            answer = httpx.post(f"{url}/v1/classify", json=told, timeout=60).json()
            ids.add(answer["event"]["id"])
        # The small model is unsure of what the rules decide.
        server.until(lambda: all(one["answers"]["disagree"] == 16 for one in shadow()))
        for one in shadow():
            assert {found["event_id"] for found in one["disagreements"]} == ids
        counted = 'adscribe_shadow_answers_total{result="disagree"} 16.0'
        assert counted in server.client.get("/metrics").text
        server.stop()

"""Several workers of the real server keep events in one store."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from adscribe.store import Store
from adscribe.store.filters import Filter
from tests.service.harness import event
from tests.service.running import Running

UPDATES = 24


@pytest.fixture(params=["a file", "as long as the service"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Running]:
    """A server with two workers."""
    environment = {"ADSCRIBE_MODEL": "codebook", "TMPDIR": str(tmp_path)}
    if request.param == "a file":
        environment["ADSCRIBE_STORE"] = str(tmp_path / "adscribe.db")
    with Running(tmp_path / "log", "--workers", "2", **environment) as server:
        yield server
        server.stop()
        if request.param == "a file":
            # Where both close at the same moment, neither is the last, and SQLite leaves its log beside the
            # file: whoever opens that next puts it in.
            with Store(environment["ADSCRIBE_STORE"]) as store:
                assert store.page(Filter()).events
        left = {path.name for path in tmp_path.rglob("*.db*")}
        assert left == ({"adscribe.db"} if request.param == "a file" else set())
        assert "10.1.2.3" not in server.log.read_text()


def post(url: httpx.URL, body: object) -> str:
    """Return what is answered over a connection of its own, so that either worker may have it."""
    while True:
        answer = httpx.post(url, json=body, timeout=30)
        if answer.status_code == 200:
            return answer.text
        # The other worker was the first that was ready.
        assert answer.json()["type"] == "urn:adscribe:problem:not-ready", answer.text
        time.sleep(0.05)


def test_whichever_worker_answers_no_revision_is_lost_or_doubled(server: Running) -> None:
    client = server.client
    updates = [
        event(detected_at=f"2026-11-03T15:{minute:02}:00Z", targets=[f"10.1.9.{minute}"])
        for minute in range(UPDATES)
    ]

    def send(update: dict[str, object]) -> list[str]:
        # And again, as a client might that had no answer.
        return [post(client.base_url.join("/v1/events"), update) for _ in range(2)]

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(send, updates))
    assert all(first == second for first, second in answers)
    (event_id,) = {json.loads(first)["event"]["id"] for first, _ in answers}
    for _ in range(6):
        shown = httpx.get(client.base_url.join(f"/v1/events/{event_id}"), timeout=30).json()
        assert [one["revision"] for one in shown["revisions"]] == list(range(1, UPDATES + 1))
        assert len(shown["event"]["targets"]) == UPDATES

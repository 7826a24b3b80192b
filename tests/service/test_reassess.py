"""Stored events answered again, asked for over HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from adscribe.service.settings import Settings
from adscribe.store import Store
from adscribe.store import reassess as reassessing
from tests.service.harness import Service, event
from tests.service.test_openapi import validator
from tests.service.test_problems import problem

BEFORE = "filters:\n  LAN: [10.0.0.0/8]\ninternal: LAN\n"
AFTER = BEFORE + "allowed:\n  - {method: SCANS, source: LAN, note: ours}\n"
EVENTS = [event(source={"ip": f"10.1.2.{number}"}) for number in range(9)]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    path = tmp_path / "site.yaml"
    path.write_text(BEFORE)
    return path


@pytest.fixture
def keeper(tmp_path: Path, site: Path) -> Iterator[Service]:
    """A service that keeps some scans, and whose site file allows them since."""
    settings = Settings(
        model="codebook", store=str(tmp_path / "adscribe.db"), site=site, site_poll_seconds=0.05
    )
    with Service(settings) as running:
        assert running.request("POST", "/v1/events", json=EVENTS).status_code == 200
        before = running.get("/v1/site").json()["sha256"]
        site.write_text(AFTER)
        running.until(lambda: running.get("/v1/site").json()["sha256"] != before)
        yield running


def begin(service: Service, query: str = "since=2026-01-01") -> dict[str, Any]:
    response = service.request("POST", f"/v1/reassess?{query}")
    assert response.status_code == 202, response.text
    job: dict[str, Any] = response.json()
    validator("Job").validate(job)
    assert response.headers["location"] == f"/v1/reassess/{job['id']}"
    return job


def ended(service: Service, job: dict[str, Any]) -> dict[str, Any]:
    path = f"/v1/reassess/{job['id']}"
    service.until(lambda: service.get(path).json()["status"] != "running")
    found: dict[str, Any] = service.get(path).json()
    validator("Job").validate(found)
    return found


def allowed(service: Service) -> int:
    """Return how many events are answered as the site allows them."""
    return len(service.get("/v1/events?basis=site&reason=benign").json()["events"])


def test_a_dry_run_and_the_run(keeper: Service) -> None:
    before = keeper.get("/v1/events").json()
    dry = ended(keeper, begin(keeper, "since=2026-01-01&dry_run=true"))
    assert (dry["status"], dry["asked"]["dry_run"]) == ("done", True)
    assert keeper.get("/v1/events").json() == before
    run = ended(keeper, begin(keeper))
    assert run["progress"] == dry["progress"]
    assert (run["progress"]["answered"], run["progress"]["changed"]) == (9, 9)
    assert allowed(keeper) == 9
    shown = keeper.get(f"/v1/events/{before['events'][0]['id']}").json()
    assert [one["cause"] for one in shown["revisions"]] == ["report", "reassess"]
    again = ended(keeper, begin(keeper))
    assert (again["progress"]["current"], again["progress"]["answered"]) == (9, 0)
    listed = keeper.get("/v1/reassess").json()
    validator("Jobs").validate(listed)
    assert [one["id"] for one in listed["jobs"]] == [again["id"], run["id"], dry["id"]]


def test_only_what_meets_the_filter(keeper: Service) -> None:
    job = ended(keeper, begin(keeper, "since=2026-01-01&source=10.1.2.0/30"))
    assert job["progress"]["answered"] == 4
    assert allowed(keeper) == 4


def test_it_can_be_cancelled(keeper: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    held, cancelled = Held(monkeypatch), Event()
    held.let_go = cancelled.is_set
    job = begin(keeper)
    keeper.until(held.reached.is_set)
    problem(keeper.request("POST", "/v1/reassess?since=2026-01-01"), 409, "conflict")
    assert keeper.request("DELETE", f"/v1/reassess/{job['id']}").status_code == 200
    cancelled.set()
    found = ended(keeper, job)
    assert (found["status"], found["progress"]["answered"]) == ("cancelled", 2)
    assert allowed(keeper) == 2
    assert ended(keeper, begin(keeper))["progress"]["current"] == 2
    assert allowed(keeper) == 9


def test_the_end_of_the_service_breaks_it_off_and_it_goes_on(
    tmp_path: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(model="codebook", store=str(tmp_path / "adscribe.db"), site=site)
    with Service(settings) as service:
        service.request("POST", "/v1/events", json=EVENTS)
    site.write_text(AFTER)
    held = Held(monkeypatch)
    with Service(settings) as service:
        held.let_go = service.app.state.adscribe.reassessing.ending.is_set
        job = begin(service)
        service.until(held.reached.is_set)
    with Service(settings) as service:
        found = ended(service, job)
        assert (found["status"], found["progress"]["answered"]) == ("interrupted", 2)
        assert ended(service, begin(service))["progress"]["current"] == 2
        assert allowed(service) == 9


class Held:
    """Holds a job after its second step until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reached = Event()
        self.let_go: Callable[[], bool] = lambda: False
        self._steps = 0
        self._whole = Store.tell
        monkeypatch.setattr(reassessing, "CHUNK", 1)

        def tell(store: Store, *given: Any) -> bool:
            return self._tell(store, *given)

        monkeypatch.setattr(Store, "tell", tell)

    def _tell(self, store: Store, *given: Any) -> bool:
        self._steps += 1
        if self._steps == 2:
            self.reached.set()
            while not self.let_go():
                time.sleep(0.01)
        return self._whole(store, *given)


def test_events_are_kept_meanwhile(keeper: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    held, kept = Held(monkeypatch), Event()
    held.let_go = kept.is_set
    job = begin(keeper)
    keeper.until(held.reached.is_set)
    late = keeper.request("POST", "/v1/events", json=event(source={"ip": "10.9.9.9"}))
    kept.set()
    assert late.json()["no_category"]["basis"] == "site"
    assert ended(keeper, job)["status"] == "done"
    assert allowed(keeper) == 10


@pytest.mark.parametrize(
    ("query", "name", "parameter"),
    [
        ("", "invalid-parameter", "since"),
        ("until=2026-01-01", "invalid-parameter", "since"),
        ("since=2026-01-01&dry_run=perhaps", "invalid-parameter", "dry_run"),
        ("since=2026-01-01&attack_version=3", "invalid-parameter", "attack_version"),
        ("since=2026-01-01&risk=0.1", "risk-not-promised", "risk"),
        ("since=2026-01-01&technique=T9999", "invalid-parameter", "technique"),
        ("since=2026-01-01&sort=time", "invalid-parameter", "sort"),
    ],
)
def test_what_can_not_be_asked_for(keeper: Service, query: str, name: str, parameter: str) -> None:
    document = problem(keeper.request("POST", f"/v1/reassess?{query}"), 422, name)
    assert [error["parameter"] for error in document["errors"]] == [parameter]
    assert keeper.get("/v1/reassess").json() == {"jobs": []}


def test_a_job_that_is_not_there(keeper: Service) -> None:
    for job_id in ("0" * 16, "nothing"):
        problem(keeper.get(f"/v1/reassess/{job_id}"), 404, "not-found")
        problem(keeper.request("DELETE", f"/v1/reassess/{job_id}"), 404, "not-found")


def test_a_defect_ends_the_job_and_says_so(keeper: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_given: Any, **_options: Any) -> Any:
        raise KeyError("10.9.8.7")

    monkeypatch.setattr(Store, "reassess", broken)
    found = ended(keeper, begin(keeper))
    assert found["status"] == "failed"
    assert "defect" in found["error"]
    assert "10.9.8.7" not in str(found)

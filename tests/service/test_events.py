"""Events that are kept, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from adscribe.service import keeping
from adscribe.service.settings import Settings, SettingsError
from adscribe.store import Store
from adscribe.store.connection import writing
from adscribe.store.schema import event as events
from tests.service.harness import EVENT, OUTSIDE, Service, event
from tests.service.test_openapi import validator

UPDATE = event(detected_at="2026-11-03T15:40:00Z", targets=["10.1.9.3"])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "adscribe.db"


@pytest.fixture
def keeper(path: Path) -> Iterator[Service]:
    """A service that keeps events in a file."""
    with Service(Settings(model="codebook", store=str(path))) as running:
        yield running


def post(service: Service, body: object) -> bytes:
    response = service.request("POST", "/v1/events", json=body)
    assert response.status_code == 200, response.text
    return response.content


@pytest.mark.parametrize("body", [EVENT, [EVENT, UPDATE, OUTSIDE, {"method": 1}], {"events": [EVENT, EVENT]}])
def test_the_first_body_is_answered_as_if_it_was_not_kept(keeper: Service, body: object) -> None:
    classified = keeper.classify(body)
    assert post(keeper, body) == classified.content == post(keeper, body)


def test_lines_are_answered_and_kept_as_lines(keeper: Service) -> None:
    lines = "\n".join(map(json.dumps, [EVENT, {"method": "SCANS"}, UPDATE]))
    headers = {"Content-Type": "application/x-ndjson"}
    response = keeper.request("POST", "/v1/events?explain=false", content=lines, headers=headers)
    assert response.headers["content-type"] == "application/x-ndjson"
    assert (
        response.content
        == keeper.classify(lines, kind="application/x-ndjson", query="?explain=false").content
    )
    first, reject, update = map(json.loads, response.text.splitlines())
    assert (first["event"]["id"], reject["reject"]["line"]) == (update["event"]["id"], 2)


def test_an_event_goes_on_from_request_to_request_and_over_a_restart(path: Path) -> None:
    settings = Settings(model="codebook", store=str(path))
    with Service(settings) as service:
        first = json.loads(post(service, EVENT))
    with Service(settings) as service:
        update = json.loads(post(service, UPDATE))
        found = service.get(f"/v1/events/{first['event']['id']}")
    assert (update["event"]["id"], update["event"]["revision"]) == (first["event"]["id"], 2)
    assert update["changed"]["cause"] == "update"
    shown = found.json()
    validator("StoredEvent").validate(shown)
    assert [(one["cause"], one["answer"]) for one in shown["revisions"]] == [
        ("report", first),
        ("update", update),
    ]
    assert [target["ip"] for target in shown["event"]["targets"]] == ["10.1.9.1", "10.1.9.2", "10.1.9.3"]
    assert shown["next"] is None


def test_pages_of_revisions(keeper: Service) -> None:
    first = json.loads(post(keeper, [EVENT, UPDATE, event(targets=["10.1.9.4"])]))["assignments"][0]
    address = f"/v1/events/{first['event']['id']}"
    page = keeper.get(f"{address}?limit=2").json()
    rest = keeper.get(f"{address}?limit=2&after={page['next']}").json()
    assert page["revisions"] + rest["revisions"] == keeper.get(address).json()["revisions"]
    assert (len(page["revisions"]), rest["next"]) == (2, None)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("after=1", "after"),
        ("page=2", "page"),
        ("limit=x", "limit"),
    ],
)
def test_a_page_that_can_not_be_is_refused(service: Service, query: str, parameter: str) -> None:
    response = service.get(f"/v1/events/0123456789abcdef?{query}")
    assert (response.status_code, response.json()["errors"][0]["parameter"]) == (422, parameter)


@pytest.mark.parametrize("event_id", ["0123456789abcdef", "0", "0123456789ABCDEF", "x" * 5000, "%00"])
def test_what_is_not_kept_is_not_found(service: Service, event_id: str) -> None:
    response = service.get(f"/v1/events/{event_id}")
    assert (response.status_code, response.json()["type"]) == (404, "urn:adscribe:problem:not-found")


def test_nothing_of_a_body_that_is_refused_is_kept(path: Path) -> None:
    with Service(Settings(model="codebook", store=str(path), records=2)) as service:
        lines = "\n".join(map(json.dumps, [EVENT, UPDATE, OUTSIDE])).encode()
        for body, kind in ((lines, "text/plain"), (b'[{"method"', "application/json")):
            response = service.request("POST", "/v1/events", content=body, headers={"Content-Type": kind})
            assert response.status_code in (400, 413)
        for query in ("attack_version=1", "risk=0.1", "candidates=99"):
            assert service.request("POST", f"/v1/events?{query}", json=EVENT).status_code == 422
    with Store(path) as store, store.engine.connect() as connection:
        assert connection.execute(events.select()).all() == []


def test_without_a_place_to_keep_them_events_go_with_the_service() -> None:
    settings = Settings(model="codebook")
    with Service(settings) as service:
        assert service.get("/health/ready").json()["store"] == {
            "temporary": True,
            "demo": False,
            "error": None,
        }
        first = json.loads(post(service, EVENT))
        assert json.loads(post(service, UPDATE))["event"]["revision"] == 2
    with Service(settings) as service:
        assert service.get(f"/v1/events/{first['event']['id']}").status_code == 404


def test_timeouts_are_those_of_the_settings(path: Path) -> None:
    with Service(Settings(model="codebook", store=str(path), timeouts="SCANS=5")) as service:
        first, second = (json.loads(post(service, one)) for one in (EVENT, UPDATE))
        assert first["event"]["id"] != second["event"]["id"]
        classified = service.classify([EVENT, UPDATE]).json()["assignments"]
    assert [one["event"]["id"] for one in classified] == [first["event"]["id"], second["event"]["id"]]


@pytest.mark.parametrize("timeouts", ["SCANS", "SCANS=x", "SCANS=-1", "=5", "SCANS=99999"])
def test_timeouts_that_can_not_be_are_refused(timeouts: str) -> None:
    with pytest.raises(SettingsError, match="methods and minutes"):
        Settings(timeouts=timeouts)


def test_a_password_is_in_no_word_about_the_settings() -> None:
    assert "secret" not in repr(Settings(store="postgresql://u:secret@127.0.0.1/x"))


@pytest.mark.parametrize("store", ["postgresql://u:secret@127.0.0.1:1/x", "{absent}/x.db"])
def test_a_store_that_can_not_be_reached_stops_only_what_needs_it(
    tmp_path: Path, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(model="codebook", store=store.format(absent=tmp_path / "absent"))
    with Service(settings) as service:
        ready = service.get("/health/ready")
        validator("Ready").validate(ready.json())
        assert (ready.status_code, ready.json()["store"]["temporary"]) == (200, False)
        assert "can't be" in ready.json()["store"]["error"]
        for response in (
            service.request("POST", "/v1/events", json=EVENT),
            service.get("/v1/events/" + "0" * 16),
        ):
            assert response.status_code == 503
            assert response.json()["type"] == "urn:adscribe:problem:store-unavailable"
            assert response.headers["retry-after"]
        assert service.classify(EVENT).status_code == 200
        assert "adscribe_store_reachable 0.0" in service.get("/metrics").text
        told = f"{ready.text}{response.text}{capsys.readouterr()}"
    assert "secret" not in told


def test_a_store_that_comes_back_is_used_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "LOOK_SECONDS", 0.02)
    folder = tmp_path / "mounted"
    with Service(Settings(model="codebook", store=str(folder / "adscribe.db"))) as service:
        assert service.request("POST", "/v1/events", json=EVENT).status_code == 503
        folder.mkdir()
        service.until(lambda: service.get("/health/ready").json()["store"]["error"] is None)
        assert json.loads(post(service, EVENT))["event"]["revision"] == 1
        assert "adscribe_store_reachable 1.0" in service.get("/metrics").text


def test_a_store_of_a_newer_adscribe_is_said(path: Path) -> None:
    with Store(path) as store:
        store.upgrade()
        with writing(store.engine) as connection:
            connection.exec_driver_sql("UPDATE adscribe_version SET version_num = '9999'")
    with Service(Settings(model="codebook", store=str(path))) as service:
        assert "which a newer adscribe wrote" in service.get("/health/ready").json()["store"]["error"]


def test_events_that_need_not_be_kept_are_deleted_now_and_then(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "PRUNE_SECONDS", 0.02)
    settings = Settings(model="codebook", store=str(path), keep_events=1, timeout_minutes=0)
    with Service(settings) as service:
        first = json.loads(post(service, EVENT))
        post(service, OUTSIDE)
        service.until(lambda: service.get(f"/v1/events/{first['event']['id']}").status_code == 404)
        assert "adscribe_store_deleted_total 1.0" in service.get("/metrics").text


def test_who_has_no_token_neither_keeps_nor_sees(path: Path) -> None:
    with Service(Settings(model="codebook", store=str(path), token="a" * 20)) as service:
        assert service.request("POST", "/v1/events", json=EVENT).status_code == 401
        assert service.get("/v1/events/0123456789abcdef").status_code == 401

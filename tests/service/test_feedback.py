"""What analysts say of answers, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from adscribe.answer.reviewed import Reviewed, read_lines
from adscribe.service.categories import catalogue
from adscribe.service.feedback import BODY_BYTES
from adscribe.service.settings import Settings
from tests.service.harness import EVENT, OUTSIDE, Service, event
from tests.service.test_openapi import validator
from tests.service.test_problems import problem

BENIGN: dict[str, Any] = {"kind": "reason", "reason": "benign"}
CORRECT: dict[str, Any] = {
    "kind": "correct",
    "techniques": [{"id": "T1595.001", "tactics": ["reconnaissance"]}],
}


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[Service]:
    with Service(Settings(model="codebook", store=str(tmp_path / "adscribe.db"))) as running:
        yield running


@pytest.fixture
def kept(keeper: Service) -> dict[str, Any]:
    """The answer to a scan from outside, which is kept."""
    answer: dict[str, Any] = keeper.request("POST", "/v1/events", json=OUTSIDE).json()
    return answer


def give(service: Service, event_id: str, record: Any = None, **options: Any) -> httpx.Response:
    body = {"verdict": BENIGN, "analyst": "j.doe"} if record is None else record
    return service.request("POST", f"/v1/events/{event_id}/feedback", json=body, **options)


def test_from_given_to_taken_back(keeper: Service, kept: dict[str, Any]) -> None:
    event_id = kept["event"]["id"]
    response = give(keeper, event_id, {"verdict": CORRECT, "analyst": "j.doe", "comment": "our test"})
    assert response.status_code == 201
    given = response.json()
    validator("StoredFeedback").validate(given)
    assert given["event"] == {"id": event_id, "revision": 1}
    assert (given["number"], given["analyst"], given["comment"]) == (1, "j.doe", "our test")
    assert given["verdict"]["techniques"] == CORRECT["techniques"]
    assert given["verdict"]["attack"] == kept["model"]["attack"]

    shown = keeper.get(f"/v1/events/{event_id}").json()
    validator("StoredEvent").validate(shown)
    assert (shown["feedback"], shown["reviewed"]) == ([given], True)
    assert shown["revisions"][0]["answer"] == kept
    assert [one["id"] for one in keeper.get("/v1/events?reviewed=true").json()["events"]] == [event_id]

    place = response.headers["location"]
    assert place == f"/v1/events/{event_id}/feedback/1"
    taken = keeper.request("DELETE", place, headers={"X-Analyst": "boss"}).json()
    validator("StoredFeedback").validate(taken)
    assert (taken["revoked_by"], taken["revoked_at"] is not None) == ("boss", True)
    assert keeper.request("DELETE", f"{place}?analyst=another").json() == taken
    shown = keeper.get(f"/v1/events/{event_id}").json()
    assert (shown["feedback"], shown["reviewed"]) == ([taken], False)
    assert keeper.get("/v1/events?reviewed=true").json()["events"] == []


def test_the_header_goes_before_the_body(keeper: Service, kept: dict[str, Any]) -> None:
    headers = {"X-Analyst": "Zoë Ångström".encode()}
    assert give(keeper, kept["event"]["id"], headers=headers).json()["analyst"] == "Zoë Ångström"
    record = {"verdict": BENIGN}
    assert give(keeper, kept["event"]["id"], record, headers={"X-Analyst": "x"}).json()["analyst"] == "x"


def test_a_retry_is_kept_once(keeper: Service, kept: dict[str, Any]) -> None:
    first, again = (give(keeper, kept["event"]["id"]) for _ in range(2))
    assert first.json() == again.json()


def test_what_is_judged_is_the_revision_that_was_seen(keeper: Service, kept: dict[str, Any]) -> None:
    event_id = kept["event"]["id"]
    keeper.request("POST", "/v1/events", json={**OUTSIDE, "targets": ["10.1.9.9"], "success": True})
    record = {"verdict": {"kind": "confirm"}, "analyst": "j.doe"}
    assert give(keeper, event_id, {**record, "revision": 1}).json()["event"]["revision"] == 1
    assert give(keeper, event_id, record).json()["event"]["revision"] == 2
    document = problem(give(keeper, event_id, {**record, "revision": 3}), 422, "invalid-feedback")
    assert [error["pointer"] for error in document["errors"]] == ["/revision"]


@pytest.mark.parametrize(
    ("record", "pointers"),
    [
        ([], [""]),
        ({}, ["/analyst", "/verdict"]),
        ({"verdict": BENIGN}, ["/analyst"]),
        ({"verdict": BENIGN, "analyst": " "}, ["/analyst"]),
        ({"verdict": BENIGN, "analyst": "a\u202eb"}, ["/analyst"]),
        ({"verdict": BENIGN, "analyst": "x" * 101}, ["/analyst"]),
        ({"verdict": BENIGN, "analyst": "x", "comment": "x" * 2001}, ["/comment"]),
        ({"verdict": BENIGN, "analyst": "x", "colour": "red"}, ["/colour"]),
        ({"verdict": BENIGN, "analyst": "x", "revision": 0}, ["/revision"]),
        ({"verdict": BENIGN, "analyst": "x", "revision": True}, ["/revision"]),
        ({"verdict": BENIGN, "analyst": "x", "revision": 10**30}, ["/revision"]),
        ({"verdict": {"kind": "so-so"}, "analyst": "x"}, ["/verdict/kind"]),
        ({"verdict": {"kind": "reason", "reason": "undetermined"}, "analyst": "x"}, ["/verdict/reason"]),
        (
            {
                "verdict": {
                    "kind": "correct",
                    "techniques": ["T9999", {"id": "T1595", "tactics": ["impact"]}],
                },
                "analyst": 7,
            },
            ["/analyst", "/verdict/techniques/0", "/verdict/techniques/1/tactics/0"],
        ),
    ],
)
def test_what_can_not_be_taken_is_told_with_its_place(
    keeper: Service, kept: dict[str, Any], record: Any, pointers: list[str]
) -> None:
    document = problem(give(keeper, kept["event"]["id"], record), 422, "invalid-feedback")
    assert sorted(error["pointer"] for error in document["errors"]) == pointers
    assert keeper.get(f"/v1/events/{kept['event']['id']}").json()["feedback"] == []


def test_that_the_model_can_not_tell_is_nothing_to_confirm(tmp_path: Path) -> None:
    # Inside hosts that nothing is known of.
    with Service(Settings(store=str(tmp_path / "adscribe.db"))) as running:
        answer = running.request("POST", "/v1/events", json=EVENT).json()
        assert answer["no_category"]["reason"] == "undetermined"
        record = {"verdict": {"kind": "confirm"}, "analyst": "j.doe"}
        document = problem(give(running, answer["event"]["id"], record), 422, "invalid-feedback")
        assert [error["pointer"] for error in document["errors"]] == ["/verdict/kind"]


def test_what_is_not_there(keeper: Service, kept: dict[str, Any]) -> None:
    problem(give(keeper, "0" * 16), 404, "not-found")
    problem(give(keeper, "nothing"), 404, "not-found")
    place = f"/v1/events/{kept['event']['id']}/feedback"
    for number in ("1", "0", "x", "9" * 30):
        response = keeper.request("DELETE", f"{place}/{number}?analyst=x")
        problem(response, 404, "not-found")
    give(keeper, kept["event"]["id"])
    problem(keeper.request("DELETE", f"{place}/1"), 422, "invalid-parameter")
    problem(keeper.request("DELETE", f"{place}/1?analyst=%20"), 422, "invalid-feedback")


def test_bodies_that_are_none(keeper: Service, kept: dict[str, Any]) -> None:
    path = f"/v1/events/{kept['event']['id']}/feedback"
    headers = {"Content-Type": "application/json"}
    problem(keeper.request("POST", path, content=b"{", headers=headers), 400, "malformed-json")
    problem(keeper.request("POST", path, content=b"{}"), 415, "unsupported-media-type")
    large = b" " * (BODY_BYTES + 1)
    problem(keeper.request("POST", path, content=large, headers=headers), 413, "body-too-large")


def test_all_of_it_goes_out_as_the_commands_read_it(keeper: Service, kept: dict[str, Any]) -> None:
    other = keeper.request("POST", "/v1/events", json=event(source={"ip": "198.51.100.3"})).json()
    give(keeper, kept["event"]["id"], {"verdict": CORRECT, "analyst": "a", "comment": "one\u2028two"})
    give(keeper, other["event"]["id"], {"verdict": BENIGN, "analyst": "b"})
    keeper.request("DELETE", f"/v1/events/{other['event']['id']}/feedback/1?analyst=b")
    response = keeper.get("/v1/feedback")
    assert response.headers["content-type"] == "application/x-ndjson"
    read = [one for _, one in read_lines(response.content.splitlines(), catalogue())]
    assert all(isinstance(one, Reviewed) for one in read)
    first, second = map(json.loads, response.content.splitlines())
    assert (first["answer"], first.get("revoked_at")) == (kept, None)
    assert first["report"]["targets"] == [{"ip": "10.1.9.1"}, {"ip": "10.1.9.2"}]
    assert second["revoked_at"] is not None
    assert keeper.get("/v1/feedback?since=2100-01-01").content == b""
    assert len(keeper.get("/v1/feedback?until=2100-01-01").content.splitlines()) == 2
    problem(keeper.get("/v1/feedback?method=SCANS"), 422, "invalid-parameter")

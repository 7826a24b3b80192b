"""The queue of what to judge: groups, one form for all of a group, and the way back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from adscribe.service.settings import Settings
from tests.pages.reading import Page
from tests.service.harness import Service

NAME = "Jiří <b>"


@pytest.fixture
def reviewing(tmp_path: Path) -> Iterator[Service]:
    """A service with two similar events that the model can't tell, and one that it can."""
    with Service(Settings(store=str(tmp_path / "store.db"))) as running:
        keep(running, unsure("10.1.0.1"), unsure("10.1.0.2"), sure())
        yield running


def unsure(source: str) -> dict[str, Any]:
    return {
        "method": "VPN",
        "submethod": "OpenVPN",
        "source": {"ip": source, "hostname": "<script>alert(1)</script>"},
        "targets": ["198.51.100.7"],
        "detected_at": "2026-11-03T10:00:00Z",
    }


def sure() -> dict[str, Any]:
    return {
        "method": "SCANS",
        "submethod": "TCPSYN",
        "source": {"ip": "203.0.113.7"},
        "targets": ["10.1.9.1", "10.1.9.2"],
        "target_count": 60,
        "ports": [445],
        "detected_at": "2026-11-03T15:12:10Z",
    }


def keep(service: Service, *events: dict[str, Any]) -> None:
    assert service.request("POST", "/v1/events", json=list(events)).status_code == 200


def waiting(service: Service) -> dict[str, Any]:
    found: dict[str, Any] = service.get("/v1/review").json()
    return found


def group_of(service: Service) -> dict[str, Any]:
    group: dict[str, Any]
    (group,) = waiting(service)["groups"]
    return group


def judge(service: Service, group: dict[str, Any], **fields: Any) -> httpx.Response:
    events = [f"{one['id']}.{one['revision']}" for one in group["shown"]]
    form = {"event": events, "analyst": NAME, "back": "/review", **fields}
    return service.request("POST", f"/review/{group['id']}", data=form)


def feedback(service: Service, group: dict[str, Any]) -> list[Any]:
    events = [service.get(f"/v1/events/{one['id']}").json() for one in group["shown"]]
    return [said for one in events for said in one["feedback"]]


def test_the_queue_leads_to_each_group_and_says_why_it_is_there(reviewing: Service) -> None:
    page = Page(reviewing.get("/review").text)
    group = group_of(reviewing)
    assert f"/review/{group['id']}" in page.links
    assert "uncertain" in page.text
    assert "inside" in page.text
    assert "2 unsure events" in page.text


def test_one_verdict_judges_the_whole_group_and_can_be_undone(reviewing: Service) -> None:
    group = group_of(reviewing)
    answer = judge(reviewing, group, verdict="benign", comment="our own")
    assert answer.status_code == 303
    said = feedback(reviewing, group)
    assert [one["verdict"]["reason"] for one in said] == ["benign"] * 2
    assert {one["analyst"] for one in said} == {NAME}
    assert {one["comment"] for one in said} == {"our own"}
    page = Page(reviewing.get(answer.headers["location"]).text)
    assert "Judged 2 events: no category, benign." in page.text
    assert "Nothing waits to be judged" in page.text

    at = httpx.URL(answer.headers["location"]).params["judged"]
    undone = reviewing.request("POST", "/review/undo", data={"at": at, "analyst": NAME, "back": "/review"})
    assert undone.headers["location"] == "/review"
    assert {one["revoked_by"] for one in feedback(reviewing, group)} == {NAME}
    assert group_of(reviewing)["id"] == group["id"]


def test_only_who_judged_undoes(reviewing: Service) -> None:
    group = group_of(reviewing)
    location = judge(reviewing, group, verdict="benign").headers["location"]
    at = httpx.URL(location).params["judged"]
    reviewing.request("POST", "/review/undo", data={"at": at, "analyst": "A. Roe"})
    assert {one["revoked_at"] for one in feedback(reviewing, group)} == {None}


def test_events_that_are_not_ticked_stay(reviewing: Service) -> None:
    group = group_of(reviewing)
    first = f"{group['shown'][0]['id']}.1"
    judge(reviewing, group, verdict="misconfiguration", event=[first])
    (left,) = group_of(reviewing)["shown"]
    assert left["id"] == group["shown"][1]["id"]


def test_categories_can_be_given_instead_by_what_the_page_proposes(reviewing: Service) -> None:
    group = group_of(reviewing)
    wanted = "T1572 Protocol Tunneling (Command and Control)"
    assert f'"{wanted}"' in reviewing.get(f"/review/{group['id']}").text
    assert judge(reviewing, group, verdict="correct", category=["", wanted]).status_code == 303
    (verdict, _) = [one["verdict"] for one in feedback(reviewing, group)]
    assert verdict["techniques"] == [{"id": "T1572", "tactics": ["command-and-control"]}]


def test_what_is_shown_stands_in_the_fields_to_be_changed(reviewing: Service) -> None:
    group = group_of(reviewing)
    page = Page(reviewing.get(f"/review/{group['id']}").text)
    alone = Page(reviewing.get(f"/events/{group['shown'][0]['id']}").text)
    assert any("T1572" in one for one in page.fields["category"])
    assert page.fields["category"] == alone.fields["category"]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"verdict": "correct", "category": "T9999"}, "T9999 is neither"),
        ({"verdict": "correct"}, "no technique and no tactic"),
        ({"verdict": "nothing"}, "Choose: Confirm"),
        ({"verdict": ""}, "verdict"),
        ({"verdict": "benign", "event": []}, "at least one event"),
        ({"verdict": "benign", "analyst": ""}, "/analyst"),
    ],
)
def test_a_verdict_that_cannot_be_is_told_as_a_page_and_keeps_nothing(
    reviewing: Service, fields: dict[str, Any], says: str
) -> None:
    group = group_of(reviewing)
    answer = judge(reviewing, group, **fields)
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("text/html")
    assert says in Page(answer.text).text
    assert feedback(reviewing, group) == []


def test_events_that_are_gone_are_told_as_gone(reviewing: Service) -> None:
    group = group_of(reviewing)
    answer = judge(reviewing, group, verdict="benign", event=["0123456789abcdef.1"])
    assert answer.status_code == 404
    assert "not kept any more" in Page(answer.text).text
    assert judge(reviewing, group, verdict="benign", event=["x", f"{group['shown'][0]['id']}.1"]).is_redirect
    assert len(feedback(reviewing, group)) == 1


def test_confirming_is_offered_only_where_there_is_something_to_confirm(reviewing: Service) -> None:
    answered = group_of(reviewing)
    assert 'value="confirm"' in reviewing.get(f"/review/{answered['id']}").text
    assert judge(reviewing, answered, verdict="confirm").status_code == 303
    keep(reviewing, {**unsure("10.1.0.3"), "method": "NEVERSEEN", "submethod": None})
    unknown = group_of(reviewing)
    assert unknown["kind"]["reason"] == "undetermined"
    assert 'value="confirm"' not in reviewing.get(f"/review/{unknown['id']}").text
    assert judge(reviewing, unknown, verdict="confirm").status_code == 422
    assert feedback(reviewing, unknown) == []


def test_who_judges_is_remembered(reviewing: Service) -> None:
    judge(reviewing, group_of(reviewing), verdict="benign")
    keep(reviewing, {**unsure("10.1.0.3"), "method": "NEVERSEEN"})
    page = Page(reviewing.get(f"/review/{group_of(reviewing)['id']}").text)
    assert page.fields["analyst"] == [NAME]


def test_a_group_that_is_gone_is_a_page_that_says_so(reviewing: Service) -> None:
    answer = reviewing.get("/review/0123456789abcdef")
    assert answer.status_code == 404
    assert "No such events wait to be judged any more" in Page(answer.text).text
    assert reviewing.get("/v1/review/0123456789abcdef").json()["type"].endswith("not-found")


def test_hostile_names_show_as_text(reviewing: Service) -> None:
    group = group_of(reviewing)
    html = reviewing.get(f"/review/{group['id']}").text
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_a_filter_chooses_and_what_is_none_is_refused(reviewing: Service) -> None:
    assert waiting(reviewing)["events"] == 2
    assert reviewing.get("/v1/review?source=10.1.0.1").json()["events"] == 1
    assert "Nothing to judge meets these filters" in reviewing.get("/review?method=SCANS").text
    for path in ("/v1/review?reviewed=true", "/v1/review?limit=0", "/review?colour=red", "/review?judged=x"):
        assert reviewing.get(path).status_code == 422


def test_verdicts_are_counted_beside_the_queue(reviewing: Service) -> None:
    assert "Nobody has judged an event yet" in reviewing.get("/review").text
    judge(reviewing, group_of(reviewing), verdict="benign")
    assert waiting(reviewing)["verdicts"]["reasons"] == {"benign": 2}
    assert waiting(reviewing)["learnt"] is None
    page = Page(reviewing.get("/review").text)
    assert "2 verdicts on 2 events by 1 analyst" in page.text
    assert "the service runs without a residual" in page.text


def test_an_empty_store_says_what_comes_here(tmp_path: Path) -> None:
    with Service(Settings(model="codebook", store=str(tmp_path / "empty.db"))) as running:
        assert "Nothing waits to be judged" in running.get("/review").text

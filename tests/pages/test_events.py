from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from adscribe.service.pages.columns import COLUMNS
from adscribe.service.settings import Settings
from tests.pages.reading import Page
from tests.service.harness import Service

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def rows(page: Page) -> list[str]:
    """Return the ids of the events that a page shows, in order."""
    return [found["data-id"] for tag, found in page.attributes if tag == "tr" and "data-id" in found]


def heads(page: Page) -> dict[str, str]:
    """Return the columns of a page with how each is sorted."""
    named = [found for tag, found in page.attributes if tag == "th" and found.get("scope") == "col"]
    return {found["class"].removeprefix("of-"): found.get("aria-sort", "") for found in named}


def links(page: Page, label: str) -> list[str]:
    """Return where the links lead whose class or relation is this."""
    return [
        found["href"]
        for tag, found in page.attributes
        if tag == "a" and label in (*found.get("class", "").split(), found.get("rel"))
    ]


QUERIES = [
    "",
    "sort=severity&order=asc",
    "method=SCANS&method=UPLOAD",
    "tactic=discovery",
    "reason=benign&limit=3",
]


@pytest.mark.parametrize("query", QUERIES)
def test_a_page_shows_what_its_twin_has(stocked: Service, query: str) -> None:
    shown = Page(stocked.get(f"/events?{query}").text)
    twin = next(found["href"] for tag, found in shown.attributes if found.get("title") == "The same as JSON")
    assert rows(shown) == [one["id"] for one in stocked.get(twin).json()["events"]]
    assert rows(shown) == [one["id"] for one in stocked.get(f"/v1/events?{query}").json()["events"]]
    assert rows(shown)


def test_an_event_shows_with_names(stocked: Service) -> None:
    text = Page(stocked.get("/events?technique=T1110").text).text
    for said in ("SSHDICT", "T1110.001 Password Guessing", "Credential Access", "%"):
        assert said in " ".join(text.split())


def test_pages_follow_each_other_both_ways(stocked: Service) -> None:
    everything = [one["id"] for one in stocked.get("/v1/events?limit=1000").json()["events"]]
    page, found, seen = Page(stocked.get("/events?limit=5").text), [], []
    while True:
        found += rows(page)
        seen.append(rows(page))
        following = links(page, "next")
        if not following:
            break
        page = Page(stocked.get(following[0]).text)
    assert found == everything
    for earlier in reversed(seen[:-1]):
        page = Page(stocked.get(links(page, "prev")[0]).text)
        assert rows(page) == earlier
    assert not links(page, "prev")


def test_a_head_sorts_and_turns_the_order(stocked: Service) -> None:
    page = Page(stocked.get("/events?method=SCANS").text)
    assert heads(page)["time"] == "descending"
    by_severity = next(link for link in page.links if "sort=severity" in link)
    sorted_page = Page(stocked.get(by_severity).text)
    assert "method=SCANS" in by_severity
    assert heads(sorted_page)["severity"] == "descending"
    turned = next(link for link in sorted_page.links if "sort=severity" in link and "order=asc" in link)
    assert rows(Page(stocked.get(turned).text)) == rows(sorted_page)[::-1]


def test_a_filter_that_is_set_can_be_removed(stocked: Service) -> None:
    page = Page(stocked.get("/events?method=SCANS&tactic=discovery&sort=severity").text)
    assert "Tactic: Discovery" in " ".join(page.text.split())
    assert sorted(links(page, "filter")) == [
        "/events?method=SCANS&sort=severity",
        "/events?tactic=discovery&sort=severity",
    ]


def found(response: httpx.Response) -> list[tuple[str, str]]:
    """Return the query that a form leads to."""
    assert response.status_code == 303
    to = urlsplit(response.headers["location"])
    assert to.path == "/events"
    return parse_qsl(to.query)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("10.0.0.0/8", ("address", "10.0.0.0/8")),
        ("2001:db8::1", ("address", "2001:db8::1")),
        ("t1110.001", ("technique", "T1110.001")),
        ("password spraying", ("text", "password spraying")),
    ],
)
def test_what_is_found_is_told_by_its_form(stocked: Service, typed: str, meant: tuple[str, str]) -> None:
    assert found(stocked.request("GET", "/events/find", params={"find": typed, "method": ""})) == [meant]


def test_a_form_adds_to_what_is_set(stocked: Service) -> None:
    given = [
        ("method", "SCANS"),
        ("method", "UPLOAD"),
        ("text", "old"),
        ("tactic", ""),
        ("find", "new words"),
    ]
    query = "&".join(f"{name}={value}" for name, value in given)
    assert found(stocked.get(f"/events/find?{query}")) == [
        ("method", "SCANS"),
        ("method", "UPLOAD"),
        ("text", "new words"),
    ]


def test_typed_times_are_the_sites(stocked: Service) -> None:
    # The example site lies in Prague.
    assert found(stocked.get("/events/find?since=2026-11-03T15:00&until=2026-07-01T15:00:30")) == [
        ("since", "2026-11-03T14:00:00Z"),
        ("until", "2026-07-01T13:00:30Z"),
    ]


@pytest.mark.parametrize(
    "query", ["since=yesterday", "method=", "nothing=1", "technique=T9999", "after=xyz", "limit=0"]
)
def test_a_query_that_cannot_be_is_told_on_a_page(stocked: Service, query: str) -> None:
    response = stocked.get(f"/events?{query}")
    assert response.status_code == 422
    assert response.headers["content-type"].startswith("text/html")
    name = query.partition("=")[0]
    assert f"The query parameter {name} " in Page(response.text).text


def test_counts_lead_to_what_they_count(stocked: Service) -> None:
    page = Page(stocked.get("/events?since=2020-01-01T00:00:00Z").text)
    counts = stocked.get("/v1/events/facets").json()
    for name, field in (("tactic", "tactic"), ("method", "method"), ("host", "source")):
        value, events = counts[name][0]["value"], counts[name][0]["events"]
        (link,) = {
            one for one in page.links if one.startswith("/events?since=") and one.endswith(f"{field}={value}")
        }
        assert len(rows(Page(stocked.get(f"{link}&limit=1000").text))) == events


def test_bars_lead_to_the_events_of_their_time(stocked: Service) -> None:
    html = stocked.get("/events").text
    bars = re.findall(r'<a href="(/events\?since=[^"]+)" tabindex="-1"><title>[^<]*: ([0-9,]+)</title>', html)
    assert sum(int(events.replace(",", "")) for _, events in bars) == len(
        stocked.get("/v1/events?limit=1000").json()["events"]
    )
    for link, events in bars[:3]:
        assert len(rows(Page(stocked.get(link.replace("&amp;", "&")).text))) == int(events.replace(",", ""))


def test_columns_are_chosen_and_remembered(stocked: Service) -> None:
    assert list(heads(Page(stocked.get("/events").text))) == [one.name for one in COLUMNS if one.shown]
    chosen = "column=method&column=data_feed&back=/events%3Fmethod%3DSCANS"
    response = stocked.request("POST", "/events/columns", content=chosen, headers=FORM)
    assert response.headers["location"] == "/events?method=SCANS"
    assert list(heads(Page(stocked.get("/events").text))) == ["time", "method", "data_feed"]
    stocked.request("POST", "/events/columns", content="reset=1&column=method", headers=FORM)
    assert list(heads(Page(stocked.get("/events").text))) == [one.name for one in COLUMNS if one.shown]


def test_a_download_has_what_is_shown(stocked: Service) -> None:
    stocked.request("POST", "/events/columns", content="column=method&column=techniques", headers=FORM)
    page = Page(
        stocked.get("/events?sort=method&order=asc&limit=4&reason=benign&reason=misconfiguration").text
    )
    (link,) = {one for one in page.links if "format=csv" in one}
    header, *lines = csv.reader(io.StringIO(stocked.get(link).text, newline=""))
    assert header == ["id", "detected_at", "method", "submethod", "techniques", "ics_techniques"]
    assert [line[0] for line in lines][:4] == rows(page)
    stocked.request("POST", "/events/columns", content="reset=1", headers=FORM)


HOSTILE = '<script>alert("x")</script>\u202e\u0007' + "A" * 500


def test_hostile_text_is_text(tmp_path: Path) -> None:
    event = {
        "method": HOSTILE,
        "submethod": HOSTILE,
        "source": {"ip": "192.0.2.1", "hostname": HOSTILE[:200]},
        "targets": [{"ip": "192.0.2.2", "hostname": HOSTILE[:200]}],
        "data_feed": HOSTILE,
        "external_id": HOSTILE,
        "detected_at": "2026-11-03T01:00:00Z",
    }
    with Service(Settings(model="codebook", store=str(tmp_path / "adscribe.db"))) as running:
        assert running.request("POST", "/v1/events", json=event).status_code == 200
        columns = "&".join(f"column={one.name}" for one in COLUMNS)
        running.request("POST", "/events/columns", content=columns, headers=FORM)
        html = running.get("/events").text
        page = Page(html)
        assert page.tags.count("script") == 2
        assert '<script>alert("x")</script>\\u202e' in page.text
        assert "\u202e" not in html
        on = Page(running.request("GET", "/events", params={"method": rows_method(running)}).text)
        assert len(rows(on)) == 1


def rows_method(running: Service) -> str:
    """Return the method of the only event, as it is kept."""
    method: str = running.get("/v1/events").json()["events"][0]["method"]
    return method


def test_an_empty_service_says_what_to_do(service: Service) -> None:
    text = Page(service.get("/events").text).text
    assert "No events yet" in text
    assert "/v1/events -H" in text
    assert "No event meets these filters" in Page(service.get("/events?method=SCANS").text).text

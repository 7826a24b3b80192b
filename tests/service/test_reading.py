"""Stored events over HTTP: lists, downloads, counts, the matrix, hosts."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from adscribe.service import download, reading
from adscribe.service.settings import Settings
from adscribe.site import Site
from adscribe.store import Store
from tests.service.harness import Service
from tests.service.test_openapi import validator
from tests.service.test_problems import problem
from tests.shared import ROOT

DEMO = ROOT / "datasets" / "samples" / "demo"


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with the events of the demonstration and a hostile one; not to be written to."""
    store = tmp_path_factory.mktemp("stocked") / "adscribe.db"
    settings = Settings(model="codebook", store=str(store), site=DEMO / "site.yaml", concurrency=16)
    with Service(settings) as running:
        for path in sorted(DEMO.glob("events.*")):
            headers = {"Content-Type": "application/x-ndjson"}
            answer = running.request("POST", "/v1/events", content=path.read_bytes(), headers=headers)
            assert answer.status_code == 200
        hostile = {
            "method": '=HYPERLINK("http://x")',
            "submethod": 'a,b"c\r\nd',
            "source": {"ip": "192.0.2.1", "hostname": "@evil\u202e"},
            "detected_at": "2026-11-03T01:00:00Z",
        }
        assert running.request("POST", "/v1/events", json=hostile).status_code == 200
        yield running


def listed(service: Service, query: str = "") -> list[dict[str, Any]]:
    """Return all events of a list, page by page."""
    found: list[dict[str, Any]] = []
    after = ""
    while True:
        page = service.get(f"/v1/events?limit=7&{query}{after}").json()
        found += page["events"]
        if page["next"] is None:
            return found
        after = f"&after={page['next']}"


QUERIES = ["", "sort=severity&order=asc", "method=SCANS&method=UPLOAD", "tactic=discovery", "text=nowhere"]


@pytest.mark.parametrize("query", QUERIES)
def test_lines_are_what_the_pages_have(stocked: Service, query: str) -> None:
    response = stocked.get(f"/v1/events?format=ndjson&{query}")
    assert response.headers["content-type"] == "application/x-ndjson"
    assert response.headers["content-disposition"] == 'attachment; filename="adscribe-events.ndjson"'
    assert [json.loads(line) for line in response.text.splitlines()] == listed(stocked, query)


@pytest.mark.parametrize("query", QUERIES)
def test_columns_can_be_chosen(stocked: Service, query: str) -> None:
    asked = f"/v1/events?columns=techniques,method,reviewed,updated_at&{query}"
    lines = [json.loads(line) for line in stocked.get(f"{asked}&format=ndjson").text.splitlines()]
    assert lines == [
        {
            "techniques": [technique["id"] for technique in one["techniques"]],
            "method": one["method"],
            "reviewed": one["reviewed"],
            "updated_at": one["updated_at"],
        }
        for one in listed(stocked, query)
    ]
    content = stocked.get(f"{asked}&format=csv").content.decode()
    header, *rows = csv.reader(io.StringIO(content, newline=""))
    assert header == ["techniques", "method", "reviewed", "updated_at"]
    assert [row[0].split() for row in rows] == [line["techniques"] for line in lines]


@pytest.mark.parametrize(
    "query", ["columns=nothing", "format=csv&columns=method,nothing", "format=csv&columns=id,id"]
)
def test_other_columns_are_refused(stocked: Service, query: str) -> None:
    document = problem(stocked.get(f"/v1/events?{query}"), 422, "invalid-parameter")
    assert [error["parameter"] for error in document["errors"]] == ["columns"]


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_roles_of_the_source_are_there_when_they_are_chosen(stocked: Service, form: str) -> None:
    site = Site.load(DEMO / "site.yaml")
    content = stocked.get(f"/v1/events?format={form}&columns=source,source_roles").text
    if form == "csv":
        found = [(ip, roles.split()) for ip, roles in list(csv.reader(io.StringIO(content)))[1:]]
    else:
        lines = map(json.loads, content.splitlines())
        found = [(line["source"], line["source_roles"]) for line in lines]
    assert found == [(ip, sorted(site.roles(ip))) for ip, _ in found]
    assert any(roles for _, roles in found)
    assert "source_roles" not in stocked.get(f"/v1/events?format={form}").text


def test_a_page_leads_back(stocked: Service) -> None:
    first = stocked.get("/v1/events?limit=3").json()
    second = stocked.get(f"/v1/events?limit=3&after={first['next']}").json()
    again = stocked.get(f"/v1/events?limit=3&before={second['previous']}").json()
    assert (first["previous"], again) == (None, first)
    both = stocked.get(f"/v1/events?after={first['next']}&before={second['previous']}")
    problem(both, 422, "invalid-parameter")


@pytest.mark.parametrize("query", QUERIES)
def test_rows_are_what_the_pages_have(stocked: Service, query: str) -> None:
    response = stocked.get(f"/v1/events?format=csv&{query}")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    header, *rows = csv.reader(io.StringIO(response.content.decode(), newline=""))
    assert tuple(header) == download.COLUMNS
    expected = listed(stocked, query)
    assert [dict(zip(header, row, strict=True))["id"] for row in rows] == [one["id"] for one in expected]
    for row, one in zip(rows, expected, strict=True):
        told = dict(zip(header, row, strict=True))
        assert told["techniques"].split() == [each["id"] for each in one["techniques"]]
        assert told["reason"] == (one["no_category"] or {"reason": ""})["reason"]
        assert float(told["probability"]) == one["probability"]
        assert told["source"] == one["source"]["ip"]


def test_no_cell_is_a_formula(stocked: Service) -> None:
    response = stocked.get("/v1/events?format=csv&source=192.0.2.1")
    _, row = csv.reader(io.StringIO(response.content.decode(), newline=""))
    told = dict(zip(download.COLUMNS, row, strict=True))
    assert told["method"] == '\'=HYPERLINK("http://x")'
    assert (told["submethod"], told["source_host"]) == ('a,b"c\r\nd', "'@evil\u202e")


def test_a_download_of_many_pages(stocked: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "DOWNLOAD_PAGE", 3)
    response = stocked.get("/v1/events?format=ndjson")
    assert [json.loads(line)["id"] for line in response.text.splitlines()] == [
        one["id"] for one in listed(stocked)
    ]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/csv", "text/csv"),
        ("application/x-ndjson", "application/x-ndjson"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
        ("text/csv;q=0.5, application/json", "application/json"),
        ("text/csv;q=0.9, application/json;q=0.1", "text/csv"),
        ("text/csv;q=0", "application/json"),
        ("text/csv;q=nan, ,;;q=,", "application/json"),
    ],
)
def test_the_client_says_what_it_accepts(stocked: Service, accept: str, kind: str) -> None:
    response = stocked.get("/v1/events", headers={"Accept": accept})
    assert response.headers["content-type"].partition(";")[0] == kind


def test_a_download_that_the_client_leaves_gives_its_place_back(
    stocked: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "DOWNLOAD_PAGE", 1)

    async def leave() -> None:
        received = asyncio.Event()

        async def receive() -> dict[str, Any]:
            await received.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.body":
                received.set()
                await asyncio.sleep(0.01)

        scope = {
            **{"type": "http", "method": "GET", "path": "/v1/events", "query_string": b"format=csv"},
            **{"headers": [], "http_version": "1.1", "scheme": "http", "root_path": "", "raw_path": b"/"},
            **{"client": ("127.0.0.1", 1), "server": ("adscribe.test", 80)},
        }
        await stocked.app(scope, receive, send)  # type: ignore[arg-type]

    for _ in range(5):
        stocked.run(leave())
    assert stocked.get("/v1/events?format=csv").status_code == 200


def test_a_few_downloads_at_a_time(stocked: Service) -> None:
    async def many() -> list[httpx.Response]:
        return list(await asyncio.gather(*(stocked.client.get("/v1/events?format=csv") for _ in range(8))))

    answers = stocked.run(many())
    assert {answer.status_code for answer in answers} == {200, 503}
    for answer in answers:
        if answer.status_code != 200:
            problem(answer, 503, "busy")
    assert stocked.get("/v1/events?format=csv").status_code == 200


def test_a_download_that_breaks_off_does_not_end_as_if_it_was_whole(
    stocked: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "DOWNLOAD_PAGE", 3)
    whole = Store.page
    pages = 0

    def broken(self: Store, *given: Any, **options: Any) -> Any:
        nonlocal pages
        pages += 1
        if pages > 2:
            raise RuntimeError("of all things")
        return whole(self, *given, **options)

    monkeypatch.setattr(Store, "page", broken)
    with pytest.raises(RuntimeError, match="of all things"):
        stocked.get("/v1/events?format=ndjson")


def test_what_is_read_fits_its_schema(stocked: Service) -> None:
    host = stocked.get("/v1/hosts?limit=1").json()["hosts"][0]["ip"]
    for path, schema in {
        "/v1/events": "Page",
        "/v1/events/facets": "Facets",
        "/v1/hosts": "Hosts",
        f"/v1/hosts/{host}": "Host",
        "/v1/attack/matrix": "Matrix",
    }.items():
        response = stocked.get(path)
        assert response.status_code == 200, response.text
        validator(schema).validate(response.json())


def test_facets_and_histogram_are_of_the_same_events(stocked: Service) -> None:
    every = listed(stocked, "tactic=credential-access")
    found = stocked.get("/v1/events/facets?tactic=credential-access&buckets=5").json()
    assert found["events"] == len(every) == sum(one["events"] for one in found["histogram"]["buckets"])
    assert len(found["histogram"]["buckets"]) <= 5
    assert sum(one["events"] for one in found["method"]) == len(every)


def test_the_matrix_stands_in_the_order_of_attack(stocked: Service) -> None:
    found = stocked.get("/v1/attack/matrix").json()
    names = [one["tactic"] for one in found["tactics"] if one["domain"] == "enterprise"]
    order = ["reconnaissance", "initial-access", "credential-access", "command-and-control", "impact"]
    assert [name for name in names if name in order] == [name for name in order if name in names]
    assert len(set(names) & set(order)) > 2
    assert all(one["name"] and one["id"].startswith("TA") for one in found["tactics"])
    assert all(one["name"] for one in found["techniques"])
    host = stocked.get("/v1/hosts?limit=1").json()["hosts"][0]
    of_host = stocked.get(f"/v1/attack/matrix?source={host['ip']}").json()
    assert {one["tactic"] for one in of_host["tactics"]} == {one["tactic"] for one in host["stages"]}


def test_hosts_page_by_page(stocked: Service) -> None:
    every = stocked.get("/v1/hosts?limit=1000").json()
    seen: list[Any] = []
    after = ""
    while True:
        page = stocked.get(f"/v1/hosts?limit=2{after}").json()
        seen += page["hosts"]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert seen == every["hosts"]
    scores = [one["score"] for one in seen]
    assert scores == sorted(scores, reverse=True)


def test_one_host(stocked: Service) -> None:
    listed_host = stocked.get("/v1/hosts?limit=1").json()["hosts"][0]
    found = stocked.get(f"/v1/hosts/{listed_host['ip']}").json()
    assert (found["score"], found["as_source"]["stages"]) == (listed_host["score"], listed_host["stages"])
    problem(stocked.get("/v1/hosts/192.0.2.77"), 404, "not-found")
    problem(stocked.get("/v1/hosts/nobody"), 404, "not-found")
    problem(stocked.get(f"/v1/hosts/{listed_host['ip']}?method=SCANS"), 422, "invalid-parameter")
    problem(stocked.get(f"/v1/hosts/{listed_host['ip']}?until=1990-01-01"), 404, "not-found")


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("colour=red", "colour"),
        ("method=", "method"),
        ("source=10.0.0.0/40", "source"),
        ("source=' OR '1'='1", "source"),
        ("technique=T9999", "technique"),
        ("technique=T1059.999", "technique"),
        ("tactic=mischief", "tactic"),
        ("tactic=TA0001", "tactic"),
        ("since=now", "since"),
        ("since=2026-11-03&until=2026-11-02", "until"),
        ("reviewed=1", "reviewed"),
        ("text=10.0.0.1", "text"),
        ("sort=colour", "sort"),
        ("order=up", "order"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=1&limit=2", "limit"),
        ("after=nowhere", "after"),
        ("after=%00", "after"),
        ("after=" + "A" * 3000, "after"),
        ("format=xml", "format"),
        ("format=csv&limit=5", "limit"),
        ("format=ndjson&after=W10", "after"),
        ("&".join(["method=x"] * 21), "method"),
    ],
)
def test_a_parameter_that_can_not_be_used(stocked: Service, query: str, parameter: str) -> None:
    document = problem(stocked.get(f"/v1/events?{query}"), 422, "invalid-parameter")
    assert [error["parameter"] for error in document["errors"]] == [parameter]
    assert "' OR" not in json.dumps(document)


@pytest.mark.parametrize(
    "value",
    ["'; DROP TABLE event; --", "\x00", "%", "_", "\\", "\ud7ff", "\u202e", "x" * 1000, "🙂", '" OR ""="'],
    ids=["sql", "nul", "percent", "underscore", "backslash", "last", "rtl", "long", "emoji", "quotes"],
)
def test_any_text_finds_what_has_it_and_nothing_else(stocked: Service, value: str) -> None:
    for name in ("method", "submethod", "data_feed", "host"):
        response = stocked.get("/v1/events", params={name: value})
        nothing: dict[str, Any] = {"events": [], "next": None, "previous": None}
        assert (response.status_code, response.json()) == (200, nothing)
    assert len(listed(stocked)) > 20


def test_a_place_in_another_list_is_refused(stocked: Service) -> None:
    after = stocked.get("/v1/events?limit=1").json()["next"]
    assert stocked.get(f"/v1/events?after={after}").status_code == 200
    problem(stocked.get(f"/v1/events?after={after}&method=SCANS"), 422, "invalid-parameter")
    problem(stocked.get(f"/v1/hosts?after={after}"), 422, "invalid-parameter")


def test_without_a_store_nothing_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "adscribe.db").write_text("Remember the milk. " * 100)
    with Service(Settings(model="codebook", store=str(tmp_path / "adscribe.db"))) as broken:
        for path in ("events", "events?format=csv", "events/facets", "hosts", "attack/matrix", "feedback"):
            problem(broken.get(f"/v1/{path}"), 503, "store-unavailable")


@pytest.mark.parametrize("name", ["after", "before"])
def test_a_place_that_is_none_is_told_by_its_name(stocked: Service, name: str) -> None:
    document = problem(stocked.get(f"/v1/events?{name}=nowhere"), 422, "invalid-parameter")
    assert [error["parameter"] for error in document["errors"]] == [name]

"""The matrix and the hosts as a reader finds them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from adscribe.service.settings import Settings
from tests.pages.reading import Page
from tests.service.harness import Service
from tests.service.test_problems import problem
from tests.shared import ROOT

DEMO = ROOT / "datasets" / "samples" / "demo"
LONG = "<script>alert(1)</script>" + "x" * 10_000
HOSTILE = {
    "method": LONG[:200],
    "submethod": "\u202egnp.exe",
    "source": {"ip": "203.0.113.66", "hostname": '"><img src=x onerror=alert(1)>'},
    "targets": ["10.40.1.10"],
    "success": True,
    "detected_at": "2026-11-03T01:00:00Z",
}


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with the events of the demonstration and hostile ones; not to be written to."""
    store = tmp_path_factory.mktemp("matrix") / "adscribe.db"
    settings = Settings(model="codebook", store=str(store), site=DEMO / "site.yaml")
    with Service(settings) as running:
        for path in sorted(DEMO.glob("events.*")):
            headers = {"Content-Type": "application/x-ndjson"}
            running.request("POST", "/v1/events", content=path.read_bytes(), headers=headers)
        for event in (HOSTILE, {**HOSTILE, "method": "SCANS", "submethod": "TCPSYN", "target_count": 500}):
            assert running.request("POST", "/v1/events", json=event).status_code == 200
        yield running


@pytest.fixture(scope="module")
def empty() -> Iterator[Service]:
    """A service without events."""
    with Service(Settings(model="codebook")) as running:
        yield running


def page(service: Service, path: str, status: int = 200) -> Page:
    response = service.get(path)
    assert response.status_code == status, response.text
    assert response.headers["content-type"].startswith("text/html")
    return Page(response.text)


def events(service: Service, link: str) -> int:
    """Return how many events a link of a page to the list leads to."""
    path, _, query = link.partition("?")
    assert path == "/events"
    return len(service.get(f"/v1/events?limit=1000&{query}").json()["events"])


def boxes(found: Page) -> dict[str, dict[str, str]]:
    """Return the attributes of the boxes of techniques, by what they tell on hover."""
    return {
        one["title"]: one
        for tag, one in found.attributes
        if tag == "div" and one.get("class", "").startswith("cell")
    }


def tactics(found: Page) -> set[str]:
    """Return the ids and names of the columns."""
    return {
        one["title"].partition(":")[0]
        for tag, one in found.attributes
        if tag == "div" and one.get("class", "").startswith("tactic")
    }


def test_the_matrix_leads_to_the_events_of_each_box(stocked: Service) -> None:
    found = page(stocked, "/matrix")
    matrix = stocked.get("/v1/attack/matrix?domain=enterprise").json()
    cells = [(one, name, cell) for one in matrix["techniques"] for name, cell in one["tactics"].items()]
    assert len(boxes(found)) == len(cells) > 10
    links = {link.replace("&amp;", "&") for link in found.links if "technique=" in link}
    for one, tactic, cell in cells:
        link = f"/events?technique={one['technique']}&tactic={tactic}"
        assert link in links
        assert events(stocked, link) >= cell["events"]
        told = [title for title in boxes(found) if title.startswith(f"{one['technique']} {one['name']}, ")]
        assert any(f"{cell['events']} event" in title for title in told)


def test_columns_stand_in_the_order_of_the_kill_chain(stocked: Service) -> None:
    text = page(stocked, "/matrix").text
    order = ["Reconnaissance", "Initial Access", "Discovery", "Lateral Movement", "Exfiltration", "Impact"]
    places = [text.index(name) for name in order]
    assert places == sorted(places)


def test_the_matrix_takes_the_filters_of_events(stocked: Service) -> None:
    found = page(stocked, "/matrix?method=SCANS&since=2026-11-03T00:00:00Z")
    assert "Method: SCANS" in found.text
    assert 0 < len(boxes(found)) < len(boxes(page(stocked, "/matrix")))
    for link in found.links:
        if link.startswith("/events?"):
            assert "method=SCANS" in link
            assert "since=2026-11-03T00%3A00%3A00Z" in link
    # Each filter can be taken away alone.
    assert "/matrix?method=SCANS" in found.links
    assert "/matrix?since=2026-11-03T00%3A00%3A00Z" in found.links


def test_the_whole_matrix_of_each_domain_and_version(stocked: Service) -> None:
    newer, older = (page(stocked, f"/matrix?show=all&version={one}") for one in ("19", "18.1"))
    assert "TA0112 Defense Impairment" in tactics(newer)
    assert "TA0005 Defense Evasion" in tactics(older)
    assert "TA0005 Stealth" in tactics(newer)
    assert len(boxes(newer)) > 600
    ics = page(stocked, "/matrix?domain=ics&show=all")
    assert "Inhibit Response Function" in ics.text
    assert "T0846 Remote System Discovery" in ics.text


def test_two_hosts_compared_show_both_numbers(stocked: Service) -> None:
    first, second = (one["ip"] for one in stocked.get("/v1/hosts?limit=2").json()["hosts"])
    found = page(stocked, f"/matrix?source={first}&compare.source={second}")
    assert f"Source: {first}" in found.text
    assert f"Source: {second}" in found.text
    classes = {one["class"] for one in boxes(found).values()}
    assert any("more-" in one for one in classes)
    assert any("less-" in one for one in classes)
    led = [link for link in found.links if link.startswith("/events?") and "technique=" in link]
    for ip in (first, second):
        mine = [link for link in led if f"source={ip}" in link]
        assert mine
        assert any(events(stocked, link) for link in mine)
    layer = next(link for link in found.links if "/layer?" in link)
    assert stocked.get(layer).json()["gradient"]["minValue"] < 0


def test_the_form_of_a_comparison_leads_to_it(stocked: Service) -> None:
    # Times are those of the site, in Prague.
    form = "method=SCANS&compare.since=2026-11-03T10:00&compare.until=&compare.source=10.20.101.7"
    response = stocked.get(f"/matrix/compare?{form}")
    assert response.status_code == 303
    assert response.headers["location"] == (
        "/matrix?method=SCANS&compare.since=2026-11-03T09%3A00%3A00Z&compare.source=10.20.101.7"
    )
    page(stocked, response.headers["location"])


def test_a_page_and_its_twins_show_the_same(stocked: Service) -> None:
    found = page(stocked, "/matrix?version=18.1&method=SCANS&show=all")
    twin = next(link for link in found.links if link.startswith("/v1/attack/matrix?"))
    answer = stocked.get(twin).json()
    assert (answer["domain"], answer["version"]) == ("enterprise", "18.1")
    layer = stocked.get(next(link for link in found.links if "/layer?" in link)).json()
    scored = {(one["techniqueID"], one["tactic"]) for one in layer["techniques"]}
    shown = {(one["technique"], name) for one in answer["techniques"] for name in one["tactics"]}
    assert scored == shown != set()


@pytest.mark.parametrize(
    "path",
    [
        "/matrix?colour=red",
        "/matrix?show=some",
        "/matrix?show=all&show=all",
        "/matrix?version=7",
        "/matrix?compare.source=nobody",
        "/hosts?after=nowhere",
        "/hosts?sort=time",
        "/hosts/203.0.113.66?method=SCANS",
    ],
)
def test_what_can_not_be_asked_is_told_as_a_page(stocked: Service, path: str) -> None:
    found = page(stocked, path, 422)
    assert "query parameter" in found.text


def test_without_events_pages_say_what_to_do(empty: Service) -> None:
    for path in ("/matrix", "/hosts", "/matrix?domain=ics"):
        found = page(empty, path)
        assert "curl" in found.text
    assert "Remove a filter" in page(empty, "/matrix?method=SCANS").text
    assert "Remove a filter" in page(empty, "/hosts?method=SCANS").text


def test_hosts_are_listed_with_the_parts_of_their_scores(stocked: Service) -> None:
    found = page(stocked, "/hosts")
    listed = stocked.get("/v1/hosts?limit=50").json()["hosts"]
    places = [found.text.index(host["ip"]) for host in listed]
    assert places == sorted(places)
    for host in listed:
        assert f"{host['score']:.2f}" in found.text
        for stage in host["stages"]:
            link = f"/events?source={host['ip']}&tactic={stage['tactic']}"
            assert link in found.links or link.replace(":", "%3A") in found.links
            assert events(stocked, link) == stage["events"]


def test_hosts_page_by_page_with_their_filters(stocked: Service) -> None:
    first = page(stocked, "/hosts?limit=2&method=SCANS&method=UPLOAD&method=BLACKLIST")
    following = next(link for link in first.links if "after=" in link)
    assert "method=BLACKLIST" in following
    second = page(stocked, following)
    shown = [
        {link for link in one.links if re.fullmatch(r"/hosts/[0-9a-f.:]+", link)} for one in (first, second)
    ]
    assert len(shown[0]) == 2
    assert shown[1]
    assert not shown[0] & shown[1]


def test_a_host_over_time(stocked: Service) -> None:
    host = stocked.get("/v1/hosts?limit=1").json()["hosts"][0]
    found = page(stocked, f"/hosts/{host['ip']}")
    answer = stocked.get(f"/v1/hosts/{host['ip']}").json()
    assert f"{host['score']:.2f}" in found.text
    marks = [one["href"] for tag, one in found.attributes if tag == "a" and one.get("class") == "mark"]
    steps = answer["as_source"]["timeline"] + answer["as_target"]["timeline"]
    assert len(marks) == len(steps) > 0
    assert sorted(events(stocked, link) for link in marks) == sorted(step["events"] for step in steps)
    assert any(link.startswith("/events/") for link in found.links)


def test_a_host_is_told_as_the_site_file_has_it(stocked: Service) -> None:
    source = "10.40.1.10"
    found = page(stocked, f"/hosts/{source}")
    place = stocked.app.state.adscribe.site_file.site
    assert place.roles(source)
    for role in place.roles(source):
        assert role.replace("_", " ") in found.text
    for name in place.filters_of(source):
        assert name in found.text


def test_a_host_without_events_is_still_placed(stocked: Service) -> None:
    found = page(stocked, "/hosts/10.40.1.200", 404)
    assert "No event of this time has this host" in found.text
    assert "inside" in found.text
    page(stocked, "/hosts/nobody", 404)
    problem(stocked.get("/v1/hosts/nobody"), 404, "not-found")


def test_hostile_texts_show_as_text(stocked: Service) -> None:
    # A reader of pages refuses scripts and attributes that run; see `tests.pages.reading`.
    host = page(stocked, "/hosts/203.0.113.66")
    assert '"><img src=x onerror=alert(1)>' in host.text
    assert "\u202e" not in host.text
    assert "img" not in host.tags
    page(stocked, "/hosts")
    for path in ("/hosts?host=%3Cscript%3E&method=%22%3E%3Cimg%3E", "/matrix?method=%3Cscript%3E"):
        assert "script>" in page(stocked, path).text

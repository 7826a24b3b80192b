from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from adscribe.attack import Catalogue
from adscribe.attack.stix import read_bundle
from adscribe.service.categories import catalogue, categories
from adscribe.service.settings import Settings
from adscribe.site import Site
from tests.attack.conftest import BUNDLE
from tests.pages.conftest import DEMO
from tests.pages.reading import Page
from tests.service.harness import OUTSIDE, Service, event

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def first(service: Service, query: str) -> str:
    """Return the id of the first event of a list."""
    found: str = service.get(f"/v1/events?limit=1&{query}").json()["events"][0]["id"]
    return found


def text(service: Service, path: str, **options: Any) -> str:
    """Return the text of a page with single blanks."""
    response = service.get(path, **options)
    assert response.status_code == 200
    return " ".join(Page(response.text).text.split())


def judge(service: Service, event_id: str, *pairs: tuple[str, str]) -> Any:
    """Send the form that judges."""
    return service.request("POST", f"/events/{event_id}/feedback", content=urlencode(pairs), headers=FORM)


@pytest.fixture
def judged(tmp_path: Path) -> Any:
    """A service of its own with one event from outside, and its id."""
    with Service(Settings(model="codebook", store=str(tmp_path / "adscribe.db"))) as running:
        answer = running.request("POST", "/v1/events", json=OUTSIDE).json()
        yield running, answer["event"]["id"]


def test_it_says_what_the_event_shows_and_why(stocked: Service) -> None:
    event_id = first(stocked, "technique=T1110.001")
    shown = text(stocked, f"/events/{event_id}")
    answer = stocked.get(f"/v1/events/{event_id}").json()["revisions"][-1]["answer"]
    assert answer["techniques"]
    for technique in answer["techniques"]:
        assert f"{technique['id']} {technique['name']}" in shown
        for fact in (*technique["because"], *technique["despite"]):
            assert fact["fact"] in shown
    assert "https://attack.mitre.org/techniques/T1110/001" in stocked.get(f"/events/{event_id}").text


def read_again() -> None:
    """Let the service find what was imported, as when it starts."""
    catalogue.cache_clear()
    categories.cache_clear()


@pytest.fixture
def imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder of imported versions."""
    monkeypatch.setenv("ADSCRIBE_HOME", str(tmp_path / "home"))
    read_again()
    yield tmp_path
    read_again()


def test_it_says_what_attack_says_of_a_category(imported: Path, stocked: Service) -> None:
    event_id = first(stocked, "technique=T1110.001")
    assert "adscribe attack import FILE" in text(stocked, f"/events/{event_id}")

    bundle = json.loads(BUNDLE.read_text(encoding="utf-8"))
    guessing = next(one for one in bundle["objects"] if one["name"] == "Exfiltration Over C2 Channel")
    guessing["external_references"][0]["external_id"] = "T1110.001"
    guessing["description"] = "They <b>guess</b> [much](javascript:alert(1)).(Citation: A)\n\nAnd more."
    path = imported / "bundle.json"
    path.write_text(json.dumps(bundle), encoding="utf-8")
    Catalogue.load().describe(read_bundle(path, version="19"))
    read_again()

    shown = text(stocked, f"/events/{event_id}")
    assert "They <b>guess</b> much. ATT&CK enterprise 19" in shown
    assert "adscribe attack import FILE" not in shown
    links = Page(stocked.get(f"/events/{event_id}").text).links
    assert "https://attack.mitre.org/techniques/T1110/001" in links
    assert not any("javascript" in link for link in links)

    (imported / "home" / "attack" / "enterprise-19.texts.json").write_text("{")
    read_again()
    assert "They" not in text(stocked, f"/events/{event_id}")


def test_it_says_why_there_is_no_category(stocked: Service) -> None:
    event_id = first(stocked, "basis=site")
    answer = stocked.get(f"/v1/events/{event_id}").json()["revisions"][-1]["answer"]
    shown = text(stocked, f"/events/{event_id}")
    assert "the site's decision" in shown
    assert answer["no_category"]["because"][0]["fact"] in shown


def test_it_shows_what_each_revision_changed(stocked: Service) -> None:
    found = stocked.get("/v1/events?limit=1000").json()["events"]
    event_id = next(one["id"] for one in found if one["revision"] > 1 and one["techniques"])
    revisions = stocked.get(f"/v1/events/{event_id}").json()["revisions"]
    shown = text(stocked, f"/events/{event_id}")
    for one in revisions:
        assert f"Revision {one['revision']}" in shown
        for added in (one["answer"]["changed"] or {"added": []})["added"]:
            assert f"+ {added}" in shown or f", {added}" in shown
    assert f"Revision {revisions[0]['revision']} " not in text(stocked, f"/events/{event_id}?after=1.0")


def test_it_shows_the_report_as_it_came_in(tmp_path: Path) -> None:
    line = json.dumps({**OUTSIDE, "note": "<i>" + "x" * 20_000}).encode()
    lines = {"Content-Type": "application/x-ndjson"}
    with Service(Settings(model="codebook", store=str(tmp_path / "with.db"))) as service:
        answer = service.request("POST", "/v1/events", content=line, headers=lines).json()
        event_id = answer["event"]["id"]
        shown = text(service, f"/events/{event_id}")
        assert line[: 16 * 1024].decode() in shown
        assert f"cut after 16 KiB of {len(line) / 1024:.1f} KiB" in shown
        raw = service.get(f"/v1/events/{event_id}").json()["revisions"][0]["raw"]
        assert raw == {"text": line[: 16 * 1024].decode(), "bytes": len(line)}
        downloaded = service.get("/v1/events?format=ndjson").text
        assert event_id in downloaded
        assert "<i>" not in downloaded
    with Service(Settings(model="codebook", store=str(tmp_path / "without.db"), no_raw=True)) as service:
        service.request("POST", "/v1/events", content=line, headers=lines)
        assert "As it came in it isn't kept" in text(service, f"/events/{event_id}")
        assert service.get(f"/v1/events/{event_id}").json()["revisions"][0]["raw"] is None


def test_targets_stand_with_what_the_site_knows(stocked: Service) -> None:
    found = stocked.get("/v1/events?limit=1000").json()["events"]
    event_id = next(one["id"] for one in found if one["targets"]["count"] > 1)
    shown = text(stocked, f"/events/{event_id}")
    for target in stocked.get(f"/v1/events/{event_id}").json()["event"]["targets"]:
        assert target["ip"] in shown


def test_the_targets_that_a_category_rests_on_stand_under_it_by_what_they_are(stocked: Service) -> None:
    told = (
        (one["id"], technique)
        for one in stocked.get("/v1/events?limit=1000").json()["events"]
        for technique in stocked.get(f"/v1/events/{one['id']}").json()["revisions"][-1]["answer"][
            "techniques"
        ]
        if any(fact["targets"] for fact in technique["because"])
    )
    event_id, technique = next(told)
    sample = {ip for fact in technique["because"] if fact["targets"] for ip in fact["targets"]["sample"]}
    site = Site.load(DEMO / "site.yaml")
    shown = text(stocked, f"/events/{event_id}")
    under = shown.partition(f"{technique['id']} {technique['name']}")[2]
    named = under.partition("Targets that the facts for it name")[2]
    for ip in sample:
        said = [*sorted(site.roles(ip)), *(f"filter {name}" for name in site.filters_of(ip))]
        side = "Inside" if site.is_internal(ip) else "Outside"
        group = named.partition(" · ".join([side, *said]) + ": ")[2]
        assert ip in group.partition("side")[0]


def test_what_is_a_sample_of_targets_is_said(judged: tuple[Service, str]) -> None:
    service, event_id = judged
    techniques = service.get(f"/v1/events/{event_id}").json()["revisions"][-1]["answer"]["techniques"]
    targets = [fact["targets"] for one in techniques for fact in one["because"] if fact["targets"]]
    more = any(one["count"] > len(one["sample"]) for one in targets)
    assert targets
    assert ("a sample: five of a fact at most" in text(service, f"/events/{event_id}")) is more


def test_other_events_of_the_host_are_linked(stocked: Service) -> None:
    counts = stocked.get("/v1/events/facets").json()["host"]
    source = next(one["value"] for one in counts if one["events"] > 1)
    ids = [one["id"] for one in stocked.get(f"/v1/events?source={source}").json()["events"]]
    links = Page(stocked.get(f"/events/{ids[0]}").text).links
    assert any(f"/events/{other}" in links for other in ids[1:])


def test_one_comes_back_to_the_list_with_its_filters(stocked: Service) -> None:
    event_id = first(stocked, "")
    here = {"Referer": "http://adscribe.test/events?method=SCANS"}
    links = Page(stocked.get(f"/events/{event_id}", headers=here).text).links
    assert "/events?method=SCANS" in links
    elsewhere = {"Referer": "https://elsewhere.example//evil.example/"}
    assert not any(
        "evil" in link for link in Page(stocked.get(f"/events/{event_id}", headers=elsewhere).text).links
    )


@pytest.mark.parametrize("path", ["0" * 16, "nothing", "x" * 5000])
def test_an_event_that_is_not_there(stocked: Service, path: str) -> None:
    response = stocked.get(f"/events/{path}")
    assert response.status_code == 404
    assert "No event with this id" in Page(response.text).text
    assert judge(stocked, path, ("verdict", "confirm"), ("analyst", "a")).status_code == 404


def test_a_verdict_is_kept_remembered_and_undone(judged: tuple[Service, str]) -> None:
    service, event_id = judged
    page = Page(service.get(f"/events/{event_id}").text)
    given = judge(
        service,
        event_id,
        *(("revision", page.fields["revision"][0]), ("verdict", "confirm")),
        *(("analyst", "J. Nováková"), ("comment", "seen <b>before</b>")),
    )
    assert (given.status_code, given.headers["location"]) == (303, f"/events/{event_id}#feedback")
    shown = text(service, f"/events/{event_id}")
    for said in ("Confirmed", "seen <b>before</b>", "J. Nováková"):
        assert said in shown
    assert Page(service.get(f"/events/{event_id}").text).fields["analyst"][0] == "J. Nováková"
    assert service.get("/v1/events?reviewed=true").json()["events"]

    undone = service.request("POST", f"/events/{event_id}/feedback/1/undo", content="", headers=FORM)
    assert undone.status_code == 303
    assert "taken back by J. Nováková" in text(service, f"/events/{event_id}")
    assert not service.get("/v1/events?reviewed=true").json()["events"]


def feedback(service: Service, event_id: str) -> Any:
    """Return the last verdict on an event."""
    return service.get(f"/v1/events/{event_id}").json()["feedback"][-1]["verdict"]


def test_a_correction_begins_with_what_is_shown(judged: tuple[Service, str]) -> None:
    service, event_id = judged
    page = Page(service.get(f"/events/{event_id}").text)
    shown = [value for value in page.fields["category"] if value]
    answer = service.get(f"/v1/events/{event_id}").json()["revisions"][-1]["answer"]
    assert shown
    sent = [*(("category", one) for one in shown), ("category", ""), ("verdict", "correct"), ("analyst", "a")]
    assert judge(service, event_id, *sent).status_code == 303
    verdict = feedback(service, event_id)
    assert {one["id"]: one["tactics"] for one in verdict["techniques"]} == {
        one["id"]: one["tactics"] for one in answer["techniques"]
    }


@pytest.mark.parametrize(
    ("typed", "technique", "tactics"),
    [
        ("T1110.001", "T1110.001", ["credential-access"]),
        ("t1110.001 Brute Force: Password Guessing (Credential Access)", "T1110.001", ["credential-access"]),
        ("T1078 Valid Accounts (persistence)", "T1078", ["persistence"]),
    ],
)
def test_a_category_can_be_typed(
    judged: tuple[Service, str], typed: str, technique: str, tactics: list[str]
) -> None:
    service, event_id = judged
    assert (
        judge(service, event_id, ("category", typed), ("verdict", "correct"), ("analyst", "a")).status_code
        == 303
    )
    assert feedback(service, event_id)["techniques"] == [{"id": technique, "tactics": tactics}]


def test_a_tactic_can_stand_alone(judged: tuple[Service, str]) -> None:
    service, event_id = judged
    judge(service, event_id, ("category", "Exfiltration"), ("verdict", "correct"), ("analyst", "a"))
    assert feedback(service, event_id)["tactics"] == ["exfiltration"]


def test_a_reason_is_one_button(judged: tuple[Service, str]) -> None:
    service, event_id = judged
    judge(service, event_id, ("verdict", "misconfiguration"), ("analyst", "a"))
    assert feedback(service, event_id) == {"kind": "reason", "reason": "misconfiguration", "ics": None}
    assert "No category: misconfiguration" in text(service, f"/events/{event_id}")


@pytest.mark.parametrize(
    ("pairs", "says"),
    [
        ([("analyst", "a")], "Choose"),
        ([("verdict", "confirm")], "analyst"),
        ([("verdict", "correct"), ("analyst", "a"), ("category", "T9999")], "T9999"),
        ([("verdict", "correct"), ("analyst", "a"), ("category", "T1078 (impact)")], "impact"),
        ([("verdict", "correct"), ("analyst", "a")], "no technique and no tactic"),
        ([("verdict", "confirm"), ("analyst", "a"), ("revision", "7")], "no such revision"),
        ([("verdict", "confirm"), ("analyst", "a" * 200)], "characters"),
    ],
)
def test_a_verdict_that_cannot_be_is_told_on_a_page(
    judged: tuple[Service, str], pairs: list[tuple[str, str]], says: str
) -> None:
    service, event_id = judged
    response = judge(service, event_id, *pairs)
    assert response.status_code == 422
    assert response.headers["content-type"].startswith("text/html")
    assert says in Page(response.text).text
    assert service.get(f"/v1/events/{event_id}").json()["feedback"] == []


def test_a_proxy_says_who_judges(judged: tuple[Service, str]) -> None:
    service, event_id = judged
    named = {**FORM, "X-Analyst": "proxied"}
    assert "analyst" not in Page(service.get(f"/events/{event_id}", headers=named).text).fields
    content = urlencode({"verdict": "benign", "analyst": "another"})
    service.request("POST", f"/events/{event_id}/feedback", content=content, headers=named)
    assert service.get(f"/v1/events/{event_id}").json()["feedback"][0]["analyst"] == "proxied"


def test_hostile_text_is_text(tmp_path: Path) -> None:
    hostile = '<script>alert("x")</script>\u202e' + "A" * 300
    sent = event(
        method=hostile[:100],
        submethod=hostile[:100],
        source={"ip": "192.0.2.1", "hostname": hostile[:200], "user": hostile[:100]},
        targets=[{"ip": "192.0.2.2", "hostname": hostile[:200]}],
        description=hostile,
        labels=[hostile[:100]],
        characteristics={"threat_name": hostile},
    )
    with Service(Settings(model="codebook", store=str(tmp_path / "adscribe.db"))) as running:
        answer = running.request(
            "POST", "/v1/events", content=json.dumps(sent), headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 200
        html = running.get(f"/events/{answer.json()['event']['id']}").text
        assert Page(html).tags.count("script") == 1
        assert "\u202e" not in html

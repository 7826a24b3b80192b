from __future__ import annotations

from datetime import UTC, date, datetime
from ipaddress import ip_address, ip_network
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from adscribe.service.demo import day
from adscribe.service.settings import Settings
from tests.service.harness import EVENT, Service

ZONE = ZoneInfo("Europe/Prague")
EVENTS = 468
RESERVED = [ip_network(one) for one in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")]


def test_a_service_shows_a_day_of_an_intruder_until_it_gets_events() -> None:
    with Service(Settings(demo=True)) as service:
        service.until(lambda: len(events(service)) == EVENTS)
        worst = service.get("/v1/hosts?limit=1").json()["hosts"][0]
        assert worst["ip"] == "172.22.0.208"
        assert len(worst["stages"]) >= 5
        assert service.get("/health/ready").json()["store"]["demo"] is True
        assert service.request("POST", "/v1/classify", json=EVENT).status_code == 200
        assert service.request("POST", "/v1/events", json={"method": "SCANS"}).status_code == 422
        assert len(events(service)) == EVENTS, "nothing was kept, so nothing takes its place"
        kept = service.request("POST", "/v1/events", json=EVENT).json()
        assert [one["id"] for one in events(service)] == [kept["event"]["id"]]
        assert service.get("/health/ready").json()["store"]["demo"] is False


def test_what_is_made_up_is_no_past_of_what_comes_in() -> None:
    event = {**EVENT, "source": {"ip": "172.22.0.208"}, "detected_at": datetime.now(UTC).isoformat()}
    with Service(Settings(demo=True)) as shown, Service() as empty:
        shown.until(lambda: len(events(shown)) == EVENTS)
        answers = [
            service.request("POST", "/v1/events", json=event).content.partition(b'"techniques"')[2]
            for service in (shown, empty)
        ]
    assert answers[0] == answers[1]


def test_feedback_on_the_day_goes_with_it() -> None:
    with Service(Settings(demo=True)) as service:
        service.until(lambda: len(events(service)) == EVENTS)
        shown = next(one for one in events(service) if one["techniques"])
        given = service.request(
            "POST",
            f"/v1/events/{shown['id']}/feedback",
            json={"verdict": {"kind": "confirm"}},
            headers={"X-Analyst": "a.novak"},
        )
        assert given.status_code == 201, given.text
        service.request("POST", "/v1/events", json=EVENT)
        assert service.get("/v1/feedback").text == ""


def test_the_day_can_be_ended_while_it_is_answered() -> None:
    with Service(Settings(demo=True)) as service:
        service.until(lambda: bool(events(service)))
        service.request("POST", "/v1/events", json=EVENT)
        assert len(events(service)) == 1


@pytest.mark.parametrize("setting", ["store", "site"])
def test_it_is_never_shown_beside_what_was_configured(tmp_path: Path, setting: str) -> None:
    path = tmp_path / setting
    if setting == "site":
        path.write_text('filters: {LAN: ["10.0.0.0/8"]}\ninternal: LAN\n')
    settings = Settings(demo=True, site=path) if setting == "site" else Settings(demo=True, store=str(path))
    assert not settings.shows_demo
    with Service(settings) as service:
        assert events(service) == []


@pytest.mark.parametrize(
    ("today", "shown"),
    [
        (date(2026, 11, 24), date(2026, 11, 23)),
        (date(2026, 11, 23), date(2026, 11, 20)),
        (date(2026, 11, 22), date(2026, 11, 20)),
    ],
    ids=["tuesday", "monday", "sunday"],
)
def test_the_day_is_the_last_working_day(today: date, shown: date) -> None:
    events = [report.event for report in day(today, ZONE)]
    assert {event.detected_at.astimezone(ZONE).date() for event in events} == {shown}
    assert events == sorted(events, key=lambda event: event.reported_at)


def test_the_clock_of_the_place_goes_on_where_it_was_changed() -> None:
    summer = [one.event.detected_at.astimezone(ZONE).time() for one in day(date(2026, 7, 2), ZONE)]
    winter = [one.event.detected_at.astimezone(ZONE).time() for one in day(date(2026, 12, 2), ZONE)]
    assert summer == winter


def test_no_real_address_is_accused() -> None:
    for report in day(date(2026, 11, 24), ZONE):
        for end in (report.event.source.ip, *(target.ip for target in report.event.targets)):
            address = ip_address(end)
            if address.is_global and not address.is_multicast:
                assert any(address in network for network in RESERVED), end


def events(service: Service) -> list[dict[str, object]]:
    found: list[dict[str, object]] = service.get("/v1/events?limit=1000").json()["events"]
    return found

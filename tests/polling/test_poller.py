"""Events and their updates: each state is delivered, once, in order, whatever happens meanwhile."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from adscribe.errors import ApiError
from adscribe.polling import memory, poller
from adscribe.polling.poller import Span, written
from tests.polling.fake_ads import PASSWORD, FakeAds, Reply, ago, clock, document
from tests.polling.harness import Station

PRAGUE = ZoneInfo("Europe/Prague")


def mapping(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_events_are_delivered_once_in_the_order_of_their_reports(ads: FakeAds) -> None:
    ads.events = [document(1, 50), document(2, 5), document(3, 20)]
    station = Station(ads)
    counts = station.poll()
    assert station.kept.ids == ["1", "3", "2"]
    assert (counts.delivered, counts.known) == (3, 0)
    event = station.kept.events[0]
    assert (event["method"], event["submethod"], event["ports"]) == ("SCANS", "TCPSYN", [445])
    counts = station.poll(3)
    assert station.kept.ids == ["1", "3", "2"]
    assert counts.delivered == 0


def test_an_update_that_comes_later_is_delivered_too(ads: FakeAds) -> None:
    ads.events = [document(1, 20)]
    station = Station(ads)
    station.poll()
    ads.events = [document(1, 20, targets=[{"ip": "10.1.9.1"}, {"ip": "10.1.9.2"}], lastUpdate=clock(1))]
    station.poll(2)
    first, second = station.kept.events
    assert first["external_id"] == second["external_id"] == "1"
    assert [target["ip"] for target in second["targets"]] == ["10.1.9.1", "10.1.9.2"]
    assert second["updated_at"] == f"{ago(1):%Y-%m-%dT%H:%M:%SZ}"


def test_a_report_that_comes_late_is_delivered_while_the_overlap_reaches_it(ads: FakeAds) -> None:
    ads.events = [document(1, 2)]
    station = Station(ads, span=Span(overlap=timedelta(minutes=30)))
    station.poll()
    ads.events += [document(2, 25), document(3, 45)]
    station.poll()
    assert station.kept.ids == ["1", "2"]


def test_an_event_that_is_open_for_long_is_followed(ads: FakeAds, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    ads.events = [document(1, 300, lastUpdate=clock(10)), document(2, 1), document(3, 600)]

    def update() -> None:
        ads.events[0] = document(1, 300, lastUpdate=clock(0), targets=[{"ip": "10.1.9.7"}])

    # It goes on after the first reading. The next looks at the latest events only.
    ads.replies += [None, None, update]
    station = Station(ads, state)
    station.poll(2)
    assert station.kept.ids == ["3", "1", "2"]
    # In time, and after a restart, the sensor is asked for those that may be open.
    station = Station(ads, state)
    station.poll()
    assert [event["targets"] for event in station.kept.events] == [[{"ip": "10.1.9.7"}]]
    # From the first of them on, not from one that is closed.
    assert ads.asked[-1].search["from"] == clock(300)[:16]


def test_a_sensor_that_selects_by_the_time_of_the_update_needs_no_second_look(
    ads: FakeAds, tmp_path: Path
) -> None:
    ads.selects = "lastUpdate"
    ads.events = [document(1, 300, lastUpdate=clock(10)), document(2, 1)]
    station = Station(ads, mapping=mapping(tmp_path, "events: {selects: updated_at}"))
    station.poll()
    ads.events[0] = document(1, 300, lastUpdate=clock(0), targets=[{"ip": "10.1.9.7"}])
    station.poll()
    assert station.kept.ids == ["1", "2", "1"]
    assert min(asked.search["from"] for asked in ads.asked[2:]) == clock(31)[:16]


def test_what_was_reported_before_the_beginning_is_left_alone(ads: FakeAds) -> None:
    # The sensor may take no notice of what it is asked for.
    ads.events = [json.dumps(document(1, 120)).encode(), document(2, 30)]
    station = Station(ads, span=Span(since=timedelta(hours=1)))
    station.poll()
    assert station.kept.ids == ["2"]


def test_pages_are_read_to_the_end_also_when_they_are_short(ads: FakeAds) -> None:
    ads.page_limit = 3
    ads.events = [document(number, number) for number in range(1, 11)]
    station = Station(ads)
    assert station.poll().delivered == 10
    assert sorted(map(int, station.kept.ids)) == list(range(1, 11))


def test_an_event_that_arrives_between_two_pages_hides_none(ads: FakeAds) -> None:
    ads.page_limit = 2
    ads.events = [document(number, number) for number in range(1, 6)]
    ads.replies += [None, lambda: ads.events.append(document(9, 0))]
    station = Station(ads)
    station.poll(2)
    assert sorted(station.kept.ids) == ["1", "2", "3", "4", "5", "9"]


def test_numbered_pages(ads: FakeAds, tmp_path: Path) -> None:
    paging = "{style: page, position: page, first: 1, size: 4}"
    ads.events = [document(number, number) for number in range(1, 11)]
    station = Station(ads, mapping=mapping(tmp_path, f"events: {{paging: {paging}}}"))
    assert station.poll().delivered == 10
    assert [asked.query["page"] for asked in ads.asked] == ["1", "2", "3", "4"]


@pytest.mark.parametrize("most", [10, 40])
def test_a_long_time_is_read_in_parts_and_stays_in_order(
    ads: FakeAds, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(poller, "EVENTS", most)
    ads.events = [document(number, 7 * number) for number in range(1, 201)]
    station = Station(ads)
    assert station.poll().delivered == 200
    assert station.kept.ids == [str(number) for number in range(200, 0, -1)]


def test_a_minute_with_too_many_events_loses_none(ads: FakeAds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poller, "EVENTS", 10)
    ads.page_limit = 7
    ads.events = [document(number, 90) for number in range(100)]
    station = Station(ads)
    assert station.poll().delivered == 100
    assert station.poll().delivered == 0
    assert len(set(station.kept.ids)) == 100


def test_a_time_in_the_future_hides_no_later_event(ads: FakeAds) -> None:
    ads.events = [document(1, 60 * -20), document(2, 5)]
    station = Station(ads)
    station.poll()
    ads.events.append(document(3, 0))
    station.poll()
    assert station.kept.ids == ["2", "1", "3"]


def test_one_bad_event_costs_one_event_and_is_told_once(ads: FakeAds) -> None:
    ads.events = [
        document(1),
        document(2, source={"ip": "somebody"}),
        document(3, type=None),
        document(4),
        b'{"id": 5, "type": ',
        b'"text"',
        b"null",
        b'{"id": 6, "detail": "\xff\xfe"}',
    ]
    station = Station(ads)
    counts = station.poll()
    assert sorted(station.kept.ids) == ["1", "4"]
    assert (counts.delivered, counts.rejected) == (2, 6)
    assert {reject.pointer for reject in station.rejects} >= {"/source/ip", "/type"}
    assert len({reject.line for reject in station.rejects}) == 6
    assert station.poll(2).rejected == 0
    assert len(station.rejects) == 6


def test_what_the_mapping_may_lack_is_said_once(ads: FakeAds) -> None:
    ads.events = [document(1, mitre=[], **{"x\x1b[2J\ny" * 100: 1}), document(2, mitre=[])]
    station = Station(ads)
    station.poll(2)
    named, undated = station.said
    assert named.startswith("keys of events that the mapping doesn't name: mitre, x [2J y")
    assert len(named) < 200
    assert "no event says when it was updated" in undated
    ads.events = [document(3, lastUpdate=clock(1))]
    station = Station(ads)
    station.poll()
    assert station.said == []


def test_a_restart_in_the_middle_goes_on_where_it_ended(
    ads: FakeAds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poller, "EVENTS", 10)
    state = tmp_path / "state.json"
    ads.events = [document(number, 30 * number) for number in range(1, 41)]
    first = Station(ads, state, tries=1)

    def trouble_after_the_first_delivery() -> Reply | None:
        if first.kept.events:
            return Reply(503)
        ads.replies.append(trouble_after_the_first_delivery)
        return None

    ads.replies.append(trouble_after_the_first_delivery)
    with pytest.raises(ApiError, match="503"):
        first.poll()
    assert 0 < len(first.kept.ids) < 40
    second = Station(ads, state)
    second.poll()
    assert first.kept.ids + second.kept.ids == [str(number) for number in range(40, 0, -1)]


def test_times_are_those_of_the_sites_zone(ads: FakeAds) -> None:
    local = ago(5).astimezone(PRAGUE)
    ads.events = [document(1, time=f"{local:%Y-%m-%d %H:%M:%S}")]
    station = Station(ads, zone="Europe/Prague", span=Span(since=timedelta(minutes=20)))
    station.poll()
    assert station.kept.events[0]["detected_at"] == f"{ago(5):%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 10, 24, 22, 30, tzinfo=UTC), "2026-10-25 00:30"),
        # The clock shows 02:30 twice: the sensor might take it for the second one, an hour later.
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2026-10-25 01:30"),
        (datetime(2026, 10, 25, 2, 30, tzinfo=UTC), "2026-10-25 03:30"),
        (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), "2026-03-29 03:30"),
    ],
)
def test_an_hour_that_comes_twice_is_asked_for_as_a_whole(moment: datetime, text: str) -> None:
    assert written(moment, PRAGUE, "%Y-%m-%d %H:%M") == text


def test_the_state_is_the_sensors_and_the_users_and_holds_no_address(ads: FakeAds, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    ads.events = [document(1)]
    Station(ads, state).poll()
    text = state.read_text()
    assert "10.1." not in text
    assert "127.0.0.1" not in text
    assert PASSWORD not in text
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]
    assert state.stat().st_mode & 0o077 == 0
    with pytest.raises(ApiError, match="another sensor or user"):
        memory.Memory("another", state)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{" * 10_000,
        '{"version": 2}',
        '{"version":1,"sensor":"x","begin":-1,"cursor":null,"delivered":{}}',
    ],
    ids=["empty", "a list", "deep", "of a later version", "before time"],
)
def test_a_file_that_is_no_state_is_refused_and_kept(ads: FakeAds, tmp_path: Path, text: str) -> None:
    state = tmp_path / "state.json"
    state.write_text(text)
    with pytest.raises(ApiError, match="no state of a poller"):
        Station(ads, state)
    assert state.read_text() == text


def test_memory_has_a_bound(ads: FakeAds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "REMEMBERED", 5)
    ads.events = [document(number, number) for number in range(1, 11)]
    state = tmp_path / "state.json"
    Station(ads, state).poll()
    assert len(json.loads(state.read_text())["delivered"]) == 5


def test_a_state_that_cannot_be_written_is_said(ads: FakeAds, tmp_path: Path) -> None:
    with pytest.raises(ApiError, match="can't be written"):
        Station(ads, tmp_path / "absent" / "state.json").poll()

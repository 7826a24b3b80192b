from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adscribe.event import Event, Source, Target
from adscribe.event.native import DIRECTIONS, SEVERITIES, to_native
from adscribe.sensors import Reject, Report, read

SMALL: dict[str, Any] = {
    "method": "UPLOAD",
    "source": {"ip": "192.0.2.7"},
    "detected_at": "2026-11-03T15:12:10Z",
}
FULL: dict[str, Any] = {
    "method": "UPLOAD",
    "submethod": "General",
    "instance": "Default",
    "data_feed": "1",
    "source": {"ip": "192.0.2.7", "mac": "0c:70:00:00:00:01", "hostname": "pc-12", "user": "n/a"},
    "targets": [
        "203.0.113.9",
        {"ip": "203.0.113.10", "hostname": "files.example.net", "country": "NZ", "sent_bytes": 5368709120},
    ],
    "target_count": 2,
    "direction": "upload",
    "success": True,
    "labels": ["seen before"],
    "detected_at": "2026-11-03T15:12:10Z",
    "first_flow_at": "2026-11-03T15:01:00Z",
    "updated_at": "2026-11-03T15:20:10Z",
    "severity": "medium",
    "perspective": "2",
    "external_id": "142857",
    "sensor": "flowmon-ads 13.0",
    "characteristics": {
        "uploaded_bytes": 5368709120,
        "downloaded_bytes": 10004,
        "new_ratio": 1.5,
        "rare": False,
    },
    "ports": [443],
    "protocols": [6],
    "description": "Uploaded: 5 GiB, downloaded: 9.77 KiB, port(s): 443.",
}


def report(record: dict[str, Any], **options: Any) -> Report:
    (answer,) = read([record], **options)
    assert isinstance(answer, Report), answer
    return answer


def test_the_contract() -> None:
    answer = report(FULL)
    event = answer.event
    assert (answer.format, answer.ignored) == ("native", ())
    assert event.source == Source(ip="192.0.2.7", mac="0c:70:00:00:00:01", hostname="pc-12")
    assert event.targets == (
        Target(ip="203.0.113.9"),
        Target(ip="203.0.113.10", hostname="files.example.net", country="NZ", sent_bytes=5368709120),
    )
    assert event.reported_at == datetime(2026, 11, 3, 15, 20, 10, tzinfo=UTC)
    assert event.characteristics == FULL["characteristics"]
    del FULL["source"]["user"]
    assert to_native(event) == FULL | {"targets": [{"ip": "203.0.113.9"}, FULL["targets"][1]]}


def test_three_keys_are_enough() -> None:
    event = report(SMALL).event
    assert (event.targets, event.target_count, event.success, event.characteristics) == ((), None, None, {})
    assert report(SMALL | dict.fromkeys(FULL.keys() - SMALL.keys())).event == event


@pytest.mark.parametrize("key", ["method", "source", "detected_at"])
def test_each_of_the_three_is_needed(key: str) -> None:
    (answer,) = read([{name: value for name, value in SMALL.items() if name != key} | {"targets": []}])
    assert isinstance(answer, Reject)
    assert answer.pointer == f"/{key}"


@pytest.mark.parametrize(
    ("given", "same"),
    [
        ({"source": "192.0.2.7"}, {}),
        ({"source": {"ip": " 192.0.2.7 "}}, {}),
        ({"source": "::ffff:192.0.2.7"}, {}),
        ({"targets": ["2001:DB8::1", {"ip": "2001:db8:0::1"}]}, {"targets": ["2001:db8::1"]}),
        ({"ports": ["443", 443, 80], "protocols": ["6"]}, {"ports": [443, 80], "protocols": [6]}),
        (
            {"data_feed": 1, "perspective": 2, "external_id": 7},
            {"data_feed": "1", "perspective": "2", "external_id": "7"},
        ),
        ({"severity": "Medium", "direction": "Upload"}, {"severity": "medium", "direction": "upload"}),
        ({"submethod": None, "instance": "", "labels": [""]}, {"labels": []}),
        ({"detected_at": "2026-11-03 16:12:10+01:00"}, {}),
        ({"detected_at": "2026-11-03T15:12:10"}, {}),
        ({"detected_at": datetime(2026, 11, 3, 15, 12, 10, tzinfo=UTC)}, {}),
        ({"characteristics": {"x": None}}, {}),
    ],
)
def test_what_cant_be_misunderstood_is_taken(given: dict[str, Any], same: dict[str, Any]) -> None:
    assert report(SMALL | given).event == report(SMALL | same).event


def test_a_time_without_a_zone_is_in_the_sites() -> None:
    event = report(SMALL | {"detected_at": "2026-11-03 16:12:10"}, zone=ZoneInfo("Europe/Prague")).event
    assert event.detected_at == datetime(2026, 11, 3, 15, 12, 10, tzinfo=UTC)


def test_the_same_target_twice_is_one_with_all_that_is_known() -> None:
    targets = ["203.0.113.9", {"ip": "203.0.113.8"}, {"ip": "203.0.113.9", "country": "NZ", "sent_bytes": 5}]
    targets.append({"ip": "203.0.113.9", "country": "AU", "hostname": "a.example.net"})
    assert report(SMALL | {"targets": targets}).event.targets == (
        Target(ip="203.0.113.9", country="NZ", sent_bytes=5, hostname="a.example.net"),
        Target(ip="203.0.113.8"),
    )


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"method": 7}, "/method"),
        ({"method": " "}, "/method"),
        ({"method": "X" * 1_001}, "/method"),
        ({"submethod": ["General"]}, "/submethod"),
        ({"source": {}}, "/source/ip"),
        ({"source": {"ip": "pc-12"}}, "/source/ip"),
        ({"source": {"ip": "192.0.2.0/24"}}, "/source/ip"),
        ({"source": {"ip": 3221225991}}, "/source/ip"),
        ({"source": ["192.0.2.7"]}, "/source"),
        ({"targets": "203.0.113.9"}, "/targets"),
        ({"targets": ["203.0.113.9", "x"]}, "/targets/1"),
        ({"targets": [{"hostname": "x"}]}, "/targets/0/ip"),
        ({"targets": [{"ip": "203.0.113.9", "sent_bytes": -1}]}, "/targets/0/sent_bytes"),
        ({"targets": [{"ip": "203.0.113.9", "received_bytes": "5 GiB"}]}, "/targets/0/received_bytes"),
        ({"targets": ["203.0.113.9"] * 10_001}, "/targets"),
        ({"target_count": "2"}, "/target_count"),
        ({"target_count": 2.5}, "/target_count"),
        ({"target_count": True}, "/target_count"),
        ({"target_count": -2}, "/target_count"),
        ({"direction": "outbound"}, "/direction"),
        ({"severity": "urgent"}, "/severity"),
        ({"severity": 6}, "/severity"),
        ({"success": "yes"}, "/success"),
        ({"success": 1}, "/success"),
        ({"labels": "seen before"}, "/labels"),
        ({"labels": [7]}, "/labels/0"),
        ({"detected_at": 1762182730}, "/detected_at"),
        ({"detected_at": "2026-11-03"}, "/detected_at"),
        ({"detected_at": "yesterday"}, "/detected_at"),
        ({"first_flow_at": "0001-01-01T00:00:00+14:00"}, "/first_flow_at"),
        ({"updated_at": False}, "/updated_at"),
        ({"ports": 443}, "/ports"),
        ({"ports": [65_536]}, "/ports/0"),
        ({"ports": [443, "https"]}, "/ports/1"),
        ({"protocols": [-1]}, "/protocols/0"),
        ({"characteristics": [1]}, "/characteristics"),
        ({"characteristics": {"a/b~c": {"nested": 1}}}, "/characteristics/a~1b~0c"),
        ({"characteristics": {"x": [1]}}, "/characteristics/x"),
        ({"characteristics": {"x": float("nan")}}, "/characteristics/x"),
        ({"characteristics": {"x": 2**64}}, "/characteristics/x"),
        ({"characteristics": {"x": "y" * 4_097}}, "/characteristics/x"),
        ({"characteristics": {"": 1}}, "/characteristics"),
        ({"characteristics": {str(number): 1 for number in range(201)}}, "/characteristics"),
        ({"description": "x" * 32_769}, "/description"),
        ({"external_id": 1.5}, "/external_id"),
    ],
)
def test_what_could_be_misunderstood_is_refused_with_its_place(wrong: dict[str, Any], pointer: str) -> None:
    (answer,) = read([SMALL | wrong])
    assert isinstance(answer, Reject)
    assert answer.pointer == pointer
    assert "192.0.2" not in answer.reason
    assert "203.0.113" not in answer.reason


def test_keys_that_the_form_does_not_have_are_named() -> None:
    record = SMALL | {
        "extra": 1,
        "source": {"ip": "192.0.2.7", "os": "x"},
        "targets": [{"ip": "203.0.113.9", "as": 7}],
    }
    assert report(record).ignored == ("extra", "source/os", "targets/as")


def test_characteristics_that_no_table_knows_are_kept() -> None:
    assert report(SMALL | {"characteristics": {"vendor_score": 7}}).event.characteristics == {
        "vendor_score": 7
    }


def test_an_invalid_counter_of_64_bits_is_kept() -> None:
    value = 18_446_744_073_709_551_615
    assert report(SMALL | {"characteristics": {"hidden_devices_count": value}}).event.characteristics == {
        "hidden_devices_count": value
    }


def test_the_description_fills_what_is_missing_when_there_are_no_characteristics() -> None:
    text = "Uploaded: 5 GiB, downloaded: 9.77 KiB, port(s): 443."
    answer = report(SMALL | {"description": text})
    assert answer.detail_form == "phrase"
    assert answer.event.characteristics["uploaded_bytes"] == 5 * 2**30
    assert answer.event.ports == (443,)
    assert report(SMALL | {"description": text, "ports": [80]}).event.ports == (80,)
    reported = report(SMALL | {"description": text, "characteristics": {"uploaded_bytes": 7}})
    assert (reported.detail_form, reported.event.characteristics) == (None, {"uploaded_bytes": 7})


def test_names_of_former_versions_become_todays() -> None:
    old = report(SMALL | {"method": "L3ANOMALY", "submethod": "SPOOF"}).event
    assert (old.method, old.submethod) == ("L3ANOMALY", "IPSpoof")
    assert report(SMALL | {"method": "MSPPTP"}).event.method == "VPN"


def test_names_of_other_sensors_are_left_alone() -> None:
    text = "Uploaded: 5 GiB, downloaded: 9.77 KiB, port(s): 443."
    event = report(
        SMALL | {"sensor": "other 1.0", "submethod": "IP", "method": "upload", "description": text}
    ).event
    assert (event.method, event.submethod, event.characteristics) == ("upload", "IP", {})
    assert report(SMALL | {"method": "et.scan"}).event.method == "et.scan"


_TEXT = st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=20).filter(
    lambda text: bool(text.strip()) and text != "n/a"
)
_IP = st.ip_addresses(v=4).map(str) | st.ip_addresses(v=6).filter(
    lambda ip: getattr(ip, "ipv4_mapped", None) is None
).map(str)
_MAYBE = st.none() | _TEXT
_COUNT = st.none() | st.integers(0, 2**64 - 1)
_TIME = st.datetimes(
    datetime(1990, 1, 1),
    datetime(2090, 1, 1),
    timezones=st.just(UTC),
) | st.just(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=1))
_VALUE = (
    _TEXT
    | st.booleans()
    | st.integers(-(2**64) + 1, 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
)
_EVENTS = st.builds(
    Event,
    method=_TEXT,
    submethod=_MAYBE,
    source=st.builds(Source, ip=_IP, mac=_MAYBE, hostname=_MAYBE, user=_MAYBE, country=_MAYBE),
    targets=st.lists(
        st.builds(Target, ip=_IP, hostname=_MAYBE, country=_MAYBE, sent_bytes=_COUNT, received_bytes=_COUNT),
        max_size=4,
        unique_by=lambda target: target.ip,
    ).map(tuple),
    target_count=_COUNT,
    detected_at=_TIME,
    first_flow_at=st.none() | _TIME,
    updated_at=st.none() | _TIME,
    instance=_MAYBE,
    data_feed=_MAYBE,
    perspective=_MAYBE,
    external_id=_MAYBE,
    sensor=_TEXT,
    severity=st.none() | st.sampled_from(SEVERITIES),
    direction=st.none() | st.sampled_from(DIRECTIONS),
    success=st.none() | st.booleans(),
    labels=st.lists(_TEXT, max_size=3, unique=True).map(tuple),
    characteristics=st.dictionaries(_TEXT, _VALUE, max_size=4),
    ports=st.lists(st.integers(0, 65_535), max_size=3, unique=True).map(tuple),
    protocols=st.lists(st.integers(0, 255), max_size=3, unique=True).map(tuple),
    description=_MAYBE,
)


@settings(max_examples=150, deadline=None)
@given(_EVENTS)
def test_an_event_comes_back_from_its_native_form(event: Event) -> None:
    for form in (to_native(event), json.dumps(to_native(event)), json.dumps(to_native(event), indent=1)):
        (answer,) = read([form] if isinstance(form, dict) else form)
        assert isinstance(answer, Report)
        assert answer.event == event
        assert answer.ignored == ()


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_time_at_the_end_of_the_calendar_is_refused(at: str) -> None:
    (answer,) = read([SMALL | {"detected_at": at}])
    assert isinstance(answer, Reject)
    assert answer.pointer == "/detected_at"


def test_a_whole_number_may_be_written_with_a_point() -> None:
    (answer,) = read([SMALL | {"target_count": 3.0}])
    assert isinstance(answer, Report)
    assert answer.event.target_count == 3


@pytest.mark.parametrize("form", ["flowmon-cef", "flowmon-tsv"])
def test_an_object_where_lines_are_due_is_refused(form: str) -> None:
    (answer,) = read([SMALL], format=form)
    assert isinstance(answer, Reject)

"""The sensor's settings in the words of a site file; what can't be said so is told, never guessed."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adscribe.errors import ApiError
from adscribe.event import Event, Source, Target
from adscribe.polling.sensor import Sensor
from adscribe.polling.server import Patience, Server
from adscribe.polling.settings import from_files, from_sensor
from adscribe.sensors.flowmon import api
from adscribe.site import Site
from adscribe.site.importing import Findings, merge
from tests.polling.fake_ads import PASSWORD, USER, FakeAds

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
PRAGUE = ZoneInfo("Europe/Prague")

FILTERS: list[Any] = [
    {"id": 1, "name": "LAN", "patterns": [{"pattern": "10.0.0.0/8"}, {"pattern": "fd00::/8"}]},
    {"id": 2, "name": "Servers", "patterns": [{"pattern": "10.1.0.0/24"}, {"pattern": "10.2.0.[1-9]"}]},
    {"id": 3, "name": "Clients", "relation": "difference", "filters": [{"id": 1}, {"name": "Servers"}]},
    {"id": 4, "name": "Internet", "relation": "INVERSION", "filters": [1]},
]
INSTANCES: list[Any] = [
    {"id": 11, "name": "Default", "method": "SCANS", "filter": {"id": 1, "name": "LAN"}, "active": True},
    {"id": 12, "name": "Default", "method": {"id": 5, "code": "HTTPDICT"}, "filter": 2},
    {"id": 13, "name": "DMZ", "method": "HTTPDICT", "filter": "LAN"},
]


def read(
    tmp_path: Path, filters: Any = FILTERS, instances: Any = INSTANCES, rules: Any = (), mapping: str = ""
) -> Findings:
    """Read settings that were saved."""
    folder = tmp_path / "saved"
    folder.mkdir(exist_ok=True)
    for name, content in (
        ("filters", filters),
        ("method-instances", instances),
        ("false-positives", list(rules)),
    ):
        (folder / f"{name}.json").write_text(json.dumps(content))
    path = tmp_path / "mapping.yaml"
    path.write_text(mapping)
    return from_files([folder], api.load(path)[0], zone=PRAGUE, now=NOW)


def site(findings: Findings) -> Site:
    return Site.parse(merge(findings, internal="LAN", timezone="Europe/Prague")[0])


def told(findings: Findings) -> dict[str, str]:
    """Return what could not be translated, and why."""
    return {left.what: left.why for left in findings.left_out if not left.rightly}


def event(method: str, source: str, *targets: str, at: str = "2026-11-07T12:00:00Z", **more: Any) -> Event:
    return Event(
        method=method,
        source=Source(ip=source),
        targets=tuple(Target(ip=target) for target in targets),
        detected_at=datetime.fromisoformat(at),
        **more,
    )


def test_filters_instances_and_rules_hold_in_the_site(tmp_path: Path) -> None:
    rule = {
        "id": 7,
        "method": "UPLOAD",
        "source": {"id": 2},
        "targets": ["203.0.113.0/28"],
        "ports": "443, 22",
        "days": ["SAT", "Sunday"],
        "timeFrom": "22:00:00",
        "timeTo": "23:59:59",
        "validTo": "2027-06-30",
        "comment": "off-site\nbackup",
    }
    findings = read(tmp_path, rules=[rule])
    assert findings.left_out == []
    known = site(findings)
    assert known.filters_of("10.1.0.7") == ("LAN", "Servers")
    assert known.filters_of("10.2.0.10") == ("LAN", "Clients")
    assert known.filters_of("192.0.2.1") == ("Internet",)
    # The one instance of a method speaks for the method; of two each for itself.
    assert known.assigned_filter("SCANS", None) == known.assigned_filter("SCANS", "Default") == "LAN"
    assert known.assigned_filter("HTTPDICT", "Default") == "Servers"
    assert known.assigned_filter("HTTPDICT", "DMZ") == "LAN"
    assert known.assigned_filter("HTTPDICT", None) is None

    upload = event("UPLOAD", "10.1.0.7", "203.0.113.9", at="2026-11-07T21:30:00Z", ports=(443,))
    decision = known.allowed(upload)
    assert decision is not None
    assert decision.note == "off-site backup (false-positive rule 7)"
    for other in (
        event("UPLOAD", "10.1.0.7", "203.0.113.9", at="2026-11-07T20:30:00Z", ports=(443,)),  # too early
        event("UPLOAD", "10.1.0.7", "203.0.113.9", at="2026-11-06T21:30:00Z", ports=(443,)),  # a Friday
        event("UPLOAD", "10.1.0.7", "203.0.113.9", at="2027-07-03T20:30:00Z", ports=(443,)),  # it has ended
        event("UPLOAD", "10.1.0.7", "203.0.113.99", at="2026-11-07T21:30:00Z", ports=(443,)),
        event("UPLOAD", "10.3.0.7", "203.0.113.9", at="2026-11-07T21:30:00Z", ports=(443,)),
        event("UPLOAD", "10.1.0.7", "203.0.113.9", at="2026-11-07T21:30:00Z", ports=(80,)),
    ):
        assert known.allowed(other) is None


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ({"method": "SCANS", "weird": True}, "of its weird nothing is known"),
        ({"method": "SCANS", "nfSource": {"id": 3}}, "a data feed only"),
        ({"method": "SCANS", "hostname": "*.example"}, "a host name only"),
        ({"targets": "10.1.0.7"}, "neither a method nor a source"),
        ({"method": {"id": 3}, "source": "10.1.0.7"}, "its method is not understood"),
        ({"method": "SCANS", "source": {"id": 99}}, "its source is neither a filter nor an address"),
        ({"method": "SCANS", "source": "pc-7"}, "its source is neither a filter nor an address"),
        ({"method": "SCANS", "source": ["LAN", "10.1.0.7"]}, "a mixture"),
        ({"method": "SCANS", "ports": "http"}, "its ports"),
        ({"method": "SCANS", "ports": [70_000]}, "its ports"),
        ({"method": "SCANS", "ports": {"from": 1}}, "its ports"),
        ({"method": "SCANS", "days": ["work"]}, "its days"),
        ({"method": "SCANS", "days": 5}, "its days"),
        ({"method": "SCANS", "timeFrom": "22:00:30"}, "its times of day"),
        ({"method": "SCANS", "timeFrom": 79200}, "its times of day"),
        ({"method": "SCANS", "timeFrom": "08:00", "timeTo": "08:00"}, "its times of day"),
        ({"method": "SCANS", "timeFrom": "08:00", "validFrom": "2027-01-01"}, "begins later"),
        ({"method": "SCANS", "validTo": "soon"}, "from when to when"),
        ({"method": "SCANS", "validTo": {"year": 2027}}, "from when to when"),
        ({"method": "SCANS", "active": "maybe"}, "whether it is active"),
        ({"methodInstance": {"name": "Default"}, "source": "10.1.0.7"}, "its method instance"),
        ({"method": "SCANS", "methodInstance": {"id": 13}}, "its method instance"),
        ({"method": "SCANS", "methodInstance": 99}, "its method instance"),
        ({"subtype": "TCPSYN", "source": "10.1.0.7"}, "its subtype"),
        ({"method": "SCANS", "subtype": {"id": 3}}, "its subtype"),
    ],
    ids=range(25),
)
def test_a_rule_that_is_not_understood_as_a_whole_allows_nothing(
    tmp_path: Path, rule: dict[str, Any], why: str
) -> None:
    findings = read(tmp_path, rules=[{"id": 1, **rule}, {"id": 2, "method": "TOR", "source": "10.1.0.9"}])
    assert why in told(findings)["false-positive rule 1"]
    assert [entry.method for entry in site(findings).content.allowed] == ["TOR"]


@pytest.mark.parametrize("rule", [{"active": False}, {"active": 0}, {"validTo": "2026-11-02"}])
def test_a_rule_that_does_not_hold_any_more_is_left_out_and_said(
    tmp_path: Path, rule: dict[str, Any]
) -> None:
    findings = read(tmp_path, rules=[{"id": 1, "method": "SCANS", **rule}])
    assert told(findings) == {}
    assert [left.what for left in findings.left_out] == ["false-positive rule 1"]
    assert site(findings).content.allowed == ()


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ({"method": "SCANS", "validTo": "2026-11-03"}, "allowed SCANS, until 2026-11-03"),
        (
            {"method": "SCANS", "validFrom": "2026-01-01 08:00", "validTo": "2027-01-01"},
            "from 2026-01-01 08:00 until 2027-01-01",
        ),
        ({"method": "SCANS", "timeTo": "06:00", "validFrom": "2026-01-01"}, "from 00:00 to 06:00"),
        ({"method": "ONLINEMSG", "source": "10.1.0.7"}, "allowed INSTMSG from 10.1.0.7"),
        ({"method": "SCANS", "subtype": "SYN"}, "allowed SCANS/TCPSYN"),
        ({"methodInstance": 13}, "allowed HTTPDICT of instance DMZ"),
        ({"methodInstance": {"name": "DMZ"}}, "allowed HTTPDICT of instance DMZ"),
        ({"method": "HTTPDICT", "methodInstance": "Default"}, "allowed HTTPDICT of instance Default"),
        ({"source": ["LAN", "Servers"]}, "from source of false-positive rule 1"),
        ({"source": [{"pattern": "10.1.0.7"}, {"ip": "10.1.0.8"}]}, "from source of false-positive rule 1"),
        ({"method": "SCANS", "targets": {"name": "Servers"}, "ports": 22}, "to Servers on port 22"),
    ],
    ids=range(11),
)
def test_rules_in_other_words(tmp_path: Path, rule: dict[str, Any], text: str) -> None:
    findings = read(tmp_path, rules=[{"id": 1, **rule}])
    assert told(findings) == {}
    (entry,) = site(findings).content.allowed
    assert text in str(entry)


def test_filters_that_cannot_be_read_cost_themselves_and_what_they_would_widen(tmp_path: Path) -> None:
    filters = [
        *FILTERS,
        7,
        "text",
        {"id": 20},
        {"id": 21, "name": "Half", "patterns": [{"pattern": "10.0.0.1/8"}, "10.0.0.1", None, {"x": 1}]},
        {"id": 22, "name": "Not half", "relation": "inversion", "filters": [21]},
        {"id": 23, "name": "Odd", "relation": "xor", "filters": [1, 2]},
        {"id": 24, "name": "Both", "relation": "sum", "filters": [1], "patterns": [{"pattern": "10.0.0.1"}]},
        {"id": 25, "name": "Of none", "relation": "sum", "filters": [1, 99]},
        {"id": 26, "name": "10.9.0.0/16", "patterns": "10.9.0.0/16, 10.10.0.0/16"},
        {"id": 27, "name": "LAN", "patterns": []},
        {"id": 28, "name": "\x1b[31mRed\nline", "patterns": [], "color": "red"},
    ]
    rules = [
        {"id": 1, "method": "SCANS", "source": {"id": 22}},
        {"id": 2, "method": "SCANS", "source": {"id": 27}},
    ]
    findings = read(tmp_path, filters=filters, rules=rules)
    known = site(findings)
    assert set(known.filters) == {
        *(
            "LAN",
            "Servers",
            "Clients",
            "Internet",
            "Half",
            "addresses 10.9.0.0/16",
            "LAN (2)",
            "[31mRed line",
        ),
    }
    assert known.filters_of("10.10.0.1") == ("LAN", "Clients", "addresses 10.9.0.0/16")
    assert told(findings).keys() == {
        *("filter number 5", "filter number 6", "filter 20", "filter Odd", "filter Both", "filter Of none"),
        *("filter Half, pattern 1", "filter Half, pattern 3", "filter Half, pattern 4"),
        *("filter Not half", "false-positive rule 1"),
    }
    assert [str(left) for left in findings.left_out if left.rightly] == [
        "filter [31mRed line: of its color nothing is known"
    ]
    # An id tells two filters of one name apart.
    assert [entry.source and entry.source.name for entry in known.content.allowed] == ["LAN (2)"]


def test_instances_that_say_nothing_or_contradict(tmp_path: Path) -> None:
    instances = [
        {"id": 1, "name": "a", "method": "TOR", "filter": 1},
        {"id": 2, "name": "b", "method": "TOR", "filter": 1},
        {"id": 3, "name": "a", "method": "VPN", "filter": 1},
        {"id": 4, "name": "b", "method": "VPN"},
        {"id": 5, "name": "off", "method": "PEERS", "filter": 1, "active": False},
        {"id": 6, "name": "x", "method": "DOS", "filter": {"id": 99}},
        {"id": 7, "name": "x", "method": ["DOS"], "filter": 1},
        {"id": 8, "name": "x", "method": "VOIP", "filter": 1},
        {"id": 9, "name": "x", "method": "VOIP", "filter": 2},
    ]
    findings = read(tmp_path, instances={"data": instances})
    assert site(findings).content.assigned == {
        ("TOR", None): "LAN",
        # Another instance watches everything: the filter is not that of the method.
        ("VPN", "a"): "LAN",
        ("VOIP", None): "LAN",
    }
    assert [left.why for left in findings.left_out if not left.rightly] == [
        "its filter is not among the filters",
        "its method is not understood",
        "a second one of this name with another filter",
    ]


def test_a_mapping_tells_other_names(tmp_path: Path) -> None:
    findings = read(
        tmp_path,
        filters={"rows": [{"label": "LAN", "ranges": [{"cidr": "10.0.0.0/8"}]}]},
        rules=[{"number": 5, "method": "SCANS", "weird": 1}],
        mapping="filters:\n  list: rows\n"
        "  fields: {label: name, ranges: patterns, cidr: pattern, pattern: null}\n"
        "false_positives: {fields: {number: id, weird: unused}}\n",
        instances=[],
    )
    assert findings.left_out == []
    assert site(findings).filters_of("10.1.2.3") == ("LAN",)
    assert str(site(findings).content.allowed[0]) == "allowed SCANS (false-positive rule 5)"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("filters.json", b"[", "no answer of the API with a list"),
        ("filters.json", b"", "no answer of the API with a list"),
        ("filters.json", b'{"name": 1}', "no answer of the API with a list"),
        ("filters.json", b"[" * 100_000, "no answer of the API with a list"),
        ("other.json", b"[]", "which settings these are"),
    ],
    ids=range(5),
)
def test_files_that_are_no_settings(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ApiError, match=message) as error:
        from_files([path], api.shipped()[0], zone=UTC, now=NOW)
    assert str(error.value).startswith(str(path))


def test_a_folder_without_settings_and_a_file_that_is_absent(tmp_path: Path) -> None:
    names = api.shipped()[0]
    with pytest.raises(ApiError, match="a folder without settings"):
        from_files([tmp_path], names, zone=UTC, now=NOW)
    with pytest.raises(ApiError, match="can't be read"):
        from_files([tmp_path / "filters.json"], names, zone=UTC, now=NOW)


def test_the_sensor_is_asked_for_the_same(ads: FakeAds, tmp_path: Path) -> None:
    rules = [{"id": 1, "method": "TOR", "source": "Servers"}]
    ads.settings = {
        "/rest/ads/filters": FILTERS,
        "/rest/ads/method-instances": {"items": INSTANCES},
        "/rest/ads/false-positives": rules,
    }

    async def work() -> Findings:
        async with Server("the sensor", ads.url) as server:
            names = api.shipped()[0]
            sensor = Sensor(server, names.token, USER, PASSWORD, Patience(print, 1))
            return await from_sensor(sensor, names, zone=PRAGUE, now=NOW)

    assert asyncio.run(work()) == read(tmp_path, rules=rules)

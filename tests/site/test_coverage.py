from __future__ import annotations

from datetime import UTC, datetime

from adscribe.event import Event
from adscribe.site import Site
from adscribe.site.coverage import Coverage, Gap, expired
from tests.site.events import event

SITE = Site.parse("""\
filters:
  LAN: ["10.0.0.0/8", "fd00::/8"]
  Servers: ["10.1.0.0/24"]
  Printers: ["10.6.0.0/24"]
  Internet: {inverse: LAN}
  Rest: {difference: [LAN, Servers]}
internal: LAN
roles: {printer: Printers}
assigned_filters:
  - {method: SCANS, filter: Servers}
  - {method: UPLOAD, instance: Night, filter: LAN}
allowed:
  - {method: UPLOAD, source: "10.1.0.5", target: "203.0.113.1"}
  - {method: UPLOAD, source: "10.1.0.5", target: "203.0.113.2"}
  - {method: UPLOAD, source: "10.1.0.6"}
forbidden:
  - {method: BITTORRENT, source: Printers, until: 2025-12-31, note: old}
data_feeds:
  "1": {name: Uplink}
""")


def gaps(topic: str, *events: Event) -> list[tuple[str, int, str]]:
    coverage = Coverage(SITE)
    for one in events:
        coverage.add(one)
    assert coverage.events == len(events)
    return [(gap.subject, gap.events, gap.cost) for gap in coverage.gaps() if gap.topic == topic]


def test_methods_without_an_assigned_filter_and_what_that_costs() -> None:
    web = event("HTTPDICT", "203.0.113.9", "10.1.0.1")
    night = event("UPLOAD", "10.1.0.1", "203.0.113.9", instance="Night")
    day = event("UPLOAD", "10.1.0.1", "203.0.113.9", instance="Day")
    scan = event("SCANS", "10.1.0.1", "10.1.0.2")
    assert gaps("assigned_filter", day, web, web, night, scan) == [
        ("HTTPDICT", 2, "no assigned filter, client and server can't be told apart"),
        (
            "UPLOAD of instance Day",
            1,
            "no assigned filter, only the internal networks tell inside from outside",
        ),
    ]


def test_events_with_neither_end_in_the_assigned_filter() -> None:
    outside, inside = event("SCANS", "10.2.0.1", "10.2.0.2"), event("SCANS", "10.2.0.1", "10.1.0.2")
    expected = [("SCANS", 1, "neither end lies in its assigned filter Servers")]
    assert gaps("filter_mismatch", outside, inside) == expected


def test_inside_addresses_that_nothing_places_by_network() -> None:
    seen = [
        event("SCANS", "10.9.1.1", "10.9.1.2", "10.1.0.1", "203.0.113.1"),
        event("SCANS", "10.9.1.1", "fd00:0:0:1::5"),
    ]
    cost = "inside address{} without a role or a filter of their own"
    assert gaps("address", *seen) == [
        ("10.9.1.0/24", 2, "2 " + cost.format("es")),
        ("fd00:0:0:1::/64", 1, "1 " + cost.format("")),
    ]


def test_feeds_filters_and_entries_without_effect() -> None:
    both = event("UPLOAD", "10.1.0.5", "203.0.113.1", "203.0.113.2", data_feed="7")
    named = event("UPLOAD", "10.1.0.5", "203.0.113.1", data_feed="Uplink")
    assert [(subject, count) for subject, count, _ in gaps("data_feed", both, named)] == [("7", 1)]
    assert [subject for subject, _, _ in gaps("filter", both, named)] == ["Printers (printer)", "Rest"]
    assert [subject for subject, _, _ in gaps("decision", both)] == [
        "line 15, allowed UPLOAD from 10.1.0.6",
        "line 17, forbidden BITTORRENT from Printers, until 2025-12-31 (old)",
    ]


def test_entries_expire_after_their_last_day() -> None:
    last_second = datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert list(expired(SITE, last_second)) == []
    (gap,) = expired(SITE, datetime(2026, 1, 1, tzinfo=UTC))
    assert gap.subject.startswith("line 17, forbidden BITTORRENT")
    assert gap.cost == "expired, it decides nothing any more"


def test_a_gap_reads_as_a_sentence() -> None:
    cost = "no assigned filter, client and server can't be told apart"
    assert str(Gap("assigned_filter", "HTTPDICT", 14, cost)) == f"HTTPDICT: {cost}; 14 events"
    assert str(Gap("filter", "Printers", 0, "no event had an address in it")).endswith("in it")

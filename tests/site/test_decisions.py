from __future__ import annotations

from datetime import UTC, datetime, timedelta
from textwrap import dedent
from typing import Any

import pytest

from adscribe.event import Event
from adscribe.site import Decision, Site
from tests.site.events import event

BASE = """\
timezone: Europe/Prague
filters:
  LAN: ["10.0.0.0/8"]
  Servers: ["10.1.0.0/24"]
  CloudA: ["203.0.113.0/28"]
  CloudB: ["203.0.113.64/28"]
internal: LAN
"""  # seven lines


def site(section: str) -> Site:
    return Site.parse(BASE + dedent(section))


def allowed(keys: str, seen: Event) -> Decision | None:
    return site(f"allowed:\n  - {{{keys}}}\n").allowed(seen)


def upload(*targets: str, source: str = "10.1.0.5", **fields: Any) -> Event:
    return event("UPLOAD", source, *targets, **fields)


def prague(text: str) -> datetime:
    """A local time of March 2026, in winter time (UTC+1) before the 29th."""
    return datetime.fromisoformat(f"2026-03-{text}+01:00").astimezone(UTC)


def test_a_decision_names_its_entry() -> None:
    decision = site("""\
        allowed:
          - {method: TEAMVIEWER, source: Servers}
          - {method: UPLOAD, submethod: General, source: Servers, target: CloudA, ports: [443],
             note: second copy}
    """).allowed(upload("203.0.113.1", submethod="General", ports=(443,)))
    assert decision is not None
    assert (decision.kind, decision.cause, decision.note, decision.line) == (
        "allowed",
        None,
        "second copy",
        10,
    )
    text = "site file line 10: allowed UPLOAD/General from Servers to CloudA on port 443 (second copy)"
    assert decision.text == text


@pytest.mark.parametrize(
    ("keys", "matches"),
    [
        ("method: UPLOAD", True),
        ("method: upload", False),
        ("method: SCANS", False),
        ("method: UPLOAD, submethod: General", True),
        ("method: UPLOAD, submethod: Other", False),
        ("method: UPLOAD, instance: Default", True),
        ("method: UPLOAD, instance: DMZ", False),
        ("source: Servers", True),
        ("source: CloudA", False),
        ('source: "10.1.0.[5-6]"', True),
        ('source: "10.1.0.[6-7]"', False),
        ("method: UPLOAD, target: CloudA", True),
        ("method: UPLOAD, target: CloudB", False),
        ("method: UPLOAD, target: 203.0.113.1-203.0.113.9", True),
        ("method: UPLOAD, ports: [443, 8443]", True),
        ("method: UPLOAD, ports: [443]", False),
    ],
)
def test_each_key_narrows(keys: str, matches: bool) -> None:
    seen = upload("203.0.113.1", "203.0.113.2", submethod="General", instance="Default", ports=(443, 8443))
    assert (allowed(keys, seen) is not None) == matches


def test_an_entry_that_asks_for_ports_or_targets_needs_them() -> None:
    assert allowed("method: UPLOAD, ports: [443]", upload("203.0.113.1")) is None
    assert allowed("method: UPLOAD, target: CloudA", upload()) is None


def test_targets_that_were_counted_but_not_listed_are_not_vouched_for() -> None:
    keys = "method: UPLOAD, target: CloudA"
    assert allowed(keys, upload("203.0.113.1", target_count=1)) is not None
    assert allowed(keys, upload("203.0.113.1", target_count=2)) is None
    assert allowed("method: UPLOAD", upload("203.0.113.1", target_count=2)) is not None


def test_entries_cover_the_targets_together() -> None:
    network = site("""\
        allowed:
          - {method: UPLOAD, source: Servers, target: CloudA, note: first}
          - {method: UPLOAD, source: CloudA, target: CloudB}
          - {method: UPLOAD, source: Servers, target: CloudB, note: second}
          - {method: UPLOAD, source: Servers, target: "203.0.113.65"}
    """)
    decision = network.allowed(upload("203.0.113.1", "203.0.113.65"))
    assert decision is not None
    assert decision.lines == (9, 11)
    assert decision.line == 9
    assert decision.note == "first; second"
    assert decision.text.startswith(
        "site file lines 9 and 11: allowed UPLOAD from Servers to CloudA (first); "
    )
    assert network.allowed(upload("203.0.113.1", "203.0.113.65", "192.0.2.1")) is None


def test_known_causes_cover_together_only_when_they_are_one_cause() -> None:
    seen = upload("203.0.113.1", "203.0.113.65")
    entries = "".join(
        f"  - {{{{cause: {{}}, method: UPLOAD, target: {cloud}}}}}\n" for cloud in ("CloudA", "CloudB")
    )
    assert site("known_causes:\n" + entries.format("fault", "maintenance")).known_cause(seen) is None
    decision = site("known_causes:\n" + entries.format("fault", "fault")).known_cause(seen)
    assert decision is not None
    assert (decision.kind, decision.cause) == ("known_cause", "fault")
    assert decision.text.startswith("site file lines 9 and 10: known cause fault: UPLOAD to CloudA;")


def test_the_first_entry_that_matches_decides() -> None:
    decision = site("""\
        known_causes:
          - {cause: fault, method: SCANS}
          - {cause: failover, source: Servers}
          - {cause: fault, method: UPLOAD}
    """).known_cause(upload("203.0.113.1"))
    assert decision is not None
    assert (decision.cause, decision.line) == ("failover", 10)
    assert decision.text == "site file line 10: known cause failover: everything from Servers"


def test_forbidden_takes_one_target_or_one_port() -> None:
    network = site("""\
        forbidden:
          - {method: UPLOAD, target: CloudA}
          - {method: TELNET, ports: [23]}
    """)
    assert network.forbidden(upload("192.0.2.1", "203.0.113.1", target_count=9)) is not None
    assert network.forbidden(upload("192.0.2.1")) is None
    assert network.forbidden(upload()) is None
    assert network.forbidden(event("TELNET", "10.0.0.1", ports=(23, 2323))) is not None
    assert network.forbidden(event("TELNET", "10.0.0.1", ports=(2323,))) is None
    assert network.forbidden(event("TELNET", "10.0.0.1")) is None


@pytest.mark.parametrize(
    ("keys", "local", "matches"),
    [
        ("until: 2026-03-11", "11T23:59:59", True),
        ("until: 2026-03-11", "12T00:00:00", False),
        ("to: 2026-03-11", "11T23:59:59", True),
        ("from: 2026-03-11", "11T00:00:00", True),
        ("from: 2026-03-11", "10T23:59:59", False),
        ("from: 2026-03-11T10:00:00Z", "11T11:00:00", True),
        ("from: 2026-03-11T10:00:00Z", "11T10:59:59", False),
        ("to: 2026-03-11T10:00", "11T10:00:00", True),
        ("to: 2026-03-11 10:00", "11T10:00:01", False),
        ("to: 2026-03-11T10:00:00+03:00", "11T08:00:00", True),
        ("to: 2026-03-11T10:00:00+03:00", "11T08:00:01", False),
        ("days: wed", "11T00:00:00", True),
        ("days: wed", "12T00:00:00", False),
        ("days: fri-mon", "09T12:00:00", True),
        ("days: fri-mon", "10T12:00:00", False),
        ("days: [tue, thu-fri]", "12T12:00:00", True),
        ("days: [tue, thu-fri]", "11T12:00:00", False),
        ('from: "22:00", to: "04:00"', "11T22:00:00", True),
        ('from: "22:00", to: "04:00"', "12T03:59:59", True),
        ('from: "22:00", to: "04:00"', "12T04:00:00", False),
        ('from: "22:00", to: "04:00", days: wed', "12T03:00:00", True),
        ('from: "22:00", to: "04:00", days: wed', "11T03:00:00", False),
        ("from: 22:00, to: 24:00", "11T23:30:00", True),
        ('from: "08:00", to: "16:00", until: 2026-03-11', "11T09:00:00", True),
        ('from: "08:00", to: "16:00", until: 2026-03-11', "12T09:00:00", False),
        ("until: 9999-12-31", "11T00:00:00", True),
        ("from: 0001-01-01", "11T00:00:00", True),
    ],
)
def test_times_are_those_of_the_site(keys: str, local: str, matches: bool) -> None:
    seen = upload("203.0.113.1", at=prague(local))
    assert (allowed(f"method: UPLOAD, {keys}", seen) is not None) == matches


def test_the_latest_state_of_an_event_counts() -> None:
    keys = "method: UPLOAD, until: 2026-03-11"
    seen = upload("203.0.113.1", at=prague("11T23:30:00"))
    late = upload("203.0.113.1", at=prague("11T23:30:00"), updated_at=prague("12T00:10:00"))
    assert allowed(keys, seen) is not None
    assert allowed(keys, late) is None


def test_working_time_over_a_week() -> None:
    hours = 'hours: {days: mon-fri, from: "07:00", to: "19:00"}\n'
    network = site(hours)
    start = prague("09T00:00:00")
    working = [hour for hour in range(7 * 24) if network.working_time(start + timedelta(hours=hour))]
    assert working == [24 * day + hour for day in range(5) for hour in range(7, 19)]
    assert site("").working_time(start) is None
    night = site('hours: {from: "22:00", to: "06:00"}\n')
    assert [hour for hour in range(24) if night.working_time(start + timedelta(hours=hour))] == [
        *range(6),
        22,
        23,
    ]

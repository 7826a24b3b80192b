"""An event changes: which reports belong to it, and what it is after each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adscribe.event import Event, Source, Target
from adscribe.event.merge import ActiveEvents
from adscribe.event.opened import MemoryEvents

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def report(minutes: float = 0, targets: tuple[str, ...] = ("10.0.0.9",), **fields: Any) -> Event:
    defaults: dict[str, Any] = {
        "method": "SSHDICT",
        "submethod": "General",
        "source": Source(ip="10.0.0.5"),
        "data_feed": "1",
        "instance": "Default",
        "sensor": "flowmon-ads 13.0",
    }
    at = START + timedelta(minutes=minutes)
    return Event(**{**defaults, **fields}, targets=tuple(Target(ip=ip) for ip in targets), detected_at=at)


def test_an_update_within_the_timeout_is_the_same_event() -> None:
    events = ActiveEvents()
    first = events.add(report(characteristics={"attempts_total_count": 50}))
    second = events.add(report(40, characteristics={"attempts_total_count": 900}))
    assert (second.id, second.revision, second.fragment) == (first.id, 2, False)
    assert second.event.characteristics["attempts_total_count"] == 900
    assert second.before == first.event


def test_after_the_timeout_the_same_identity_opens_another_event() -> None:
    events = ActiveEvents()
    first = events.add(report())
    later = events.add(report(61))
    assert later.id != first.id
    assert later.identity == first.identity
    assert later.revision == 1


def test_the_timeout_counts_from_the_last_report_and_can_be_set_by_method() -> None:
    events = ActiveEvents(timeouts={"SCANS": timedelta(minutes=5)})
    first = events.add(report())
    events.add(report(50))
    assert events.add(report(100)).id == first.id
    scan = events.add(report(method="SCANS"))
    assert events.add(report(6, method="SCANS")).id != scan.id


def test_an_external_id_keeps_an_event_together_beyond_the_timeout() -> None:
    events = ActiveEvents()
    first = events.add(report(external_id="4711"))
    other = events.add(report(300, external_id="4712"))
    late = events.add(report(600, external_id="4711"))
    assert other.id != first.id
    assert (late.id, late.revision) == (first.id, 2)


def test_targets_are_no_part_of_the_identity_but_method_source_feed_and_instance_are() -> None:
    events = ActiveEvents()
    first = events.add(report())
    assert events.add(report(1, targets=("10.0.0.77",), success=False)).id == first.id
    for other in (
        report(2, submethod="Other"),
        report(2, data_feed="2"),
        report(2, instance="DMZ"),
        report(2, source=Source(ip="10.0.0.6")),
        report(2, sensor="zeek 8"),
    ):
        assert events.add(other).id != first.id


def test_an_upgrade_of_the_sensor_does_not_split_an_event() -> None:
    events = ActiveEvents()
    first = events.add(report())
    assert events.add(report(10, sensor="flowmon-ads 13.1")).id == first.id


def test_reports_equal_but_for_targets_within_five_seconds_are_one_revision() -> None:
    events = ActiveEvents()
    states = [events.add(report(second / 60, targets=(f"10.0.0.{second}",))) for second in range(5)]
    rest = events.add(report(5 / 60, targets=("10.0.0.50", "10.0.0.51")))
    assert {state.id for state in [*states, rest]} == {states[0].id}
    assert [state.fragment for state in [*states, rest]] == [False, True, True, True, True, True]
    assert rest.revision == 1
    assert rest.event.target_count == 7
    later = events.add(report(1, targets=("10.0.0.60",)))
    assert (later.revision, later.fragment) == (2, False)


def test_a_report_that_says_something_else_is_an_update_however_soon() -> None:
    events = ActiveEvents()
    events.add(report(success=False))
    assert events.add(report(0.02, success=True)).revision == 2


def test_targets_unite_success_stays_and_the_larger_count_is_kept() -> None:
    events = ActiveEvents()
    events.add(report(targets=("10.0.0.1", "10.0.0.2"), target_count=40, success=True))
    state = events.add(report(5, targets=("10.0.0.2", "10.0.0.3"), target_count=12, success=False))
    assert [target.ip for target in state.event.targets] == ["10.0.0.1", "10.0.0.2", "10.0.0.3"]
    assert state.event.target_count == 40
    assert state.event.success is True


def test_a_report_that_comes_late_does_not_overwrite_what_is_newer() -> None:
    events = ActiveEvents()
    events.add(report(0, characteristics={"flows_count": 10}))
    events.add(report(30, characteristics={"flows_count": 90}))
    state = events.add(report(15, characteristics={"flows_count": 40, "packets_count": 7}))
    assert state.event.characteristics == {"flows_count": 90, "packets_count": 7}
    assert state.event.detected_at == START
    assert state.event.updated_at == START + timedelta(minutes=30)


def test_a_report_that_comes_late_belongs_to_the_event_of_its_time() -> None:
    events = ActiveEvents()
    morning, noon = events.add(report()), events.add(report(200))
    assert events.add(report(30, success=True)).id == morning.id
    assert events.add(report(190, success=True)).id == noon.id
    between = events.add(report(100))
    assert between.id not in (morning.id, noon.id)
    # In reach of two, it is of the one that opened last.
    assert events.add(report(150, success=True)).id == noon.id


def test_what_would_open_an_event_again_belongs_to_it_though_its_clock_went_back() -> None:
    events = ActiveEvents(timeout=timedelta(0))
    first = events.add(report(updated_at=START - timedelta(days=1)))
    again = events.add(report(updated_at=START - timedelta(days=1), success=True))
    assert (again.id, again.revision) == (first.id, 2)


@given(st.lists(st.tuples(st.integers(0, 400), st.sampled_from([None, "a", "b"])), min_size=1, max_size=12))
def test_no_id_is_given_to_two_events(reports: list[tuple[int, str | None]]) -> None:
    events = ActiveEvents(timeout=timedelta(minutes=30))
    opened = [
        state.id
        for minute, external_id in reports
        if (state := events.add(report(minute, external_id=external_id))).before is None
    ]
    assert len(opened) == len(set(opened))


def test_bytes_of_a_target_are_those_of_its_latest_report() -> None:
    events = ActiveEvents()
    events.add(
        Event(
            method="UPLOAD",
            source=Source(ip="10.0.0.5"),
            detected_at=START,
            targets=(Target(ip="203.0.113.9", hostname="files.example.net", sent_bytes=10),),
        )
    )
    state = events.add(
        Event(
            method="UPLOAD",
            source=Source(ip="10.0.0.5"),
            detected_at=START + timedelta(minutes=9),
            targets=(Target(ip="203.0.113.9", sent_bytes=500),),
        )
    )
    assert state.event.targets == (Target(ip="203.0.113.9", hostname="files.example.net", sent_bytes=500),)


def test_open_events_are_bounded_and_the_quietest_goes_first() -> None:
    events = ActiveEvents(place=MemoryEvents(limit=2))
    first = events.add(report(source=Source(ip="10.0.0.1")))
    second = events.add(report(source=Source(ip="10.0.0.2")))
    events.add(report(1, source=Source(ip="10.0.0.1"), success=True))
    events.add(report(2, source=Source(ip="10.0.0.3")))
    assert events.add(report(3, source=Source(ip="10.0.0.1"))).id == first.id
    assert events.add(report(3, source=Source(ip="10.0.0.2"))).revision == 1
    assert second.revision == 1


@given(
    st.lists(
        st.tuples(
            st.integers(0, 59),
            st.lists(st.sampled_from([f"10.0.0.{n}" for n in range(6)]), max_size=4, unique=True),
            st.sampled_from([None, True, False]),
            st.integers(0, 9),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_whatever_comes_in_nothing_reported_of_targets_or_success_is_lost(
    reports: list[tuple[int, list[str], bool | None, int]],
) -> None:
    events = ActiveEvents()
    for minute, targets, success, count in reports:
        state = events.add(report(minute, tuple(targets), success=success, target_count=count or None))
    union = {target for _, targets, _, _ in reports for target in targets}
    assert {target.ip for target in state.event.targets} == union
    assert (state.event.target_count or 0) == max(len(union), *(count for *_, count in reports))
    assert (state.event.success is True) == any(success for _, _, success, _ in reports)

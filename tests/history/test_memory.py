"""A run remembers its hosts, for a day and within bounds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from adscribe.history import MemoryHistory, Record

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def record(event_id: str, hours: float = 0, kind: str = "scan") -> Record:
    return Record(
        event_id=event_id, at=NOON + timedelta(hours=hours), kinds=frozenset((kind,)), method="SCANS"
    )


def test_what_a_host_did_in_the_last_day_is_found_oldest_first_without_the_event_itself() -> None:
    history = MemoryHistory()
    for event_id, hours in (("b", 2), ("a", 1), ("old", -23.5), ("self", 3), ("future", 5)):
        history.remember(("10.0.0.1",), record(event_id, hours))
    found = history.prior(("10.0.0.1",), until=NOON + timedelta(hours=3), exclude="self")
    assert [one.event_id for one in found] == ["a", "b"]


def test_a_later_record_of_an_event_replaces_the_earlier() -> None:
    history = MemoryHistory()
    history.remember(("10.0.0.1",), record("a", 0))
    history.remember(("10.0.0.1",), record("a", 1, kind="bruteforce_success"))
    (found,) = history.prior(("10.0.0.1",), until=NOON + timedelta(hours=2), exclude="")
    assert found.kinds == {"bruteforce_success"}


def test_an_event_of_two_hosts_counts_once() -> None:
    history = MemoryHistory()
    history.remember(("10.0.0.1", "10.0.0.2"), record("a"))
    assert len(history.prior(("10.0.0.1", "10.0.0.2"), until=NOON, exclude="")) == 1


def test_hosts_and_records_are_bounded() -> None:
    history = MemoryHistory(max_hosts=2, max_records=3)
    for number in range(5):
        history.remember(("10.0.0.1",), record(f"e{number}"))
    kept = history.prior(("10.0.0.1",), until=NOON, exclude="")
    assert [one.event_id for one in kept] == ["e2", "e3", "e4"]
    history.remember(("10.0.0.2", "10.0.0.3"), record("x"))
    assert history.prior(("10.0.0.1",), until=NOON, exclude="") == ()


def test_of_too_many_records_the_oldest_goes_whatever_came_in_first() -> None:
    history = MemoryHistory(max_records=2)
    for event_id, hours in (("c", 3), ("b", 2), ("a", 1)):
        history.remember(("10.0.0.1",), record(event_id, hours))
    kept = history.prior(("10.0.0.1",), until=NOON + timedelta(hours=4), exclude="")
    assert [one.event_id for one in kept] == ["b", "c"]

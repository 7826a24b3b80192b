"""Events are deleted when their time has come, whole, the oldest first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from adscribe import Assignment
from adscribe.store import Store, retention
from tests.store.asking import ids, keep, report, rows
from tests.store.test_feedback import said

NOW = datetime.now(UTC)
LATER = NOW + timedelta(days=10)


def held(store: Store, answers: list[Assignment]) -> list[bool]:
    """Return whether each event is still there."""
    return [store.event(event_id) is not None for event_id in ids(answers)]


def several(store: Store, number: int) -> list[Assignment]:
    """Return the answers to so many events that came in one after the other."""
    return [
        keep(store, report(number * 100, "10.3.0.1", "10.3.0.2", external_id=str(number), success=True))[0]
        for number in range(number)
    ]


def test_what_is_older_goes_with_all_that_belongs_to_it(store: Store) -> None:
    answers = several(store, 3)
    assert store.prune(keep_days=11, now=LATER) == 0
    assert all(held(store, answers))
    assert store.prune(keep_days=9, now=LATER) == 3
    assert set(rows(store).values()) == {0}


def test_of_too_many_the_oldest_go(store: Store) -> None:
    answers = several(store, 5)
    # The first comes in again, so that it is the newest.
    keep(store, report(1, external_id="0"))
    assert store.prune(keep_events=2, now=LATER) == 3
    assert held(store, answers) == [True, False, False, False, True]
    assert store.prune(keep_events=2, now=LATER) == 0


def test_what_a_report_may_still_belong_to_stays(store: Store) -> None:
    answers = several(store, 3)
    timeout = timedelta(hours=5)
    soon = NOW + timedelta(hours=4)
    assert store.prune(keep_days=0.1, keep_events=1, timeout=timeout, now=soon) == 0
    assert all(held(store, answers))
    assert store.prune(keep_days=0.1, timeout=timedelta(hours=3), now=soon) == 3


def test_what_reports_tell_of_the_time_does_not_count(store: Store) -> None:
    answers = keep(
        store,
        report(detected_at="1971-01-01T00:00:00Z"),
        report(detected_at="8000-01-01T00:00:00Z", method="SCANS"),
    )
    assert store.prune(keep_days=5, now=NOW + timedelta(days=1)) == 0
    assert store.prune(keep_days=5, now=LATER) == 2
    assert held(store, answers) == [False, False]


def test_what_an_analyst_has_judged_stays_longer(store: Store) -> None:
    answers = several(store, 5)
    for judged in (answers[0], answers[1]):
        store.give(said(judged.event.id))
    store.revoke(answers[1].event.id, 1, by="novak", at=LATER)
    assert store.prune(keep_days=9, keep_events=1, keep_reviewed_days=30, now=LATER) == 4
    assert held(store, answers) == [True, False, False, False, False]
    assert store.prune(keep_events=1, keep_reviewed_days=30, now=NOW + timedelta(days=40)) == 0
    assert store.prune(keep_days=60, keep_reviewed_days=30, now=NOW + timedelta(days=40)) == 0
    assert store.prune(keep_days=9, keep_reviewed_days=30, now=NOW + timedelta(days=40)) == 1
    assert set(rows(store).values()) == {0}


def test_nothing_goes_where_nothing_is_asked_for(store: Store) -> None:
    several(store, 2)
    assert store.prune(now=LATER + timedelta(days=10_000)) == 0


def test_many_go_in_pieces(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "CHUNK", 2)
    answers = several(store, 9)
    store.give(said(answers[2].event.id))
    assert store.prune(keep_events=2, keep_reviewed_days=30, now=LATER) == 6
    assert held(store, answers) == [False, False, True, False, False, False, False, True, True]


def test_what_was_deleted_may_come_again(store: Store) -> None:
    (first,) = keep(store, report(external_id="1"))
    store.prune(keep_days=1, now=LATER)
    assert keep(store, report(external_id="1")) == [first]
    assert rows(store)["revision"] == 1

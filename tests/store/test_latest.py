"""The latest events as they stand."""

from __future__ import annotations

import pytest

from adscribe.store import Store
from adscribe.store.filters import Filter, read_filter
from tests.store.asking import keep, report

ASKED = {
    "all": [],
    "method": [("method", "SCANS"), ("method", "SSHDICT")],
    "network": [("address", "10.20.0.0/16")],
    "word": [("text", "scan")],
    "span": [("since", "2026-11-03T09:00:00Z"), ("until", "2026-11-03T12:00:00Z")],
    "nothing": [("source", "192.0.2.77")],
}


@pytest.mark.parametrize("wanted", [read_filter(one) for one in ASKED.values()], ids=ASKED)
def test_they_are_those_of_the_list(sampled: Store, wanted: Filter) -> None:
    found, counted = sampled.latest(wanted, 5000)
    listed = [one for page in sampled.pages(wanted) for one in page.events][::-1]
    assert [(one.method[:255], one.source.ip, one.detected_at) for one in found] == [
        (one.method[:255], one.source.ip, one.detected_at) for one in listed
    ]
    assert counted.complete
    times = [one.detected_at for one in found]
    assert (counted.since, counted.until) == ((times[0], times[-1]) if times else (None, None))


def test_of_more_the_latest_are_told_and_that_there_are_others(sampled: Store) -> None:
    every, _ = sampled.latest(Filter(), 5000)
    some, counted = sampled.latest(Filter(), 3)
    assert some == every[-3:]
    assert not counted.complete


def test_an_event_is_as_all_of_its_reports_have_it(store: Store) -> None:
    keep(store, report(0, "10.3.0.7"), report(1, "10.3.0.8"))
    (found,), _ = store.latest(Filter(), 10)
    assert {target.ip for target in found.targets} == {"10.3.0.7", "10.3.0.8"}

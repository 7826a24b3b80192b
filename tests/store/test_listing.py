"""Events by filter and order, page by page: as if each was looked at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any

import pytest

from adscribe.event.native import SEVERITIES
from adscribe.store import Store, listing, selection
from adscribe.store.filters import Filter, FilterError, read_filter
from adscribe.store.listing import ORDERS, CursorError, ListedEvent, Order
from tests.store.asking import ids, keep, report
from tests.store.samples import everything, meets, whole

FILTERS = {
    "all": "",
    "method": "method=SCANS",
    "methods": "method=SCANS&method=UPLOAD&method=BPATTERNS",
    "submethod": "submethod=TCPSYN",
    "feed": "data_feed=1",
    "source": "source=10.40.20.44",
    "source network": "source=10.20.101.0/24",
    "IPv6 source": "source=2001:db8::7",
    "IPv6 network": "address=2001:db8::/32",
    "all of IPv4": "source=0.0.0.0/0",
    "all of IPv6": "address=::/0",
    "two networks": "source=10.40.0.0/16&source=2001:db8::/64",
    "target network": "target=10.0.0.0/8",
    "target": "target=198.51.100.9",
    "mapped target": "target=::ffff:198.51.100.9",
    "target or source": "address=10.20.101.0/24",
    "host": "host=pc-044.alder.example",
    "host of a target": "host=www.EXAMPLE.org",
    "accented host": "host=édith-pc.example.net",
    "tactic": "tactic=credential-access",
    "tactics": "tactic=discovery&tactic=impair-process-control",
    "technique": "technique=T1110",
    "sub-technique": "technique=T1110.001",
    "techniques": "technique=T1110.001&technique=T1595&technique=T0814",
    "reason": "reason=benign",
    "reasons": "reason=benign&reason=too_generic",
    "basis": "basis=site",
    "severity": "severity=high&severity=critical",
    "no severity": "severity=none",
    "not reviewed": "reviewed=false",
    "reviewed": "reviewed=true",
    "word": "text=uploaded",
    "words": "text=scan tcpsyn",
    "joined word": "text=edith-pc",
    "accents": "text=ÜMLAUT",
    "sharp s": "text=strasse",
    "other scripts": "text=東京",
    "nothing": "text=nowherefound",
    "since": "since=2026-11-03T10:00:00Z",
    "a span": "since=2026-11-03T10:00:00Z&until=2026-11-03T13:00:00%2B01:00&source=10.0.0.0/8",
    "much": "method=DICTATTACK&tactic=credential-access&source=10.0.0.0/8&severity=medium&severity=high",
    "contradiction": "method=SCANS&tactic=exfiltration",
    "quotes": "method='; DROP TABLE event; --",
    "wildcards": "submethod=%_\\",
    "right to left": "data_feed=\u202eevil",
    "a long name": "method=" + "M" * 900,
}


def asked(query: str) -> Filter:
    """Return the filter of a query without escapes."""
    return read_filter(
        [tuple(part.replace("%2B", "+").split("=", 1)) for part in query.split("&") if part]  # type: ignore[misc]
    )


def read_all(store: Store, wanted: Filter, order: Order, limit: int) -> list[ListedEvent]:
    return [one for page in store.pages(wanted, order, limit=limit) for one in page.events]


@pytest.mark.parametrize("query", FILTERS.values(), ids=FILTERS)
def test_a_filter_finds_the_events_that_meet_it(sampled: Store, query: str) -> None:
    wanted = asked(query)
    expected = {key for key, one in everything(sampled).items() if meets(one, whole(sampled, key), wanted)}
    found = [one.id for one in read_all(sampled, wanted, Order(), 40)]
    assert len(found) == len({*found})
    assert {*found} == expected


@pytest.mark.parametrize("name", FILTERS)
def test_these_filters_find_something_unless_they_say_so(sampled: Store, name: str) -> None:
    # Else they would tell little.
    nothing = name in ("nothing", "contradiction", "reviewed")
    assert bool(sampled.page(asked(FILTERS[name]), limit=1).events) == (not nothing)


_KEYS: dict[str, Callable[[ListedEvent], Any]] = {
    "time": lambda one: one.detected_at,
    "updated": lambda one: one.updated_at,
    "severity": lambda one: SEVERITIES.index(one.severity) if one.severity else -1,
    "method": lambda one: one.method[:255],
    "probability": lambda one: one.probability,
}


@pytest.mark.parametrize("descending", [True, False], ids=["desc", "asc"])
@pytest.mark.parametrize("by", ORDERS)
@pytest.mark.parametrize("name", ["all", "method", "target network", "technique", "words", "basis"])
def test_orders_sort_and_pages_join(sampled: Store, name: str, by: str, descending: bool) -> None:
    wanted, order = asked(FILTERS[name]), Order(by, descending)
    found = read_all(sampled, wanted, order, 7)
    expected = [(_KEYS[by](one), one.detected_at) for one in found]
    assert expected == sorted(expected, reverse=descending)
    assert found == read_all(sampled, wanted, order, 1000)
    assert {one.id for one in found} == {one.id for one in read_all(sampled, wanted, Order(), 1000)}


@pytest.mark.parametrize("by", ["time", "severity"])
@pytest.mark.parametrize("query", FILTERS.values(), ids=FILTERS)
def test_where_many_events_are_few_pages_are_short_and_leave_none_out(
    sampled: Store, query: str, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted, order = asked(query), Order(by)
    expected = read_all(sampled, wanted, order, 1000)
    monkeypatch.setattr(selection, "FEW", 16)
    monkeypatch.setattr(listing, "FEW", 16)
    monkeypatch.setattr(listing, "LOOKED_AT", 16)
    monkeypatch.setattr(listing, "EAGER", 1)
    assert read_all(sampled, wanted, order, 5) == expected


def test_a_page_looks_at_a_bounded_number_of_events(sampled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "FEW", 16)
    monkeypatch.setattr(listing, "FEW", 16)
    monkeypatch.setattr(listing, "LOOKED_AT", 16)
    monkeypatch.setattr(listing, "EAGER", 1)
    # No index tells which events the site decided.
    pages = list(sampled.pages(asked("basis=site"), limit=5))
    assert any(len(page.events) < 5 and page.next for page in pages)


def test_pages_stay_while_events_arrive(store: Store) -> None:
    first = ids(keep(store, *(report(minutes * 100) for minutes in range(30))))
    seen: list[str] = []
    after = None
    number = 0
    while True:
        page = store.page(Filter(), Order(), after=after, limit=4)
        seen += [one.id for one in page.events]
        after = page.next
        if after is None:
            break
        # Later and earlier ones arrive, and updates of those that were seen.
        number += 1
        keep(store, report(10_000 + number * 100), report(-10_000 - number * 100, method="SCANS"))
        keep(store, report(2900 + number, "10.3.0.9"))
    assert [one for one in seen if one in first] == first[::-1]
    assert len(seen) == len({*seen})


def test_pages_stay_while_another_writes(store: Store) -> None:
    first = {*ids(keep(store, *(report(minutes * 100) for minutes in range(40))))}
    ended = Event()

    def write() -> None:
        number = 0
        while not ended.is_set() and number < 200:
            number += 1
            keep(store, report(10_000 + number * 100, severity="high"))

    writer = Thread(target=write)
    writer.start()
    try:
        for order in (Order(), Order("severity", False), Order("updated"), Order("time", False)):
            seen = [one.id for one in read_all(store, Filter(), order, 3)]
            assert len(seen) == len({*seen})
            assert first <= {*seen}
    finally:
        ended.set()
        writer.join()


def test_a_row_of_a_list_says_what_the_last_answer_does(sampled: Store) -> None:
    listed = next(one for one in everything(sampled).values() if one.techniques and one.revision > 1)
    found = sampled.event(listed.id)
    assert found is not None
    answer = found.revisions[-1].answer
    assert [one.id for one in listed.techniques] == list(answer.shown)
    assert listed.tactics == answer.tactics
    assert (listed.model, listed.context) == (answer.model, answer.context)
    assert not any(one.because or one.despite for one in listed.techniques)
    assert listed.targets.count >= len(listed.targets.sample) > 0


def test_an_update_changes_what_an_event_is_found_by(store: Store) -> None:
    (first,) = keep(store, report(description="quiet guessing", source={"ip": "10.1.0.5", "hostname": "old"}))
    keep(
        store,
        report(
            5,
            "10.9.9.9",
            description="loud guessing",
            source={"ip": "10.1.0.5", "hostname": "new"},
            severity="high",
        ),
    )
    for query, there in (
        ("text=guessing", True),
        ("text=loud", True),
        ("text=quiet", False),
        ("host=new", True),
        ("host=old", False),
        ("severity=high", True),
        ("target=10.9.9.9", True),
        ("target=10.3.0.7", True),
    ):
        assert ids_of(store, query) == ([first.event.id] if there else []), query


def test_a_late_report_moves_an_event_to_its_earlier_time(store: Store) -> None:
    (first,) = keep(store, report(30))
    keep(store, report(0, "10.3.0.9"))
    until = datetime(2026, 3, 10, 10, 10, tzinfo=UTC).isoformat()
    for query in ("method=SSHDICT", "text=sshdict", "target=10.3.0.7", "tactic=credential-access", ""):
        assert ids_of(store, f"{query}&until={until}") == [first.event.id], query


def ids_of(store: Store, query: str) -> list[str]:
    return [one.id for one in store.page(asked(query)).events]


@pytest.mark.parametrize(
    "cursor", ["", "x", "é", "W10", "WzEsMiwzXQ", "A" * 5000, "null", "bnVsbA", "W251bGwsbnVsbCxudWxsXQ"]
)
def test_what_is_no_place_is_refused(sampled: Store, cursor: str) -> None:
    for order in (Order(), Order("method")):
        with pytest.raises(CursorError, match="no place"):
            sampled.page(Filter(), order, after=cursor)


def test_a_place_holds_in_its_own_list_alone(sampled: Store) -> None:
    after = sampled.page(Filter(), Order(), limit=1).next
    assert after is not None
    for wanted, order in ((asked("method=SCANS"), Order()), (Filter(), Order("time", False))):
        with pytest.raises(CursorError, match="another list"):
            sampled.page(wanted, order, after=after)


@pytest.mark.parametrize(
    "query",
    [
        "colour=red",
        "method=",
        "method=" + "x" * 1001,
        "&".join(f"method={number}" for number in range(21)),
        "source=10.0.0.0/33",
        "source=10.0.0.0/-1",
        "source=10.0.0.0/８",
        "source=1.2.3",
        "source=' OR 1=1",
        "target=2001:db8::/129",
        "tactic=Discovery",
        "technique=T1",
        "technique=T1110.1",
        "reason=bad",
        "basis=all",
        "severity=loud",
        "reviewed=yes",
        "since=yesterday",
        "since=2026-11-03&since=2026-11-04",
        "since=2026-11-03&until=2026-11-03",
        "text=4444",
        "text=10.0.0.1",
        "text=***",
        "text=" + " ".join(f"word{number}x" for number in range(60)),
    ],
)
def test_what_no_event_can_have_is_refused_and_names_its_field(query: str) -> None:
    with pytest.raises(FilterError) as refused:
        asked(query)
    assert refused.value.field in {part.split("=")[0] for part in query.split("&")}


@pytest.mark.parametrize("order", ["time", "severity", "method", "probability"])
def test_pages_lead_back_to_where_one_came_from(sampled: Store, order: str) -> None:
    by, forth = Order(order), []
    page = sampled.page(Filter(), by, limit=7)
    assert page.previous is None
    while True:
        forth.append(page)
        if page.next is None:
            break
        page = sampled.page(Filter(), by, after=page.next, limit=7)
    assert len(forth) > 2
    for expected in reversed(forth[:-1]):
        assert page.previous is not None
        page = sampled.page(Filter(), by, before=page.previous, limit=7)
        assert page.events == expected.events
    assert page.previous is None
    # And forth again from there.
    assert sampled.page(Filter(), by, after=page.next, limit=7).events == forth[1].events

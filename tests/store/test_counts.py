"""Events counted, by technique and by host: as if each was looked at."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from adscribe.store import Store, counts, selection
from adscribe.store.counts import FACET_VALUES, FacetValue
from adscribe.store.filters import Filter, read_filter
from adscribe.store.hosts import HostStage, ListedHost
from adscribe.store.listing import CursorError, ListedEvent
from adscribe.store.matrix import Told
from tests.store.asking import keep, report
from tests.store.samples import everything

FILTERS = {
    "all": [],
    "method": [("method", "SSHDICT"), ("method", "SCANS"), ("method", "DICTATTACK")],
    "network": [("source", "10.20.101.0/24")],
    "tactic": [("tactic", "credential-access")],
    "word": [("text", "scan")],
    "span": [("since", "2026-11-03T09:00:00Z"), ("until", "2026-11-03T12:00:00Z")],
    "nothing": [("text", "nowherefound")],
}

Asked = pytest.mark.parametrize("wanted", [read_filter(one) for one in FILTERS.values()], ids=FILTERS)


def met(store: Store, wanted: Filter) -> list[ListedEvent]:
    return [one for page in store.pages(wanted) for one in page.events]


def techniques(one: ListedEvent) -> Iterable[Any]:
    return [*one.techniques, *(one.ics.techniques if one.ics else ())]


def tactics(one: ListedEvent) -> Iterable[Any]:
    return [*one.tactics, *(one.ics.tactics if one.ics else ())]


def as_counter(values: Iterable[FacetValue]) -> dict[str | None, int]:
    return {one.value: one.events for one in values}


@Asked
def test_facets(sampled: Store, wanted: Filter) -> None:
    found, events = sampled.facets(wanted), met(sampled, wanted)
    assert found.events == len(events)
    assert found.counted.complete
    expected: dict[str, Counter[str | None]] = {
        "reason": Counter(one.no_category.reason if one.no_category else None for one in events),
        "severity": Counter(one.severity for one in events),
    }
    for name, counted in expected.items():
        assert as_counter(getattr(found, name)) == counted, name
    often = {
        "method": Counter(one.method[:255] for one in events),
        "host": Counter(one.source.ip for one in events),
        "tactic": Counter(name for one in events for name in {each.shortname for each in tactics(one)}),
        "technique": Counter(each.id for one in events for each in techniques(one)),
    }
    for name, every in often.items():
        told = as_counter(getattr(found, name))
        assert len(told) == min(len(every), FACET_VALUES), name
        assert all(every[value] == number for value, number in told.items() if value), name
        assert sorted(told.values(), reverse=True) == [number for _, number in every.most_common(len(told))]


@pytest.mark.parametrize("buckets", [2, 24, 400])
@Asked
def test_a_histogram_has_every_event_in_its_part(sampled: Store, wanted: Filter, buckets: int) -> None:
    found = sampled.facets(wanted, buckets=buckets).histogram
    length = timedelta(seconds=found.seconds)
    events = met(sampled, wanted)
    assert sum(one.events for one in found.buckets) == len(events)
    assert len(found.buckets) <= buckets
    for one in found.buckets:
        assert one.events == sum(one.at <= each.detected_at < one.at + length for each in events)


@Asked
def test_the_matrix(sampled: Store, wanted: Filter) -> None:
    found = sampled.counts(wanted)
    events = [one for one in met(sampled, wanted) if one.tactics or (one.ics and one.ics.tactics)]
    assert (found.events, found.counted.complete) == (len(events), True)
    by_tactic: dict[tuple[str, str], list[float]] = defaultdict(list)
    by_technique: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    cells: dict[tuple[str, str, str], dict[str, float]] = defaultdict(dict)
    for one in events:
        for tactic in tactics(one):
            by_tactic[tactic.domain, tactic.shortname].append(tactic.probability)
        for each in techniques(one):
            for name in filter(None, (each.id, each.parent)):
                # Once an event, with the highest of what it shows.
                shown = by_technique[each.domain, name]
                shown[one.id] = max(shown.get(one.id, 0), each.probability)
                for tactic in each.tactics:
                    shown = cells[each.domain, name, tactic]
                    shown[one.id] = max(shown.get(one.id, 0), each.probability)
    assert {(one.domain, one.tactic): one.events for one in found.tactics} == {
        key: len(shown) for key, shown in by_tactic.items()
    }
    for tactic in found.tactics:
        assert tactic.expected == pytest.approx(sum(by_tactic[tactic.domain, tactic.tactic]), abs=1e-3)
    assert {(one.domain, one.technique): one.events for one in found.techniques} == {
        key: len(shown) for key, shown in by_technique.items()
    }
    for technique in found.techniques:
        shown = by_technique[technique.domain, technique.technique]
        assert technique.expected == pytest.approx(sum(shown.values()), abs=1e-3)
        assert technique.parent == (technique.technique[:5] if "." in technique.technique else None)
        for name, cell in technique.tactics.items():
            assert cell.events == len(cells[technique.domain, technique.technique, name])
    assert {(one.domain, one.technique, tactic) for one in found.techniques for tactic in one.tactics} == set(
        cells
    )


class Same:
    """A version that has all under the names that were answered."""

    domain = "enterprise"

    def technique(self, technique: str, tactics: tuple[str, ...]) -> list[Told]:
        return [Told(technique, technique.partition(".")[0] if "." in technique else None, tactics)]

    def tactic(self, tactic: str) -> tuple[str, ...]:
        return (tactic,)


class Newer(Same):
    """A version in which all of a technique and below it is one below another, and a tactic is two."""

    def technique(self, technique: str, tactics: tuple[str, ...]) -> list[Told]:
        there = tuple(one for name in tactics for one in self.tactic(name))
        if technique.startswith("T1110"):
            return [Told("T2000.001", "T2000", there)]
        return [] if technique == "T1046" else [Told(technique, None, there)]

    def tactic(self, tactic: str) -> tuple[str, ...]:
        return ("guessing", "stealing") if tactic == "credential-access" else (tactic,)


@Asked
def test_a_version_with_the_same_names_changes_nothing(sampled: Store, wanted: Filter) -> None:
    both, one = sampled.counts(wanted), sampled.counts(wanted, Same())
    assert one.tactics == tuple(each for each in both.tactics if each.domain == "enterprise")
    assert one.techniques == tuple(each for each in both.techniques if each.domain == "enterprise")


@Asked
def test_a_version_counts_an_event_once_for_what_several_techniques_became(
    sampled: Store, wanted: Filter
) -> None:
    before, after = sampled.counts(wanted, Same()), sampled.counts(wanted, Newer())
    assert after.events == before.events
    guessed = [sure for one in met(sampled, wanted) if (sure := guesses(one))]
    told = {one.technique: one for one in after.techniques}
    for technique, parent in (("T2000.001", "T2000"), ("T2000", None)) if guessed else ():
        found = told[technique]
        assert (found.events, found.parent) == (len(guessed), parent)
        assert found.expected == pytest.approx(sum(guessed), abs=1e-3)
        assert found.answered_as
        assert set(found.answered_as) <= {"T1110", "T1110.001", "T1110.003", "T1110.004"}
        assert set(found.tactics) >= {"guessing", "stealing"}
    assert not any(name.startswith(("T1110", "T1046")) for name in told)
    tactics = {one.tactic: one for one in after.tactics}
    for each in before.tactics:
        for name in Newer().tactic(each.tactic):
            assert tactics[name].events == each.events
            assert tactics[name].expected == pytest.approx(each.expected, abs=1e-3)


def guesses(one: ListedEvent) -> float:
    return max((each.probability for each in one.techniques if each.id.startswith("T1110")), default=0.0)


def test_an_event_counts_once_for_a_technique_and_what_is_below_it(sampled: Store) -> None:
    found = {one.technique: one for one in sampled.counts(Filter()).techniques}
    parents = {one.parent for one in found.values() if one.parent}
    assert parents
    for parent in parents:
        below = [one.events for one in found.values() if one.parent == parent]
        assert max(below) <= found[parent].events


def score(stages: Iterable[HostStage]) -> float:
    return round(sum(one.probability for one in stages), 4)


@Asked
def test_hosts(sampled: Store, wanted: Filter) -> None:
    found = sampled.hosts(wanted, limit=1000)
    assert found.next is None
    by_host: dict[str, list[ListedEvent]] = defaultdict(list)
    for one in met(sampled, wanted):
        if list(tactics(one)):
            by_host[one.source.ip].append(one)
    assert {host.ip for host in found.hosts} == set(by_host)
    assert [host.score for host in found.hosts] == sorted((host.score for host in found.hosts), reverse=True)
    for host in found.hosts:
        events = by_host[host.ip]
        assert host.events == len(events)
        assert host.first_at == min(one.detected_at for one in events)
        assert host.last_at == max(one.detected_at for one in events)
        assert host.score == pytest.approx(score(host.stages))
        for stage in host.stages:
            showing = [
                (one, tactic) for one in events for tactic in tactics(one) if tactic.shortname == stage.tactic
            ]
            assert stage.events == len({one.id for one, _ in showing})
            assert stage.probability == max(tactic.probability for _, tactic in showing)
            assert stage.first_at == min(one.detected_at for one, _ in showing)
        assert {stage.tactic for stage in host.stages} == {
            tactic.shortname for one in events for tactic in tactics(one)
        }


def test_pages_of_hosts_join(sampled: Store) -> None:
    together = sampled.hosts(Filter(), limit=1000).hosts
    seen: list[ListedHost] = []
    after = None
    while True:
        page = sampled.hosts(Filter(), after=after, limit=5)
        seen += page.hosts
        after = page.next
        if after is None:
            break
    assert seen == list(together)


@pytest.mark.parametrize("cursor", ["", "x", "é", "W10", "W251bGwsIngiXQ", "A" * 500])
def test_what_is_no_place_among_hosts_is_refused(sampled: Store, cursor: str) -> None:
    with pytest.raises(CursorError):
        sampled.hosts(Filter(), after=cursor)


def test_one_host_over_time(sampled: Store) -> None:
    listed = sampled.hosts(Filter(), limit=1).hosts[0]
    found = sampled.host(listed.ip, Filter())
    assert found is not None
    assert (found.score, found.hostname) == (listed.score, listed.hostname)
    assert found.as_source.stages == listed.stages
    steps: Counter[str] = Counter()
    for step in found.as_source.timeline:
        steps[step.tactic] += step.events
        assert step.at.timestamp() % found.seconds == 0
    assert steps == {stage.tactic: stage.events for stage in listed.stages}
    events = everything(sampled).values()
    assert found.as_source.events == sum(one.source.ip == listed.ip for one in events)


def test_a_host_that_was_only_a_target(sampled: Store) -> None:
    found = sampled.host("198.51.100.9", Filter())
    assert found is not None
    assert (found.score, found.as_source.events, found.as_target.events) == (0, 0, 1)
    assert [stage.tactic for stage in found.as_target.stages] == [
        tactic.shortname
        for one in everything(sampled).values()
        if one.source.ip == "2001:db8::7"
        for tactic in one.tactics
    ]


def test_a_host_without_events_is_none(sampled: Store) -> None:
    assert sampled.host("192.0.2.99", Filter()) is None
    assert sampled.host("10.40.20.44", read_filter([("until", "1990-01-01")])) is None


def test_a_score_never_falls_and_severity_has_no_part_in_it(store: Store) -> None:
    def now() -> float:
        return sum(host.score for host in store.hosts(Filter()).hosts)

    keep(store, report(0, source={"ip": "203.0.113.7"}, severity="low"))
    first = now()
    assert first > 0
    keep(store, report(200, source={"ip": "203.0.113.7"}, severity="critical"))
    assert now() == first
    keep(store, report(400, source={"ip": "203.0.113.7"}, method="SCANS", submethod="TCPSYN"))
    assert now() > first


def test_what_is_counted_is_bounded_and_says_so(sampled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = sampled.facets(Filter())
    for module in (selection, counts):
        monkeypatch.setattr(module, "FEW", 16)
    monkeypatch.setattr(counts, "MOST_COUNTED", 50)
    part = sampled.facets(Filter())
    latest = sorted((one.detected_at for one in everything(sampled).values()), reverse=True)[:50]
    assert (part.events, part.counted.complete) == (50, False)
    assert (part.counted.since, part.counted.until) == (latest[-1], latest[0])
    assert whole.counted.complete
    assert whole.events > part.events
    assert not sampled.counts(Filter()).counted.complete
    # What an index finds few of is counted whole, however many events there are.
    rare = read_filter([("text", "scan")])
    assert sampled.facets(rare).counted.complete
    assert sampled.hosts(read_filter([("technique", "T1110.001")])).counted.complete

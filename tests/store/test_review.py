"""The queue of what to judge next, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event as listening

from adscribe import Assignment, Classifier, Site
from adscribe.answer.feedback import Confirm, Feedback, JudgedRevision, Judgement, NothingApplies
from adscribe.sensors import read
from adscribe.store import Store
from adscribe.store.connection import browsing
from adscribe.store.filters import Filter
from adscribe.store.review import MOST_OF_GROUP, Group
from tests.store.samples import SITE

AT = datetime(2026, 11, 5, 9, tzinfo=UTC)
HOUSE = Site.parse("""
filters:
  LAN: ["10.0.0.0/8"]
  Desks: ["10.9.0.0/24"]
internal: LAN
roles:
  workstation: Desks
""")


@pytest.fixture(scope="module")
def model() -> Classifier:
    return Classifier.load()


def vpn(source: str, minute: int = 0) -> dict[str, Any]:
    """An event that the model can't tell much of."""
    return {
        "method": "VPN",
        "submethod": "OpenVPN",
        "source": {"ip": source},
        "targets": ["198.51.100.7"],
        "detected_at": f"2026-11-03T10:{minute:02}:00Z",
    }


def keep(store: Store, model: Classifier, *events: dict[str, Any]) -> list[Assignment]:
    answers = list(store.answers(model, read(list(events)), site=HOUSE))
    assert all(isinstance(one, Assignment) for one in answers)
    return [one for one in answers if isinstance(one, Assignment)]


def judge(store: Store, event_id: str, verdict: Judgement | None = None, analyst: str = "j.doe") -> None:
    said = verdict or NothingApplies(reason="too_generic")
    given = Feedback(event=JudgedRevision(id=event_id, revision=1), analyst=analyst, verdict=said, at=AT)
    assert store.give(given)


def groups(store: Store, **options: Any) -> tuple[Group, ...]:
    return store.queue(Filter(), HOUSE, **options).groups


def ids(group: Group) -> list[str]:
    return [one.id for one in group.shown]


def test_similar_events_stand_together_and_other_roles_apart(store: Store, model: Classifier) -> None:
    one, two, desk = keep(store, model, vpn("10.1.0.1"), vpn("10.1.0.2", 1), vpn("10.9.0.5", 2))
    found = {frozenset(ids(group)): group for group in groups(store, differing=[desk.event.id])}
    assert set(found) == {frozenset({one.event.id, two.event.id}), frozenset({desk.event.id})}
    together = found[frozenset({one.event.id, two.event.id})]
    assert together.events == 2
    assert together.kind.source.inside
    assert together.kind.source.roles == ()
    assert found[frozenset({desk.event.id})].kind.source.roles == ("workstation",)
    assert ids(together) == [two.event.id, one.event.id]


def test_a_judged_event_leaves_the_queue_and_comes_back_when_that_is_taken_back(
    store: Store, model: Classifier
) -> None:
    one, two = keep(store, model, vpn("10.1.0.1"), vpn("10.1.0.2", 1))
    judge(store, one.event.id)
    (left,) = groups(store)
    assert ids(left) == [two.event.id]
    judge(store, two.event.id)
    assert groups(store) == ()
    store.revoke(two.event.id, 1, by="j.doe", at=AT)
    (back,) = groups(store)
    assert ids(back) == [two.event.id]


def test_what_has_been_judged_often_is_less_news(store: Store, model: Classifier) -> None:
    one, _ = keep(store, model, vpn("10.1.0.1"), vpn("10.1.0.2", 1))
    (before,) = groups(store)
    judge(store, one.event.id)
    (after,) = groups(store)
    assert (before.judged, after.judged) == (0, 1)
    assert after.parts.news < before.parts.news
    assert after.score < before.score


def test_more_events_reach_further_but_not_in_proportion(store: Store, model: Classifier) -> None:
    keep(store, model, vpn("10.1.0.1"))
    (single,) = groups(store)
    keep(store, model, *(vpn(f"10.1.0.{host}", host) for host in range(2, 9)))
    (several,) = groups(store)
    assert several.events == 8
    assert single.score < several.score < 8 * single.score


def test_the_score_is_that_of_its_parts(sampled: Store) -> None:
    for group in sampled.queue(Filter(), SITE, limit=1000).groups:
        parts = group.parts
        doubt = parts.uncertain + parts.unfamiliar + parts.disagreement
        assert group.score == pytest.approx(doubt * parts.reach * parts.news)


def test_the_most_telling_come_first_and_no_more_than_asked_for(sampled: Store) -> None:
    all_of_them = sampled.queue(Filter(), SITE, limit=1000)
    scores = [group.score for group in all_of_them.groups]
    assert scores == sorted(scores, reverse=True)
    assert all_of_them.kinds == len(scores) > 2
    first = sampled.queue(Filter(), SITE, limit=2)
    assert first.groups == all_of_them.groups[:2]
    assert first.kinds == all_of_them.kinds


def test_a_sure_answer_is_asked_about_only_where_a_challenger_says_otherwise(
    store: Store, model: Classifier
) -> None:
    sure = {
        "method": "SCANS",
        "submethod": "TCPSYN",
        "source": {"ip": "203.0.113.7"},
        "targets": ["10.1.9.1", "10.1.9.2"],
        "target_count": 60,
        "ports": [445],
        "detected_at": "2026-11-03T15:12:10Z",
    }
    (answer,) = keep(store, model, sure)
    assert answer.techniques
    assert groups(store) == ()
    (group,) = groups(store, differing=[answer.event.id])
    assert group.parts.disagreement == 1
    assert group.kind.techniques == tuple(one.id for one in answer.techniques)
    judge(store, answer.event.id, Confirm())
    assert groups(store, differing=[answer.event.id]) == ()


def test_a_filter_chooses_among_them(store: Store, model: Classifier) -> None:
    one, two = keep(store, model, vpn("10.1.0.1"), vpn("10.1.0.2", 30))
    later = Filter(since=datetime(2026, 11, 3, 10, 10, tzinfo=UTC))
    (group,) = store.queue(later, HOUSE).groups
    assert ids(group) == [two.event.id]
    (group,) = store.queue(Filter(source=("10.1.0.1",)), HOUSE).groups
    assert ids(group) == [one.event.id]
    assert store.queue(Filter(method=("SCANS",)), HOUSE).groups == ()


def test_a_group_is_found_by_its_id_until_all_of_it_is_judged(store: Store, model: Classifier) -> None:
    one, two = keep(store, model, vpn("10.1.0.1"), vpn("10.1.0.2", 1))
    (group,) = groups(store)
    found = store.group(Filter(), HOUSE, group.id)
    assert found is not None
    assert ids(found) == [two.event.id, one.event.id]
    assert store.group(Filter(), HOUSE, "0" * 16) is None
    for answer in (one, two):
        judge(store, answer.event.id)
    assert store.group(Filter(), HOUSE, group.id) is None


def test_a_group_shows_so_many_events_at_most(store: Store, model: Classifier) -> None:
    hosts = range(MOST_OF_GROUP + 5)
    keep(store, model, *(vpn(f"10.1.{host // 50}.{host % 50 + 1}", host % 60) for host in hosts))
    (group,) = groups(store)
    assert group.events == len(hosts)
    found = store.group(Filter(), HOUSE, group.id)
    assert found is not None
    assert len(found.shown) == MOST_OF_GROUP


def test_verdicts_are_counted_by_what_they_say(store: Store, model: Classifier) -> None:
    empty = store.verdicts()
    assert (empty.verdicts, empty.first, empty.last) == (0, None, None)
    one, two = keep(store, model, vpn("10.1.0.1"), vpn("10.1.0.2", 1))
    judge(store, one.event.id)
    judge(store, one.event.id, NothingApplies(reason="benign"), "a.roe")
    judge(store, two.event.id, Confirm())
    store.revoke(two.event.id, 1, by="j.doe", at=AT)
    found = store.verdicts()
    assert (found.verdicts, found.events, found.analysts, found.revoked) == (2, 1, 2, 1)
    assert found.reasons == {"benign": 1, "too_generic": 1}
    assert (found.confirmed, found.last) == (0, AT)
    assert store.verdicts(since=AT).verdicts == 0


def test_verdicts_of_one_moment_are_found_again(store: Store, model: Classifier) -> None:
    one, two = keep(store, model, vpn("10.1.0.1"), vpn("10.1.0.2", 1))
    judge(store, one.event.id)
    judge(store, two.event.id)
    assert {given.event.id for given in store.given_at(AT)} == {one.event.id, two.event.id}
    store.revoke(two.event.id, 1, by="j.doe", at=AT)
    assert [given.event.id for given in store.given_at(AT)] == [one.event.id]


def test_the_queue_reads_along_the_indexes_of_unsure_events(sampled: Store) -> None:
    done: dict[str, Any] = {}

    def note(_c: Any, _x: Any, statement: str, values: Any, _y: Any, _many: bool) -> None:
        if statement.startswith("SELECT"):
            done[statement] = values

    listening.listen(sampled.engine, "before_cursor_execute", note)
    try:
        (first, *_) = sampled.queue(Filter(), SITE).groups
        sampled.queue(Filter(since=datetime(2026, 11, 1, tzinfo=UTC)), SITE, differing=[first.shown[0].id])
        sampled.verdicts(since=AT)
        sampled.given_at(AT)
    finally:
        listening.remove(sampled.engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN" if sampled.kind == "sqlite" else "EXPLAIN"
    plans = []
    for statement, values in done.items():
        if "set_config" in statement:
            continue
        assert "LIMIT" in statement
        with browsing(sampled.engine) as connection:
            rows = connection.exec_driver_sql(f"{explain} {statement}", values)
            plans.append("\n".join(str(row[-1]) for row in rows))
    assert [plan for plan in plans if "ix_event_unsure" in plan and "ix_event_technique_unsure" in plan]
    tables = ("event", "event_technique", "event_tactic", "event_target", "event_state", "feedback")
    for plan in plans:
        assert "Seq Scan" not in plan
        for line in plan.splitlines():
            assert line not in {f"SCAN {table}" for table in tables}, plan

"""An event goes on from body to body: what is kept of it, and what comes back of a report that is known."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from adscribe.event.native import from_native, to_native
from adscribe.store import Store, StoredEvent
from adscribe.store.connection import writing
from adscribe.store.schema import metadata, revision
from tests.store.asking import RULES, SITE, Native, ids, keep, report, rows


def shown(store: Store, event_id: str, **page: Any) -> StoredEvent:
    """Return an event that is kept."""
    found = store.event(event_id, **page)
    assert found is not None
    return found


def causes(found: StoredEvent) -> list[tuple[int, int, str]]:
    return [(one.revision, one.part, one.cause) for one in found.revisions]


def event(native: Native) -> Native:
    """Return a report as it is read."""
    return to_native(from_native(native, zone=UTC)[0])


def test_every_revision_keeps_what_it_rests_on(store: Store) -> None:
    began = datetime.now(UTC)
    reports = [report(), report(10, "10.3.0.8", success=True, severity="high")]
    answers = [keep(store, one)[0] for one in reports]
    found = shown(store, answers[0].event.id)
    assert causes(found) == [(1, 0, "report"), (2, 0, "update")]
    assert [one.answer for one in found.revisions] == answers
    assert [to_native(one.report) for one in found.revisions if one.report] == [event(one) for one in reports]
    first, second = found.revisions
    assert first.event and first.event.success is None and first.event.target_count == 1
    assert second.event == found.event
    assert found.event.success is True and found.event.target_count == 2
    assert second.answer.changed and set(second.answer.changed.evidence) >= {"targets", "success"}
    assert began <= first.received_at <= second.received_at == found.received_at
    assert (found.id, found.revision, found.reviewed, found.next) == (answers[0].event.id, 2, False, None)
    with store.engine.connect() as connection:
        for row in connection.execute(revision.select()):
            model = answers[0].model
            assert (row.model, row.version, row.attack) == (model.name, model.version, model.attack)
            assert row.site == f"sha256:{SITE.sha256}"


def test_the_digest_of_a_context_tells_whether_the_facts_are_the_same(store: Store) -> None:
    more = report(5, severity="low", description="The same again.")
    (event_id,) = {*ids(keep(store, report(), more, report(10, success=True)))}
    first, same, other = (one.context for one in shown(store, event_id).revisions)
    assert first == same != other


def test_a_report_that_comes_again_adds_nothing_and_has_the_answer_that_it_had(store: Store) -> None:
    reports = [report(), report(20, success=True), report(40, "10.3.0.8", success=True)]
    answers = keep(store, *reports)
    before = rows(store)
    assert keep(store, *reports) == answers
    assert keep(store, *reversed(reports)) == answers[::-1]
    assert keep(store, reports[0]) == answers[:1]
    assert keep(store, {**reports[1], "a_key_that_is_ignored": 1}) == answers[1:2]
    assert rows(store) == before


def test_a_report_that_says_as_much_in_other_words_is_known(store: Store) -> None:
    (answer,) = keep(store, report(characteristics={"a_count": 1, "b_count": 2}))
    same = report(characteristics={"b_count": 2, "a_count": 1})
    same["detected_at"] = "2026-03-10T11:00:00+01:00"
    same["targets"] = [{"ip": "::ffff:10.3.0.7"}]
    assert keep(store, same) == [answer]


def test_reports_that_come_late_are_merged_by_their_time_and_known_the_next_time(store: Store) -> None:
    first, newer = report(), report(30, characteristics={"attempts_total_count": 900})
    late = report(15, "10.3.0.9", characteristics={"attempts_total_count": 40, "flows_count": 7})
    (event_id,) = {*ids(keep(store, first) + keep(store, newer) + keep(store, late))}
    found = shown(store, event_id)
    assert causes(found) == [(1, 0, "report"), (2, 0, "update"), (3, 0, "update")]
    assert found.event.characteristics == {"attempts_total_count": 900, "flows_count": 7}
    assert keep(store, late, newer, late) == [found.revisions[number].answer for number in (2, 1, 2)]
    assert shown(store, event_id) == found


def test_a_late_report_belongs_to_the_event_of_its_time_though_another_has_been_opened(store: Store) -> None:
    morning, noon = keep(store, report(), report(180))
    late, before, between = keep(store, report(20), report(-30), report(100))
    assert morning.event.id != noon.event.id
    assert ids([late, before]) == ids([morning, morning])
    assert (late.event.revision, before.event.revision) == (2, 3)
    assert between.event.id not in ids([morning, noon])
    assert shown(store, morning.event.id).event.detected_at.isoformat() == "2026-03-10T09:30:00+00:00"


def test_the_sensors_id_keeps_an_event_together_beyond_the_timeout(store: Store) -> None:
    (first,) = keep(store, report(external_id="4711"))
    (other,) = keep(store, report(300, external_id="4712"))
    (late,) = keep(store, report(600, external_id="4711"))
    assert other.event.id != first.event.id
    assert (late.event.id, late.event.revision) == (first.event.id, 2)
    (elsewhere,) = keep(store, report(600, external_id="4711", data_feed="2"))
    assert elsewhere.event.revision == 1


def test_fragments_are_answered_and_kept_within_one_revision(store: Store) -> None:
    reports = [report(second / 60, f"10.3.0.{second}") for second in range(1, 5)]
    answers = [keep(store, one)[0] for one in reports]
    assert [(one.event.revision, one.event.fragment) for one in answers] == [(1, False)] + [(1, True)] * 3
    found = shown(store, answers[0].event.id)
    assert causes(found) == [(1, 0, "report"), *((1, part, "fragment") for part in (1, 2, 3))]
    assert [one.event is None for one in found.revisions] == [False, True, True, True]
    assert [target.ip for target in found.event.targets] == [f"10.3.0.{second}" for second in range(1, 5)]
    (again,) = keep(store, reports[2])
    assert again == answers[2]
    (update,) = keep(store, report(1))
    assert causes(shown(store, update.event.id))[-1] == (2, 0, "update")


def test_pages_of_revisions_follow_each_other(store: Store) -> None:
    reports = [report(second / 60, f"10.3.0.{second}") for second in range(1, 4)]
    answers = keep(store, *reports, *(report(number) for number in range(2, 9)))
    whole = shown(store, answers[0].event.id)
    assert len(whole.revisions) == len(answers) and whole.next is None
    seen: list[Any] = []
    after = (0, 0)
    while True:
        page = shown(store, whole.id, after=after, limit=4)
        seen.extend(page.revisions)
        if page.next is None:
            break
        assert len(page.revisions) == 4
        number, _, part = page.next.partition(".")
        after = int(number), int(part)
    assert tuple(seen) == whole.revisions


def test_a_page_of_large_events_is_cut(store: Store) -> None:
    targets = [f"10.3.{number // 250}.{number % 250}" for number in range(9000)]
    answers = keep(store, *(report(minute, *targets) for minute in range(0, 48, 6)))
    page = shown(store, answers[0].event.id)
    assert 0 < len(page.revisions) < len(answers) and page.next


def test_what_is_found_by_is_what_the_latest_answer_says(store: Store) -> None:
    reports = [
        report(),
        report(5, "10.3.0.8", {"ip": "10.3.0.7", "hostname": "db"}, success=True, severity="high"),  # type: ignore[arg-type]
        report(-5, "2001:db8::1", severity="low"),
    ]
    answers = [keep(store, one)[0] for one in reports]
    last = answers[-1]
    tables = store_tables(store)
    (kept,) = tables["event"]
    assert kept["id"] == last.event.id
    assert (kept["revision"], kept["severity"], kept["source_address"]) == (3, "high", "10.1.0.5")
    assert kept["detected_at"].isoformat() == "2026-03-10T09:55:00+00:00"
    assert kept["updated_at"].isoformat() == "2026-03-10T10:05:00+00:00"
    assert last.techniques and (kept["reason"], kept["basis"]) == (None, None)
    assert {row["technique"] for row in tables["event_technique"]} == {one.id for one in last.techniques}
    assert {row["parent"] for row in tables["event_technique"]} == {
        one.parent or one.id for one in last.techniques
    }
    assert {row["tactic"] for row in tables["event_tactic"]} == {one.shortname for one in last.tactics}
    assert {(row["address"], row["host"]) for row in tables["event_target"]} == {
        ("10.3.0.7", "db"),
        ("10.3.0.8", None),
        ("2001:db8::1", None),
    }
    for name in ("event_technique", "event_tactic", "event_target"):
        assert {row["detected_at"] for row in tables[name]} == {kept["detected_at"]}
    calm = keep(store, report(method="SCANS", labels=["False positive"]))[0]
    (kept,) = [row for row in store_tables(store)["event"] if row["id"] == calm.event.id]
    assert calm.no_category and (kept["reason"], kept["basis"]) == (calm.no_category.reason, "site")


def store_tables(store: Store) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of all tables, as their columns tell them."""
    with store.engine.connect() as connection:
        return {
            name: [dict(row) for row in connection.execute(table.select()).mappings()]
            for name, table in metadata.tables.items()
        }


def test_another_look_takes_its_place_among_the_revisions(store: Store) -> None:
    (first,) = keep(store, report())
    # As a later adscribe will add it: a revision without a report.
    with writing(store.engine) as connection:
        row = connection.execute(revision.select()).mappings().one()
        values = {**row, "number": 2, "cause": "reassess", "digest": None}
        del values["key"]
        connection.execute(revision.insert(), [values, {**values, "number": 3}])
    assert causes(shown(store, first.event.id))[1:] == [(2, 0, "reassess"), (3, 0, "reassess")]


def test_hostile_texts_are_kept_whole(store: Store) -> None:
    long = "<b>\u202e\u0000'; DROP TABLE event; --\U0001f480" * 20
    hostile = report(
        method=long[:1000],
        submethod=long[:1000],
        instance=long[:1000],
        external_id="\U0001f480" * 1000,
        sensor=long[:1000],
        labels=[long[:900]],
        description=long,
        source={"ip": "10.1.0.5", "hostname": "\U0001f480" * 1000},
        target_count=2**64 - 1,
        characteristics={long[:300]: 2**64 - 1, "b": -1.5e300, "c": long},
        updated_at="9000-12-31T23:59:59Z",
    )
    (answer,) = keep(store, hostile)
    assert keep(store, hostile) == [answer]
    assert (
        to_native(shown(store, answer.event.id).event)["characteristics"] == event(hostile)["characteristics"]
    )
    assert answer == RULES.classify([hostile], site=SITE)[0]

"""Stored events answered again: as if they had come in under the new site file or version of ATT&CK."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec import UNSET
from sqlalchemy import select

from adscribe import Assignment, Classifier, Site
from adscribe.answer.assignment import Categories
from adscribe.event import Event
from adscribe.sensors import Report
from adscribe.store import Store
from adscribe.store import reassess as reassessing
from adscribe.store.filters import Filter, read_filter
from adscribe.store.jobs import SILENCE, Asked, JobConflictError
from adscribe.store.reassess import Reassessed
from adscribe.store.schema import event, feedback, job, record, revision
from adscribe.training.feedback.quarantine import quarantine
from adscribe.training.feedback.residual import learn
from tests.store.asking import RULES, SITE, keep, report, rows
from tests.store.samples import SITE as DEMO
from tests.store.samples import fill
from tests.store.test_feedback import said
from tests.training.feedback.invented import CATALOGUE, artefact, classifier, copy, gathered, judged, model
from tests.training.feedback.invented import SITE as PLACE

OTHER = Site.parse(
    'filters:\n  LAN: ["10.0.0.0/8"]\n  ADMIN: ["10.1.0.5"]\ninternal: LAN\nroles: {workstation: LAN}\n'
    "allowed:\n  - {method: SSHDICT, source: ADMIN, note: the tests of passwords}\n"
)
"""The same network, where guessing is allowed."""


def again(store: Store, site: Site = OTHER, wanted: Filter | None = None, **options: Any) -> Reassessed:
    *_, last = store.reassess(RULES, wanted or Filter(), site=site, **options)
    return last


def revisions(store: Store) -> list[Any]:
    with store.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(revision).order_by(revision.c.key))]


def answers(store: Store) -> dict[str, tuple[Assignment, str]]:
    """Return the last answer to each event, and what it rests on."""
    found = {}
    for page in store.pages(Filter()):
        for one in page.events:
            shown = store.event(one.id, limit=1000)
            assert shown is not None
            found[one.id] = shown.revisions[-1].answer, shown.revisions[-1].context
    return found


def test_what_was_answered_is_as_if_it_had_come_in_under_the_new_site(store: Store) -> None:
    fill(store)
    fresh = answers(store)
    with store.engine.begin() as connection:
        connection.execute(event.delete())
    fill(store, Site.default())
    found = again(store, DEMO)
    now = answers(store)
    assert set(now) == set(fresh)
    assert found.changed > 20
    for key, (answer, context) in fresh.items():
        ours, ours_context = now[key]
        assert ours_context == context, answer.event
        assert (ours.techniques, ours.tactics, ours.no_category, ours.ics, ours.context) == (
            (answer.techniques, answer.tactics, answer.no_category, answer.ics, answer.context)
        )


def test_a_dry_run_tells_what_the_run_does_and_writes_nothing(store: Store) -> None:
    fill(store, Site.default())
    before = revisions(store), rows(store), answers(store)
    dry = again(store, DEMO, dry_run=True)
    assert (revisions(store), rows(store), answers(store)) == before
    run = again(store, DEMO)
    assert dry == run
    old, new = before[2], answers(store)
    assert run.changed == sum(shown(old[key][0]) != shown(new[key][0]) for key in old) > 20
    assert run.answered == run.looked_at == sum(one.events for one in run.outcomes) == len(before[2])
    for one in run.sample:
        assert (one.before.techniques, one.after.techniques) == (
            tuple(sorted(old[one.id][0].shown)),
            tuple(sorted(new[one.id][0].shown)),
        )


def shown(answer: Assignment) -> tuple[Any, ...]:
    own, ics = (
        ({one.id for one in each.techniques}, {one.id for one in each.tactics}, _reason(each))
        if each is not None
        else None
        for each in (answer, answer.ics)
    )
    return own, ics


def _reason(answer: Assignment | Categories) -> tuple[str, str] | None:
    return (answer.no_category.reason, answer.no_category.basis) if answer.no_category else None


def test_it_is_a_revision_of_its_own_and_what_was_there_stays(store: Store) -> None:
    (first,) = keep(store, report())
    store.give(said(first.event.id))
    before = revisions(store)
    with store.engine.connect() as connection:
        received = connection.scalar(select(event.c.received_at))
        verdicts = connection.execute(select(feedback)).all()
    found = again(store)
    assert (found.answered, found.changed) == (1, 1)
    assert revisions(store)[: len(before)] == before
    shown = store.event(first.event.id)
    assert shown is not None
    report_, second = shown.revisions
    assert report_.answer == first
    assert (second.revision, second.part, second.cause, second.report) == (2, 0, "reassess", None)
    assert second.event == report_.event
    assert second.answer.no_category is not None
    assert second.answer.no_category.basis == "site"
    assert second.answer.changed is not None
    assert (second.answer.changed.cause, second.answer.changed.evidence) == ("reassess", ())
    assert second.answer.changed.removed == tuple(sorted(first.shown))
    with store.engine.connect() as connection:
        # No report came in: it isn't kept longer for that, and what was said of it is untouched.
        assert connection.scalar(select(event.c.received_at)) == received
        assert connection.execute(select(feedback)).all() == verdicts


def test_the_next_report_goes_on_from_there(store: Store) -> None:
    (first,) = keep(store, report())
    again(store)
    update, piece = keep(store, report(5, "10.3.0.8"), report(5.01, "10.3.0.9"), site=OTHER)
    assert (update.event.id, update.event.revision, update.event.fragment) == (first.event.id, 3, False)
    assert (piece.event.revision, piece.event.fragment) == (3, True)
    assert update.changed is not None
    # The answer before was that of the new site already.
    assert update.changed.removed == ()


def test_a_piece_of_a_report_may_follow_another_answer(store: Store) -> None:
    (first,) = keep(store, report())
    again(store)
    (piece,) = keep(store, report(0.01, "10.3.0.8"), site=OTHER)
    assert (piece.event.id, piece.event.revision, piece.event.fragment) == (first.event.id, 2, True)
    shown = store.event(first.event.id)
    assert shown is not None
    assert [(one.revision, one.part, one.cause) for one in shown.revisions] == [
        (1, 0, "report"),
        (2, 0, "reassess"),
        (2, 1, "fragment"),
    ]


def test_what_is_answered_so_already_is_left(store: Store) -> None:
    keep(store, *(report(minutes * 100) for minutes in range(3)))
    assert again(store, SITE).current == 3
    again(store)
    before = revisions(store)
    found = again(store)
    assert (found.looked_at, found.current, found.answered) == (3, 3, 0)
    assert revisions(store) == before


def test_what_analysts_have_taught_since_answers_again(store: Store) -> None:
    taught = Classifier(
        model().with_residual(learn(quarantine(gathered(judged(copies())), artefact()), artefact(), PLACE)),
        CATALOGUE,
    )
    reports = [Report(number, "native", one) for number, one in enumerate(copies()[:5])]
    for _ in store.answers(classifier(), reports, site=PLACE):
        pass
    for by, named in ((taught, True), (classifier(), False)):
        *_, first = store.reassess(by, Filter(), site=PLACE)
        *_, second = store.reassess(by, Filter(), site=PLACE)
        assert (first.answered, first.current, second.answered, second.current) == (5, 0, 0, 5)
        assert all((one.model.residual is not UNSET) == named for one, _ in answers(store).values())


def copies() -> list[Event]:
    """Return copies of one server to stores outside, which its analysts call benign."""
    return [copy(number, target=f"203.0.113.{number % 5 + 1}") for number in range(40)]


def test_what_was_broken_off_goes_on(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reassessing, "CHUNK", 2)
    keep(store, *(report(minutes * 100) for minutes in range(7)))
    for progress in store.reassess(RULES, Filter(), site=OTHER):
        if progress.answered >= 4:
            break
    rest = again(store)
    assert (rest.current, rest.answered) == (4, 3)
    assert all(one.no_category is not None for one, _ in answers(store).values())


def test_only_what_meets_the_filter(store: Store) -> None:
    kept = keep(store, report(), report(0, method="SCANS", submethod="TCPSYN"), report(3000))
    wanted = read_filter([("method", "SSHDICT"), ("until", "2026-03-11")])
    assert again(store, wanted=wanted).looked_at == 1
    assert [key for key, (one, _) in answers(store).items() if one.event.revision == 2] == [kept[0].event.id]


def test_a_filter_on_what_changes_meets_each_event_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reassessing, "CHUNK", 2)
    keep(store, *(report(minutes * 100) for minutes in range(7)))
    wanted = read_filter([("tactic", "credential-access")])
    assert again(store, wanted=wanted).answered == 7


def test_another_version_of_attack(store: Store) -> None:
    keep(store, report())
    found = again(store, SITE, attack_version="18.1")
    assert (found.answered, found.changed) == (1, 0)
    ((answer, _),) = answers(store).values()
    assert answer.model.attack == "enterprise 18.1"
    assert again(store, SITE, attack_version="18.1").current == 1


def test_an_event_that_is_reported_meanwhile_is_not_lost(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reassessing, "CHUNK", 1)
    keep(store, *(report(minutes * 100) for minutes in range(3)))
    steps = store.reassess(RULES, Filter(), site=OTHER)
    next(steps)
    # Its turn would be next.
    keep(store, report(105, "10.3.0.9"))
    for _ in steps:
        pass
    found = answers(store).values()
    assert all(one.no_category and one.no_category.basis == "site" for one, _ in found)
    assert sorted(one.event.revision for one, _ in found) == [2, 2, 3]


def test_the_history_is_that_of_then(store: Store) -> None:
    # A scan that goes on long after the guessing, with success only then.
    scan = {"method": "SCANS", "submethod": "TCPSYN", "target_count": 60, "external_id": "7"}
    keep(store, report(-30, **scan))
    (guess,) = keep(store, report())
    for minutes in (20, 50, 80):
        keep(store, report(-30, f"10.4.0.{minutes}", updated_at=_at(minutes), success=True, **scan))
    assert guess.context.history == 1
    again(store, SAME)
    found, _ = answers(store)[guess.event.id]
    assert found.context.history == 1
    assert (found.techniques, found.no_category) == (guess.techniques, guess.no_category)


SAME = Site.parse('filters:\n  LAN: ["10.0.0.0/8"]\ninternal: LAN\nroles: {workstation: LAN}\n# as before\n')


def _at(minutes: float) -> str:
    return report(minutes)["detected_at"]  # type: ignore[no-any-return]


def test_what_the_site_allows_now_is_no_evidence_against_its_host(store: Store) -> None:
    keep(store, report())
    (scan,) = keep(store, report(100, method="SCANS", submethod="TCPSYN", target_count=60))
    assert scan.context.history == 1
    dry = again(store, dry_run=True)
    assert again(store) == dry
    found, _ = answers(store)[scan.event.id]
    assert found.context.history == 0
    with store.engine.connect() as connection:
        kept = connection.scalars(select(record.c.event_id)).all()
    assert set(kept) == {scan.event.id}
    # And back: then it is again.
    again(store, SITE)
    assert answers(store)[scan.event.id][0].context.history == 1


def test_an_empty_store_has_nothing_to_answer(store: Store) -> None:
    assert again(store).looked_at == 0


def test_one_job_at_a_time(store: Store) -> None:
    asked = Asked(filter=read_filter([("since", "2026-01-01"), ("method", "SCANS")]), dry_run=True)
    first = store.begin(asked)
    assert (first.status, first.asked, first.progress) == ("running", asked, None)
    with pytest.raises(JobConflictError, match=first.id):
        store.begin(asked)
    keep(store, report())
    progress = again(store)
    assert store.tell(first.id, progress)
    assert store.jobs(first.id)[0].progress == progress
    store.end(first.id, "done")
    second = store.begin(asked)
    assert [(one.id, one.status) for one in store.jobs()] == [(second.id, "running"), (first.id, "done")]


def test_a_job_is_told_to_end(store: Store) -> None:
    begun = store.begin(Asked(filter=Filter()))
    progress = again(store)
    assert store.cancel("0" * 16) is None
    assert store.cancel(begun.id) is not None
    assert not store.tell(begun.id, progress)
    store.end(begun.id, "cancelled")
    assert not store.tell(begun.id, progress)
    assert store.jobs(begun.id)[0].status == "cancelled"


def test_a_job_that_is_silent_was_broken_off(store: Store) -> None:
    begun = store.begin(Asked(filter=Filter()))
    with store.engine.begin() as connection:
        connection.execute(job.update().values(seen_at=datetime.now(UTC) - SILENCE - timedelta(seconds=1)))
    assert store.jobs(begun.id)[0].status == "interrupted"
    assert store.begin(Asked(filter=Filter())).status == "running"


def test_a_bounded_number_of_jobs_is_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from adscribe.store import jobs

    monkeypatch.setattr(jobs, "KEPT", 3)
    begun = []
    for _ in range(5):
        begun.append(store.begin(Asked(filter=Filter())).id)
        store.end(begun[-1], "done")
    assert rows(store)["job"] == 3
    assert [one.id for one in store.jobs()] == begun[:1:-1]

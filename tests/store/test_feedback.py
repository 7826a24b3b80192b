"""What analysts say is kept beside the events, and changes nothing else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from string import ascii_letters
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from adscribe.answer.feedback import Feedback, JudgedRevision, parse_verdict
from adscribe.answer.reviewed import encoded, read_lines
from adscribe.attack import Catalogue
from adscribe.event.merge import merge
from adscribe.store import Store
from adscribe.store.feedback import MOST_FEEDBACK, FeedbackLimitError
from adscribe.store.filters import Filter
from adscribe.store.schema import event_state, revision
from tests.store.asking import SITE, keep, report

CATALOGUE = Catalogue.load()
NOW = datetime(2026, 11, 3, 16, 0, tzinfo=UTC)
BENIGN = {"kind": "reason", "reason": "benign"}


def said(event_id: str, verdict: Any = None, *, analyst: str = "j.doe", **fields: Any) -> Feedback:
    return Feedback(
        event=JudgedRevision(id=event_id, revision=fields.pop("revision", 1)),
        analyst=analyst,
        verdict=parse_verdict(verdict or BENIGN, CATALOGUE),
        at=fields.pop("at", NOW),
        comment=fields.pop("comment", None),
    )


@pytest.fixture
def event_id(store: Store) -> str:
    return keep(store, report())[0].event.id


def reviewed(store: Store) -> list[bool]:
    return [one.reviewed for one in store.page(Filter()).events]


def answers(store: Store) -> list[bytes]:
    with store.engine.connect() as connection:
        kept = connection.scalars(select(revision.c.document).order_by(revision.c.key)).all()
        return [*kept, *connection.scalars(select(event_state.c.summary)).all()]


def test_it_shows_at_once_and_changes_no_answer(store: Store, event_id: str) -> None:
    before = answers(store)
    kept = store.give(said(event_id, comment="our scanner"))
    found = store.event(event_id)
    assert found is not None
    assert kept is not None
    assert found.feedback == (kept,)
    assert (kept.number, kept.comment, kept.revoked_at) == (1, "our scanner", None)
    assert (found.reviewed, reviewed(store)) == (True, [True])
    assert answers(store) == before


def test_another_verdict_is_another_feedback(store: Store, event_id: str) -> None:
    techniques = {
        "kind": "correct",
        "techniques": [{"id": "T1110.003", "tactics": ["credential-access"]}],
    }
    for number, verdict in enumerate((BENIGN, techniques, {"kind": "confirm"}), start=1):
        kept = store.give(said(event_id, verdict))
        assert kept is not None
        assert kept.number == number
    found = store.event(event_id)
    assert found is not None
    assert [one.verdict for one in found.feedback] == [
        parse_verdict(verdict, CATALOGUE) for verdict in (BENIGN, techniques, {"kind": "confirm"})
    ]


def test_the_same_again_is_kept_once(store: Store, event_id: str) -> None:
    first = store.give(said(event_id))
    assert store.give(said(event_id, at=NOW + timedelta(hours=1))) == first
    other = store.give(said(event_id, analyst="someone else"))
    assert other is not None
    assert other.number == 2
    # Of the analyst's own, not of the event's last.
    assert store.give(said(event_id)) == first


def test_what_is_taken_back_stays_and_says_so(store: Store, event_id: str) -> None:
    store.give(said(event_id))
    store.give(said(event_id, analyst="someone else"))
    first = store.revoke(event_id, 1, by="j.doe", at=NOW)
    assert first is not None
    assert (first.revoked_by, first.revoked_at) == ("j.doe", NOW)
    assert reviewed(store) == [True]
    assert store.revoke(event_id, 1, by="someone else", at=NOW + timedelta(hours=1)) == first
    store.revoke(event_id, 2, by="someone else", at=NOW)
    assert reviewed(store) == [False]
    found = store.event(event_id)
    assert found is not None
    assert [one.revoked_by for one in found.feedback] == ["j.doe", "someone else"]
    again = store.give(said(event_id))
    assert again is not None
    assert (again.number, reviewed(store)) == (3, [True])


def test_what_is_not_there_can_not_be_judged(store: Store, event_id: str) -> None:
    assert store.give(said("0" * 16)) is None
    assert store.revoke("0" * 16, 1, by="x", at=NOW) is None
    assert store.revoke(event_id, 1, by="x", at=NOW) is None
    assert store.judged("0" * 16) is None
    assert store.judged(event_id, 2) is None


def test_an_event_has_a_bounded_number(store: Store, event_id: str) -> None:
    for number in range(MOST_FEEDBACK):
        store.give(said(event_id, comment=str(number)))
    with pytest.raises(FeedbackLimitError):
        store.give(said(event_id, comment="one more"))


def test_several_at_once_get_numbers_of_their_own(store: Store, event_id: str) -> None:
    names = ascii_letters[:40]
    with ThreadPoolExecutor(8) as threads:
        kept = list(threads.map(lambda name: store.give(said(event_id, analyst=name)), names))
    assert sorted(one.number for one in kept if one) == list(range(1, 41))


def test_a_new_report_leaves_it(store: Store, event_id: str) -> None:
    store.give(said(event_id))
    keep(store, report(5, "10.3.0.9"))
    found = store.event(event_id)
    assert found is not None
    assert (found.revision, found.reviewed, len(found.feedback)) == (2, True, 1)


def test_it_goes_out_as_it_is_read_again(store: Store) -> None:
    # An earlier event of the host, an event with an update and a fragment, and another update.
    keep(store, report(-300, method="SCANS", submethod="TCPSYN", target_count=60))
    first, piece, update = keep(store, report(), report(0.01, "10.3.0.8"), report(10, "10.3.0.9"))
    assert (piece.event.fragment, update.event.revision) == (True, 2)
    event_id = first.event.id
    store.give(said(event_id, revision=1, comment="line\nbreak"))
    store.give(said(event_id, {"kind": "confirm"}, revision=2, analyst="Zoë", at=NOW + timedelta(hours=1)))
    store.revoke(event_id, 2, by="Zoë", at=NOW + timedelta(hours=2))
    lines = [encoded(one) for page in store.reviewed(SITE) for one in page]
    read = [one for _, one in read_lines(lines, CATALOGUE)]
    early, late = read
    assert not isinstance(early, Exception)
    assert not isinstance(late, Exception)
    assert early.feedback.comment == "line\nbreak"
    assert (early.answer, early.revoked_at) == (piece, None)
    assert [target.ip for target in early.report.targets] == ["10.3.0.7", "10.3.0.8"]
    assert (late.answer, late.revoked_at) == (update, NOW + timedelta(hours=2))
    found = store.event(event_id)
    assert found is not None
    assert late.report == found.event
    # What the answers knew, they come with.
    assert len(early.history) == piece.context.history == 1
    assert [one.method for one in late.history] == ["SCANS"]


def test_a_verdict_on_an_earlier_state_comes_with_that_state(store: Store) -> None:
    reports = [report(minutes, f"10.3.0.{minutes}") for minutes in (1, 2, 3)]
    first, *_ = keep(store, *reports)
    stored = store.event(first.event.id)
    assert stored is not None
    for number in (1, 2, 3):
        store.give(said(first.event.id, revision=number, comment=str(number)))
    for page in store.reviewed(SITE):
        for one, kept in zip(page, stored.revisions, strict=True):
            assert kept.event is not None
            assert one.report == kept.event
            assert one.answer == kept.answer
    assert merge(stored.revisions[0].event or stored.event) == stored.revisions[0].event


def test_a_span_of_verdicts_in_pages(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from adscribe.store import feedback

    monkeypatch.setattr(feedback, "_PAGE", 3)
    found = keep(store, *(report(minutes * 100) for minutes in range(8)))
    for number, one in enumerate(found):
        store.give(said(one.event.id, at=NOW + timedelta(minutes=number)))
    span = store.reviewed(SITE, since=NOW + timedelta(minutes=1), until=NOW + timedelta(minutes=7))
    assert [one.feedback.event.id for page in span for one in page] == [one.event.id for one in found[1:7]]
    every = [one for page in store.reviewed(SITE) for one in page]
    assert len(every) == len({msgspec.json.encode(one) for one in every}) == 8

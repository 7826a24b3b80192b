"""What analysts say of answers: kept beside the events, taken back, and read again to be learnt from.

Feedback is never changed: another verdict is another feedback, and one that is taken back stays and says so.
It changes no answer. An event counts as reviewed while it has feedback that wasn't taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, exists, insert, literal, select, tuple_, update

from adscribe.answer.assignment import Assignment
from adscribe.answer.feedback import Feedback, JudgedRevision, Judgement
from adscribe.answer.reviewed import Reviewed
from adscribe.context import derive
from adscribe.errors import AdscribeError
from adscribe.event import Event
from adscribe.event.merge import merge
from adscribe.history import Record, age
from adscribe.site import Site
from adscribe.store.connection import browsing, written
from adscribe.store.documents import Document, State, decoded
from adscribe.store.schema import event, event_state, feedback, revision
from adscribe.store.then import HistoryThen

MOST_FEEDBACK = 100
"""Feedback that one event can have."""

_PAGE = 100


class FeedbackLimitError(AdscribeError):
    """An event that has all the feedback it can have."""


class StoredFeedback(Feedback, frozen=True, kw_only=True):
    """Feedback as it is kept.

    Attributes
    ----------
    number : int
        Which one on the event, from 1.
    revoked_at : datetime or None
        When it was taken back.
    revoked_by : str or None
        By whom.
    """

    number: int
    revoked_at: datetime | None = None
    revoked_by: str | None = None


def judged(connection: Connection, event_id: str, number: int | None) -> tuple[int, Assignment] | None:
    """Return a revision of an event and what was answered to it; ``None`` where there is none.

    Parameters
    ----------
    connection : Connection
    event_id : str
    number : int or None
        Of the revision; the latest when not given.
    """
    found = (
        select(revision.c.number, revision.c.document)
        .join(event, event.c.key == revision.c.event_key)
        .where(event.c.id == event_id)
        .order_by(revision.c.number.desc(), revision.c.part.desc())
        .limit(1)
    )
    row = connection.execute(found if number is None else found.where(revision.c.number == number)).first()
    return None if row is None else (row.number, decoded(row.document, Document).answer)


def give(engine: Engine, given: Feedback) -> StoredFeedback | None:
    """Keep feedback, and return it as it is kept; ``None`` where there is no such event.

    The same again, from the same analyst and not taken back in between, is not kept twice.

    Parameters
    ----------
    engine : Engine
    given : Feedback
        That was checked.

    Raises
    ------
    FeedbackLimitError
        The event has `MOST_FEEDBACK`.
    StoreUnreachableError, StoreBusyError
    """

    def attempt(connection: Connection) -> StoredFeedback | None:
        # Whoever judges the same event meanwhile waits: the next number is told by what is there.
        key = _key(connection, given.event.id, hold=True)
        if key is None:
            return None
        earlier = of_event(connection, key, given.event.id)
        same = [one for one in earlier if one.analyst == given.analyst and one.revoked_at is None][-1:]
        if same and _content(same[0]) == _content(given):
            return same[0]
        if len(earlier) >= MOST_FEEDBACK:
            raise FeedbackLimitError(
                f"the event has {MOST_FEEDBACK} verdicts", hint="that is as many as one event can have"
            )
        number = len(earlier) + 1
        connection.execute(
            insert(feedback).values(
                event_key=key,
                number=number,
                revision=given.event.revision,
                analyst=given.analyst,
                verdict=msgspec.json.encode(given.verdict).decode(),
                comment=given.comment,
                at=given.at,
            )
        )
        _review(connection, key)
        return StoredFeedback(**msgspec.structs.asdict(given), number=number)

    return written(engine, attempt)


def revoke(engine: Engine, event_id: str, number: int, *, by: str, at: datetime) -> StoredFeedback | None:
    """Take feedback back, and return it; ``None`` where there is none. What is taken back stays so.

    Parameters
    ----------
    engine : Engine
    event_id : str
    number : int
        Which of the event's.
    by : str
        Who takes it back.
    at : datetime
        When (UTC).
    """

    def attempt(connection: Connection) -> StoredFeedback | None:
        key = _key(connection, event_id)
        if key is None:
            return None
        connection.execute(
            update(feedback)
            .where(feedback.c.event_key == key, feedback.c.number == number, feedback.c.revoked_at.is_(None))
            .values(revoked_at=at, revoked_by=by)
        )
        _review(connection, key)
        return next((one for one in of_event(connection, key, event_id) if one.number == number), None)

    return written(engine, attempt)


def of_event(connection: Connection, key: int, event_id: str) -> tuple[StoredFeedback, ...]:
    """Return the feedback on an event in the order in which it came."""
    found = select(feedback).where(feedback.c.event_key == key).order_by(feedback.c.number)
    return tuple(stored(row, event_id) for row in connection.execute(found))


def reviewed(
    engine: Engine, site: Site, *, since: datetime | None = None, until: datetime | None = None
) -> Iterator[Sequence[Reviewed]]:
    """Yield what analysts judged, some at a time in the order of the verdicts, with what it takes to learn.

    Parameters
    ----------
    engine : Engine
    site : Site
        What is known of the network.
    since, until : datetime, optional
        Judged then or later, and before then.

    Raises
    ------
    StoreUnreachableError, StoreBusyError
        While iterating.
    """
    place: tuple[datetime, int] | None = None
    while True:
        with browsing(engine) as connection:
            rows = list(connection.execute(_following(place, since, until)))
            found = [_reviewed(connection, row, site) for row in rows]
        yield found
        if len(rows) < _PAGE:
            return
        place = rows[-1].at, rows[-1].key


def _following(place: tuple[datetime, int] | None, since: datetime | None, until: datetime | None) -> Any:
    columns = (feedback.c.at, feedback.c.key)
    found = (
        select(feedback, event.c.id.label("event_id"), event.c.revision.label("latest"))
        .join(event, event.c.key == feedback.c.event_key)
        .order_by(*columns)
        .limit(_PAGE)
    )
    if place is None and since is not None:
        place = since, -1
    if place is not None:
        found = found.where(tuple_(*columns) > tuple_(literal(place[0], feedback.c.at.type), place[1]))
    return found if until is None else found.where(feedback.c.at < until)


class _Noted:
    """A history that notes what was asked of it."""

    def __init__(self, history: HistoryThen) -> None:
        self._history = history
        self.records: dict[str, Record] = {}

    def prior(self, ips: Iterable[str], *, until: datetime, exclude: str) -> tuple[Record, ...]:
        found = self._history.prior(ips, until=until, exclude=exclude)
        self.records.update({one.event_id: one for one in found})
        return found

    def remember(self, ips: Iterable[str], record: Record) -> None:
        raise NotImplementedError


def _reviewed(connection: Connection, row: Any, site: Site) -> Reviewed:
    report, answer = _as_judged(connection, row)
    then = HistoryThen(site)
    then.on(connection)
    then.before(row.event_key)
    history = _Noted(then)
    derive(report, site, history, event_id=row.event_id)
    kept = stored(row, row.event_id)
    said = Feedback(**{name: getattr(kept, name) for name in Feedback.__struct_fields__})
    known = tuple(sorted(history.records.values(), key=age))
    return Reviewed(feedback=said, report=report, answer=answer, history=known, revoked_at=row.revoked_at)


def _as_judged(connection: Connection, row: Any) -> tuple[Event, Assignment]:
    """Return an event as it stood at a revision, and what was answered last to that."""
    parts = select(revision.c.document).where(
        revision.c.event_key == row.event_key, revision.c.number == row.revision
    )
    if row.revision == row.latest:
        last = connection.scalar(parts.order_by(revision.c.part.desc()).limit(1))
        state = connection.scalar(select(event_state.c.state).where(event_state.c.event_key == row.event_key))
        assert last is not None and state is not None  # noqa: S101 - an event has both
        return decoded(state, State).event, decoded(last, Document).answer
    found: Event | None = None
    answer: Assignment | None = None
    for document in connection.scalars(parts.order_by(revision.c.part)):
        one = decoded(document, Document)
        answer = one.answer
        found = one.event if one.event is not None else found and merge(found, one.report)
    assert found is not None and answer is not None  # noqa: S101 - no revision is without
    return found, answer


def stored(row: Any, event_id: str) -> StoredFeedback:
    """Return the feedback of a row of ``feedback``."""
    return StoredFeedback(
        event=JudgedRevision(id=event_id, revision=row.revision),
        analyst=row.analyst,
        verdict=msgspec.json.decode(row.verdict, type=Judgement),
        comment=row.comment,
        at=row.at,
        number=row.number,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
    )


def _content(given: Feedback) -> tuple[Any, ...]:
    return given.event, given.analyst, given.verdict, given.comment


def _key(connection: Connection, event_id: str, *, hold: bool = False) -> int | None:
    found = select(event.c.key).where(event.c.id == event_id)
    return connection.scalar(found.with_for_update() if hold else found)


def _review(connection: Connection, key: int) -> None:
    standing = exists().where(feedback.c.event_key == key, feedback.c.revoked_at.is_(None))
    reviewed = select(standing).scalar_subquery()
    connection.execute(update(event).where(event.c.key == key).values(reviewed=reviewed))

"""One stored event with its revisions, a page at a time."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec
from sqlalchemy import Connection, bindparam, select, tuple_

from adscribe.answer.assignment import Assignment
from adscribe.event import Event
from adscribe.store.documents import Document, State, decoded
from adscribe.store.feedback import StoredFeedback, of_event
from adscribe.store.raw import RawReport, unpacked
from adscribe.store.schema import event, event_state, raw_report, revision

PAGE_BYTES = 2 * 1024 * 1024
"""A page ends with the revision that makes it longer than this, in bytes of JSON."""

Cause = Literal["report", "update", "fragment", "reassess"]
"""What led to an answer; see `adscribe.store.schema.CAUSES`."""


class StoredRevision(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as it was kept, with what it rests on.

    Attributes
    ----------
    revision, part : int
        Which revision; part 0 made it, the parts from 1 are fragments that added targets to it.
    cause : str
        What led to the answer.
    received_at : datetime
        When that came in.
    report : Event or None
        What was reported; ``None`` where no report led to it.
    raw : RawReport or None
        The same as it came in; ``None`` where it isn't kept.
    event : Event or None
        All reports up to this one in one; ``None`` for a fragment.
    context : str
        Digest of what was derived: the same where answers rest on the same facts.
    answer : Assignment
        As it went out; its ``changed`` says what differs from the answer before.
    """

    revision: int
    part: int
    cause: Cause
    received_at: datetime
    report: Event | None
    raw: RawReport | None
    event: Event | None
    context: str
    answer: Assignment


class StoredEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it stands, with a page of its revisions.

    Attributes
    ----------
    id, identity : str
        Of the event.
    revision : int
        The latest.
    reviewed : bool
        Whether an analyst has judged it.
    received_at : datetime
        When its last report came in.
    event : Event
        All reports in one.
    feedback : tuple of StoredFeedback
        What analysts said, that which was taken back included.
    revisions : tuple of StoredRevision
        In the order in which they came.
    next : str or None
        What to give as `after` for the page that follows; ``None`` on the last.
    """

    id: str
    identity: str
    revision: int
    reviewed: bool
    received_at: datetime
    event: Event
    feedback: tuple[StoredFeedback, ...]
    revisions: tuple[StoredRevision, ...]
    next: str | None


_COLUMNS = (
    event.c.key,
    event.c.id,
    event.c.identity,
    event.c.revision,
    event.c.reviewed,
    event.c.received_at,
    event_state.c.state,
)

_EVENT = (
    select(*_COLUMNS)
    .join(event_state, event_state.c.event_key == event.c.key)
    .where(event.c.id == bindparam("id"))
)

_REVISIONS = (
    select(
        revision.c.number,
        revision.c.part,
        revision.c.cause,
        revision.c.received_at,
        revision.c.context,
        revision.c.document,
        raw_report.c.text,
        raw_report.c.bytes,
    )
    .select_from(
        revision.outerjoin(
            raw_report,
            (raw_report.c.event_key == revision.c.event_key)
            & (raw_report.c.number == revision.c.number)
            & (raw_report.c.part == revision.c.part),
        )
    )
    .where(revision.c.event_key == bindparam("event_key"))
    .where(tuple_(revision.c.number, revision.c.part) > tuple_(bindparam("number"), bindparam("part")))
    .order_by(revision.c.number, revision.c.part)
    .limit(bindparam("limit"))
)


def stored_event(
    connection: Connection, event_id: str, *, after: tuple[int, int] = (0, 0), limit: int
) -> StoredEvent | None:
    """Return an event with the revisions after one of them; ``None`` where there is no such event.

    Parameters
    ----------
    connection : Connection
    event_id : str
    after : tuple of int
        Revision and part that the page follows.
    limit : int
        Most revisions of the page.
    """
    row = connection.execute(_EVENT, {"id": event_id}).first()
    if row is None:
        return None
    number, part = after
    rows = connection.execute(
        _REVISIONS, {"event_key": row.key, "number": number, "part": part, "limit": limit + 1}
    )
    page: list[StoredRevision] = []
    size = 0
    for one in rows:
        if len(page) == limit or size > PAGE_BYTES:
            following = f"{page[-1].revision}.{page[-1].part}"
            break
        document = decoded(one.document, Document)
        raw = None if one.text is None else unpacked(one.text, one.bytes)
        size += len(msgspec.json.encode(document)) + (len(raw.text) if raw else 0)
        page.append(
            StoredRevision(
                revision=one.number,
                part=one.part,
                cause=one.cause,
                received_at=one.received_at,
                report=document.report,
                raw=raw,
                event=document.event,
                context=one.context.hex(),
                answer=document.answer,
            )
        )
    else:
        following = None
    rows.close()
    return StoredEvent(
        id=row.id,
        identity=row.identity,
        revision=row.revision,
        reviewed=row.reviewed,
        received_at=row.received_at,
        event=decoded(row.state, State).event,
        feedback=of_event(connection, row.key, row.id),
        revisions=tuple(page),
        next=following,
    )

"""Events are deleted when their time has come, whole and with their revisions, the oldest first."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, delete, literal, or_, select, tuple_

from adscribe.event.merge import INACTIVITY_TIMEOUT
from adscribe.store.connection import reading, writing
from adscribe.store.keeping import lock
from adscribe.store.schema import event

CHUNK = 200
"""Events that one transaction deletes."""

_PAUSE_SECONDS = 0.02


def prune(
    engine: Engine,
    *,
    keep_days: float = 0,
    keep_events: int = 0,
    keep_reviewed_days: float = 0,
    timeout: timedelta = INACTIVITY_TIMEOUT,
    now: datetime | None = None,
) -> int:
    """Delete the events that needn't be kept, and return how many there were.

    The age of an event is the time since its last report came in, whatever times it tells: a wrong
    clock neither deletes an event at once nor keeps it for ever.

    Parameters
    ----------
    engine : Engine
    keep_days : float
        Events older than this go; 0 for none.
    keep_events : int
        Of more events than this the oldest go; 0 for none.
    keep_reviewed_days : float
        Events that an analyst has judged stay for this long at least, whatever the others say: what they
        teach isn't lost because much came in.
    timeout : timedelta
        Longest inactivity timeout: no event goes that a report may still belong to.
    now : datetime, optional
        The time, where it isn't now (UTC).

    Raises
    ------
    StoreUnreachableError, StoreBusyError
        What was deleted is gone; the rest stays for the next time.
    """
    now = datetime.now(UTC) if now is None else now
    quiet = now - timeout
    deleted = 0
    reviewed = now - timedelta(days=keep_reviewed_days)
    if keep_days:
        deleted += _delete(engine, (min(quiet, now - timedelta(days=keep_days)), 0), reviewed)
    if keep_events:
        # A place in the order, no number: another process that does the same deletes none beyond it.
        newest_to_go = (
            select(event.c.received_at, event.c.key)
            .order_by(event.c.received_at.desc(), event.c.key.desc())
            .offset(keep_events)
            .limit(1)
        )
        with reading(engine) as connection:
            row = connection.execute(newest_to_go).first()
        if row is not None:
            deleted += _delete(engine, min((row.received_at, row.key + 1), (quiet, 0)), reviewed)
    return deleted


def _delete(engine: Engine, before: tuple[datetime, int], reviewed: datetime) -> int:
    """Delete the events that come before a place in the order of their last reports.

    Those that an analyst has judged must come before a time as well.
    """
    deleted = 0
    at, place = event.c.received_at, tuple_(event.c.received_at, event.c.key)
    oldest = (
        select(event.c.key, at)
        .where(place < _place(before))
        .where(or_(event.c.reviewed.is_(False), at < literal(reviewed, at.type)))
        .order_by(at, event.c.key)
        .limit(CHUNK)
    )
    following = oldest
    while True:
        with writing(engine) as connection:
            lock(connection)
            rows = connection.execute(following).all()
            # What belongs to them goes with them (ON DELETE CASCADE).
            connection.execute(delete(event).where(event.c.key.in_([row.key for row in rows])))
        deleted += len(rows)
        if len(rows) < CHUNK:
            return deleted
        # Those that stay are gone over once.
        following = oldest.where(place > _place((rows[-1].received_at, rows[-1].key)))
        time.sleep(_PAUSE_SECONDS)  # reports that wait have their turn


def _place(place: tuple[datetime, int]) -> Any:
    return tuple_(literal(place[0], event.c.received_at.type), place[1])

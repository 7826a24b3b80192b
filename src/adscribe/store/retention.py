"""Events are deleted when their time has come, whole and with their revisions, the oldest first."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, delete, literal, select, tuple_

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
    if keep_days:
        deleted += _delete(engine, (min(quiet, now - timedelta(days=keep_days)), 0))
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
            deleted += _delete(engine, min((row.received_at, row.key + 1), (quiet, 0)))
    return deleted


def _delete(engine: Engine, before: tuple[datetime, int]) -> int:
    """Delete the events that come before a place in the order of their last reports."""
    deleted = 0
    place = tuple_(literal(before[0], event.c.received_at.type), before[1])
    oldest = (
        select(event.c.key)
        .where(tuple_(event.c.received_at, event.c.key) < place)
        .order_by(event.c.received_at, event.c.key)
        .limit(CHUNK)
    )
    while True:
        with writing(engine) as connection:
            lock(connection)
            keys = connection.scalars(oldest).all()
            # What belongs to them goes with them (ON DELETE CASCADE).
            connection.execute(delete(event).where(event.c.key.in_(keys)))
        deleted += len(keys)
        if len(keys) < CHUNK:
            return deleted
        time.sleep(_PAUSE_SECONDS)  # reports that wait have their turn

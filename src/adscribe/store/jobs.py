"""Long work on the store that was asked for: what is to be done, how far it has come, whether it shall go on.

It is in the store so that each worker of a service can tell and stop it. One is in work at a time; one that
hasn't been heard of for `SILENCE` was broken off with its process.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, Engine, delete, insert, select, update

from adscribe.errors import AdscribeError
from adscribe.store.connection import reading, written
from adscribe.store.filters import Filter
from adscribe.store.keeping import JOBS, lock
from adscribe.store.reassess import Reassessed
from adscribe.store.schema import job

SILENCE = timedelta(seconds=60)
"""After this long without a word a job was broken off."""

KEPT = 100
"""Jobs that are kept; the oldest go first."""

Status = Literal["running", "done", "cancelled", "interrupted", "failed"]


class JobConflictError(AdscribeError):
    """Another job is in work."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be answered again, and how.

    Attributes
    ----------
    filter : Filter
        Which events.
    dry_run : bool
        Whether to write nothing.
    attack_version : str or None
        Version of Enterprise ATT&CK to answer in; the model's own when not given.
    risk : float or None
        Share of wrong categories that is accepted; that of the service when not given.
    """

    filter: Filter
    dry_run: bool = False
    attack_version: str | None = None
    risk: float | None = None


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Events that are answered again, or have been.

    Attributes
    ----------
    id : str
        Of the job.
    status : str
        ``running``, ``done``, ``cancelled``; ``interrupted`` where the service ended, and asking again goes
        on; ``failed``.
    asked : Asked
        What for.
    progress : Reassessed or None
        How far it has come; ``None`` before the first step.
    error : str or None
        Why it failed.
    begun_at, seen_at, ended_at : datetime or None
        When it was begun, when it was heard of last, and when it ended.
    """

    id: str
    status: Status
    asked: Asked
    progress: Reassessed | None
    error: str | None
    begun_at: datetime
    seen_at: datetime
    ended_at: datetime | None


def begin(engine: Engine, asked: Asked) -> Job:
    """Enter a job.

    Raises
    ------
    JobConflictError
        Another is in work.
    StoreUnreachableError, StoreBusyError
    """

    def work(connection: Connection) -> Job:
        lock(connection, (JOBS,))
        now = datetime.now(UTC)
        if busy := next((one for one in _found(connection) if one.status == "running"), None):
            raise JobConflictError(f"job {busy.id} is in work", hint="wait for its end, or cancel it")
        old = select(job.c.id).order_by(job.c.begun_at.desc(), job.c.id.desc()).offset(KEPT - 1)
        gone = connection.scalars(old.limit(KEPT)).all()
        connection.execute(delete(job).where(job.c.id.in_(gone)))
        begun = Job(
            id=secrets.token_hex(8),
            status="running",
            asked=asked,
            progress=None,
            error=None,
            begun_at=now,
            seen_at=now,
            ended_at=None,
        )
        connection.execute(
            insert(job).values(
                id=begun.id,
                status=begun.status,
                asked=_text(asked),
                progress=_text(None),
                begun_at=now,
                seen_at=now,
            )
        )
        return begun

    return written(engine, work)


def tell(engine: Engine, job_id: str, progress: Reassessed) -> bool:
    """Say how far a job has come, and return whether it shall go on."""

    def work(connection: Connection) -> bool:
        found = connection.execute(
            update(job)
            .where(job.c.id == job_id, job.c.status == "running")
            .values(progress=_text(progress), seen_at=datetime.now(UTC))
            .returning(job.c.cancelled)
        ).first()
        return found is not None and not found.cancelled

    return written(engine, work)


def end(engine: Engine, job_id: str, status: Status, error: str | None = None) -> None:
    """Say that a job has ended, and how."""

    def work(connection: Connection) -> None:
        now = datetime.now(UTC)
        values = {"status": status, "error": error, "seen_at": now, "ended_at": now}
        connection.execute(update(job).where(job.c.id == job_id).values(**values))

    written(engine, work)


def cancel(engine: Engine, job_id: str) -> Job | None:
    """Let a job end after its next step, and return it; ``None`` where there is none."""

    def work(connection: Connection) -> Job | None:
        connection.execute(
            update(job).where(job.c.id == job_id, job.c.status == "running").values(cancelled=True)
        )
        return next(iter(_found(connection, job_id)), None)

    return written(engine, work)


def jobs(engine: Engine, job_id: str | None = None) -> tuple[Job, ...]:
    """Return the jobs that are kept, the latest first, or the one of an id."""
    with reading(engine) as connection:
        return _found(connection, job_id)


def _found(connection: Connection, job_id: str | None = None) -> tuple[Job, ...]:
    found = select(job).order_by(job.c.begun_at.desc(), job.c.id.desc()).limit(KEPT)
    rows = connection.execute(found if job_id is None else found.where(job.c.id == job_id))
    now = datetime.now(UTC)
    return tuple(
        Job(
            id=row.id,
            status="interrupted" if row.status == "running" and row.seen_at < now - SILENCE else row.status,
            asked=msgspec.json.decode(row.asked, type=Asked),
            progress=msgspec.json.decode(row.progress, type=Reassessed | None),
            error=row.error,
            begun_at=row.begun_at,
            seen_at=row.seen_at,
            ended_at=row.ended_at,
        )
        for row in rows
    )


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()

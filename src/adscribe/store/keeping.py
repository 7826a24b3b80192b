"""Reports are answered and kept: a bounded number in one transaction, one writer of an event at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Protocol

from sqlalchemy import Connection, Engine, text

from adscribe.assign import Answer, Run
from adscribe.assign.journal import Journal
from adscribe.event.identity import identity
from adscribe.history import History
from adscribe.sensors import Reject, Report
from adscribe.store.connection import written
from adscribe.store.journal import StoredJournal
from adscribe.store.past import StoredHistory

CHUNK = 100
"""Reports that one transaction keeps: others wait for it meanwhile."""

JOBS = 64
"""Place beyond those of events that `lock` keeps for jobs."""

_SLOTS = 64
_ROOM = 0x6164_7363  # apart from the advisory locks of other programs in the database


class Begin(Protocol):
    """Begins a run on a journal and a history."""

    def __call__(self, *, journal: Journal, history: History) -> Run:
        """Return the run."""
        ...


def kept(
    engine: Engine, begin: Begin, records: Iterable[Report | Reject], *, raw: bool = True
) -> Iterator[Answer]:
    """Answer records and keep them, a chunk at a time.

    Parameters
    ----------
    engine : Engine
    begin : callable
        Begins the run that answers a chunk.
    records : iterable of Report or Reject
    raw : bool
        Whether reports are kept as they came in, beside what was read of them.

    Yields
    ------
    Assignment or Reject
        An answer a record, in order, when its chunk is kept.

    Raises
    ------
    StoreUnreachableError, StoreBusyError
        What was yielded is kept; of the rest nothing is.
    """
    waiting = iter(records)
    while chunk := list(islice(waiting, CHUNK)):
        reports = [record for record in chunk if isinstance(record, Report)]
        answers = iter(_kept(engine, begin, reports, raw) if reports else ())
        for record in chunk:
            yield next(answers) if isinstance(record, Report) else record


def _kept(engine: Engine, begin: Begin, read: list[Report], raw: bool) -> list[Answer]:
    reports = [record.event for record in read]

    def work(connection: Connection) -> list[Answer]:
        lock(connection, {slot(identity(report)) for report in reports})
        journal, history = StoredJournal(connection, datetime.now(UTC)), StoredHistory(connection)
        journal.expect(reports, [record.raw for record in read] if raw else ())
        run = begin(journal=journal, history=history)
        answers: list[Answer] = [run.answer(report) for report in reports]
        history.flush(journal.flush())
        return answers

    return written(engine, work)


def slot(identity: str) -> int:
    """Return what `lock` keeps for events of an identity."""
    return int(identity, 16) % _SLOTS


def lock(connection: Connection, slots: Iterable[int] = range(_SLOTS)) -> None:
    """Wait until no other transaction writes to events of some slots, and keep others out until the end.

    SQLite has one writer at a time as it is. PostgreSQL locks slots that identities fall into, always in
    the same order, so that no two wait for each other.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("SELECT pg_advisory_xact_lock(:room, slot) FROM unnest(CAST(:slots AS int[])) AS slot"),
            {"room": _ROOM, "slots": sorted(slots)},
        )

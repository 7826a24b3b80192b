"""Stored events answered again: after a new model, site file or version of ATT&CK, as revisions of their own.

Events are answered as they stand, with the history of their hosts as of then, in the order of their last
reports. One whose last answer names the same model, residual, version of ATT&CK and site file is left as it
is, so what was broken off goes on when it is begun again. A dry run does the same and writes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

import msgspec
from sqlalchemy import Connection, Engine, delete, insert

from adscribe.answer.assignment import AssignedTactic, AssignedTechnique, Assignment, Categories, NoCategory
from adscribe.assign import Run
from adscribe.assign.journal import Journal
from adscribe.event.opened import OpenEvent
from adscribe.history import History, Record
from adscribe.site import Site
from adscribe.store.connection import browsing, written
from adscribe.store.filters import Filter
from adscribe.store.journal import StoredJournal
from adscribe.store.keeping import lock, slot
from adscribe.store.listing import ListedEvent, Order, pages
from adscribe.store.past import written_as
from adscribe.store.schema import record
from adscribe.store.then import HistoryThen

CHUNK = 50
"""Events that one transaction answers: reports wait for it meanwhile."""

SAMPLE = 20
"""Events with another answer that are told."""

CATEGORY = "category"
"""What an answer comes to that has no reason why there is no category."""


class Begin(Protocol):
    """Begins a run on a journal and a history."""

    def __call__(self, *, journal: Journal, history: History) -> Run:
        """Return the run."""
        ...


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer shows, in short.

    Attributes
    ----------
    techniques, tactics : tuple of str
        Ids, and short names.
    reason, basis : str or None
        Why there is no category.
    ics : Shown or None
        The same in the ICS domain, of OT events.
    """

    techniques: tuple[str, ...]
    tactics: tuple[str, ...]
    reason: str | None
    basis: str | None
    ics: Shown | None = None


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """An event with another answer.

    Attributes
    ----------
    id, method : str
        Of the event.
    before, after : Shown
        What was shown, and what is.
    """

    id: str
    method: str
    before: Shown
    after: Shown


class Outcomes(msgspec.Struct, frozen=True, kw_only=True):
    """How many events went from one outcome to another: ``category``, or the reason that there is none."""

    before: str
    after: str
    events: int


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """In how many events a technique is shown that wasn't, and the other way round."""

    technique: str
    added: int
    removed: int


class Reassessed(msgspec.Struct, frozen=True, kw_only=True):
    """How far events have been answered again, and what that came to.

    Attributes
    ----------
    looked_at : int
        Events that met the filter.
    current : int
        Those of them whose answer named this model, residual, version of ATT&CK and site file already.
    answered : int
        Those that were answered again.
    changed : int
        Those of them that show something else than before.
    outcomes : tuple of Outcomes
        Of all that were answered again.
    techniques : tuple of Moved
        Those that changed.
    sample : tuple of Difference
        Some that changed: the first.
    until : datetime or None
        All events that were reported last before then are done.
    """

    looked_at: int
    current: int
    answered: int
    changed: int
    outcomes: tuple[Outcomes, ...]
    techniques: tuple[Moved, ...]
    sample: tuple[Difference, ...]
    until: datetime | None


@dataclass(slots=True)
class _Totals:
    """What has been found so far."""

    looked_at: int = 0
    current: int = 0
    answered: int = 0
    changed: int = 0
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    added: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    sample: list[Difference] = field(default_factory=list)
    until: datetime | None = None

    def add(self, difference: Difference) -> None:
        before, after = difference.before, difference.after
        self.answered += 1
        self.outcomes[before.reason or CATEGORY, after.reason or CATEGORY] += 1
        if before == after:
            return
        self.changed += 1
        then, now = _all_techniques(before), _all_techniques(after)
        self.added.update(now - then)
        self.removed.update(then - now)
        if len(self.sample) < SAMPLE:
            self.sample.append(difference)

    def told(self) -> Reassessed:
        moved = sorted({*self.added, *self.removed})
        return Reassessed(
            looked_at=self.looked_at,
            current=self.current,
            answered=self.answered,
            changed=self.changed,
            outcomes=tuple(
                Outcomes(before=before, after=after, events=events)
                for (before, after), events in sorted(self.outcomes.items())
            ),
            techniques=tuple(
                Moved(technique=one, added=self.added[one], removed=self.removed[one]) for one in moved
            ),
            sample=tuple(self.sample),
            until=self.until,
        )


def reassess(
    engine: Engine, begin: Begin, asked: Filter, *, site: Site, dry_run: bool = False
) -> Iterator[Reassessed]:
    """Answer stored events again, and yield how far that has come, after each step.

    Who stops iterating stops it: what has been answered stays.

    Parameters
    ----------
    engine : Engine
    begin : callable
        Begins the run that answers.
    asked : Filter
        Which events, as they stand when their turn comes.
    site : Site
        What the run knows of the network.
    dry_run : bool
        Whether to write nothing.

    Raises
    ------
    StoreUnreachableError, StoreBusyError
        While iterating.
    """
    history = HistoryThen(site)
    totals = _Totals()
    for page in pages(engine, asked, Order("updated", descending=False), limit=CHUNK):
        step = partial(_answered, begin=begin, listed=page.events, history=history, write=not dry_run)
        if dry_run:
            with browsing(engine) as connection:
                current, found = step(connection)
        else:
            current, found = written(engine, step)
        totals.looked_at += len(page.events)
        totals.current += current
        for difference in found:
            totals.add(difference)
        if page.events:
            totals.until = page.events[-1].updated_at
        yield totals.told()


def _answered(
    connection: Connection,
    *,
    begin: Begin,
    listed: tuple[ListedEvent, ...],
    history: HistoryThen,
    write: bool,
) -> tuple[int, list[Difference]]:
    """Answer some events again; return how many needn't be, and what became of the others."""
    history.on(connection)
    journal = StoredJournal(connection, datetime.now(UTC))
    run = begin(journal=journal, history=history)
    again = [one for one in listed if (one.model, one.context.site) != run.references]
    if write:
        lock(connection, {slot(one.identity) for one in again})
    found: list[Difference] = []
    rows: list[tuple[str, str, Record]] = []
    for one in again:
        opened: OpenEvent | None = journal.with_id(one.id)
        if opened is None or opened.revision != one.revision:
            continue  # deleted, or reported again: then its turn comes later
        history.begin(one.id, journal.key(one.id), opened.event.reported_at)
        answer = run.again(opened)
        rows += ((one.id, host, said) for host, said in history.said(one.id).items())
        found.append(Difference(id=one.id, method=one.method, before=_shown(one), after=_shown(answer)))
    if write and found:
        keys = journal.flush()
        connection.execute(delete(record).where(record.c.event_key.in_([keys[one.id] for one in found])))
        if rows:
            values = [written_as(said, host, keys[event_id]) for event_id, host, said in rows]
            connection.execute(insert(record), values)
    return len(listed) - len(again), found


def _shown(answer: ListedEvent | Assignment | Categories) -> Shown:
    ics = None if isinstance(answer, Categories) else answer.ics
    techniques: tuple[AssignedTechnique, ...] = answer.techniques
    tactics: tuple[AssignedTactic, ...] = answer.tactics
    no_category: NoCategory | None = answer.no_category
    return Shown(
        techniques=tuple(sorted(one.id for one in techniques)),
        tactics=tuple(one.shortname for one in tactics),
        reason=no_category.reason if no_category else None,
        basis=no_category.basis if no_category else None,
        ics=None if ics is None else _shown(ics),
    )


def _all_techniques(shown: Shown) -> set[str]:
    return {*shown.techniques, *(shown.ics.techniques if shown.ics else ())}

"""What a run keeps of its answers: to know a report that comes again, and what an update changed."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Protocol

from adscribe.answer.assignment import Assignment
from adscribe.context import Context
from adscribe.event import Event
from adscribe.event.identity import report_digest
from adscribe.event.merge import State
from adscribe.event.opened import MAX_ACTIVE, MemoryEvents, OpenEvents

MAX_ANSWERS = 10_000
"""Reports that a run knows when they come again; the oldest goes first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A report and what became of it.

    Attributes
    ----------
    report : Event or None
        ``None`` where an event was answered again as it stands.
    state : State
        The event with it.
    context : Context
        What was derived.
    answer : Assignment
        What was answered.
    """

    report: Event | None
    state: State
    context: Context
    answer: Assignment


class Journal(OpenEvents, Protocol):
    """Where open events and former answers are. The store and the memory of a run implement it."""

    def answered(self, report: Event) -> Assignment | None:
        """Return what an equal report was answered; ``None`` for one that hasn't come before."""
        ...

    def shown(self, event_id: str) -> tuple[str, ...]:
        """Return the techniques that the last answer to an event showed."""
        ...

    def keep(self, entry: Entry) -> None:
        """Keep a report with its answer."""
        ...


class MemoryJournal(MemoryEvents):
    """The journal of one run, in memory and bounded."""

    def __init__(self, events: int = MAX_ACTIVE, answers: int = MAX_ANSWERS) -> None:
        super().__init__(events)
        self._most_events = events
        self._most_answers = answers
        self._answers: OrderedDict[bytes, Assignment] = OrderedDict()
        self._shown: OrderedDict[str, tuple[str, ...]] = OrderedDict()

    def answered(self, report: Event) -> Assignment | None:
        """Return what an equal report was answered; ``None`` for one that hasn't come before."""
        return self._answers.get(report_digest(report))

    def shown(self, event_id: str) -> tuple[str, ...]:
        """Return the techniques that the last answer to an event showed."""
        return self._shown.get(event_id, ())

    def keep(self, entry: Entry) -> None:
        """Keep a report with its answer."""
        answer = entry.answer
        if entry.report is not None:
            self._answers[report_digest(entry.report)] = answer
        if len(self._answers) > self._most_answers:
            self._answers.popitem(last=False)
        self._shown[answer.event.id] = answer.shown
        self._shown.move_to_end(answer.event.id)
        if len(self._shown) > self._most_events:
            self._shown.popitem(last=False)

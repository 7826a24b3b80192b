"""Stored events by technique and tactic: how many show it, and how many are expected to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import Connection, Subquery, distinct, func, select

from adscribe.store.counts import Counted, looked_at
from adscribe.store.filters import Filter
from adscribe.store.schema import event, event_tactic, event_technique
from adscribe.store.selection import CATEGORISED, Selection


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """A number of events.

    Attributes
    ----------
    events : int
        That show it.
    expected : float
        The sum of their probabilities: how many of them are right, as far as the model can tell.
    """

    events: int
    expected: float


class CountedTactic(Cell, frozen=True, kw_only=True):
    """The events that show a tactic."""

    tactic: str
    domain: str


class CountedTechnique(Cell, frozen=True, kw_only=True):
    """The events that show a technique, or one below it, each once.

    Attributes
    ----------
    technique, domain : str
        Such as ``T1110`` and ``enterprise``.
    parent : str or None
        Of a sub-technique.
    tactics : mapping of str to Cell
        The same by tactic, short names.
    """

    technique: str
    domain: str
    parent: str | None
    tactics: Mapping[str, Cell]


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """The events that meet a filter, by what they show.

    Attributes
    ----------
    counted : Counted
        How much was counted: of events without a category nothing is.
    events : int
        How many show a category.
    tactics, techniques
        By domain and name.
    """

    counted: Counted
    events: int
    tactics: tuple[CountedTactic, ...]
    techniques: tuple[CountedTechnique, ...]


@dataclass(slots=True)
class _Sum:
    events: int = 0
    expected: float = 0.0

    def add(self, row: Any) -> None:
        self.events += row.events
        self.expected += row.expected

    def cell(self) -> dict[str, Any]:
        return {"events": self.events, "expected": round(self.expected, 4)}


@dataclass(slots=True)
class _Technique:
    together: _Sum = field(default_factory=_Sum)
    tactics: dict[str, _Sum] = field(default_factory=dict)


def counts(connection: Connection, asked: Filter) -> Counts:
    """Count the events that meet a filter by what they show.

    Parameters
    ----------
    connection : Connection
    asked : Filter
    """
    selection = Selection(asked, CATEGORISED)
    leads, counted = looked_at(connection, selection)
    if selection.clauses:
        met = select(leads.c.key).join(event, event.c.key == leads.c.key).where(selection.holds)
        leads = met.subquery()
    tactics = list(connection.execute(_tactics(leads)))
    return Counts(
        counted=counted,
        events=connection.scalar(_categorised(leads)) or 0,
        tactics=tuple(
            CountedTactic(
                tactic=row.tactic, domain=row.domain, events=row.events, expected=round(row.expected, 4)
            )
            for row in tactics
        ),
        techniques=tuple(_techniques(connection.execute(_each(leads)), connection.execute(_above(leads)))),
    )


def _categorised(leads: Subquery) -> Any:
    tactic = event_tactic.c
    of = leads.join(event_tactic, tactic.event_key == leads.c.key)
    return select(func.count(distinct(leads.c.key))).select_from(of)


def _tactics(leads: Subquery) -> Any:
    tactic = event_tactic.c
    return (
        select(
            tactic.domain,
            tactic.tactic,
            func.count().label("events"),
            func.sum(tactic.probability).label("expected"),
        )
        .select_from(leads)
        .join(event_tactic, tactic.event_key == leads.c.key)
        .group_by(tactic.domain, tactic.tactic)
        .order_by(tactic.domain, tactic.tactic)
    )


def _each(leads: Subquery) -> Any:
    """Return the statement for techniques as they were assigned."""
    technique = event_technique.c
    return (
        select(
            technique.domain,
            technique.technique,
            technique.tactics,
            func.count().label("events"),
            func.sum(technique.probability).label("expected"),
        )
        .select_from(leads)
        .join(event_technique, technique.event_key == leads.c.key)
        .where(technique.technique != technique.parent)
        .group_by(technique.domain, technique.technique, technique.tactics)
    )


def _above(leads: Subquery) -> Any:
    """Return the statement for techniques with all that is below them, each event once.

    Its probability is the largest of what it shows there: at least one of them is right.
    """
    technique = event_technique.c
    of_event = (
        select(
            technique.domain,
            technique.parent.label("technique"),
            func.aggregate_strings(technique.tactics, " ").label("tactics"),
            func.max(technique.probability).label("probability"),
        )
        .select_from(leads)
        .join(event_technique, technique.event_key == leads.c.key)
        # By the key of the leads: else SQLite goes through the whole table, which is in order by its own.
        .group_by(leads.c.key, technique.domain, technique.parent)
        .subquery()
    )
    return select(
        of_event.c.domain,
        of_event.c.technique,
        of_event.c.tactics,
        func.count().label("events"),
        func.sum(of_event.c.probability).label("expected"),
    ).group_by(of_event.c.domain, of_event.c.technique, of_event.c.tactics)


def _techniques(*rows: Iterable[Any]) -> Iterable[CountedTechnique]:
    found: dict[tuple[str, str], _Technique] = {}
    for each in rows:
        for row in each:
            technique = found.setdefault((row.domain, row.technique), _Technique())
            technique.together.add(row)
            for tactic in dict.fromkeys(row.tactics.split()):
                technique.tactics.setdefault(tactic, _Sum()).add(row)
    for (domain, name), technique in sorted(found.items()):
        yield CountedTechnique(
            technique=name,
            domain=domain,
            parent=name.partition(".")[0] if "." in name else None,
            tactics={tactic: Cell(**one.cell()) for tactic, one in sorted(technique.tactics.items())},
            **technique.together.cell(),
        )

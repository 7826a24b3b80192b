"""Stored events by technique and tactic: how many show it, and how many are expected to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby
from typing import Any, NamedTuple, Protocol

import msgspec
from sqlalchemy import Connection, FromClause, Subquery, Table, and_, exists, func, select

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
    answered_as : tuple of str
        Ids of other versions under which some of these events were answered.
    """

    technique: str
    domain: str
    parent: str | None
    tactics: Mapping[str, Cell]
    answered_as: tuple[str, ...] = ()


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


class Told(NamedTuple):
    """A technique with its tactics, as a version of ATT&CK has it."""

    technique: str
    parent: str | None
    tactics: tuple[str, ...]


class Version(Protocol):
    """A version of a domain that categories are told in, whichever version answered them."""

    domain: str

    def technique(self, technique: str, tactics: tuple[str, ...]) -> Sequence[Told]:
        """Return what a technique with its tactics is there; nothing where nothing comes close."""
        ...

    def tactic(self, tactic: str) -> tuple[str, ...]:
        """Return what a tactic that stands alone is there."""
        ...


@dataclass(slots=True)
class _Sum:
    events: int = 0
    expected: float = 0.0

    def add(self, events: int, expected: float) -> None:
        self.events += events
        self.expected += expected

    def cell(self) -> dict[str, Any]:
        return {"events": self.events, "expected": round(self.expected, 4)}


@dataclass(slots=True)
class _Technique:
    together: _Sum = field(default_factory=_Sum)
    tactics: dict[str, _Sum] = field(default_factory=dict)
    answered_as: set[str] = field(default_factory=set)


def counts(connection: Connection, asked: Filter, version: Version | None = None) -> Counts:
    """Count the events that meet a filter by what they show.

    Parameters
    ----------
    connection : Connection
    asked : Filter
    version : Version, optional
        Counts its domain alone, and in its names. Both domains, under the names that were answered, when
        not given.
    """
    leads, holds, counted = looked_at(connection, Selection(asked, CATEGORISED))
    if holds:
        leads = select(leads.c.key).join(event, event.c.key == leads.c.key).where(*holds).subquery()
    domain = None if version is None else version.domain
    tactics, each = (_rows(connection, of(leads, domain)) for of in (_tactics, _each))
    if version is not None and _moves(tactics, each, version):
        told = _translated(connection, leads, version)
    else:
        told = (
            tuple(map(_counted, tactics)),
            tuple(_techniques(each, _rows(connection, _above(leads, domain)))),
        )
    return Counts(
        counted=counted,
        events=connection.scalar(_categorised(leads, domain)) or 0,
        tactics=told[0],
        techniques=told[1],
    )


def _counted(row: Any) -> CountedTactic:
    return CountedTactic(
        tactic=row.tactic, domain=row.domain, events=row.events, expected=round(row.expected, 4)
    )


def _shown(leads: Subquery, table: Table, domain: str | None) -> FromClause:
    """Return the keys, each with its rows of a table; one without any where there are none.

    No database can begin with the table here: it would read all of it.
    """
    of_event = table.c.event_key == leads.c.key
    return leads.outerjoin(table, of_event if domain is None else and_(of_event, table.c.domain == domain))


def _rows(connection: Connection, statement: Any) -> list[Any]:
    return [row for row in connection.execute(statement) if row.domain is not None]


def _categorised(leads: Subquery, domain: str | None) -> Any:
    tactic = event_tactic.c
    of_event = tactic.event_key == leads.c.key
    shown = of_event if domain is None else and_(of_event, tactic.domain == domain)
    return select(func.count()).select_from(leads).where(exists().where(shown))


def _tactics(leads: Subquery, domain: str | None) -> Any:
    tactic = event_tactic.c
    return (
        select(
            tactic.domain,
            tactic.tactic,
            func.count().label("events"),
            func.sum(tactic.probability).label("expected"),
        )
        .select_from(_shown(leads, event_tactic, domain))
        .group_by(tactic.domain, tactic.tactic)
        .order_by(tactic.domain, tactic.tactic)
    )


def _each(leads: Subquery, domain: str | None) -> Any:
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
        .select_from(_shown(leads, event_technique, domain))
        .group_by(technique.domain, technique.technique, technique.tactics)
    )


def _above(leads: Subquery, domain: str | None) -> Any:
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
        .select_from(_shown(leads, event_technique, domain))
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


def _techniques(each: Iterable[Any], above: Iterable[Any]) -> Iterable[CountedTechnique]:
    found: dict[tuple[str, str], _Technique] = {}
    # What has no parent is above itself.
    for row in chain((row for row in each if "." in row.technique), above):
        technique = found.setdefault((row.domain, row.technique), _Technique())
        technique.together.add(row.events, row.expected)
        for tactic in dict.fromkeys(row.tactics.split()):
            technique.tactics.setdefault(tactic, _Sum()).add(row.events, row.expected)
    yield from _told(found)


def _told(found: Mapping[tuple[str, str], _Technique]) -> Iterable[CountedTechnique]:
    for (domain, name), technique in sorted(found.items()):
        yield CountedTechnique(
            technique=name,
            domain=domain,
            parent=name.partition(".")[0] if "." in name else None,
            tactics={tactic: Cell(**one.cell()) for tactic, one in sorted(technique.tactics.items())},
            answered_as=tuple(sorted(technique.answered_as)),
            **technique.together.cell(),
        )


def _moves(tactics: Iterable[Any], each: Iterable[Any], version: Version) -> bool:
    """Return whether any category that is shown has another name, or another place, in a version."""
    for row in each:
        own = tuple(row.tactics.split())
        there = version.technique(row.technique, own)
        if [(one.technique, set(one.tactics)) for one in there] != [(row.technique, set(own))]:
            return True
    return any(version.tactic(row.tactic) != (row.tactic,) for row in tactics)


def _translated(
    connection: Connection, leads: Subquery, version: Version
) -> tuple[tuple[CountedTactic, ...], tuple[CountedTechnique, ...]]:
    """Count event by event: what several techniques became one of counts once an event."""
    tactics: dict[str, _Sum] = {}
    techniques: dict[tuple[str, str], _Technique] = {}
    for rows in _by_event(connection, leads, version.domain):
        shown = {row.tactic: row.tactic_probability for row in rows}
        answered, cells, became = _event(rows, shown, version)
        for name, probability in became.items():
            tactics.setdefault(name, _Sum()).add(1, probability)
        for (name, tactic), probability in cells.items():
            technique = techniques.setdefault((version.domain, name), _Technique())
            if tactic is None:
                technique.together.add(1, probability)
                technique.answered_as |= answered.get(name, set())
            else:
                technique.tactics.setdefault(tactic, _Sum()).add(1, probability)
    return (
        tuple(
            CountedTactic(tactic=name, domain=version.domain, **one.cell())
            for name, one in sorted(tactics.items())
        ),
        tuple(_told(techniques)),
    )


def _by_event(connection: Connection, leads: Subquery, domain: str) -> Iterator[list[Any]]:
    """Yield the rows of each event: its tactics, each with all of its techniques."""
    technique, tactic = event_technique.c, event_tactic.c
    rows = connection.execute(
        select(
            leads.c.key,
            tactic.tactic,
            tactic.probability.label("tactic_probability"),
            technique.technique,
            technique.tactics,
            technique.probability,
        )
        .select_from(_shown(leads, event_tactic, domain))
        .outerjoin(event_technique, and_(technique.event_key == leads.c.key, technique.domain == domain))
        .order_by(leads.c.key)
    )
    of_domain = (row for row in rows if row.tactic is not None)
    for _, of_event in groupby(of_domain, key=lambda row: row.key):
        yield list(of_event)


def _event(
    rows: Iterable[Any], shown: Mapping[str, float], version: Version
) -> tuple[dict[str, set[str]], dict[tuple[str, str | None], float], dict[str, float]]:
    """Return what an event shows in a version.

    Returns
    -------
    dict of str to set of str
        Technique there to the ids that were answered and by which it isn't found.
    dict of (str, str or None) to float
        Technique and one of its tactics there, or ``None`` for all of them, to probability.
    dict of str to float
        Tactic there to probability.
    """
    answered: dict[str, set[str]] = {}
    cells: dict[tuple[str, str | None], float] = {}
    became: dict[str, float] = {}
    alone = dict(shown)
    for name, joined, probability in {
        (row.technique, row.tactics, row.probability) for row in rows if row.technique is not None
    }:
        own = tuple(joined.split())
        sure = max((shown.get(one, probability) for one in own), default=probability)
        for there in version.technique(name, own):
            # Its tactics come with it; those of a technique that has no counterpart stand alone.
            for one in own:
                alone.pop(one, None)
            for technique in {there.technique, there.parent or there.technique}:
                if technique not in (name, name.partition(".")[0]):
                    answered.setdefault(technique, set()).add(name)
                for place in (None, *there.tactics):
                    cells[technique, place] = max(cells.get((technique, place), 0.0), probability)
            for tactic in there.tactics:
                became[tactic] = max(became.get(tactic, 0.0), shown.get(tactic, sure))
    for name, probability in alone.items():
        for tactic in version.tactic(name):
            became[tactic] = max(became.get(tactic, 0.0), probability)
    return answered, cells, became

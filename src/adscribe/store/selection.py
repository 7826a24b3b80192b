"""From a filter to statements whose cost doesn't grow with what is stored.

Each field of a filter is a `Clause`: where in the indexes the keys of its events lie (its sources), and a
condition on a row of ``event``. A selection is led by one clause, the one with the fewest events: of its
sources a bounded number of keys is read, along an index, and only those rows are held against the other
clauses. Where a clause has more events than `FEW`, it is read piece by piece in the order of time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    Table,
    and_,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    tuple_,
    union,
)

from adscribe.store.columns import packed
from adscribe.store.filters import NONE, Filter, network
from adscribe.store.schema import event, event_tactic, event_target, event_technique, event_word
from adscribe.store.words import asked, number

_IPV4 = packed("0.0.0.0"), packed("255.255.255.255")  # noqa: S104 - nothing is bound to it

FEW = 8192
"""Events that are looked at, or sorted, at a time."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the keys of events lie along an index.

    Attributes
    ----------
    key, at : column
        Key of the event, and when it was detected.
    where : tuple of conditions
        What the index begins with.
    repeats : bool
        Whether an event can be there more than once.
    ordered : bool
        Whether the index has them in the order of time.
    """

    key: ColumnElement[int]
    at: ColumnElement[datetime]
    where: tuple[ColumnElement[bool], ...] = ()
    repeats: bool = False
    ordered: bool = True


@dataclass(frozen=True, slots=True)
class Clause:
    """One field of a filter.

    Attributes
    ----------
    sources : tuple of Source
        Together they have its events and no others; none where no index tells.
    holds : condition
        On a row of ``event``.
    """

    sources: tuple[Source, ...]
    holds: ColumnElement[bool]

    @property
    def ordered(self) -> bool:
        """Whether its events can be read in the order of time."""
        return bool(self.sources) and all(source.ordered for source in self.sources)


EVENTS = Source(event.c.key, event.c.detected_at)
"""All events."""

CATEGORISED = Source(event_tactic.c.event_key, event_tactic.c.detected_at, repeats=True)
"""All events that show a category."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """A range of places in the order of time: ``(detected_at, key)``, its ends not included."""

    after: tuple[datetime, int] | None = None
    before: tuple[datetime, int] | None = None

    def hold(self, source: Source) -> Iterable[ColumnElement[bool]]:
        """Yield the conditions on a source."""
        if self.after is not None:
            yield tuple_(source.at, source.key) > _place(source, self.after)
        if self.before is not None:
            yield tuple_(source.at, source.key) < _place(source, self.before)


class Selection:
    """The events that meet a filter.

    Parameters
    ----------
    asked : Filter
    base : Source
        Where all events lie that may be meant: `EVENTS` or `CATEGORISED`.
    """

    def __init__(self, asked: Filter, base: Source = EVENTS) -> None:
        self.bounds = Bounds(
            None if asked.since is None else (asked.since, -1),
            None if asked.until is None else (asked.until, -1),
        )
        self.all = Clause((base,), and_(true(), *self.bounds.hold(EVENTS)))
        self.clauses = tuple(_clauses(asked))

    @property
    def holds(self) -> ColumnElement[bool]:
        """Whether a row of ``event`` is meant."""
        return and_(self.all.holds, *(clause.holds for clause in self.clauses))

    def beyond(self, clause: Clause) -> tuple[ColumnElement[bool], ...]:
        """Return what a row of ``event`` must meet whose key is among the `leads` of a clause.

        The clause itself is met: to look for it again would cost as much as any other.
        """
        others = tuple(one.holds for one in self.clauses if one is not clause)
        return others if clause.ordered else (self.all.holds, *others)

    def leader(self, connection: Connection) -> tuple[Clause, bool]:
        """Return the clause to begin with, and whether it has few events: at most `FEW`."""
        found = [(self._size(connection, clause), clause) for clause in (*self.clauses, self.all)]
        size, clause = min(
            (pair for pair in found if pair[1].sources), key=lambda pair: (pair[0], not pair[1].ordered)
        )
        if size <= FEW:
            return clause, True
        return self.ordered, False

    @property
    def ordered(self) -> Clause:
        """The first clause whose events can be read in the order of time."""
        return next((clause for clause in self.clauses if clause.ordered), self.all)

    def along(self) -> Clause | None:
        """Return the only clause there is, where its events lie in the order of time."""
        if not self.clauses:
            return self.all
        (only, *others) = self.clauses
        return only if not others and only.ordered else None

    def _size(self, connection: Connection, clause: Clause) -> int:
        if not clause.sources:
            return FEW + 1
        leads = self.leads(clause, FEW + 1, self.bounds)
        return connection.scalar(select(func.count()).select_from(leads)) or 0

    def leads(
        self, clause: Clause, most: int, bounds: Bounds | None = None, *, descending: bool = True
    ) -> Subquery:
        """Return the first keys of a clause, columns ``key`` and ``at``, each once.

        Parameters
        ----------
        clause : Clause
        most : int
            How many.
        bounds : Bounds, optional
            Between which places; those of the filter when not given.
        descending : bool
            Whether the latest come first. Where the sources aren't in the order of time, which of their
            keys come first is not told.
        """
        bounds = self.bounds if bounds is None else bounds
        parts = [_first(source, most, bounds, descending) for source in clause.sources]
        if len(parts) == 1:
            return parts[0].subquery()
        together = union(*(select(part.subquery()) for part in parts)).subquery()
        found = select(together)
        if clause.ordered:
            found = found.order_by(*in_order((together.c.at, together.c.key), descending))
        return found.limit(most).subquery()


def in_order(columns: Sequence[ColumnElement[Any]], descending: bool) -> list[ColumnElement[Any]]:
    """Return what to order by."""
    return [column.desc() if descending else column.asc() for column in columns]


def _first(source: Source, most: int, bounds: Bounds, descending: bool) -> Select[int, datetime]:
    found = select(source.key.label("key"), source.at.label("at")).where(*source.where)
    if source.repeats:
        found = found.distinct()
    if source.ordered:
        # Without order a bound in time would have to be looked for among all.
        found = found.where(*bounds.hold(source)).order_by(*in_order((source.at, source.key), descending))
    return found.limit(most)


def _place(source: Source, place: tuple[datetime, int]) -> Any:
    return tuple_(literal(place[0], source.at.type), place[1])


def _clauses(asked_: Filter) -> Iterable[Clause]:
    """Yield the clauses of a filter, those first that mostly have the fewest events."""
    if asked_.text is not None:
        # The longest word is mostly the rarest.
        for word in sorted(asked(asked_.text)[0], key=len, reverse=True):
            yield _of_word(number(word))
    if asked_.target:
        yield _of_targets(asked_.target)
    if asked_.source:
        yield _of_sources(asked_.source)
    if asked_.address:
        by_source, by_target = _of_sources(asked_.address), _of_targets(asked_.address)
        yield Clause((*by_source.sources, *by_target.sources), or_(by_source.holds, by_target.holds))
    if asked_.host:
        yield _of_hosts(asked_.host)
    if asked_.technique:
        yield _of_techniques(asked_.technique)
    if asked_.submethod:
        yield _equal(event.c.submethod, asked_.submethod)
    if asked_.tactic:
        yield _of_tactics(asked_.tactic)
    if asked_.method:
        yield _equal(event.c.method, asked_.method)
    if asked_.data_feed:
        yield _equal(event.c.data_feed, asked_.data_feed)
    if asked_.reason:
        yield _equal(event.c.reason, asked_.reason)
    if asked_.severity:
        yield _equal(event.c.severity, [None if one == NONE else one for one in asked_.severity])
    if asked_.reviewed is not None:
        yield _equal(event.c.reviewed, [asked_.reviewed])
    if asked_.basis:
        yield Clause((), event.c.basis.in_(asked_.basis))


def _equal(column: ColumnElement[Any], values: Iterable[Any]) -> Clause:
    kept = [literal(value, column.type) for value in values]
    sources = tuple(Source(event.c.key, event.c.detected_at, (column == value,)) for value in kept)
    return Clause(sources, column.in_(kept))


def _of_word(word: int) -> Clause:
    source = Source(event_word.c.event_key, event_word.c.detected_at, (event_word.c.word == word,))
    return Clause((source,), _of_event(event_word, event_word.c.word == word))


def _within(column: ColumnElement[Any], text: str) -> tuple[ColumnElement[bool], bool]:
    """Return the condition that an address lies in a range, and whether that is one address."""
    found = network(text)
    first, last = packed(str(found.network_address)), packed(str(found.broadcast_address))
    if first == last:
        return column == literal(first, column.type), True
    within = _between(column, first, last)
    if found.version == 6 and first <= _IPV4[0] <= last:
        # Addresses of IPv4 are kept within those of IPv6, and aren't meant.
        within = and_(within, not_(_between(column, *_IPV4)))
    return within, False


def _between(column: ColumnElement[Any], first: bytes, last: bytes) -> ColumnElement[bool]:
    return column.between(literal(first, column.type), literal(last, column.type))


def _of_sources(ranges: Iterable[str]) -> Clause:
    found = [_within(event.c.source_address, text) for text in ranges]
    sources = tuple(
        Source(event.c.key, event.c.detected_at, (condition,), ordered=one) for condition, one in found
    )
    return Clause(sources, or_(*(condition for condition, _ in found)))


def _of_targets(ranges: Iterable[str]) -> Clause:
    target = event_target.c
    found = [_within(target.address, text) for text in ranges]
    sources = tuple(
        Source(target.event_key, target.detected_at, (condition,), repeats=not one, ordered=one)
        for condition, one in found
    )
    any_of = or_(*(condition for condition, _ in found))
    return Clause(sources, _of_event(event_target, any_of))


def _of_hosts(names: Iterable[str]) -> Clause:
    target = event_target.c
    kept = [literal(name, target.host.type) for name in names]
    sources = [Source(event.c.key, event.c.detected_at, (event.c.source_host == name,)) for name in kept]
    sources += [
        Source(target.event_key, target.detected_at, (target.host == name,), repeats=True) for name in kept
    ]
    of_target = _of_event(event_target, target.host.in_(kept))
    return Clause(tuple(sources), or_(event.c.source_host.in_(kept), of_target))


def _of_techniques(ids: Iterable[str]) -> Clause:
    technique = event_technique.c
    conditions = [technique.technique == one if "." in one else technique.parent == one for one in ids]
    sources = tuple(
        Source(technique.event_key, technique.detected_at, (condition,), repeats=True)
        for condition in conditions
    )
    return Clause(sources, _of_event(event_technique, or_(*conditions)))


def _of_tactics(names: Iterable[str]) -> Clause:
    tactic = event_tactic.c
    sources = tuple(
        # A tactic of that name may be there of both domains.
        Source(tactic.event_key, tactic.detected_at, (tactic.tactic == name,), repeats=True)
        for name in names
    )
    return Clause(sources, _of_event(event_tactic, tactic.tactic.in_(tuple(names))))


def _of_event(table: Table, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that an event has such a row.

    With the time, which is the event's: else SQLite may look for it among the rows of all events.
    """
    columns = table.c
    same = columns.event_key == event.c.key, columns.detected_at == event.c.detected_at
    return exists().where(*same, condition)

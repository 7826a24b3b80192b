"""Which events a verdict would teach most about: similar ones together, the most telling first.

Looked at are the latest events that nobody has judged and whose answer is unsure: undetermined, or with a
category or reason that is less probable than `adscribe.store.schema.UNSURE` says. They have indexes of their
own, so that it costs the same however many others are stored. Those that a challenger answers otherwise join
them.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Connection, Row, Select, Subquery, distinct, func, select, union

from adscribe.site import Site
from adscribe.store.counts import Counted
from adscribe.store.filters import Filter
from adscribe.store.listing import ListedEvent, listed
from adscribe.store.schema import (
    UNSURE,
    UNSURE_TECHNIQUE,
    event,
    event_state,
    event_tactic,
    event_target,
    event_technique,
    feedback,
)
from adscribe.store.selection import EVENTS, FEW, Selection, Source

SHOWN = 3
"""Events that a group of the queue shows."""

MOST_OF_GROUP = 100
"""Events of one group that can be judged together."""

ENOUGH = 10
"""Judged events that it takes to learn of a kind of event."""

_KIND_DIGEST_BYTES = 8


class End(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one end of an event.

    Attributes
    ----------
    inside : bool
        Whether it lies in the monitored network.
    roles : tuple of str
        What the site says that it is, sorted.
    """

    inside: bool
    roles: tuple[str, ...]


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """What similar events have in common.

    Attributes
    ----------
    method, submethod : str
        As reported; a submethod may be ``None``.
    techniques, tactics : tuple of str
        Ids and short names of what is shown, in both domains.
    reason, basis : str or None
        Why no category is shown.
    source, target : End
        What their ends are; of the targets the first, ``None`` where there is none.
    """

    method: str
    submethod: str | None
    techniques: tuple[str, ...]
    tactics: tuple[str, ...]
    reason: str | None
    basis: str | None
    source: End
    target: End | None

    @property
    def id(self) -> str:
        """What a group of the kind is found by."""
        digest = hashlib.blake2b(msgspec.json.encode(self), digest_size=_KIND_DIGEST_BYTES)
        return digest.hexdigest()


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What a score is made of: ``(uncertain + unfamiliar + disagreement) * reach * news``.

    Attributes
    ----------
    uncertain : float
        How far the answers are from being sure, 0 to 1, on average: of what is shown 1 where its least
        probable category, or the reason, has a probability of 0.5 or less, and 0 where it has 1; of
        undetermined events 1 where a category is as probable as none. Unfamiliar ones count as 0 here.
    unfamiliar : float
        Share of the events that are unlike all that the model was made for.
    disagreement : float
        Share of the events that a challenger answers otherwise.
    reach : float
        ``log2(1 + events)``: how many answers one verdict can bear on.
    news : float
        ``10 / (10 + judged)``: what one more verdict adds to those on events of this method and submethod.
    """

    uncertain: float
    unfamiliar: float
    disagreement: float
    reach: float
    news: float

    @property
    def score(self) -> float:
        """How much a verdict would teach."""
        return (self.uncertain + self.unfamiliar + self.disagreement) * self.reach * self.news


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Similar events that can be judged together.

    Attributes
    ----------
    id : str
        Stays as long as the kind is the same.
    kind : Kind
        What they have in common.
    events : int
        How many there are among those looked at.
    judged : int
        Judged events of this method and submethod, among the latest verdicts.
    score : float
        How much a verdict would teach.
    parts : Parts
        What the score is made of.
    shown : tuple of ListedEvent
        The latest of the events.
    """

    id: str
    kind: Kind
    events: int
    judged: int
    score: float
    parts: Parts
    shown: tuple[ListedEvent, ...]


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """What to judge next.

    Attributes
    ----------
    counted : Counted
        How much was looked at.
    events : int
        Unsure events among that, which nobody has judged.
    kinds : int
        Groups that they make.
    groups : tuple of Group
        Those with the highest scores.
    """

    counted: Counted
    events: int
    kinds: int
    groups: tuple[Group, ...]


class _Candidate(NamedTuple):
    key: int
    uncertain: float
    unfamiliar: bool
    disagreed: bool


def queue(
    connection: Connection, asked: Filter, site: Site, *, differing: Collection[str] = (), limit: int = 20
) -> Queue:
    """Return the groups of unsure events that a verdict would teach most about.

    Parameters
    ----------
    connection : Connection
    asked : Filter
        Which events; judged ones never are.
    site : Site
        What is known of the network.
    differing : collection of str
        Ids of events that a challenger answers otherwise.
    limit : int
        Most groups.
    """
    found, counted = _candidates(connection, asked, site, differing)
    judged = _judged(connection)
    ranked = sorted(
        (_group(kind, candidates, judged) for kind, candidates in found.items()),
        key=lambda group: (-group.score, -group.events, group.id),
    )[:limit]
    keys = {group.id: [one.key for one in found[group.kind][:SHOWN]] for group in ranked}
    events = _listed(connection, [key for some in keys.values() for key in some])
    return Queue(
        counted=counted,
        events=sum(map(len, found.values())),
        kinds=len(found),
        groups=tuple(replace(group, shown=_those(events, keys[group.id])) for group in ranked),
    )


def group(
    connection: Connection, asked: Filter, site: Site, group_id: str, *, differing: Collection[str] = ()
) -> Group | None:
    """Return one group with the latest `MOST_OF_GROUP` of its events; ``None`` where none is left to judge.

    Parameters
    ----------
    connection : Connection
    asked : Filter
    site : Site
    group_id : str
        Of a group that `queue` told.
    differing : collection of str
        As in `queue`.
    """
    found, _ = _candidates(connection, asked, site, differing)
    kind = next((kind for kind in found if kind.id == group_id), None)
    if kind is None:
        return None
    keys = [one.key for one in found[kind][:MOST_OF_GROUP]]
    return replace(
        _group(kind, found[kind], _judged(connection)), shown=_those(_listed(connection, keys), keys)
    )


def _candidates(
    connection: Connection, asked: Filter, site: Site, differing: Collection[str]
) -> tuple[dict[Kind, list[_Candidate]], Counted]:
    """Return the events that may be judged by kind, the latest first, and how much was looked at."""
    selection = Selection(replace(asked, reviewed=False))
    leads = _leads(selection, differing)
    number, first, last = connection.execute(
        select(func.count(), func.min(leads.c.at), func.max(leads.c.at)).select_from(leads).limit(1)
    ).one()
    found: defaultdict[Kind, list[_Candidate]] = defaultdict(list)
    for row in connection.execute(_rows(selection, leads)):
        found[_kind(row, site)].append(_candidate(row, differing))
    return dict(found), Counted(complete=number < FEW, since=first, until=last)


def _leads(selection: Selection, differing: Collection[str]) -> Subquery:
    """Return the keys of the latest events that are unsure, columns ``key`` and ``at``, each once."""
    technique = event_technique.c
    unsure = (
        (EVENTS, UNSURE),
        (Source(technique.event_key, technique.detected_at), UNSURE_TECHNIQUE),
    )
    parts: list[Select[int, datetime]] = []
    for source, condition in unsure:
        parts.append(
            select(source.key.label("key"), source.at.label("at"))
            .distinct()
            .where(condition, *selection.bounds.hold(source))
            .order_by(source.at.desc(), source.key.desc())
            .limit(FEW)
        )
    if differing:
        named = select(event.c.key.label("key"), event.c.detected_at.label("at"))
        parts.append(
            named.where(event.c.id.in_(sorted(differing)), *selection.bounds.hold(EVENTS)).limit(FEW)
        )
    together = union(*(select(part.subquery()) for part in parts)).subquery()
    latest = select(together).order_by(together.c.at.desc(), together.c.key.desc())
    return latest.limit(FEW).subquery()


def _rows(selection: Selection, leads: Subquery) -> Select[Any]:
    technique, tactic = event_technique.c, event_tactic.c
    of_technique = technique.event_key == event.c.key
    of_tactic = tactic.event_key == event.c.key
    return (
        select(
            event.c.key,
            event.c.id,
            event.c.method,
            event.c.submethod,
            event.c.source,
            event.c.reason,
            event.c.basis,
            event.c.probability,
            _only(func.aggregate_strings(technique.technique, " "), of_technique).label("techniques"),
            _only(func.aggregate_strings(tactic.tactic, " "), of_tactic).label("tactics"),
            _only(func.min(technique.probability), of_technique).label("least"),
            # Not the least of them: of bytes not every PostgreSQL has one.
            select(event_target.c.address)
            .where(event_target.c.event_key == event.c.key)
            .order_by(event_target.c.address)
            .limit(1)
            .correlate(event)
            .scalar_subquery()
            .label("target"),
        )
        .select_from(leads)
        .join(event, event.c.key == leads.c.key)
        .where(selection.holds)
        .order_by(leads.c.at.desc(), leads.c.key.desc())
        .limit(FEW)
    )


def _only(value: ColumnElement[Any], condition: ColumnElement[bool]) -> Any:
    return select(value).where(condition).correlate(event).scalar_subquery()


def _kind(row: Row[Any], site: Site) -> Kind:
    return Kind(
        method=row.method,
        submethod=row.submethod,
        techniques=_words(row.techniques),
        tactics=_words(row.tactics),
        reason=row.reason,
        basis=row.basis,
        source=_end(row.source, site),
        target=None if row.target is None else _end(row.target, site),
    )


def _words(text: str | None) -> tuple[str, ...]:
    # A technique or tactic of the same name may be there of both domains, and databases order as they like.
    return tuple(sorted(set((text or "").split())))


def _end(ip: str, site: Site) -> End:
    return End(inside=site.is_internal(ip), roles=tuple(sorted(site.roles(ip))))


def _candidate(row: Row[Any], differing: Collection[str]) -> _Candidate:
    unfamiliar = row.basis == "unfamiliar"
    probability = row.probability if row.least is None else row.least
    if unfamiliar:
        uncertain = 0.0
    elif row.reason == "undetermined":
        # Of these the probability is that no category applies.
        uncertain = 1 - abs(2 * probability - 1)
    else:
        uncertain = min(2 * (1 - probability), 1.0)
    return _Candidate(row.key, uncertain, unfamiliar, row.id in differing)


def _group(
    kind: Kind, candidates: Sequence[_Candidate], judged: Mapping[tuple[str, str | None], int]
) -> Group:
    number = len(candidates)
    known = judged.get((kind.method, kind.submethod), 0)
    parts = Parts(
        uncertain=sum(one.uncertain for one in candidates) / number,
        unfamiliar=sum(one.unfamiliar for one in candidates) / number,
        disagreement=sum(one.disagreed for one in candidates) / number,
        reach=math.log2(1 + number),
        news=ENOUGH / (ENOUGH + known),
    )
    return Group(id=kind.id, kind=kind, events=number, judged=known, score=parts.score, parts=parts, shown=())


def _judged(connection: Connection) -> dict[tuple[str, str | None], int]:
    """Return how many events were judged by method and submethod, among the latest verdicts."""
    latest = (
        select(feedback.c.event_key)
        .where(feedback.c.revoked_at.is_(None))
        .order_by(feedback.c.at.desc(), feedback.c.key.desc())
        .limit(FEW)
        .subquery()
    )
    counted = (
        select(event.c.method, event.c.submethod, func.count(distinct(event.c.key)))
        .select_from(latest)
        .join(event, event.c.key == latest.c.event_key)
        .group_by(event.c.method, event.c.submethod)
    )
    return {(method, submethod): number for method, submethod, number in connection.execute(counted)}


def _listed(connection: Connection, keys: Sequence[int]) -> dict[int, ListedEvent]:
    if not keys:
        return {}
    found: Select[Any] = (
        select(
            event.c.key,
            event.c.id,
            event.c.identity,
            event.c.reviewed,
            event.c.received_at,
            event_state.c.summary,
        )
        .join(event_state, event_state.c.event_key == event.c.key)
        .where(event.c.key.in_(keys))
        .limit(len(keys))
    )
    return {row.key: listed(row) for row in connection.execute(found)}


def _those(events: Mapping[int, ListedEvent], keys: Iterable[int]) -> tuple[ListedEvent, ...]:
    return tuple(events[key] for key in keys if key in events)

"""Hosts by what their events show along the kill chain, and one host over time.

A host's score is the sum over tactics of the highest probability with which one of its events shows it: about
how many stages it has gone through. Further events can't lower it, the same event again doesn't raise it, and
severity is no part of it. A tactic that both domains have counts once.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated, Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import (
    CTE,
    BigInteger,
    Connection,
    LargeBinary,
    Subquery,
    distinct,
    exists,
    func,
    null,
    select,
    type_coerce,
    union_all,
)

from adscribe.store.columns import EPOCH, instant, packed, unpacked
from adscribe.store.counts import Counted, looked_at, part_length, part_of
from adscribe.store.filters import Filter
from adscribe.store.listing import CursorError
from adscribe.store.schema import event, event_tactic
from adscribe.store.selection import CATEGORISED, FEW, Selection

MOST_STEPS = 96
"""Most parts of a host's timeline."""

_DIGITS = 4
_CURSOR_CHARACTERS = 200
_Place = tuple[Annotated[float, msgspec.Meta(ge=0)], Annotated[str, msgspec.Meta(max_length=50)]]


class HostStage(msgspec.Struct, frozen=True, kw_only=True):
    """A tactic that events of a host show.

    Attributes
    ----------
    tactic : str
        Short name.
    events : int
        How many show it.
    probability : float
        The highest among them: what it adds to the score.
    first_at, last_at : datetime
        When the first and the last were detected.
    """

    tactic: str
    events: int
    probability: float
    first_at: datetime
    last_at: datetime


class ListedHost(msgspec.Struct, frozen=True, kw_only=True):
    """A host whose events show categories.

    Attributes
    ----------
    ip : str
        Source of the events.
    hostname : str or None
        As last reported, in small letters.
    score : float
        Sum of the probabilities of its stages.
    events : int
        How many of its events show a category.
    first_at, last_at : datetime
        When the first and the last of them were detected.
    stages : tuple of HostStage
        In the order of their first event.
    """

    ip: str
    hostname: str | None
    score: float
    events: int
    first_at: datetime
    last_at: datetime
    stages: tuple[HostStage, ...]


class Hosts(msgspec.Struct, frozen=True, kw_only=True):
    """Some hosts, those with the highest scores first.

    Attributes
    ----------
    counted : Counted
        How much was looked at: events that show categories.
    hosts : tuple of ListedHost
    next : str or None
        What to give as `after` for the page that follows; ``None`` on the last.
    """

    counted: Counted
    hosts: tuple[ListedHost, ...]
    next: str | None


class HostStep(msgspec.Struct, frozen=True, kw_only=True):
    """What a host's events show of a tactic in a part of the time."""

    at: datetime
    tactic: str
    events: int
    probability: float


class HostSide(msgspec.Struct, frozen=True, kw_only=True):
    """The events that a host takes part in, on one side of them.

    Attributes
    ----------
    counted : Counted
        How much was looked at.
    events : int
        How many there are, with a category or without.
    stages : tuple of HostStage
        What they show, in the order of their first event.
    timeline : tuple of HostStep
        The same over time.
    """

    counted: Counted
    events: int
    stages: tuple[HostStage, ...]
    timeline: tuple[HostStep, ...]


class Host(msgspec.Struct, frozen=True, kw_only=True):
    """One host.

    Attributes
    ----------
    ip, hostname, score
        As in `ListedHost`.
    seconds : int
        How long a part of the timelines is.
    as_source, as_target : HostSide
        Its events, and those of others that it is a target of; only the former count for the score.
    """

    ip: str
    hostname: str | None
    score: float
    seconds: int
    as_source: HostSide
    as_target: HostSide


def hosts(connection: Connection, asked: Filter, *, after: str | None = None, limit: int) -> Hosts:
    """Return a page of the hosts whose events meet a filter and show categories.

    Parameters
    ----------
    connection : Connection
    asked : Filter
    after : str, optional
        What `Hosts.next` of the page before says; the first page when not given.
    limit : int
        Most hosts of the page.

    Raises
    ------
    CursorError
        `after` is no place in such a list.
    """
    place = None if after is None else _place(after)
    leads, holds, counted = looked_at(connection, Selection(asked, CATEGORISED))
    picked = (
        select(event.c.key, event.c.source_address, event.c.source_host, event.c.detected_at)
        .select_from(leads)
        .join(event, event.c.key == leads.c.key)
        .where(*holds)
        .cte("picked")
    )
    found: dict[bytes, _Host] = {}
    # All at once: row by row they take longer than they are looked for.
    for row in connection.execute(union_all(_whole(picked), _stages(picked))).all():
        one = found.get(row.address)
        if one is None:
            one = found[row.address] = _Host(row.address)
        one.add(row)
    ranked = sorted((host for host in found.values() if host.stages), key=_Host.place)
    following = [host for host in ranked if place is None or host.place() > place]
    return Hosts(
        counted=counted,
        hosts=tuple(host.listed() for host in following[:limit]),
        next=_cursor(following[limit - 1]) if len(following) > limit else None,
    )


def host(connection: Connection, ip: str, asked: Filter) -> Host | None:
    """Return what there is to know of a host; ``None`` where no event has it.

    Parameters
    ----------
    connection : Connection
    ip : str
        Its address.
    asked : Filter
        Which time; other fields don't count.
    """
    span = Filter(since=asked.since, until=asked.until)
    sides = [Selection(replace(span, source=(ip,))), Selection(replace(span, target=(ip,)))]
    (source, _, as_source), (target, _, as_target) = (looked_at(connection, side, FEW) for side in sides)
    times = [one for each in (as_source, as_target) for one in (each.since, each.until) if one]
    if not times:
        return None
    length = part_length(Counted(complete=True, since=min(times), until=max(times)), MOST_STEPS)
    acted = _part(connection, source, as_source, length)
    name = select(event.c.source_host).where(event.c.source_address == ip, event.c.source_host.is_not(None))
    return Host(
        ip=ip,
        hostname=connection.scalar(name.order_by(event.c.detected_at.desc(), event.c.key.desc()).limit(1)),
        score=_score(acted.stages),
        seconds=int(length.total_seconds()),
        as_source=acted,
        as_target=_part(connection, target, as_target, length),
    )


class _Host:
    """A host as its rows come in; most are only ranked, so what they hold is read when it is listed."""

    def __init__(self, address: bytes) -> None:
        self._address = bytes(address)
        self.stages: list[Any] = []
        self._all: Any = None

    def add(self, row: Any) -> None:
        if row.tactic is None:
            self._all = row
        else:
            self.stages.append(row)

    @cached_property
    def score(self) -> float:
        return _score(self.stages)

    @property
    def ip(self) -> str:
        return unpacked(self._address)

    def place(self) -> tuple[float, bytes]:
        return -self.score, self._address

    def listed(self) -> ListedHost:
        return ListedHost(
            ip=self.ip,
            hostname=self._all.host,
            score=self.score,
            events=self._all.events,
            first_at=instant(self._all.first_at),
            last_at=instant(self._all.last_at),
            stages=_in_time(
                HostStage(
                    tactic=row.tactic,
                    events=row.events,
                    probability=row.probability,
                    first_at=instant(row.first_at),
                    last_at=instant(row.last_at),
                )
                for row in self.stages
            ),
        )


def _whole(picked: CTE) -> Any:
    """Return the statement for the hosts with what all of their events come to."""
    shows = exists().where(event_tactic.c.event_key == picked.c.key)
    return _by_host(picked, null(), null(), func.max(picked.c.source_host), func.count()).where(shows)


def _stages(picked: CTE) -> Any:
    """Return the statement for what their events show."""
    tactic = event_tactic.c
    events = func.count(distinct(picked.c.key))
    return (
        _by_host(picked, tactic.tactic, func.max(tactic.probability), null(), events)
        .join(event_tactic, tactic.event_key == picked.c.key)
        .group_by(tactic.tactic)
    )


def _by_host(picked: CTE, tactic: Any, probability: Any, host: Any, events: Any) -> Any:
    # As they are kept: there may be many hosts, of which few are told.
    address = type_coerce(picked.c.source_address, LargeBinary)
    at = type_coerce(picked.c.detected_at, BigInteger)
    return (
        select(
            address.label("address"),
            tactic.label("tactic"),
            probability.label("probability"),
            host.label("host"),
            events.label("events"),
            func.min(at).label("first_at"),
            func.max(at).label("last_at"),
        )
        .select_from(picked)
        .group_by(address)
    )


def _part(connection: Connection, leads: Subquery, counted: Counted, length: timedelta) -> HostSide:
    tactic = event_tactic.c
    number = part_of(leads.c.at, length).label("number")
    rows = list(
        connection.execute(
            select(
                number,
                tactic.tactic,
                func.max(tactic.probability).label("probability"),
                func.count(distinct(leads.c.key)).label("events"),
                func.min(leads.c.at).label("first_at"),
                func.max(leads.c.at).label("last_at"),
            )
            .select_from(leads)
            .join(event_tactic, tactic.event_key == leads.c.key)
            .group_by(number, tactic.tactic)
            .order_by(number, tactic.tactic)
        )
    )
    stages: dict[str, HostStage] = {}
    for row in rows:
        stages[row.tactic] = _together(stages.get(row.tactic), _stage(row))
    return HostSide(
        counted=counted,
        events=connection.scalar(select(func.count()).select_from(leads)) or 0,
        stages=_in_time(stages.values()),
        timeline=tuple(
            HostStep(
                at=EPOCH + row.number * length,
                tactic=row.tactic,
                events=row.events,
                probability=row.probability,
            )
            for row in rows
        ),
    )


def _stage(row: Any) -> HostStage:
    return HostStage(
        tactic=row.tactic,
        events=row.events,
        probability=row.probability,
        first_at=row.first_at,
        last_at=row.last_at,
    )


def _together(earlier: HostStage | None, later: HostStage) -> HostStage:
    if earlier is None:
        return later
    return HostStage(
        tactic=later.tactic,
        events=earlier.events + later.events,
        probability=max(earlier.probability, later.probability),
        first_at=min(earlier.first_at, later.first_at),
        last_at=max(earlier.last_at, later.last_at),
    )


def _in_time(stages: Iterable[HostStage]) -> tuple[HostStage, ...]:
    return tuple(sorted(stages, key=lambda stage: (stage.first_at, stage.tactic)))


def _score(stages: Iterable[Any]) -> float:
    # The same in whatever order they are added up.
    probabilities: list[float] = sorted(stage.probability for stage in stages)
    return round(sum(probabilities), _DIGITS)


def _cursor(last: _Host) -> str:
    content = msgspec.json.encode([last.score, last.ip])
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _place(cursor: str) -> tuple[float, bytes]:
    try:
        if len(cursor) > _CURSOR_CHARACTERS:
            raise ValueError
        content = base64.b64decode(cursor.encode("ascii") + b"===", altchars=b"-_")
        score, ip = msgspec.json.decode(content, type=_Place)
        return -score, packed(ip)
    except (ValueError, msgspec.MsgspecError):
        raise CursorError("is no place in a list") from None

"""Hosts by the stages of an attack that their events show, and one host over time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from adscribe.event.address import canonical
from adscribe.service.categories import categories
from adscribe.service.pages.filtering import chips, choices
from adscribe.service.pages.histogram import utc
from adscribe.service.pages.links import Links
from adscribe.service.pages.shell import render, state_of, tactic_name, zone_of
from adscribe.service.placed import placed
from adscribe.service.problems import Problem
from adscribe.service.query import TIMES, query
from adscribe.service.reading import host_of, hosts_of
from adscribe.site import Site
from adscribe.store import Store
from adscribe.store.filters import Filter
from adscribe.store.hosts import Host, HostSide, HostStage, ListedHost
from adscribe.store.listing import Order, Page

PATH = "/hosts"
PAGE = 50
"""Hosts of a page."""

EVENTS = 50
"""Events of a host that its page shows."""

_LEAST_WIDTH = 0.5


@dataclass(frozen=True, slots=True)
class Part:
    """A tactic in a row of the list; without a stage where the host doesn't show it."""

    name: str
    stage: HostStage | None
    level: int
    link: str


@dataclass(frozen=True, slots=True)
class Row:
    """A host of the list."""

    host: ListedHost
    roles: tuple[str, ...]
    share: float
    link: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A part of the time in which a tactic was shown; places in per cent of the whole."""

    x: float
    width: float
    opacity: float
    at: datetime
    until: datetime
    events: int
    probability: float
    link: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A tactic of one host over time."""

    name: str
    stage: HostStage
    link: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A time that is drawn."""

    since: datetime
    until: datetime


async def shown(request: Request) -> Response:
    """Show the hosts whose events meet a filter, those that show the most stages first."""
    asked, others = query(request, "after", "limit")
    state = state_of(request)
    read = partial(hosts_of, asked=asked, after=others.get("after"), limit=others.get("limit", PAGE))
    with state.keeping.slots.held():
        found = await state.keeping.use(read, reading=True)
    site = state.shown_site
    links = Links(PATH, request.query_params.multi_items())
    tactics = _in_order({stage.tactic for host in found.hosts for stage in host.stages})
    most = max((host.score for host in found.hosts), default=1.0)
    return await render(
        request,
        "hosts.html",
        found=found,
        tactics=[(one, tactic_name(one)) for one in tactics],
        rows=[_row(host, site, tactics, most, links) for host in found.hosts],
        links=links,
        twin=links.here("/v1/hosts"),
        chips=chips(links, zone_of(request)),
        choices=choices(),
        first="after" not in others,
        following=None if found.next is None else links.here(after=found.next),
        url=state.settings.url,
    )


async def one(request: Request) -> Response:
    """Show a host: what the site file says of it, and what it did and met over time."""
    asked, _ = query(request, fields=TIMES)
    try:
        ip = canonical(request.path_params["ip"][:100])
    except ValueError:
        raise Problem("not-found", "This is no address.") from None
    state = state_of(request)
    with state.keeping.slots.held():
        host, page = await state.keeping.use(partial(_read, ip=ip, asked=asked), reading=True)
    links = Links(f"{PATH}/{ip}", request.query_params.multi_items())
    span = _span(host)
    sides = []
    if host is not None and span is not None:
        length = timedelta(seconds=host.seconds)
        sides = [
            (title, side, _lanes(side, span, length, name, ip))
            for title, name, side in (
                ("What it did", "source", host.as_source),
                ("What it was a target of", "target", host.as_target),
            )
        ]
    return await render(
        request,
        "host.html",
        status=200 if host else 404,
        ip=ip,
        host=host,
        place=placed(state.shown_site, ip),
        given=state.settings.site is not None,
        sides=sides,
        span=span,
        page=page,
        links=links,
        twin=links.here(f"/v1/hosts/{ip}"),
        chips=chips(links, zone_of(request)),
        all_events=links.to([*links.only(*TIMES), ("address", ip)], "/events"),
        matrix=links.to([*links.only(*TIMES), ("source", ip)], "/matrix"),
    )


def _read(store: Store, *, ip: str, asked: Filter) -> tuple[Host | None, Page]:
    try:
        host = host_of(store, ip=ip, asked=asked)
    except Problem:
        return None, Page(events=(), next=None, previous=None)
    wanted = Filter(address=(ip,), since=asked.since, until=asked.until)
    return host, store.page(wanted, Order(), limit=EVENTS)


def _row(host: ListedHost, site: Site, tactics: Sequence[str], most: float, links: Links) -> Row:
    stages = {stage.tactic: stage for stage in host.stages}
    mine = links.without("source")
    return Row(
        host=host,
        roles=tuple(sorted(site.roles(host.ip))),
        share=host.score / most if most else 0.0,
        link=links.to([*mine, ("source", host.ip)], "/events"),
        parts=tuple(
            Part(
                name=tactic_name(tactic),
                stage=stages.get(tactic),
                level=_level(stages[tactic].probability) if tactic in stages else 0,
                link=links.to(
                    [
                        *(pair for pair in mine if pair[0] != "tactic"),
                        ("source", host.ip),
                        ("tactic", tactic),
                    ],
                    "/events",
                ),
            )
            for tactic in tactics
        ),
    )


def _lanes(side: HostSide, span: Span, length: timedelta, name: str, ip: str) -> list[Lane]:
    stages = {stage.tactic: stage for stage in side.stages}
    links = Links("/events", ())
    found = []
    for tactic in _in_order(stages):
        query = [(name, ip), ("tactic", tactic)]
        marks = tuple(
            _mark(step.at, length, step.events, step.probability, span, links, query)
            for step in side.timeline
            if step.tactic == tactic
        )
        found.append(Lane(tactic_name(tactic), stages[tactic], links.to(query), marks))
    return found


def _mark(
    at: datetime,
    length: timedelta,
    events: int,
    probability: float,
    span: Span,
    links: Links,
    query: list[tuple[str, str]],
) -> Mark:
    whole = span.until - span.since
    return Mark(
        x=round(100 * ((at - span.since) / whole), 3),
        width=round(max(_LEAST_WIDTH, 100 * (length / whole) - 0.1), 3),
        opacity=round(0.3 + 0.7 * probability, 2),
        at=at,
        until=at + length,
        events=events,
        probability=probability,
        link=links.to([*query, ("since", utc(at)), ("until", utc(at + length))]),
    )


def _span(host: Host | None) -> Span | None:
    """Return the time that both timelines of a host are drawn over."""
    if host is None:
        return None
    steps = [step.at for side in (host.as_source, host.as_target) for step in side.timeline]
    if not steps:
        return None
    return Span(min(steps), max(steps) + timedelta(seconds=host.seconds))


def _in_order(tactics: Iterable[str]) -> list[str]:
    """Return tactics in the order of the matrix; what no version has stands behind the others."""
    order = {tactic.shortname: place for place, tactic in enumerate(categories().tactics())}
    return sorted(tactics, key=lambda name: (order.get(name, len(order)), name))


def _level(probability: float) -> int:
    """Return the step of the colour of a probability, from 1 to 5."""
    return 1 + sum(probability >= bound for bound in (0.5, 0.7, 0.85, 0.95))

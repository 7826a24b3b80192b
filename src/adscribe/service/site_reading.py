"""What there is to know of the site file: an address in it, what it leaves open, what a new one could say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from adscribe.errors import SiteError
from adscribe.event import Event
from adscribe.event.address import canonical
from adscribe.service import body
from adscribe.service.placed import placed
from adscribe.service.problems import Problem
from adscribe.service.query import check, query
from adscribe.service.state import State
from adscribe.site import Site
from adscribe.site.coverage import Coverage, Topic, together
from adscribe.site.document import MAX_BYTES
from adscribe.site.suggest import Suggester
from adscribe.store import Store
from adscribe.store.counts import Counted
from adscribe.store.filters import Filter

MOST_EVENTS = 5_000
"""Events that a site file is held against: the latest."""

YAML = ("application/yaml", "text/yaml", "text/plain", "application/octet-stream")
"""Media types of a site file."""

T = TypeVar("T")


class SiteProblem(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is wrong with a site file: where, and what to do."""

    line: int | None
    pointer: str | None
    message: str
    hint: str | None


class SiteGap(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a site file could say and doesn't, or says in vain, and what that costs."""

    topic: Topic
    subject: str
    events: int
    cost: str


class SiteGaps(msgspec.Struct, frozen=True, kw_only=True):
    """What a site file leaves open for the latest events that meet a filter.

    Attributes
    ----------
    counted : Counted
        Which events it was held against.
    events : int
        How many they are.
    gaps : tuple of SiteGap
        By topic, those that touch the most events first.
    """

    counted: Counted
    events: int
    gaps: tuple[SiteGap, ...]


class CheckedSite(msgspec.Struct, frozen=True, kw_only=True):
    """A site file that was checked, and isn't in use.

    Attributes
    ----------
    valid : bool
        Whether it could be used.
    problems : tuple of SiteProblem
        All that is wrong with it, in the order of its lines.
    counts : mapping of str to int or None
        How many entries it has, where it is valid.
    """

    valid: bool
    problems: tuple[SiteProblem, ...]
    counts: Mapping[str, int] | None


class SiteProposal(msgspec.Struct, frozen=True, kw_only=True):
    """An address or network that events suggest for a filter.

    Attributes
    ----------
    filter : str
        Its name.
    role : str or None
        Of the filter; ``None``: it is the monitored network.
    pattern : str
        Address or network.
    confidence : {"weak", "fair", "strong"}
    why : str
        What was seen.
    """

    filter: str
    role: str | None
    pattern: str
    confidence: Literal["weak", "fair", "strong"]
    why: str


class SiteSuggestions(msgspec.Struct, frozen=True, kw_only=True):
    """What events suggest that the site file doesn't say; nothing of it is in use.

    Attributes
    ----------
    counted : Counted
        Which events were looked at.
    events : int
        How many they are.
    proposals : tuple of SiteProposal
        By filter, the monitored network first.
    """

    counted: Counted
    events: int
    proposals: tuple[SiteProposal, ...]


async def address(request: Request) -> Response:
    """Say what the site file says of an address."""
    query(request, fields=())
    try:
        ip = canonical(request.path_params["ip"][:100])
    except ValueError:
        raise Problem("not-found", "This is no address.") from None
    return _json(placed(_state(request).ready()[1], ip))


async def check_file(request: Request) -> Response:
    """Say what is wrong with a site file that is not in use."""
    query(request, fields=())
    kind = request.headers.get("content-type", YAML[-1]).partition(";")[0].strip().lower()
    if kind not in YAML:
        raise Problem("unsupported-media-type", f"The Content-Type must be one of {', '.join(YAML)}.")
    content = await body.read(request, MAX_BYTES)
    found, _ = await asyncio.to_thread(checked, content)
    return _json(found)


async def gaps(request: Request) -> Response:
    """Say what the site file leaves open for the latest events."""
    asked, _ = query(request)
    return _json(await held_against(request, asked, gaps_of))


async def suggestions(request: Request) -> Response:
    """Say what the latest events suggest for the site file."""
    asked, _ = query(request)
    return _json(await held_against(request, asked, suggested))


async def held_against(
    request: Request,
    asked: Filter,
    work: Callable[[Site, tuple[Event, ...], Counted], T],
    site: Site | None = None,
) -> T:
    """Hold a site against the latest events that meet a filter, in a thread.

    Parameters
    ----------
    request : Request
    asked : Filter
    work : callable
        What to do with them: `gaps_of` or `suggested`.
    site : Site, optional
        The one in use when not given.
    """
    state = _state(request)
    site = site or state.ready()[1]

    def read(store: Store) -> T:
        check(asked)
        return work(site, *store.latest(asked, MOST_EVENTS))

    with state.keeping.slots.held():
        return await state.keeping.use(read, reading=True)


def gaps_of(site: Site, events: tuple[Event, ...], counted: Counted) -> SiteGaps:
    """Return what a site leaves open for some events."""
    coverage = Coverage(site)
    for event in events:
        coverage.add(event)
    return SiteGaps(
        counted=counted,
        events=len(events),
        gaps=tuple(
            SiteGap(topic=gap.topic, subject=gap.subject, events=gap.events, cost=gap.cost)
            for gap in together(site, datetime.now(UTC), coverage if events else None)
        ),
    )


def suggested(site: Site, events: tuple[Event, ...], counted: Counted) -> SiteSuggestions:
    """Return what some events suggest that a site doesn't say."""
    suggester = Suggester(site)
    for event in events:
        suggester.add(event)
    found = [one for one in suggester.proposals() if events and not _known(site, one.role, one.pattern)]
    found.sort(key=lambda one: (one.role is not None, one.filter))
    return SiteSuggestions(
        counted=counted,
        events=len(events),
        proposals=tuple(
            SiteProposal(
                filter=one.filter,
                role=one.role,
                pattern=one.pattern,
                confidence=one.confidence,
                why=one.why,
            )
            for one in found
        ),
    )


def checked(content: bytes) -> tuple[CheckedSite, Site | None]:
    """Read a site file that isn't in use; it takes a moment where it is large."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return _invalid([SiteProblem(line=line, pointer=None, message="no UTF-8 text", hint=None)]), None
    try:
        site = Site.parse(text)
    except SiteError as error:
        return _invalid([_problem(one) for one in error.problems]), None
    return CheckedSite(valid=True, problems=(), counts=counts(site)), site


def counts(site: Site) -> dict[str, int]:
    """Return how many entries a site file has."""
    content = site.content
    return {
        "filters": len(content.filters),
        "roles": len(content.roles),
        "assigned_filters": len(content.assigned),
        "allowed": len(content.allowed),
        "forbidden": len(content.forbidden),
        "known_causes": len(content.known_causes),
        "data_feeds": len(content.feeds),
    }


def _known(site: Site, role: str | None, pattern: str) -> bool:
    """Return whether a site says so already; roles that a host has aren't proposed again anyway."""
    return role is None and site.sha256 is not None and site.is_internal(pattern.partition("/")[0])


def _invalid(problems: list[SiteProblem]) -> CheckedSite:
    return CheckedSite(valid=False, problems=tuple(problems), counts=None)


def _problem(error: SiteError) -> SiteProblem:
    place = error.place
    return SiteProblem(line=place.line, pointer=place.pointer, message=error.message, hint=error.hint)


def _state(request: Request) -> State:
    state: State = request.app.state.adscribe
    return state


def _json(value: Any) -> Response:
    return Response(msgspec.json.encode(value), media_type=body.JSON)

"""The list of events: filtered, sorted, counted, page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from adscribe.answer.assignment import AssignedTactic, AssignedTechnique
from adscribe.service.pages import columns
from adscribe.service.pages.filtering import NAMES, chips, choices, said
from adscribe.service.pages.finding import SINGLE
from adscribe.service.pages.histogram import drawn, utc
from adscribe.service.pages.links import Links
from adscribe.service.pages.shell import (
    HEADERS,
    html,
    state_of,
    zone_of,
)
from adscribe.service.problems import Problem
from adscribe.service.query import Listed, listed
from adscribe.service.reading import facets_of, page_of
from adscribe.site import Site
from adscribe.store.filters import NONE
from adscribe.store.listing import ListedEvent

TYPED = {
    "method": "SCANS",
    "submethod": "TCPSYN",
    "source": "10.0.0.0/8",
    "target": "192.0.2.7",
    "host": "pc-12.example",
    "data_feed": "1",
    "technique": "T1110.001",
}
"""Filters that take text, with an example."""

FACETS = (
    ("tactic", "Tactic"),
    ("technique", "Technique"),
    ("reason", "No category"),
    ("method", "Method"),
    ("host", "Source"),
    ("severity", "Severity"),
)
"""What is counted, in its order."""

RANGES = (("1 h", 1), ("24 h", 24), ("7 d", 7 * 24), ("30 d", 30 * 24))
"""Times back from now that are one click away, in hours."""

COUNTS_COOKIE = "adscribe_counts"

_BREAK = "<!-- counts -->"


@dataclass(frozen=True, slots=True)
class Row:
    """An event of the list, with what the site file says of its source and both domains in one."""

    event: ListedEvent
    roles: tuple[str, ...]
    tactics: tuple[AssignedTactic, ...]
    techniques: tuple[AssignedTechnique, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """One value of what is counted, and the list that it leads to."""

    says: str
    events: int
    share: float
    link: str | None
    on: bool


async def shown(request: Request) -> Response:
    """Show a page of the events that meet a filter, then what they have in common."""
    state = state_of(request)
    wanted, _ = listed(request)
    with state.keeping.slots.held():
        page = await state.keeping.use(partial(page_of, wanted=wanted), reading=True)
    site = state.shown_site
    links = Links("/events", request.query_params.multi_items())
    shown_columns = columns.chosen(request)
    page_html = await html(
        request,
        "events.html",
        twin=links.here("/v1/events"),
        rows=[_row(one, site) for one in page.events],
        columns=shown_columns,
        all_columns=columns.COLUMNS,
        links=links,
        wanted=wanted,
        chips=chips(links, zone_of(request)),
        older=None if page.next is None else links.here(after=page.next),
        newer=None if page.previous is None else links.here(before=page.previous),
        first=wanted.after is None and wanted.before is None,
        csv=_download(links, shown_columns, "csv"),
        ndjson=_download(links, shown_columns, "ndjson"),
        ranges=_ranges(links),
        names=NAMES,
        typed=TYPED,
        single=SINGLE,
        choices=choices(),
        counts_open=request.cookies.get(COUNTS_COOKIE) != "closed",
        url=state.settings.url,
    )
    first, _, rest = page_html.partition(_BREAK)

    async def parts() -> AsyncIterator[str]:
        yield first
        # What takes longer comes behind: the events can be read meanwhile.
        yield await _counts(request, wanted, links)
        yield rest

    return StreamingResponse(parts(), media_type="text/html", headers=HEADERS)


def _download(links: Links, shown_columns: tuple[columns.Column, ...], form: str) -> str:
    # The whole list: a page's limit doesn't bound it.
    asked = (("format", form), ("columns", columns.downloaded(shown_columns)))
    return links.to([*links.without("limit"), *asked], "/v1/events")


async def _counts(request: Request, wanted: Listed, links: Links) -> str:
    state = state_of(request)
    try:
        with state.keeping.slots.held():
            found = await state.keeping.use(partial(facets_of, asked=wanted.asked), reading=True)
    except Problem as problem:
        return await html(request, "_counts.html", problem=problem.detail, found=None)
    return await html(
        request,
        "_counts.html",
        problem=None,
        found=found,
        bars=drawn(found.histogram),
        facets=[
            (title, _values(links, name, [(one.value, one.events) for one in getattr(found, name)]))
            for name, title in FACETS
        ],
        links=links,
        utc=utc,
    )


def _row(event: ListedEvent, site: Site) -> Row:
    ics = event.ics
    return Row(
        event=event,
        roles=tuple(sorted(site.roles(event.source.ip))),
        tactics=(*event.tactics, *(ics.tactics if ics else ())),
        techniques=(*event.techniques, *(ics.techniques if ics else ())),
    )


def _values(links: Links, name: str, counted: Sequence[tuple[str | None, int]]) -> list[Value]:
    field = "source" if name == "host" else name
    most = max((events for _, events in counted), default=1)
    found = []
    for value, events in counted:
        filtered = NONE if value is None and name == "severity" else value
        on = filtered is not None and (field, filtered) in links
        link = None
        if filtered is not None:
            link = links.drop(field, filtered) if on else links.add(field, filtered)
        says = said(name, value) if value is not None else "a category" if name == "reason" else "none"
        found.append(Value(says, events, events / most, link, on))
    return found


def _ranges(links: Links) -> list[tuple[str, str]]:
    now = datetime.now(UTC).replace(microsecond=0)
    return [
        (name, links.to([*links.without("since", "until"), ("since", utc(now - timedelta(hours=hours)))]))
        for name, hours in RANGES
    ]

"""What is read from the store: lists and counts of events, hosts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from adscribe.event.address import canonical
from adscribe.service import body, query
from adscribe.service.download import Download, writer
from adscribe.service.problems import Problem
from adscribe.service.query import BUCKETS, FORMS, PAGE, TIMES, Listed, check, form_of, refused, unplaced
from adscribe.service.state import State
from adscribe.store import Store
from adscribe.store.counts import Facets
from adscribe.store.filters import Filter
from adscribe.store.hosts import Host, Hosts
from adscribe.store.listing import CursorError, Page

DOWNLOAD_PAGE = 500
"""Events that a download reads at a time."""


async def listed(request: Request) -> Response:
    """Show a page of the events that meet a filter, or send all of them."""
    wanted, others = query.listed(request, "format", "columns")
    form = form_of(request, others.get("format"))
    if form == "json":
        return await _answered(request, partial(page_of, wanted=wanted))
    for name in query.PLACES:
        if name in others:
            raise refused(name, f"is for pages; a list as {form} goes out whole")
    return await _download(request, wanted, form, others.get("columns"))


async def facets(request: Request) -> Response:
    """Count the events that meet a filter."""
    asked, others = query.query(request, "buckets")
    return await _answered(request, partial(facets_of, asked=asked, buckets=others.get("buckets", BUCKETS)))


async def hosts(request: Request) -> Response:
    """Show a page of the hosts whose events meet a filter."""
    asked, others = query.query(request, "after", "limit")
    after, limit = others.get("after"), others.get("limit", PAGE)
    return await _answered(request, partial(hosts_of, asked=asked, after=after, limit=limit))


async def host(request: Request) -> Response:
    """Show one host."""
    asked, _ = query.query(request, fields=TIMES)
    try:
        ip = canonical(request.path_params["ip"][:100])
    except ValueError:
        raise Problem("not-found", "This is no address.") from None
    return await _answered(request, partial(host_of, ip=ip, asked=asked))


async def _answered(request: Request, read: Callable[[Store], Any]) -> Response:
    keeping = _state(request).keeping
    with keeping.slots.held():
        found = await keeping.use(lambda store: msgspec.json.encode(read(store)), reading=True)
    return Response(found, media_type=body.JSON)


async def _download(request: Request, wanted: Listed, form: str, columns: tuple[str, ...] | None) -> Response:
    keeping = _state(request).keeping
    begin, write = writer(form, _state(request).shown_site, columns)

    def read(store: Store, after: str | None) -> Page:
        return page_of(store, replace(wanted, after=after, limit=DOWNLOAD_PAGE))

    async def chunks(page: Page) -> AsyncIterator[bytes]:
        yield begin + write(page.events)
        while page.next is not None:
            page = await keeping.use(partial(read, after=page.next), reading=True)
            yield write(page.events)

    with ExitStack() as held:
        held.enter_context(keeping.downloads.held())
        # What is wrong shows before anything is sent.
        first = await keeping.use(partial(read, after=None), reading=True)
        name = f"adscribe-events.{form}"
        return Download(chunks(first), held.pop_all(), media_type=FORMS[form], name=name)


def page_of(store: Store, wanted: Listed) -> Page:
    """Return the page that is asked for.

    Raises
    ------
    Problem
        ``invalid-parameter``
    """
    check(wanted.asked)
    try:
        return store.page(
            wanted.asked, wanted.order, after=wanted.after, before=wanted.before, limit=wanted.limit
        )
    except CursorError as error:
        raise unplaced("after" if wanted.before is None else "before", error) from None


def facets_of(store: Store, *, asked: Filter, buckets: int = BUCKETS) -> Facets:
    """Return the counts that are asked for.

    Raises
    ------
    Problem
        ``invalid-parameter``
    """
    check(asked)
    return store.facets(asked, buckets=buckets)


def hosts_of(store: Store, *, asked: Filter, after: str | None, limit: int) -> Hosts:
    """Return the page of hosts that is asked for.

    Raises
    ------
    Problem
        ``invalid-parameter``
    """
    check(asked)
    try:
        return store.hosts(asked, after=after, limit=limit)
    except CursorError as error:
        raise unplaced("after", error) from None


def host_of(store: Store, *, ip: str, asked: Filter) -> Host:
    """Return the host that is asked for.

    Raises
    ------
    Problem
        ``not-found``
    """
    found = store.host(ip, asked)
    if found is None:
        raise Problem("not-found", "No event of that time has this host.")
    return found


def _state(request: Request) -> State:
    state: State = request.app.state.adscribe
    return state

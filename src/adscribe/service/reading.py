"""What is read from the store: lists and counts of events, the matrix, hosts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

import msgspec
from msgspec.structs import asdict
from starlette.requests import Request
from starlette.responses import Response

from adscribe.event.address import canonical
from adscribe.service import body
from adscribe.service.categories import categories
from adscribe.service.download import WRITERS, Download
from adscribe.service.problems import Problem
from adscribe.service.query import BUCKETS, FORMS, PAGE, TIMES, check, form_of, query, refused, unplaced
from adscribe.service.state import State
from adscribe.store import Store
from adscribe.store.counts import Counted
from adscribe.store.filters import Filter
from adscribe.store.listing import CursorError, Order, Page
from adscribe.store.matrix import CountedTactic, CountedTechnique

DOWNLOAD_PAGE = 500
"""Events that a download reads at a time."""

UNPLACED = 1000
"""Behind all tactics of a matrix."""


class MatrixTactic(CountedTactic, frozen=True, kw_only=True):
    """The events that show a tactic, which has an id and a name; ``null`` where no version at hand has it."""

    id: str | None
    name: str | None


class MatrixTechnique(CountedTechnique, frozen=True, kw_only=True):
    """The events that show a technique, or one below it, each once.

    The name is that of the newest version at hand, ``null`` where none has it.
    """

    name: str | None


class Matrix(msgspec.Struct, frozen=True, kw_only=True):
    """The events that meet a filter, by what they show.

    Attributes
    ----------
    counted : Counted
        How much was counted.
    events : int
        How many show a category.
    tactics : tuple of MatrixTactic
        Those that any shows, in the order of the matrix, Enterprise first.
    techniques : tuple of MatrixTechnique
        Those that any shows, by id.
    """

    counted: Counted
    events: int
    tactics: tuple[MatrixTactic, ...]
    techniques: tuple[MatrixTechnique, ...]


async def listed(request: Request) -> Response:
    """Show a page of the events that meet a filter, or send all of them."""
    asked, others = query(request, "sort", "order", "after", "limit", "format")
    order = Order(others.get("sort", "time"), others.get("order") != "asc")
    form = form_of(request, others.get("format"))
    if form != "json":
        for name in ("after", "limit"):
            if name in others:
                raise refused(name, f"is for pages; a list as {form} goes out whole")
        return await _download(request, asked, order, form)
    after, limit = others.get("after"), others.get("limit", PAGE)
    return await _answered(request, partial(_page, asked=asked, order=order, after=after, limit=limit))


async def facets(request: Request) -> Response:
    """Count the events that meet a filter."""
    asked, others = query(request, "buckets")
    return await _answered(request, partial(_facets, asked=asked, buckets=others.get("buckets", BUCKETS)))


async def matrix(request: Request) -> Response:
    """Count the events that meet a filter by what they show."""
    asked, _ = query(request)
    return await _answered(request, partial(_matrix, asked=asked))


async def hosts(request: Request) -> Response:
    """Show a page of the hosts whose events meet a filter."""
    asked, others = query(request, "after", "limit")
    after, limit = others.get("after"), others.get("limit", PAGE)
    return await _answered(request, partial(_hosts, asked=asked, after=after, limit=limit))


async def host(request: Request) -> Response:
    """Show one host."""
    asked, _ = query(request, fields=TIMES)
    try:
        ip = canonical(request.path_params["ip"][:100])
    except ValueError:
        raise Problem("not-found", "This is no address.") from None
    return await _answered(request, partial(_host, ip=ip, asked=asked))


async def _answered(request: Request, read: Callable[[Store], Any]) -> Response:
    keeping = _state(request).keeping
    with keeping.slots.held():
        found = await keeping.use(lambda store: msgspec.json.encode(read(store)), reading=True)
    return Response(found, media_type=body.JSON)


async def _download(request: Request, asked: Filter, order: Order, form: str) -> Response:
    keeping = _state(request).keeping
    begin, write = WRITERS[form]
    read = partial(_page, asked=asked, order=order, limit=DOWNLOAD_PAGE)

    async def chunks(page: Page) -> AsyncIterator[bytes]:
        yield begin() + write(page.events)
        while page.next is not None:
            page = await keeping.use(partial(read, after=page.next), reading=True)
            yield write(page.events)

    with ExitStack() as held:
        held.enter_context(keeping.downloads.held())
        # What is wrong shows before anything is sent.
        first = await keeping.use(partial(read, after=None), reading=True)
        name = f"adscribe-events.{form}"
        return Download(chunks(first), held.pop_all(), media_type=FORMS[form], name=name)


def _page(store: Store, *, asked: Filter, order: Order, after: str | None, limit: int) -> Page:
    check(asked)
    try:
        return store.page(asked, order, after=after, limit=limit)
    except CursorError as error:
        raise unplaced(error) from None


def _facets(store: Store, *, asked: Filter, buckets: int) -> Any:
    check(asked)
    return store.facets(asked, buckets=buckets)


def _matrix(store: Store, *, asked: Filter) -> Matrix:
    check(asked)
    counts, known = store.counts(asked), categories()
    tactics = []
    for one in counts.tactics:
        tactic = known.tactic(one.domain, one.tactic)
        # What no version has stands behind the others.
        place = (one.domain, tactic.order if tactic else UNPLACED, one.tactic)
        named = MatrixTactic(
            **asdict(one), id=tactic.id if tactic else None, name=tactic.name if tactic else None
        )
        tactics.append((place, named))
    techniques = []
    for each in counts.techniques:
        technique = known.technique(each.domain, each.technique)
        techniques.append(MatrixTechnique(**asdict(each), name=technique.name if technique else None))
    return Matrix(
        counted=counts.counted,
        events=counts.events,
        tactics=tuple(tactic for _, tactic in sorted(tactics, key=lambda pair: pair[0])),
        techniques=tuple(techniques),
    )


def _hosts(store: Store, *, asked: Filter, after: str | None, limit: int) -> Any:
    check(asked)
    try:
        return store.hosts(asked, after=after, limit=limit)
    except CursorError as error:
        raise unplaced(error) from None


def _host(store: Store, *, ip: str, asked: Filter) -> Any:
    found = store.host(ip, asked)
    if found is None:
        raise Problem("not-found", "No event of that time has this host.")
    return found


def _state(request: Request) -> State:
    state: State = request.app.state.adscribe
    return state

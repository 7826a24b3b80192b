"""``POST /v1/events`` answers as ``/v1/classify`` does and keeps; ``GET /v1/events/{id}`` shows one again."""

from __future__ import annotations

import re
from functools import partial

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from adscribe.service import body
from adscribe.service.classify import Exchange, answered
from adscribe.service.problems import Detail, Problem
from adscribe.service.state import State
from adscribe.store import Store, StoredEvent

PAGE = 100
"""Revisions of a page where a request doesn't say."""

MOST = 1000
"""Most revisions of a page."""

_ID = re.compile(r"[0-9a-f]{16}")
_PLACE = re.compile(r"(\d{1,9})\.(\d{1,9})", re.ASCII)


async def keep(request: Request) -> Response:
    """Answer the events of a body and keep them."""
    keeping = _state(request).keeping

    async def work(exchange: Exchange, content: bytes, kind: str) -> Response:
        response = await keeping.use(partial(exchange.respond, content, kind), own=True)
        keeping.end_demo()
        return response

    return await answered(request, keeping.slots, work)


async def stored(request: Request) -> Response:
    """Show an event with its revisions."""
    keeping = _state(request).keeping
    after, limit = place(request)
    event_id = request.path_params["event_id"]
    found = None
    if is_id(event_id):
        with keeping.slots.held():
            found = await keeping.use(partial(_read, event_id=event_id, after=after, limit=limit))
    if found is None:
        raise Problem("not-found", "No event with this id is kept.")
    return Response(found, media_type=body.JSON)


def _read(store: Store, *, event_id: str, after: tuple[int, int], limit: int) -> bytes | None:
    found: StoredEvent | None = store.event(event_id, after=after, limit=limit)
    return None if found is None else msgspec.json.encode(found)


def is_id(event_id: str) -> bool:
    """Return whether a text can be the id of an event."""
    return _ID.fullmatch(event_id) is not None


def place(request: Request) -> tuple[tuple[int, int], int]:
    """Return the revision and part that a page of revisions follows, and how many it has.

    Raises
    ------
    Problem
        ``invalid-parameter``
    """
    after, limit = (0, 0), PAGE
    for name, text in request.query_params.multi_items():
        if name == "after" and (found := _PLACE.fullmatch(text)):
            after = int(found[1]), int(found[2])
        elif name == "limit" and re.fullmatch(r"\d{1,4}", text, re.ASCII) and 1 <= int(text) <= MOST:
            limit = int(text)
        else:
            known = {"after": "must be what next says", "limit": f"must be a number from 1 to {MOST}"}
            detail = known.get(name, "is not known; there are after, limit")
            raise Problem(
                "invalid-parameter",
                f"The query parameter {name[:40]} {detail}.",
                Detail(parameter=name[:40], detail=detail),
            )
    return after, limit


def _state(request: Request) -> State:
    state: State = request.app.state.adscribe
    return state

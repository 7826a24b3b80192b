"""What to judge next, and what judging has changed."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import msgspec
from msgspec.structs import asdict
from starlette.requests import Request
from starlette.responses import Response

from adscribe.model.learned import LearnedModel
from adscribe.model.residual import Cell
from adscribe.service import body
from adscribe.service.problems import Problem
from adscribe.service.query import check, query
from adscribe.service.state import State
from adscribe.site import Site
from adscribe.store import Store
from adscribe.store.filters import FIELDS, Filter
from adscribe.store.review import Group, Queue
from adscribe.store.verdicts import Verdicts

FILTERS = tuple(name for name in FIELDS if name != "reviewed")
"""Filters of the queue: what is in it nobody has reviewed."""

GROUPS = 20
"""Groups where a request doesn't say."""

MOST_CELLS = 200
"""Cells of a residual that are told, those with the most verdicts."""


class Learnt(msgspec.Struct, frozen=True, kw_only=True):
    """What the model has been taught by the site's analysts.

    Attributes
    ----------
    residual : str
        Digest of the file in use, which answers name.
    verdicts, set_aside : int
        Verdicts that it rests on, and those that were in quarantine.
    learnt_from, not_learnt_from : int
        Kinds of event that something was learnt of, and those with too few verdicts.
    cells : tuple of Cell
        What was learnt of each kind, those with the most verdicts first; at most `MOST_CELLS`.
    since : Verdicts
        Verdicts that came after the last that it rests on: `adscribe feedback learn` would read them.
    """

    residual: str
    verdicts: int
    set_aside: int
    learnt_from: int
    not_learnt_from: int
    cells: tuple[Cell, ...]
    since: Verdicts


class Review(Queue, frozen=True, kw_only=True):
    """The queue, and what judging has come to.

    Attributes
    ----------
    verdicts : Verdicts
        All that analysts said.
    learnt : Learnt or None
        What the model makes of it; ``None`` where no residual is in use.
    """

    verdicts: Verdicts
    learnt: Learnt | None


async def queue(request: Request) -> Response:
    """Tell what to judge next."""
    asked, others = query(request, "limit", fields=FILTERS)
    return _json(await review_of(request.app.state.adscribe, asked, others.get("limit", GROUPS)))


async def group(request: Request) -> Response:
    """Tell of one group of similar events."""
    asked, _ = query(request, fields=FILTERS)
    return _json(await group_of(request.app.state.adscribe, asked, request.path_params["group_id"]))


async def review_of(state: State, asked: Filter, limit: int = GROUPS) -> Review:
    """Return what to judge next.

    Parameters
    ----------
    state : State
    asked : Filter
        Which events.
    limit : int
        Most groups.

    Raises
    ------
    Problem
    """
    site, differing = await _known(state)
    read = partial(_review, state=state, asked=asked, site=site, differing=differing, limit=limit)
    with state.keeping.slots.held():
        return await state.keeping.use(read, reading=True)


async def group_of(state: State, asked: Filter, group_id: str) -> Group:
    """Return a group of similar events that nobody has judged.

    Raises
    ------
    Problem
        ``not-found``: there is none of this id any more.
    """
    site, differing = await _known(state)

    def read(store: Store) -> Group | None:
        check(asked)
        return store.group(asked, site, group_id, differing=differing)

    with state.keeping.slots.held():
        found = await state.keeping.use(read, reading=True)
    if found is None:
        raise Problem("not-found", "No such events wait to be judged any more.")
    return found


async def _known(state: State) -> tuple[Site, frozenset[str]]:
    """Return the site, and the events that a challenger answers otherwise."""
    _, site = state.ready()
    if state.shadow is None:
        return site, frozenset()
    compared = await asyncio.to_thread(state.shadow.compared)
    return site, frozenset(one.event_id for one in compared.disagreements)


def _review(store: Store, *, state: State, asked: Filter, **options: Any) -> Review:
    check(asked)
    found = store.queue(asked, **options)
    return Review(**asdict(found), verdicts=store.verdicts(), learnt=_learnt(store, state))


def _learnt(store: Store, state: State) -> Learnt | None:
    classifier, _ = state.ready()
    model = classifier.model
    residual = model.residual if isinstance(model, LearnedModel) else None
    if residual is None or not isinstance(model.reference.residual, str):
        return None
    cells = sorted(residual.cells, key=lambda cell: (-cell.verdicts, cell.method, cell.roles))
    return Learnt(
        residual=model.reference.residual,
        verdicts=residual.verdicts,
        set_aside=residual.set_aside,
        learnt_from=len(residual.cells),
        not_learnt_from=len(residual.left_out),
        cells=tuple(cells[:MOST_CELLS]),
        since=store.verdicts(since=max((cell.last for cell in cells), default=None)),
    )


def _json(value: Any) -> Response:
    return Response(msgspec.json.encode(value), media_type=body.JSON)

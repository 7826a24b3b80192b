"""The queue of what to judge next: groups of similar events, judged together by one form."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from adscribe.answer.feedback import Confirm, Correct, Judgement
from adscribe.attack.matrix import Tactic, Technique
from adscribe.service.events import is_id
from adscribe.service.feedback import analyst_of, given, revoked
from adscribe.service.pages import verdict
from adscribe.service.pages.filtering import chips, choices
from adscribe.service.pages.forms import Form, done, local, read_form
from adscribe.service.pages.links import Links
from adscribe.service.pages.shell import (
    REASONS,
    render,
    state_of,
    tactic_of,
    technique_of,
    zone_of,
)
from adscribe.service.problems import Problem
from adscribe.service.query import query
from adscribe.service.review import FILTERS, GROUPS, group_of, review_of
from adscribe.store import Store
from adscribe.store.feedback import StoredFeedback
from adscribe.store.review import MOST_OF_GROUP, End, Group

PATH = "/review"
JUDGED = "judged"
"""Parameter of the page that tells what has just been judged, and lets it be undone."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_KEYS = {"benign": "b", "misconfiguration": "m", "too_generic": "g", "no_technique": "n"}
"""Keys of the reasons, after ``x``."""


@dataclass(frozen=True, slots=True)
class Row:
    """A group, and what its ends are in words."""

    group: Group
    techniques: tuple[Technique, ...]
    tactics: tuple[Tactic, ...]
    source: str
    target: str
    why: tuple[tuple[str, float], ...]
    link: str


@dataclass(frozen=True, slots=True)
class Done:
    """Verdicts that were given at once."""

    events: int
    verdict: str
    analyst: str
    at: int


async def shown(request: Request) -> Response:
    """Show what to judge next."""
    asked, others = query(request, "limit", JUDGED, fields=FILTERS)
    state = state_of(request)
    found = await review_of(state, asked, others.get("limit", GROUPS))
    links = Links(PATH, [pair for pair in request.query_params.multi_items() if pair[0] != JUDGED])
    most = max((group.score for group in found.groups), default=1.0)
    return await render(
        request,
        "review.html",
        twin=links.here("/v1/review"),
        found=found,
        rows=[_row(group, links) for group in found.groups],
        most=most,
        chips=chips(links, zone_of(request)),
        choices=choices(),
        links=links,
        done=await _done(request, others.get(JUDGED)),
        back=links.here(),
    )


async def group(request: Request) -> Response:
    """Show one group of similar events, and the form to judge them."""
    asked, _ = query(request, fields=FILTERS)
    found = await group_of(state_of(request), asked, request.path_params["group_id"])
    links = Links(PATH, request.query_params.multi_items())
    first = found.shown[0]
    judged = await state_of(request).keeping.use(lambda store: store.judged(first.id), reading=True)
    if judged is None:
        raise Problem("not-found", "No such events wait to be judged any more.")
    # Similar events have the same answer.
    answer = judged[1]
    return await render(
        request,
        "review_group.html",
        twin=links.here(f"/v1/review/{found.id}"),
        row=_row(found, links),
        keys=_KEYS,
        analyst=verdict.analyst(request) or "",
        named=analyst_of(request) is not None,
        labels=verdict.labels(answer),
        options=verdict.options(answer.model.attack, ics=answer.ics is not None),
        blank=range(verdict.BLANK),
        back=links.here(),
        most=MOST_OF_GROUP,
    )


async def judge(request: Request) -> Response:
    """Judge some events of a group."""
    form = await read_form(request)
    analyst = verdict.analyst(request, form)
    at = datetime.now(UTC)
    keeping = state_of(request).keeping
    with keeping.slots.held():
        await keeping.use(partial(_judged, form=form, analyst=analyst, at=at))
    back = local(form.get("back"), PATH)
    response = done(f"{back}{'&' if '?' in back else '?'}{JUDGED}={(at - _EPOCH) // _MICROSECOND}")
    return verdict.remember(response, None if analyst_of(request) else analyst)


async def undo(request: Request) -> Response:
    """Take back verdicts that were given at once."""
    form = await read_form(request)
    at = form.get("at") or ""
    if not at.isascii() or not at.isdigit() or len(at) > 17:
        raise Problem("invalid-form", "The form doesn't say which verdicts to take back.")
    analyst = analyst_of(request) or form.get("analyst")

    def work(store: Store) -> None:
        for one in store.given_at(_EPOCH + int(at) * _MICROSECOND):
            if one.analyst == analyst:
                revoked(store, event_id=one.event.id, number=one.number, by=analyst)

    keeping = state_of(request).keeping
    with keeping.slots.held():
        await keeping.use(work)
    return done(local(form.get("back"), PATH))


def _row(found: Group, links: Links) -> Row:
    kind, parts = found.kind, found.parts
    why = (
        ("uncertain", parts.uncertain),
        ("unfamiliar", parts.unfamiliar),
        ("challenger differs", parts.disagreement),
    )
    return Row(
        group=found,
        techniques=tuple(filter(None, map(technique_of, kind.techniques))),
        tactics=tuple(filter(None, map(tactic_of, kind.tactics))),
        source=_end(kind.source),
        target="no target" if kind.target is None else _end(kind.target),
        why=tuple(pair for pair in why if pair[1] > 0),
        link=links.here(f"{PATH}/{found.id}"),
    )


def _end(end: End) -> str:
    roles = ", ".join(end.roles).replace("_", " ")
    return f"{'inside' if end.inside else 'outside'}{f', {roles}' if roles else ''}"


async def _done(request: Request, at: int | None) -> Done | None:
    """Return what was judged at a moment, while it stands."""
    if at is None:
        return None
    moment = _EPOCH + at * _MICROSECOND
    found: Sequence[StoredFeedback] = await state_of(request).keeping.use(
        lambda store: store.given_at(moment), reading=True
    )
    if not found:
        return None
    return Done(events=len(found), verdict=_said(found[0].verdict), analyst=found[0].analyst, at=at)


def _said(verdict: Judgement) -> str:
    """Return a verdict in words."""
    if isinstance(verdict, Confirm):
        return "the answer is right"
    if isinstance(verdict, Correct):
        return ", ".join([one.id for one in verdict.techniques] or verdict.tactics)
    return f"no category, {REASONS[verdict.reason]}"


def _judged(store: Store, *, form: Form, analyst: str | None, at: datetime) -> None:
    """Keep the verdict on each event that is named; one that is gone costs the others nothing."""
    kept, wrong = 0, Problem("invalid-form", "Choose at least one event to judge.")
    for name in form.all("event")[:MOST_OF_GROUP]:
        event_id, _, number = name.partition(".")
        revision = int(number) if re.fullmatch(r"[1-9]\d{0,8}", number, re.ASCII) else None
        found = store.judged(event_id, revision) if is_id(event_id) else None
        if found is None:
            wrong = Problem("not-found", "The events that were chosen are not kept any more.")
            continue
        try:
            record = {**verdict.record(form, found[1]), "revision": found[0]}
            given(store, event_id=event_id, record=record, analyst=analyst, at=at)
            kept += 1
        except Problem as problem:
            wrong = problem
    if not kept:
        raise _told(wrong)


def _told(problem: Problem) -> Problem:
    """Return a problem whose text says all that is wrong: those of a form have no pointers to look up."""
    if not problem.errors:
        return problem
    return Problem(problem.name, "; ".join(f"{one.pointer} {one.detail}" for one in problem.errors) + ".")

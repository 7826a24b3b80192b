"""What analysts say of answers: given, taken back, and sent out to be learnt from."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from adscribe.answer.feedback import (
    MOST_REVISIONS,
    Feedback,
    JudgedRevision,
    Judgement,
    parse_analyst,
    parse_comment,
    parse_verdict,
    truth,
)
from adscribe.answer.reviewed import Reviewed, encoded
from adscribe.assign import Assignment
from adscribe.errors import FeedbackError
from adscribe.event.checks import step
from adscribe.service import body
from adscribe.service.categories import catalogue
from adscribe.service.download import Download
from adscribe.service.problems import Detail, Problem
from adscribe.service.query import FORMS, TIMES, query, refused
from adscribe.service.state import State
from adscribe.site import Site
from adscribe.store import Store
from adscribe.store.feedback import FeedbackLimitError, StoredFeedback

ANALYST = "X-Analyst"
"""Header that says who judges; it goes before what the body says, so that a proxy can set it."""

BODY_BYTES = 64 * 1024
"""Largest body."""

_EVENT = re.compile(r"[0-9a-f]{16}")
_NUMBER = re.compile(r"[1-9]\d{0,8}", re.ASCII)
_KEYS = ("verdict", "comment", "analyst", "revision")


async def give(request: Request) -> Response:
    """Keep what an analyst says of the answer to an event."""
    query(request, fields=())
    event_id = _event(request)
    content = await body.read(request, min(BODY_BYTES, _state(request).settings.body_bytes))
    if body.media_type(request) != body.JSON:
        raise Problem("unsupported-media-type", f"The Content-Type must be {body.JSON}.")
    record = body.document(content)
    analyst = analyst_of(request)
    keeping = _state(request).keeping
    with keeping.slots.held():
        found = await keeping.use(partial(given, event_id=event_id, record=record, analyst=analyst))
    headers = {"Location": f"/v1/events/{event_id}/feedback/{found.number}"}
    return _json(found, status_code=201, headers=headers)


async def revoke(request: Request) -> Response:
    """Take back what an analyst said."""
    _, others = query(request, "analyst", fields=())
    event_id, number = _event(request), request.path_params["number"]
    name = analyst_of(request) or others.get("analyst")
    if name is None:
        raise refused("analyst", f"is needed: who takes it back, here or in the header {ANALYST}")
    found = None
    if _NUMBER.fullmatch(number):
        keeping = _state(request).keeping
        work = partial(revoked, event_id=event_id, number=int(number), by=name)
        with keeping.slots.held():
            found = await keeping.use(work)
    if found is None:
        raise Problem("not-found", "No such feedback is kept.")
    return _json(found)


async def listed(request: Request) -> Response:
    """Send what analysts said, with the events and answers that they judged."""
    asked, _ = query(request, fields=TIMES)
    keeping = _state(request).keeping
    site = _state(request).site_file.site or Site.default()
    with ExitStack() as held:
        held.enter_context(keeping.downloads.held())
        pages: list[Iterator[Sequence[Reviewed]]] = []

        def following(store: Store) -> bytes | None:
            if not pages:
                pages.append(store.reviewed(site, since=asked.since, until=asked.until))
            page = next(pages[0], None)
            return None if page is None else b"".join(encoded(one) + b"\n" for one in page)

        # What is wrong shows before anything is sent.
        first = await keeping.use(following, reading=True)

        async def chunks() -> AsyncIterator[bytes]:
            lines = first
            while lines is not None:
                yield lines
                lines = await keeping.use(following, reading=True)

        name = "adscribe-feedback.ndjson"
        return Download(chunks(), held.pop_all(), media_type=FORMS["ndjson"], name=name)


def given(
    store: Store, *, event_id: str, record: Any, analyst: str | None, at: datetime | None = None
) -> StoredFeedback:
    """Keep what an analyst says.

    Parameters
    ----------
    store : Store
    event_id : str
    record : Any
        The body of a request, as JSON holds it.
    analyst : str or None
        Who says it, where that stands beside the body.
    at : datetime, optional
        When: one time for all that is said at once. Now when not given.

    Raises
    ------
    Problem
        ``invalid-feedback``, ``not-found`` or ``conflict``.
    """
    if not isinstance(record, dict):
        raise _invalid([Detail(pointer="", detail="must be an object with a verdict")])
    unknown = [key for key in record if key not in _KEYS]
    if unknown:
        detail = f"is not known; there are {', '.join(_KEYS)}"
        raise _invalid([Detail(pointer=step(unknown[0][:40]), detail=detail)])
    wanted = record.get("revision")
    if wanted is not None and not (type(wanted) is int and 1 <= wanted <= MOST_REVISIONS):
        raise _invalid([Detail(pointer="/revision", detail="must be the number of a revision, from 1")])
    found = store.judged(event_id, wanted)
    if found is None and wanted is not None and store.judged(event_id) is not None:
        raise _invalid([Detail(pointer="/revision", detail="the event has no such revision")])
    if found is None:
        raise _no_event()
    number, answer = found
    name = analyst if analyst is not None else record.get("analyst")
    said = Feedback(
        event=JudgedRevision(id=event_id, revision=number),
        **_all_read(
            analyst=lambda: parse_analyst(name),
            comment=lambda: parse_comment(record.get("comment")),
            verdict=lambda: _verdict(record.get("verdict"), answer),
        ),
        at=at or datetime.now(UTC),
    )
    try:
        kept = store.give(said)
    except FeedbackLimitError as error:
        raise Problem("conflict", f"{error.message.capitalize()}.") from None
    if kept is None:
        raise _no_event()
    return kept


def _verdict(value: Any, answer: Assignment) -> Judgement:
    verdict = parse_verdict(value, catalogue(), attack=answer.model.attack)
    # Refuses what says nothing, such as that the model is right not to know.
    truth(verdict, answer, catalogue())
    return verdict


def _all_read(**readers: Callable[[], Any]) -> dict[str, Any]:
    """Return what readers read, or a problem with all that is wrong."""
    found: dict[str, Any] = {}
    wrong: list[Detail] = []
    for name, read in readers.items():
        try:
            found[name] = read()
        except FeedbackError as error:
            wrong.extend(
                Detail(
                    pointer=one.place.pointer or "",
                    detail=f"{one.message} ({one.hint})" if one.hint else one.message,
                )
                for one in error.problems
            )
    if wrong:
        raise _invalid(wrong)
    return found


def revoked(store: Store, *, event_id: str, number: int, by: str | None) -> StoredFeedback | None:
    """Take back what an analyst said; ``None`` where there is none.

    Raises
    ------
    Problem
        ``invalid-feedback``: who takes it back has no such name.
    """
    name = _all_read(by=lambda: parse_analyst(by))["by"]
    return store.revoke(event_id, number, by=name, at=datetime.now(UTC))


def _event(request: Request) -> str:
    event_id: str = request.path_params["event_id"]
    if not _EVENT.fullmatch(event_id):
        raise _no_event()
    return event_id


def analyst_of(request: Request) -> str | None:
    """Return who judges, as a proxy says."""
    given = request.headers.get(ANALYST)
    try:
        # Headers are read as Latin-1; what stands in them is UTF-8 today.
        return None if given is None else given.encode("latin-1").decode()
    except UnicodeError:
        return given


def _no_event() -> Problem:
    return Problem("not-found", "No event with this id is kept.")


def _invalid(errors: Sequence[Detail]) -> Problem:
    return Problem("invalid-feedback", "The feedback can't be taken.", *errors)


def _json(value: Any, **options: Any) -> Response:
    return Response(msgspec.json.encode(value), media_type=body.JSON, **options)


def _state(request: Request) -> State:
    state: State = request.app.state.adscribe
    return state

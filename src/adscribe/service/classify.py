"""``POST /v1/classify``: one body is one run, and every record of it gets an answer in its place."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from itertools import islice
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from adscribe.assign import Assignment, Classifier
from adscribe.errors import CatalogueError, ModelError
from adscribe.sensors import Reject, Report, read
from adscribe.sensors.jsondoc import listed
from adscribe.service import body
from adscribe.service.body import Parameters, Records
from adscribe.service.problems import Detail, Problem
from adscribe.service.slots import Slots
from adscribe.service.state import State
from adscribe.site import Site
from adscribe.store import Store

INLINE_BYTES = 8 * 1024
"""Bodies up to this size hold a few events: answering them takes less than moving to a thread would."""

NDJSON = "application/x-ndjson"


Work = Callable[["Exchange", bytes, str], Awaitable[Response]]
"""Has an exchange respond to a body of a media type, where that is to be done."""


async def classify(request: Request) -> Response:
    """Answer the events of a body."""
    state: State = request.app.state.adscribe

    async def work(exchange: Exchange, content: bytes, kind: str) -> Response:
        if len(content) <= INLINE_BYTES:
            return exchange.respond(content, kind)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(state.threads, exchange.respond, content, kind)

    return await answered(request, state.slots, work)


async def answered(request: Request, slots: Slots, work: Work) -> Response:
    """Return the answer to a request whose body holds events.

    Parameters
    ----------
    request : Request
    slots : Slots
        One of them is held meanwhile.
    work : callable
    """
    state: State = request.app.state.adscribe
    # One site and one model for the whole request, whatever is loaded meanwhile.
    classifier, site = state.ready()
    kind = body.media_type(request)
    exchange = Exchange(state, classifier, site, body.parameters(request, kind))
    content: bytes | None = None
    with slots.held():
        try:
            async with asyncio.timeout(state.settings.request_seconds):
                content = await body.read(request, state.settings.body_bytes)
                return await work(exchange, content, kind)
        except TimeoutError:
            if content is None:
                raise Problem("body-timeout", "Send the body faster, or in parts.") from None
            raise _too_long() from None


def _too_long() -> Problem:
    return Problem("timeout", "The events take too long; send them in smaller parts.")


class Exchange:
    """One body and what is answered to it.

    Parameters
    ----------
    state : State
    classifier : Classifier
    site : Site
    asked : Parameters
        The query parameters.
    """

    def __init__(self, state: State, classifier: Classifier, site: Site, asked: Parameters) -> None:
        self._state = state
        self._classifier = classifier
        self._site = site
        self._asked = asked
        # A thread can't be cancelled: it looks at the clock itself.
        self._deadline = time.monotonic() + state.settings.request_seconds

    def respond(self, content: bytes, kind: str, store: Store | None = None) -> Response:
        """Return the answer to a body of a media type; with a store what it holds is kept there.

        Raises
        ------
        Problem
        StoreError
        """
        found = body.records(content, kind, self._state.settings.records)
        if found.shape == "event":
            return Response(self._one(found, store), media_type=body.JSON)
        if found.shape == "list":
            return Response(self._list(found, store), media_type=body.JSON)
        return Response(self._lines(found, store), media_type=NDJSON)

    def _answers(self, items: Any, store: Store | None) -> Iterator[Assignment | Reject]:
        asked, metrics = self._asked, self._state.metrics
        for number, answer in enumerate(self._begun(items, store), start=1):
            if time.monotonic() > self._deadline:
                raise _too_long()
            if number > self._state.settings.records:
                raise body.too_many(self._state.settings.records)
            if isinstance(answer, Reject):
                metrics.rejects.labels(asked.format).inc()
            else:
                metrics.count(answer)
            yield answer

    def _begun(self, items: Any, store: Store | None) -> Iterator[Assignment | Reject]:
        asked, settings = self._asked, self._state.settings
        options: dict[str, Any] = {
            "site": self._site,
            "attack_version": asked.attack_version,
            "risk": asked.risk,
            "candidates": asked.candidates,
            "explain": asked.explain,
            "timeout": settings.timeout,
            "timeouts": settings.method_timeouts(),
            "observer": self._state.shadow.observe if self._state.shadow else None,
        }
        try:
            if store is None:
                return self._classifier.stream(items, format=asked.format, **options)
            raw = not settings.no_raw
            return store.answers(self._classifier, self._all_read(items), raw=raw, **options)
        except CatalogueError as error:
            detail = Detail(parameter="attack_version", detail=str(error))
            raise Problem("invalid-parameter", "There is no such ATT&CK version here.", detail) from None
        except ModelError as error:
            detail = Detail(parameter="risk", detail=str(error))
            raise Problem("risk-not-promised", "The model doesn't promise this risk.", detail) from None

    def _all_read(self, items: Any) -> list[Report | Reject]:
        """Return the records of a body: it is refused before anything of it is kept, or not at all."""
        most = self._state.settings.records
        records = list(islice(read(items, format=self._asked.format, zone=self._site.timezone), most + 1))
        if len(records) > most:
            raise body.too_many(most)
        if time.monotonic() > self._deadline:
            raise _too_long()
        return records

    def _one(self, found: Records, store: Store | None) -> bytes:
        (answer,) = self._answers(found.items, store)
        if isinstance(answer, Reject):
            detail = Detail(pointer=answer.pointer or "", detail=answer.reason)
            raise Problem("invalid-event", "The event can't be read.", detail)
        return answer.to_json()

    def _list(self, found: Records, store: Store | None) -> bytes:
        answers = self._answers([item for item in found.items if _is_event(item)], store)
        assignments: list[bytes] = []
        rejects: list[dict[str, Any]] = []
        for index, item in enumerate(found.items):
            reason, pointer = "an event must be one object", ""
            if _is_event(item):
                answer = next(answers)
                if isinstance(answer, Assignment):
                    assignments.append(answer.to_json())
                    continue
                reason, pointer = answer.reason, answer.pointer or ""
            assignments.append(b"null")
            rejects.append({"index": index, "reason": reason, "pointer": f"{found.base}/{index}{pointer}"})
        return b'{"assignments":[%b],"rejects":%b}' % (b",".join(assignments), msgspec.json.encode(rejects))

    def _lines(self, found: Records, store: Store | None) -> bytes:
        out: list[bytes] = []
        for answer in self._answers(found.items, store):
            if isinstance(answer, Assignment):
                out.append(answer.to_json())
            else:
                reject = {"line": answer.line, "reason": answer.reason, "pointer": answer.pointer}
                out.append(msgspec.json.encode({"reject": reject}))
        return b"".join(line + b"\n" for line in out)


def _is_event(item: Any) -> bool:
    # A list inside the list would have several answers, and so no place.
    return isinstance(item, dict) and listed(item)[1] is None

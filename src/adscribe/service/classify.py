"""``POST /v1/classify``: one body is one run, and every record of it gets an answer in its place."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from adscribe.assign import Assignment, Classifier
from adscribe.errors import CatalogueError, ModelError
from adscribe.sensors import Reject
from adscribe.sensors.jsondoc import listed
from adscribe.service import body
from adscribe.service.body import Parameters, Records
from adscribe.service.problems import Detail, Problem
from adscribe.service.state import State
from adscribe.site import Site

INLINE_BYTES = 8 * 1024
"""Bodies up to this size hold a few events: answering them takes less than moving to a thread would."""

NDJSON = "application/x-ndjson"


async def classify(request: Request) -> Response:
    """Answer the events of a body."""
    state: State = request.app.state.adscribe
    # One site and one model for the whole request, whatever is loaded meanwhile.
    classifier, site = state.ready()
    kind = body.media_type(request)
    asked = body.parameters(request, kind)
    run = _Run(state, classifier, site, asked)
    content: bytes | None = None
    with state.slot():
        try:
            async with asyncio.timeout(state.settings.request_seconds):
                content = await body.read(request, state.settings.body_bytes)
                if len(content) <= INLINE_BYTES:
                    return run.respond(content, kind)
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(state.threads, run.respond, content, kind)
        except TimeoutError:
            if content is None:
                raise Problem("body-timeout", "Send the body faster, or in parts.") from None
            raise _too_long() from None


def _too_long() -> Problem:
    return Problem("timeout", "The events take too long; send them in smaller parts.")


class _Run:
    """One body in work."""

    def __init__(self, state: State, classifier: Classifier, site: Site, asked: Parameters) -> None:
        self._state = state
        self._classifier = classifier
        self._site = site
        self._asked = asked
        # A thread can't be cancelled: it looks at the clock itself.
        self._deadline = time.monotonic() + state.settings.request_seconds

    def respond(self, content: bytes, kind: str) -> Response:
        found = body.records(content, kind, self._state.settings.records)
        if found.shape == "event":
            return Response(self._one(found), media_type=body.JSON)
        if found.shape == "list":
            return Response(self._list(found), media_type=body.JSON)
        return Response(self._lines(found), media_type=NDJSON)

    def _answers(self, items: Any) -> Iterator[Assignment | Reject]:
        asked, metrics = self._asked, self._state.metrics
        try:
            answers = self._classifier.stream(
                items,
                format=asked.format,
                site=self._site,
                attack_version=asked.attack_version,
                risk=asked.risk,
                candidates=asked.candidates,
                explain=asked.explain,
            )
        except CatalogueError as error:
            detail = Detail(parameter="attack_version", detail=str(error))
            raise Problem("invalid-parameter", "There is no such ATT&CK version here.", detail) from None
        except ModelError as error:
            detail = Detail(parameter="risk", detail=str(error))
            raise Problem("risk-not-promised", "The model doesn't promise this risk.", detail) from None
        for number, answer in enumerate(answers, start=1):
            if time.monotonic() > self._deadline:
                raise _too_long()
            if number > self._state.settings.records:
                raise body.too_many(self._state.settings.records)
            if isinstance(answer, Reject):
                metrics.rejects.labels(asked.format).inc()
            else:
                metrics.count(answer)
            yield answer

    def _one(self, found: Records) -> bytes:
        (answer,) = self._answers(found.items)
        if isinstance(answer, Reject):
            detail = Detail(pointer=answer.pointer or "", detail=answer.reason)
            raise Problem("invalid-event", "The event can't be read.", detail)
        return answer.to_json()

    def _list(self, found: Records) -> bytes:
        answers = self._answers([item for item in found.items if _is_event(item)])
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

    def _lines(self, found: Records) -> bytes:
        out: list[bytes] = []
        for answer in self._answers(found.items):
            if isinstance(answer, Assignment):
                out.append(answer.to_json())
            else:
                reject = {"line": answer.line, "reason": answer.reason, "pointer": answer.pointer}
                out.append(msgspec.json.encode({"reject": reject}))
        return b"".join(line + b"\n" for line in out)


def _is_event(item: Any) -> bool:
    # A list inside the list would have several answers, and so no place.
    return isinstance(item, dict) and listed(item)[1] is None

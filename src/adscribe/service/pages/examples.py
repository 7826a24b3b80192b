"""The page that shows what the service does: the shipped example events with their answers."""

from __future__ import annotations

import asyncio
import threading
from functools import lru_cache

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from adscribe.assign import Classifier
from adscribe.service import bodies
from adscribe.service.examples import Example, answered
from adscribe.service.pages.shell import render, state_of

_answering = threading.Lock()


async def shown(request: Request) -> Response:
    """Show the example events."""
    state = state_of(request)
    classifier, _ = state.ready()
    found = await asyncio.to_thread(_examples, classifier)
    return await render(
        request,
        "examples.html",
        examples=found,
        days=sorted({example.event.detected_at.date() for example in found}),
        model=classifier.describe(),
        own_site=state.settings.site is not None,
        url=state.settings.url,
        event=msgspec.json.encode(bodies.EVENT).decode(),
    )


def _examples(classifier: Classifier) -> list[Example]:
    with _answering:
        return _answered(classifier)


@lru_cache(maxsize=1)
def _answered(classifier: Classifier) -> list[Example]:
    """Answer them once: the same model answers the same."""
    return answered(classifier)

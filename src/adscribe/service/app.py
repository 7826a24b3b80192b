"""The application: which path answers what."""

from __future__ import annotations

import asyncio
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from adscribe.assign.drift import drift as drift_of_answers
from adscribe.service import (
    feedback,
    layer,
    matrix,
    measures,
    openapi,
    pages,
    reading,
    reassessing,
    review,
    site_reading,
)
from adscribe.service.access import Access
from adscribe.service.classify import classify
from adscribe.service.disagreements import Compared
from adscribe.service.events import keep, stored
from adscribe.service.pages.errors import error_page, wants_page
from adscribe.service.problems import Problem
from adscribe.service.settings import Settings
from adscribe.service.state import State


def create_app(settings: Settings | None = None, folder: Path | None = None) -> FastAPI:
    """Return the HTTP service as an ASGI application.

    Parameters
    ----------
    settings : Settings, optional
        Default: the defaults of `Settings`.
    folder : Path, optional
        What the workers of one service share while it runs; see `State`.

    Returns
    -------
    FastAPI
        Its lifespan loads the model and the site unless `State.begin` has; until both are there
        ``/health/ready`` and ``/v1/classify`` answer with status 503.
    """
    state = State(settings or Settings(), folder)

    app = FastAPI(
        title="adscribe",
        version=version("adscribe"),
        # Interactive pages would load scripts from elsewhere: our own document alone is served.
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lambda _: state.running(),
        exception_handlers={Problem: _problem, HTTPException: _http_error},
    )
    app.state.adscribe = state
    app.add_middleware(Access, metrics=state.metrics, token=state.settings.token)
    app.post("/v1/classify")(classify)
    app.post("/v1/events")(keep)
    app.get("/v1/events")(reading.listed)
    app.get("/v1/events/facets")(reading.facets)
    app.get("/v1/events/{event_id}")(stored)
    app.post("/v1/events/{event_id}/feedback")(feedback.give)
    app.delete("/v1/events/{event_id}/feedback/{number}")(feedback.revoke)
    app.get("/v1/feedback")(feedback.listed)
    app.get("/v1/hosts")(reading.hosts)
    app.get("/v1/hosts/{ip}")(reading.host)
    app.get("/v1/review")(review.queue)
    app.get("/v1/review/{group_id}")(review.group)
    app.post("/v1/reassess")(reassessing.begin)
    app.get("/v1/reassess")(reassessing.listed)
    app.get("/v1/reassess/{job_id}")(reassessing.shown)
    app.delete("/v1/reassess/{job_id}")(reassessing.cancel)
    app.get("/v1/attack/matrix")(matrix.matrix)
    app.get("/v1/attack/matrix/layer")(layer.navigator_layer)
    app.get("/v1/model")(model)
    app.get("/v1/model/measures")(measures.shown)
    app.post("/v1/model/rollback")(rollback)
    app.get("/v1/shadow")(shadow)
    app.get("/v1/drift")(drift)
    app.get("/v1/site")(site)
    app.get("/v1/site/address/{ip}")(site_reading.address)
    app.post("/v1/site/check")(site_reading.check_file)
    app.get("/v1/site/gaps")(site_reading.gaps)
    app.get("/v1/site/suggestions")(site_reading.suggestions)
    app.get("/health/live")(live)
    app.get("/health/ready")(ready)
    app.get("/metrics")(metrics)
    app.get("/openapi.json")(document)
    pages.routes(app)
    return app


async def model(request: Request) -> Response:
    """Describe the model that answers."""
    return _json(_described(_state(request)))


async def rollback(request: Request) -> Response:
    """Let the model before answer again."""
    state = _state(request)
    state.ready()
    # It waits while another model is being swapped in.
    if not await asyncio.to_thread(state.champion.roll_back):
        raise Problem("no-previous-model", "This service has had one model since it began.")
    return _json(_described(state))


async def shadow(request: Request) -> Response:
    """Say how the challenger's answers compare with those that were given."""
    state = _state(request)
    state.ready()
    if state.shadow is None:
        nothing = msgspec.structs.asdict(Compared.together(()))
        return _json({"source": None, "model": None, "error": None, **nothing})
    challenger = state.shadow.challenger
    compared = await asyncio.to_thread(state.shadow.compared)
    return _json(
        {
            "source": challenger.name,
            "model": None if challenger.in_use is None else challenger.in_use.brief(),
            "error": challenger.error,
            **msgspec.structs.asdict(compared),
        }
    )


async def drift(request: Request) -> Response:
    """Say whether the events answered lately, and the answers, are like those of the training and before."""
    classifier, _ = _state(request).ready()
    return _json(await asyncio.to_thread(drift_of_answers, classifier))


async def site(request: Request) -> Response:
    """Say which site file is in use, and how much it says; none of its addresses."""
    state = _state(request)
    _, current = state.ready()
    return _json(
        {
            "sha256": current.sha256,
            "given": state.settings.site is not None,
            "loaded_at": state.site_file.loaded_at,
            "error": state.site_file.error,
            "counts": site_reading.counts(current),
        }
    )


async def live(_: Request) -> Response:
    """Say that the process answers."""
    return _json({"status": "live"})


async def ready(request: Request) -> Response:
    """Say whether events can be answered, whether the site file is in use, and whether events are kept."""
    state = _state(request)
    served, current = state.answering()
    keeping = state.keeping
    if not await keeping.looked_at():
        raise Problem("not-ready", "The store is being opened.", headers={"Retry-After": "1"})
    return _json(
        {
            "status": "ready",
            "model": {
                "version": served.brief()["version"],
                "artefact": served.artefact,
                "error": state.champion.error,
            },
            "site": {"sha256": current.sha256, "error": state.site_file.error},
            "store": {
                "temporary": keeping.temporary,
                "demo": keeping.demo is not None,
                "error": keeping.error,
            },
        }
    )


async def metrics(request: Request) -> Response:
    """Return the metrics."""
    exposition = await asyncio.to_thread(_exposition, _state(request))
    return Response(exposition, media_type="text/plain; version=1.0.0; charset=utf-8")


async def document(_: Request) -> Response:
    """Return the OpenAPI document."""
    return _json(openapi.document())


def _state(request: Request) -> State:
    state: State = request.app.state.adscribe
    return state


def _described(state: State) -> dict[str, Any]:
    served, _ = state.answering()
    champion = state.champion
    return {
        **served.classifier.describe(),
        "loaded_at": served.loaded_at,
        "source": champion.name,
        "error": champion.error,
        "previous": None if champion.previous is None else champion.previous.brief(),
    }


def _exposition(state: State) -> bytes:
    if state.champion.in_use is not None:
        state.metrics.tell(drift_of_answers(state.champion.in_use.classifier))
    return state.metrics.exposition()


def _json(value: Any) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")


async def _problem(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)  # noqa: S101 - it is registered for this class
    return await error_page(request, problem) if wants_page(request) else problem.response()


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for this class
    if error.status_code == 405:
        problem = Problem(
            "method-not-allowed", "The Allow header has what it answers.", headers=error.headers
        )
    else:
        problem = Problem("not-found", "GET /openapi.json lists the paths.")
    return await _problem(request, problem)

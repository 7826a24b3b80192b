"""The pages of the service: which path shows what to a browser."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from adscribe.service.pages import (
    columns,
    demo,
    event,
    events,
    examples,
    finding,
    hosts,
    login,
    matrix,
    model,
    queue,
    shell,
    site,
    start,
    static,
)

Endpoint = Callable[[Request], Awaitable[Response]]

PAGES: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "/", start.first),
    ("GET", "/events", events.shown),
    ("GET", "/events/find", finding.find),
    ("POST", "/events/columns", columns.choose),
    ("GET", "/events/{event_id}", event.shown),
    ("POST", "/events/{event_id}/feedback", event.judge),
    ("POST", "/events/{event_id}/feedback/{number}/undo", event.undo),
    ("GET", "/matrix", matrix.shown),
    ("GET", "/matrix/compare", matrix.compare),
    ("GET", "/hosts", hosts.shown),
    ("GET", "/hosts/{ip}", hosts.one),
    ("GET", "/site", site.shown),
    ("GET", "/site/gaps", site.gaps),
    ("GET", "/site/suggestions", site.suggestions),
    ("POST", "/site/suggestions", site.pick),
    ("GET", "/site/check", site.ask_check),
    ("POST", "/site/check", site.check),
    ("GET", "/site/reassess", site.ask_reassess),
    ("POST", "/site/reassess", site.reassess),
    ("GET", "/site/reassess/{job_id}", site.job),
    ("POST", "/site/reassess/{job_id}/cancel", site.cancel),
    ("GET", "/review", queue.shown),
    ("POST", "/review/undo", queue.undo),
    ("GET", "/review/{group_id}", queue.group),
    ("POST", "/review/{group_id}", queue.judge),
    ("GET", "/model", model.shown),
    ("POST", "/model/rollback", model.rollback),
    ("GET", "/examples", examples.shown),
    ("GET", "/login", login.asked),
    ("POST", "/login", login.given),
    ("POST", "/logout", login.ended),
    ("POST", "/demo/end", demo.ended),
    ("POST", "/tour", demo.tour),
    ("POST", "/theme", shell.choose_theme),
    ("GET", "/static/{name}", static.file),
)
"""Method, path and what answers. A path stands before the patterns that would match it."""


def routes(app: FastAPI) -> None:
    """Let an application show the pages; its document describes the API alone."""
    for method, path, endpoint in PAGES:
        app.add_api_route(path, endpoint, methods=[method], include_in_schema=False)

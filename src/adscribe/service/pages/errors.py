"""Problems as pages, for those who look at them in a browser."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from adscribe.service.pages.forms import came_from
from adscribe.service.pages.shell import render
from adscribe.service.problems import Problem

_NO_PAGES = ("/v1/", "/health/", "/static/")


def wants_page(request: Request) -> bool:
    """Return whether what is asked for is a page: one that there is, or a path that a browser is led to."""
    route = request.scope.get("route")
    if request.url.path.startswith(_NO_PAGES):
        return False
    if route is not None:
        return not route.include_in_schema
    return "text/html" in request.headers.get("accept", "")


async def error_page(request: Request, problem: Problem) -> Response:
    """Return a problem as a page with its status."""
    told = problem.document()
    return await render(
        request,
        "error.html",
        status=problem.kind.status,
        headers=problem.headers,
        problem=told,
        # What the sentence above them doesn't say already.
        errors=[one for one in told.errors if one.detail not in told.detail],
        again=request.url.path if request.method == "GET" else came_from(request),
    )

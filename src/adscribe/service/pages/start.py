"""Where one begins."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response


async def first(_: Request) -> Response:
    """Lead to the page that one works in."""
    return RedirectResponse("/events", status_code=303)

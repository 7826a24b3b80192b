"""The simulated day: away with it, and with its tour."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from adscribe.service.pages.forms import done, local, read_form
from adscribe.service.pages.shell import TOUR_COOKIE, YEAR_SECONDS, state_of


async def ended(request: Request) -> Response:
    """Show what is kept, from now on."""
    await read_form(request)
    state_of(request).keeping.end_demo()
    return done("/events")


async def tour(request: Request) -> Response:
    """Remember whether the tour is shown."""
    form = await read_form(request)
    response = done(local(form.get("back")))
    if form.get("tour") == "hide":
        response.set_cookie(TOUR_COOKIE, "hidden", max_age=YEAR_SECONDS, samesite="strict")
    else:
        response.delete_cookie(TOUR_COOKIE, samesite="strict")
    return response

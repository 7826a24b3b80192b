"""Signing in with the service's token, and out."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from adscribe.service.pages.forms import done, local, read_form
from adscribe.service.pages.shell import render, state_of
from adscribe.service.session import COOKIE, SECONDS, Sessions


async def asked(request: Request) -> Response:
    """Ask for the token; a service without one needs none."""
    back = local(request.query_params.get("back"))
    if state_of(request).settings.token is None:
        return done(back)
    return await render(request, "login.html", target=back, wrong=False)


async def given(request: Request) -> Response:
    """Sign in."""
    form = await read_form(request)
    back = local(form.get("back"))
    token = state_of(request).settings.token
    if token is None:
        return done(back)
    sessions = Sessions(token)
    if not sessions.opens(form.get("token") or ""):
        return await render(request, "login.html", status=401, target=back, wrong=True)
    response = done(back)
    response.set_cookie(
        COOKIE,
        sessions.begin(),
        max_age=SECONDS,
        httponly=True,
        samesite="strict",
        # Without TLS a browser would not send it back.
        secure=request.url.scheme == "https",
    )
    return response


async def ended(request: Request) -> Response:
    """Sign out."""
    await read_form(request)
    response = done("/login")
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return response

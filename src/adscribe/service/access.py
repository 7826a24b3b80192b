"""What every request passes: its id, the token, the headers of the answer, the log and the metrics."""

from __future__ import annotations

import hmac
import re
import time
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adscribe.service.logs import failure
from adscribe.service.metrics import OTHER, Metrics
from adscribe.service.problems import Problem
from adscribe.service.session import COOKIE, Sessions

_log = structlog.get_logger("adscribe.service")

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

OPEN_PATHS = frozenset({"/health/live", "/health/ready", "/login"})
"""Paths that need no token: they say only whether the service works, and let one in."""

_OPEN_FILES = "/static/"

_READING = frozenset({"GET", "HEAD", "OPTIONS"})

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
}
"""Headers of every answer that doesn't set them itself."""


class Access:
    """ASGI middleware around the whole service.

    Parameters
    ----------
    app : ASGI application
    metrics : Metrics
        Where requests are counted.
    token : str or None
        What clients must send, or have sent to ``/login``; ``None`` lets all in.
    """

    def __init__(self, app: ASGIApp, *, metrics: Metrics, token: str | None) -> None:
        self._app = app
        self._metrics = metrics
        self._expected = None if token is None else f"Bearer {token}".encode()
        self._sessions = None if token is None else Sessions(token)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and its answer back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
        status = 0
        unread = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
        started = time.perf_counter()

        async def take() -> Message:
            nonlocal unread
            message = await receive()
            unread = unread and bool(message.get("more_body"))
            return message

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                out = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    out.setdefault(name, value)
                out["X-Request-ID"] = request_id
                if unread:
                    # What is left of the body would be taken for the next request.
                    out["Connection"] = "close"
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                if not self._permits(scope["path"], headers):
                    await _unauthorized(scope, headers, receive, answer)
                elif scope["method"] not in _READING and _from_elsewhere(headers):
                    await _cross_origin(scope, receive, answer)
                else:
                    await self._app(scope, take, answer)
            except Exception as error:
                _log.error("request failed", **failure(error))
                if status:
                    raise
                detail = "The service's log has the reason under this X-Request-ID."
                await Problem("internal", detail).response()(scope, receive, answer)
            finally:
                self._record(scope, status, time.perf_counter() - started)

    def _permits(self, path: str, headers: Headers) -> bool:
        if self._expected is None or self._sessions is None:
            return True
        if path in OPEN_PATHS or path.startswith(_OPEN_FILES):
            return True
        given = headers.get("authorization", "").encode("latin-1")
        if hmac.compare_digest(given, self._expected):
            return True
        return self._sessions.holds(cookie_parser(headers.get("cookie", "")).get(COOKIE, ""))

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        # The template of the path, never the path: that is the client's text.
        route = getattr(scope.get("route"), "path", OTHER)
        self._metrics.requests.labels(route, str(status)).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        _log.info(
            "request", method=scope["method"][:16], route=route, status=status, seconds=round(seconds, 6)
        )


def _from_elsewhere(headers: Headers) -> bool:
    """Return whether a browser sends this for a page of another origin; other clients say nothing of it."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


async def _cross_origin(scope: Scope, receive: Receive, send: Send) -> None:
    problem = Problem("cross-origin", "Send it from the service's own pages, or from no browser.")
    await problem.response()(scope, receive, send)


async def _unauthorized(scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
    if scope["method"] in _READING and "text/html" in headers.get("accept", ""):
        query = scope["query_string"].decode("latin-1")
        wanted = scope["path"] + (f"?{query}" if query else "")
        login = RedirectResponse(f"/login?{urlencode({'back': wanted})}", status_code=303)
        await login(scope, receive, send)
        return
    problem = Problem(
        "unauthorized",
        "Send the service's token as Authorization: Bearer …",
        headers={"WWW-Authenticate": "Bearer"},
    )
    await problem.response()(scope, receive, send)

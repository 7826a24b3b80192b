"""A service in this process, and a client that talks to it as over the network."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import httpx

from adscribe.service.app import create_app
from adscribe.service.settings import Settings

EVENT: dict[str, Any] = {
    "method": "SCANS",
    "submethod": "TCPSYN",
    "source": {"ip": "10.1.2.3"},
    "targets": ["10.1.9.1", "10.1.9.2"],
    "target_count": 60,
    "detected_at": "2026-11-03T15:12:10Z",
    "ports": [445],
}
"""An inside host that scans the inside: that may be anyone's where the network isn't known."""

OUTSIDE: dict[str, Any] = {**EVENT, "source": {"ip": "203.0.113.7"}}
"""A scan from outside, which is reconnaissance in any network."""


def event(**changes: Any) -> dict[str, Any]:
    """Return `EVENT` with some keys changed."""
    return {**EVENT, **changes}


async def ready(client: httpx.AsyncClient) -> None:
    """Wait until a service can answer; fail if it never will."""
    while (answer := await client.get("/health/ready")).status_code != httpx.codes.OK:
        assert "retry-after" in answer.headers, answer.text
        await asyncio.sleep(0.005)


class Service:
    """The application with its lifespan running; requests run in its event loop."""

    def __init__(self, settings: Settings | None = None, *, wait: bool = True) -> None:
        self.app = create_app(settings)
        self._wait = wait
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        self._runner.run(self._start())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._runner.run(self._stop())
        self._runner.close()

    async def _start(self) -> None:
        self._lifespan = self.app.router.lifespan_context(self.app)
        await self._lifespan.__aenter__()
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app), base_url="http://adscribe.test"
        )
        if self._wait:
            await ready(self.client)

    async def _stop(self) -> None:
        await self.client.aclose()
        await self._lifespan.__aexit__(None, None, None)

    def run(self, coroutine: Any) -> Any:
        """Run a coroutine beside the service."""
        return self._runner.run(coroutine)

    def get(self, path: str, **options: Any) -> httpx.Response:
        """GET a path."""
        return self.request("GET", path, **options)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Make a request."""
        response: httpx.Response = self.run(self.client.request(method, path, **options))
        return response

    def classify(self, body: Any = None, *, kind: str | None = None, query: str = "") -> httpx.Response:
        """POST to /v1/classify: a value as JSON, or bytes of a type."""
        path = f"/v1/classify{query}"
        if kind is None:
            return self.request("POST", path, json=body)
        return self.request("POST", path, content=body, headers={"Content-Type": kind})

    def until(self, holds: Callable[[], bool]) -> None:
        """Let the service work until something holds; fail after five seconds."""
        for _ in range(500):
            if holds():
                return
            self.run(asyncio.sleep(0.01))
        raise AssertionError("it did not come true")

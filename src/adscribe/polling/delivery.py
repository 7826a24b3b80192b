"""Where events go: lines on an output, or an adscribe service."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Thread
from typing import Protocol
from urllib.parse import urlsplit

import httpx

from adscribe.errors import ApiError
from adscribe.polling.server import Answer, Patience, Server, TemporaryError

PATH = "/v1/events"
"""Path of a service that takes events and keeps them."""

LINES = "application/x-ndjson"

_REFUSED = (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)


class Delivery(Protocol):
    """Takes events in their native form, a JSON object a line without its end."""

    async def deliver(self, lines: Sequence[bytes]) -> int:
        """Take events; when this returns they are delivered.

        Returns
        -------
        int
            How many were refused.

        Raises
        ------
        ApiError
            They can't be delivered.
        """
        ...


class Lines:
    """Writes events to an output, a line each.

    Parameters
    ----------
    output : int
        Its file descriptor: what a buffer held back of a stopped process would be lost.
    """

    def __init__(self, output: int) -> None:
        self._output = output

    async def deliver(self, lines: Sequence[bytes]) -> int:
        """Write all lines; the reader of a pipe may take its time, a signal ends the wait."""
        data = b"".join(line + b"\n" for line in lines)
        try:
            await _in_thread(lambda: self._write(data))
        except BrokenPipeError:
            raise
        except OSError as error:
            raise ApiError(f"the output can't be written: {error.strerror}") from None
        return 0

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[os.write(self._output, left) :]


class Service:
    """Posts events to an adscribe service.

    Parameters
    ----------
    server : Server
        Where the service is.
    path : str
        Of what takes the events.
    token : str or None
        That the service asks for.
    patience : Patience
        How trouble is waited out.
    """

    def __init__(self, server: Server, path: str, token: str | None, patience: Patience) -> None:
        self._server = server
        self._path = path
        self._headers = {"Content-Type": LINES}
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"
        self._patience = patience

    async def deliver(self, lines: Sequence[bytes]) -> int:
        """Post the events, in halves where the service finds them too many."""
        if not lines:
            return 0
        content = b"".join(line + b"\n" for line in lines)
        answer = await self._patience.ask(lambda: self._post(content, len(lines)))
        if answer.status != httpx.codes.REQUEST_ENTITY_TOO_LARGE:
            return sum(line.startswith(b'{"reject":') for line in answer.body.splitlines())
        if len(lines) == 1:
            return 1
        half = len(lines) // 2
        return await self.deliver(lines[:half]) + await self.deliver(lines[half:])

    async def _post(self, content: bytes, number: int) -> Answer:
        answer = await self._server.ask(
            "POST", self._path, headers=self._headers, params={"format": "native"}, content=content
        )
        if answer.status in _REFUSED:
            raise ApiError("the service refuses the token", hint="set ADSCRIBE_TOKEN to that of the service")
        if answer.status == httpx.codes.REQUEST_ENTITY_TOO_LARGE:
            return answer
        if answer.status >= 400:
            hint = "is this the address of an adscribe service that keeps events?"
            raise ApiError(f"the service answers {answer.status} to {self._path}", hint=hint)
        if answer.kind != LINES or len(answer.body.splitlines()) != number:
            # Such as the page of a proxy: who knows whether the events arrived.
            raise TemporaryError("the service doesn't answer each event")
        return answer


def address(url: str) -> tuple[str, str]:
    """Return the server of a service's address, and the path that takes events there.

    Examples
    --------
    >>> address("http://127.0.0.1:8000")
    ('http://127.0.0.1:8000', '/v1/events')
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ApiError("the address of the service is none") from None
    return parts._replace(path="").geturl(), parts.path.rstrip("/") or PATH


async def _in_thread(work: Callable[[], None]) -> None:
    """Do work that can block for ever; a task that waits for it can be ended all the same.

    The thread is a daemon, so that the process needn't wait for it; asyncio's own are not.
    """
    loop = asyncio.get_running_loop()
    done = loop.create_future()

    def finish(error: BaseException | None) -> None:
        if not done.done():
            done.set_result(None) if error is None else done.set_exception(error)

    def run() -> None:
        error: BaseException | None = None
        try:
            work()
        except OSError as wrong:
            error = wrong
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(finish, error)

    Thread(target=run, daemon=True).start()
    await done

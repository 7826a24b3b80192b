"""A server that is asked over HTTP: deadlines, limits, and when to ask again.

Nothing of an answer is trusted. A redirect is not followed, since it could lead the token to
another host; a body is counted while it arrives, and comes without a coding, so that it can't
unfold; nothing that a server says gets into a message but its status.
"""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import httpx

from adscribe.errors import ApiError

BODY_BYTES = 2**25
"""Most bytes of an answer, 32 MiB."""

SECONDS = 60.0
"""Longest time for one answer, from the connection to its last byte."""

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0
"""Seconds before the second try, and the most that the pause doubles to."""

LONGEST_WAIT = 3_600.0
"""Longest time, in seconds, that a server can ask to be left alone for."""

_UNTRUSTED = "its certificate is not trusted"

T = TypeVar("T")


class UnreadableError(ApiError):
    """An answer that arrived and can't be read: too large, too deeply nested, or broken."""


class TemporaryError(ApiError):
    """Something that may pass: the same question can be asked again.

    Parameters
    ----------
    message : str
        What is wrong.
    after : float, optional
        Seconds that the server asks to wait.
    """

    def __init__(self, message: str, *, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


@dataclass(frozen=True, slots=True)
class Patience:
    """How trouble is waited out.

    Attributes
    ----------
    say : callable
        Told of each trouble, in a line.
    tries : int or None
        How often a question is asked; ``None`` for without end.
    sleep : callable
        Awaited with the seconds of a pause.
    """

    say: Callable[[str], object]
    tries: int | None = None
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep

    async def ask(self, question: Callable[[], Awaitable[T]]) -> T:
        """Return the answer to a question, asked again while there is trouble.

        Raises
        ------
        ApiError
            Asking again won't help, or was done often enough.
        """
        pause = FIRST_PAUSE
        tried = 0
        while True:
            try:
                return await question()
            except TemporaryError as trouble:
                tried += 1
                if tried == self.tries:
                    raise
                # Jitter, so that several pollers that were refused together don't come back together.
                jitter = random.SystemRandom().uniform(0.5, 1)
                wait = max(pause * jitter, (trouble.after or 0) + jitter)
                self.say(f"{trouble.message}; again in {wait:.0f} s")
                await self.sleep(wait)
                pause = min(pause * 2, LONGEST_PAUSE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered."""

    status: int
    kind: str
    body: bytes


class Server:
    """A server at one address.

    Parameters
    ----------
    name : str
        What it is, for messages: ``the sensor``.
    url : str
        Its address, ``https://ads.example``.
    ca : Path, optional
        File of the certificates that are trusted; those of the system when not given.
    insecure : bool
        Whether the address of another machine may be http, so that secrets can be read on the way.
    seconds : float
        Longest time for one answer.

    Raises
    ------
    ApiError
        The address or the file can't be used.
    """

    def __init__(
        self,
        name: str,
        url: str,
        *,
        ca: Path | None = None,
        insecure: bool = False,
        seconds: float = SECONDS,
    ) -> None:
        self.name = name
        self._seconds = seconds
        base = _address(name, url, insecure=insecure)
        self._client = httpx.AsyncClient(
            base_url=base,
            verify=_trusted(ca),
            follow_redirects=False,
            timeout=seconds,
            # A proxy of the environment must not get to see what goes unencrypted.
            trust_env=base.scheme == "https",
            headers={"User-Agent": "adscribe", "Accept-Encoding": "identity"},
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    async def ask(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Answer:
        """Ask once.

        Returns
        -------
        Answer
            With a status of 2xx or 4xx; the body of a refusal is not read.

        Raises
        ------
        TemporaryError
            There was no answer, or one that says to come again.
        UnreadableError
            The answer is too large.
        ApiError
            Another answer won't come, such as where the certificate is not trusted.
        """
        request = self._client.build_request(
            method, path, headers=headers, params=params, data=form, content=content
        )
        try:
            async with asyncio.timeout(self._seconds):
                response = await self._client.send(request, stream=True)
                try:
                    return await self._read(response)
                finally:
                    await response.aclose()
                    self._client.cookies.clear()
        except (TimeoutError, httpx.TimeoutException):
            raise TemporaryError(f"{self.name} took longer than {self._seconds:g} s") from None
        except httpx.TransportError as error:
            if _is_untrusted(error):
                hint = "name the file of the certificate that signed it"
                raise ApiError(f"{self.name} is not to be trusted: {_UNTRUSTED}", hint=hint) from None
            raise TemporaryError(f"{self.name} can't be reached ({type(error).__name__})") from None

    async def _read(self, response: httpx.Response) -> Answer:
        status = response.status_code
        if 300 <= status < 400:
            hint = "give the address that it leads to, if you trust that"
            raise ApiError(f"{self.name} redirects to another address, which is not followed", hint=hint)
        if status == httpx.codes.TOO_MANY_REQUESTS or status >= 500:
            raise TemporaryError(
                f"{self.name} answers {status}", after=_after(response.headers.get("retry-after"))
            )
        body = bytearray()
        if response.is_success:
            if response.headers.get("content-encoding", "identity") != "identity":
                raise ApiError(f"{self.name} answers in a coding that was not asked for")
            async for part in response.aiter_raw():
                body += part
                if len(body) > BODY_BYTES:
                    raise UnreadableError(f"an answer of more than {BODY_BYTES:,} bytes")
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        return Answer(status, kind, bytes(body))


def _address(name: str, url: str, *, insecure: bool) -> httpx.URL:
    try:
        address = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        raise ApiError(f"the address of {name} is none") from None
    if address.scheme not in ("http", "https") or not address.host:
        raise ApiError(f"the address of {name} is none", hint="such as https://ads.example")
    if address.userinfo:
        raise ApiError(f"the address of {name} holds a user or a password", hint="leave them out of it")
    if address.query or address.fragment:
        raise ApiError(f"the address of {name} has a query", hint="leave out what follows the path")
    if address.scheme == "http" and not insecure and not _is_local(address.host):
        hint = "use https, or --insecure where nobody else can listen"
        raise ApiError(f"secrets would go to {name} unencrypted", hint=hint)
    return address


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _trusted(ca: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca)
    except (OSError, ssl.SSLError) as error:
        raise ApiError(f"{ca} is no file of certificates: {type(error).__name__}") from None


def _is_untrusted(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _after(value: str | None) -> float | None:
    """Return the seconds that a ``Retry-After`` asks for."""
    if value is None:
        return None
    if value.isascii() and value.isdigit() and len(value) < 10:
        seconds = float(value)
    else:
        try:
            moment = parsedate_to_datetime(value)
            seconds = (moment.astimezone(UTC) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError, OverflowError):
            return None
    return min(max(seconds, 0), LONGEST_WAIT)

"""Flowmon ADS's REST API: the token, and documents that are got with it."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping

import httpx
import msgspec

from adscribe.errors import ApiError
from adscribe.polling.server import Answer, Patience, Server, TemporaryError, UnreadableError
from adscribe.sensors.flowmon.api import Token
from adscribe.sensors.jsondoc import LIST_KEYS

EARLY = 0.1
"""The share of a token's life that is left unused, so that none ends under way."""

_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")
_REFUSED = (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])


class _Grant(msgspec.Struct):
    access_token: str
    expires_in: float | None = None


_GRANT = msgspec.json.Decoder(_Grant, strict=False)


class Sensor:
    """The API for one user, with a token that is got by the password and renewed as it is needed.

    Parameters
    ----------
    server : Server
        Where the API is.
    names : Token
        How a token is got.
    user, password : str
        Of an account that may read.
    patience : Patience
        How trouble is waited out.
    """

    def __init__(self, server: Server, names: Token, user: str, password: str, patience: Patience) -> None:
        self._server = server
        self._names = names
        self._user = user
        self._password = password
        self._patience = patience
        self._token: str | None = None
        self._ends: float | None = None

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> bytes:
        """Return what is at a path.

        Raises
        ------
        UnreadableError
            The answer is too large.
        ApiError
            The user or the question is refused, or trouble didn't pass.
        """
        return await self._patience.ask(lambda: self._get(path, params or {}))

    async def records(
        self, path: str, params: Mapping[str, str] | None = None, *, key: str | None
    ) -> list[bytes]:
        """Return the elements of the list at a path, each as its JSON text.

        Parameters
        ----------
        path : str
            Of the list.
        params : mapping of str to str, optional
            Of the question.
        key : str or None
            Under which an answer holds its list; ``None`` for one of `LIST_KEYS`. An answer that is a list
            needs none.

        Raises
        ------
        UnreadableError
            The answer is too large, nested too deeply, or broken.
        ApiError
            As `get`; or there is no list.
        """
        return await self._patience.ask(lambda: self._records(path, params or {}, key))

    async def _records(self, path: str, params: Mapping[str, str], key: str | None) -> list[bytes]:
        return listed(await self._get(path, params), key)

    async def _get(self, path: str, params: Mapping[str, str]) -> bytes:
        answer = await self._ask(path, params)
        if answer.status == httpx.codes.UNAUTHORIZED:
            # A token can be taken back before it ends.
            self._token = None
            answer = await self._ask(path, params)
        if answer.status in _REFUSED:
            raise ApiError("the sensor doesn't let this user read", hint="check the user's rights")
        if answer.status >= 400:
            hint = "a mapping file says what your sensor calls things: adscribe poll --show-mapping"
            raise ApiError(f"the sensor answers {answer.status} to {path}", hint=hint)
        return answer.body

    async def _ask(self, path: str, params: Mapping[str, str]) -> Answer:
        if self._token is None or (self._ends is not None and time.monotonic() >= self._ends):
            await self._log_in()
        headers = {"Authorization": f"{self._names.scheme} {self._token}", "Accept": "application/json"}
        return await self._server.ask("GET", path, headers=headers, params=params)

    async def _log_in(self) -> None:
        asked = time.monotonic()
        form = {
            "grant_type": "password",
            "client_id": self._names.client_id,
            "username": self._user,
            "password": self._password,
        }
        answer = await self._server.ask("POST", self._names.path, form=form)
        if answer.status in (httpx.codes.BAD_REQUEST, *_REFUSED):
            # Not asked again: many a server locks an account after a few wrong passwords.
            raise ApiError("the sensor refuses user and password")
        if answer.status >= 400:
            raise ApiError(f"the sensor answers {answer.status} where it should give a token")
        try:
            grant = _GRANT.decode(answer.body)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            raise TemporaryError("the sensor's answer holds no token") from None
        if not _TOKEN.fullmatch(grant.access_token):
            raise TemporaryError("the sensor's answer holds no token")
        self._token = grant.access_token
        life = grant.expires_in
        self._ends = None if life is None else asked + max(life, 0) * (1 - EARLY)


def listed(body: bytes, key: str | None) -> list[bytes]:
    """Return the elements of the list that an answer is or holds; see `Sensor.records`."""
    try:
        if body.lstrip()[:1] == b"[":
            return [bytes(element) for element in _LIST.decode(body)]
        held = _OBJECT.decode(body)
        for name in LIST_KEYS if key is None else (key,):
            if name in held and bytes(held[name])[:1] == b"[":
                return [bytes(element) for element in _LIST.decode(held[name])]
    except RecursionError:
        raise UnreadableError("an answer that is nested too deeply") from None
    except (msgspec.MsgspecError, UnicodeError):
        if body.lstrip()[:1] in (b"[", b"{"):
            raise UnreadableError("an answer that is no JSON, though it begins so") from None
        # Such as the page of a proxy.
        raise TemporaryError("the sensor's answer is no JSON") from None
    hint = "a mapping file can name its key: adscribe poll --show-mapping"
    raise ApiError("the sensor's answer holds no list", hint=hint)

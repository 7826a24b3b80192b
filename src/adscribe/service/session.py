"""Who has signed in: a browser that was given the token keeps a cookie that is worth as much for a while."""

from __future__ import annotations

import hashlib
import hmac
import re
import time

COOKIE = "adscribe_session"

SECONDS = 12 * 3600
"""How long a browser stays signed in: a working day."""

_VALUE = re.compile(r"(\d{1,12})\.([0-9a-f]{64})", re.ASCII)


class Sessions:
    """Makes and checks the values of cookies.

    A value is the time of its end and a keyed hash of that: nothing is kept, each worker can check what
    another made, the token can't be told from it, and another token ends all of them.

    Parameters
    ----------
    token : str
        Of the service.
    """

    def __init__(self, token: str) -> None:
        self._token = token.encode()
        self._key = hashlib.blake2b(self._token, person=b"adscribe session"[:16]).digest()

    def opens(self, token: str) -> bool:
        """Return whether this is the service's token."""
        return hmac.compare_digest(token.encode(), self._token)

    def begin(self, now: float | None = None) -> str:
        """Return the value of a cookie that holds for `SECONDS`."""
        end = str(int(time.time() if now is None else now) + SECONDS)
        return f"{end}.{self._hash(end)}"

    def holds(self, value: str, now: float | None = None) -> bool:
        """Return whether a cookie's value was made here and hasn't ended."""
        found = _VALUE.fullmatch(value)
        if found is None or not hmac.compare_digest(found[2], self._hash(found[1])):
            return False
        return int(found[1]) > (time.time() if now is None else now)

    def _hash(self, end: str) -> str:
        return hmac.new(self._key, end.encode(), hashlib.sha256).hexdigest()

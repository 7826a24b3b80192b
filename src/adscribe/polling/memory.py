"""What a poller knows of its past: how far it has read, and what it has delivered.

The file is a JSON object of version 1: ``sensor`` (a digest of address and user), ``begin`` and
``cursor`` (seconds since 1970), ``delivered`` (digest to when it was reported and detected). A later
version that can't be read by this one gets another number. It holds no address and no secret.
"""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated

import msgspec
from msgspec import Meta

from adscribe.errors import ApiError, Place

REMEMBERED = 100_000
"""Most deliveries that are kept in mind; the oldest go first."""

FILE_BYTES = 2**24
"""Most bytes of a state file, 16 MiB."""

_Seconds = Annotated[float, Meta(ge=0, le=253_402_300_799)]
_Digest = Annotated[str, Meta(max_length=64)]


class _State(msgspec.Struct, forbid_unknown_fields=True):
    version: Annotated[int, Meta(ge=1, le=1)]
    sensor: str
    begin: _Seconds | None
    cursor: _Seconds | None
    delivered: Annotated[dict[_Digest, tuple[_Seconds, _Seconds]], Meta(max_length=REMEMBERED)]


class Memory:
    """Kept in a file, or only as long as the process runs.

    Parameters
    ----------
    sensor : str
        What is read: address and user. A file that was written for another is refused.
    path : Path, optional
        The file; it needn't be there yet.

    Attributes
    ----------
    begin : datetime or None
        What was reported before is not delivered; ``None`` before the first reading.
    cursor : datetime or None
        Time of the last report seen.

    Raises
    ------
    ApiError
        The file can't be read, or is another's.
    """

    def __init__(self, sensor: str, path: Path | None = None) -> None:
        self.begin: datetime | None = None
        self.cursor: datetime | None = None
        self._sensor = hashlib.sha256(sensor.encode("utf-8", "replace")).hexdigest()
        self._path = path
        self._delivered: dict[str, tuple[float, float]] = {}
        if path is not None and path.exists():
            self._restore(path)

    def __contains__(self, digest: str) -> bool:
        return digest in self._delivered

    def add(self, digest: str, reported_at: datetime, detected_at: datetime) -> None:
        """Note a delivery."""
        self._delivered[digest] = (reported_at.timestamp(), detected_at.timestamp())
        while len(self._delivered) > REMEMBERED:
            del self._delivered[next(iter(self._delivered))]

    def forget(self, before: datetime) -> None:
        """Forget deliveries that were reported before a time."""
        limit = before.timestamp()
        self._delivered = {digest: at for digest, at in self._delivered.items() if at[0] >= limit}

    def open_since(self, after: datetime) -> datetime | None:
        """Return when the first was detected of the events that were reported after a time."""
        limit = after.timestamp()
        first = min(
            (detected for reported, detected in self._delivered.values() if reported >= limit), default=None
        )
        return None if first is None else datetime.fromtimestamp(first, UTC)

    def save(self) -> None:
        """Write the file, in one step: it is the old one or the new one, never a part.

        Raises
        ------
        ApiError
            It can't be written.
        """
        if self._path is None:
            return
        state = _State(1, self._sensor, _seconds(self.begin), _seconds(self.cursor), self._delivered)
        try:
            with NamedTemporaryFile(
                dir=self._path.parent, prefix=f".{self._path.name}.", delete=False
            ) as file:
                fresh = Path(file.name)
                try:
                    file.write(msgspec.json.encode(state))
                    file.flush()
                    os.fsync(file.fileno())
                    fresh.replace(self._path)
                except BaseException:
                    fresh.unlink(missing_ok=True)
                    raise
        except OSError as error:
            message = f"the state can't be written: {error.strerror}"
            raise ApiError(message, place=Place(str(self._path))) from None

    def _restore(self, path: Path) -> None:
        place = Place(str(path))
        try:
            with path.open("rb") as file:
                data = file.read(FILE_BYTES + 1)
        except OSError as error:
            raise ApiError(f"the state can't be read: {error.strerror}", place=place) from None
        try:
            state = msgspec.json.decode(data[: FILE_BYTES + 1], type=_State)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            hint = "name another file, or delete it and give --since to say how far back to read"
            raise ApiError("no state of a poller", place=place, hint=hint) from None
        if state.sensor != self._sensor:
            raise ApiError(
                "the state of another sensor or user", place=place, hint="give each a file of its own"
            )
        self.begin, self.cursor = _moment(state.begin), _moment(state.cursor)
        self._delivered = state.delivered


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)

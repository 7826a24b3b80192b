"""What the commands that ask a sensor's API have in common: options, the password, the connection."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from adscribe.cli.durations import duration
from adscribe.errors import ApiError, Place
from adscribe.polling.sensor import Sensor
from adscribe.polling.server import Patience, Server
from adscribe.sensors.flowmon import api

PASSWORD = "ADSCRIBE_ADS_PASSWORD"  # noqa: S105 - the name of a variable
"""Environment variable of the password; no flag, since every user of the machine can read those."""

TRIES = 5
"""How often a command that ends asks before it gives up."""

_PASSWORD_BYTES = 4_096

Url = Annotated[
    str | None, typer.Option(metavar="URL", help="Address of the sensor, such as https://ads.example.")
]
User = Annotated[str | None, typer.Option(help="Account of the sensor that may read events and settings.")]
PasswordFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help=f"File that holds the password; the variable {PASSWORD} when not given."
    ),
]
MappingFile = Annotated[
    Path | None,
    typer.Option(
        "--mapping", metavar="FILE", help="File of what this sensor's API calls otherwise than is assumed."
    ),
]
Ca = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Certificates to trust; those of the system when not given."),
]
Timeout = Annotated[str, typer.Option(metavar="DURATION", help="Longest time for one answer.")]
Insecure = Annotated[bool, typer.Option("--insecure", help="Let secrets go to another machine over http.")]


@dataclass(frozen=True, slots=True)
class Connection:
    """How a sensor's API is reached, as options say."""

    url: str | None
    user: str | None
    password_file: Path | None
    ca: Path | None
    timeout: str
    insecure: bool

    @asynccontextmanager
    async def open(self, names: api.Api, patience: Patience) -> AsyncIterator[Sensor]:
        """Give the sensor, until the block is left."""
        if not self.url or not self.user:
            raise typer.BadParameter("--url and --user say which sensor is read, and as whom")
        password = _password(self.password_file)
        async with self.server("the sensor", self.url) as server:
            yield Sensor(server, names.token, self.user, password, patience)

    def server(self, name: str, url: str) -> Server:
        """Return a server that is reached in the same way."""
        seconds = duration("--timeout", self.timeout).total_seconds()
        return Server(name, url, ca=self.ca, insecure=self.insecure, seconds=seconds)


def names_of(mapping: Path | None) -> tuple[api.Api, api.Entries]:
    """Return the names of the API: those that ship, with a file over them."""
    return api.load(mapping) if mapping else api.shipped()


def until_stopped(work: Coroutine[Any, Any, None]) -> bool:
    """Run work to its end, or until SIGTERM or SIGINT; return whether it came to its end."""

    async def run() -> bool:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            with suppress(NotImplementedError):  # where there are no signals to speak of
                loop.add_signal_handler(number, task.cancel)
        try:
            await task
        except asyncio.CancelledError:
            return False
        return True

    return asyncio.run(run())


def _password(file: Path | None) -> str:
    if file is None:
        password = os.environ.get(PASSWORD, "")
        if not password:
            raise ApiError("no password", hint=f"set {PASSWORD}, or name a file by --password-file")
        return password
    try:
        with file.open("rb") as stream:
            data = stream.read(_PASSWORD_BYTES + 1)
        password = data.decode().rstrip("\r\n")
    except OSError as error:
        raise ApiError(f"can't be read: {error.strerror}", place=Place(str(file))) from None
    except UnicodeDecodeError:
        raise ApiError("no UTF-8 text", place=Place(str(file))) from None
    if not password or "\n" in password or len(data) > _PASSWORD_BYTES:
        raise ApiError("not one line that is a password", place=Place(str(file)))
    return password

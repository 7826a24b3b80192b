"""`adscribe poll`: events and their updates by the sensor's REST API."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import IO, Annotated

import typer

from adscribe.cli.durations import duration
from adscribe.cli.rejects import UNREADABLE, Rejects
from adscribe.cli.sensor_api import (
    TRIES,
    Ca,
    Connection,
    Insecure,
    MappingFile,
    PasswordFile,
    Timeout,
    Url,
    User,
    names_of,
    until_stopped,
)
from adscribe.polling.delivery import Delivery, Lines, Service, address
from adscribe.polling.memory import Memory
from adscribe.polling.poller import Counts, Poller, Span, told
from adscribe.polling.server import Patience
from adscribe.sensors.flowmon import api
from adscribe.site import Site

TOKEN = "ADSCRIBE_TOKEN"  # noqa: S105 - the name of a variable
"""Environment variable of the token that the service asks for."""


def poll(
    url: Url = None,
    user: User = None,
    to: Annotated[
        str,
        typer.Option(
            metavar="URL|-",
            help="Service that gets the events; - writes them to standard output, one a line.",
        ),
    ] = "-",
    site: Annotated[
        Path | None, typer.Option(help="Site file, for the zone of the sensor's times; UTC when not given.")
    ] = None,
    every: Annotated[str, typer.Option(metavar="DURATION", help="Pause between two readings.")] = "60s",
    once: Annotated[bool, typer.Option("--once", help="Read once and end.")] = False,
    state: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="File that says how far it has come, so that a restart goes on from there."
        ),
    ] = None,
    since: Annotated[
        str, typer.Option(metavar="DURATION", help="How far back to read the first time.")
    ] = "24h",
    overlap: Annotated[
        str,
        typer.Option(
            metavar="DURATION", help="How far before the last report to read again, for what comes late."
        ),
    ] = "30m",
    rejects: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="File for what can't be read; standard error when not given."),
    ] = None,
    password_file: PasswordFile = None,
    mapping: MappingFile = None,
    ca: Ca = None,
    timeout: Timeout = "60s",
    insecure: Insecure = False,
    show_mapping: Annotated[
        bool,
        typer.Option(
            "--show-mapping",
            help="Print what the API is taken to call things, with --mapping over it, and end.",
        ),
    ] = False,
) -> None:
    """Read events and their updates by the REST API of Flowmon ADS, as they change, and pass them on.

    Syslog and scripts tell of an event when it begins; only the API tells how it goes on. The password
    is read from ADSCRIBE_ADS_PASSWORD or a file, the token of the service from ADSCRIBE_TOKEN. SIGTERM
    and Ctrl-C end it cleanly.
    """
    names, entries = names_of(mapping)
    if show_mapping:
        typer.echo(api.as_yaml(entries), nl=False)
        return
    connection = Connection(url, user, password_file, ca, timeout, insecure)
    patience = Patience(_say, tries=TRIES if once else None)
    pause = duration("--every", every).total_seconds()
    span = Span(duration("--since", since), duration("--overlap", overlap))
    zone = (Site.load(site) if site else Site.default()).timezone
    memory = Memory(f"{url} {user}", state)
    if state is None and not once:
        _say(f"without --state a restart begins with the last {since} again")

    with ExitStack() as stack:
        unread = Rejects(stack.enter_context(_appended(rejects)) if rejects else None)
        last = Counts()

        async def work() -> None:
            nonlocal last
            async with (
                connection.open(names, patience) as sensor,
                _delivery(to, connection, patience) as delivery,
            ):
                poller = Poller(
                    sensor,
                    names.events,
                    entries,
                    delivery,
                    memory,
                    zone=zone,
                    reject=lambda reject: unread.write("events", reject),
                    patience=patience,
                    span=span,
                )
                if once:
                    last = await poller.poll()
                    _say(told(last))
                else:
                    await poller.run(pause)

        try:
            ended = until_stopped(work())
        except BrokenPipeError:
            _say("nobody reads the events any more")
            return
    if not ended:
        _say("ended by a signal")
    elif last.rejected:
        raise typer.Exit(UNREADABLE)


@asynccontextmanager
async def _delivery(to: str, connection: Connection, patience: Patience) -> AsyncIterator[Delivery]:
    if to == "-":
        yield Lines(sys.stdout.fileno())
        return
    base, path = address(to)
    async with connection.server("the service", base) as server:
        yield Service(server, path, os.environ.get(TOKEN), patience)


def _appended(path: Path) -> IO[bytes]:
    try:
        return path.open("ab", buffering=0)
    except OSError as wrong:
        raise typer.BadParameter(f"{path} can't be written: {wrong.strerror}") from None


def _say(line: str) -> None:
    typer.echo(line, err=True)

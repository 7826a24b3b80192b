"""`adscribe sensors`: what a reader makes of a file."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC
from pathlib import Path
from typing import Annotated

import msgspec
import rich.progress
import typer
from rich.console import Console
from rich.table import Table

from adscribe.cli.options import EventFormat
from adscribe.sensors import FORMATS, read
from adscribe.sensors.check import Summary, Tally
from adscribe.site import Site

UNREADABLE = 3
"""Exit status when some input couldn't be read."""

app = typer.Typer(name="sensors", help="The forms that events come in.", no_args_is_help=True)


@app.callback()
def sensors() -> None:
    """Check the forms that events come in."""


@app.command(epilog="Example: adscribe sensors check /var/log/flowmon.log")
def check(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Files of events; - is standard input.")
    ],
    form: EventFormat = "auto",
    site: Annotated[Path | None, typer.Option(help="Site file, for the zone of times without one.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Answer as one JSON document.")] = False,
) -> None:
    """Tell what was read, ignored and rejected, by method, without addresses and names of hosts."""
    zone = Site.load(site).timezone if site else UTC
    summary = Summary()
    progress = Console(stderr=True)
    for name in files:
        if name == "-":
            summary.add(read(sys.stdin.buffer, format=form, zone=zone))
            continue
        try:
            with rich.progress.open(
                name,
                "rb",
                description=name,
                console=progress,
                transient=True,
                disable=not progress.is_terminal,
            ) as stream:
                summary.add(read(stream, format=form, zone=zone))
        except OSError as wrong:
            raise typer.BadParameter(f"{name} can't be read: {wrong.strerror}") from None
    if json:
        typer.echo(msgspec.json.format(msgspec.json.encode(summary.to_dict())).decode())
    else:
        _print(summary)
    if summary.rejected:
        raise typer.Exit(UNREADABLE)


def _print(summary: Summary) -> None:
    console = Console(width=None if sys.stdout.isatty() else 160, markup=False, highlight=False)
    console.print(f"{summary.read:,} read, {summary.rejected:,} rejected")
    table = Table("form", "read", "status", "rests on", "ignored", box=None)
    for name, form in FORMATS.items():
        tally = summary.formats.get(name, Tally())
        table.add_row(name, f"{tally.read:,}", form.status, form.why, _counts(tally.unknown))
    console.print(table)
    if summary.methods:
        table = Table("form", "method", "read", "details", "not known", box=None)
        for (name, method), tally in sorted(summary.methods.items()):
            table.add_row(name, method, f"{tally.read:,}", _counts(tally.details), _counts(tally.unknown))
        console.print(table)
    if summary.rejects:
        table = Table("reason", "rejected", "first lines", box=None)
        for text, reason in sorted(summary.rejects.items(), key=lambda item: -item[1].count):
            table.add_row(text, f"{reason.count:,}", ", ".join(str(line) for line in reason.lines))
        console.print(table)


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items()))

"""`adscribe site`: check a site file, have one suggested from events or made from what others know."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import IO, Annotated

import msgspec
import typer

from adscribe.cli.options import EventFormat
from adscribe.cli.site_import import import_
from adscribe.errors import SiteError
from adscribe.event import Event
from adscribe.sensors import Reject, read
from adscribe.site import Site
from adscribe.site.coverage import TITLES, Coverage, Gap, together
from adscribe.site.suggest import Suggester

app = typer.Typer(
    name="site", help="The site file: what is known of the monitored network.", no_args_is_help=True
)

app.command(
    "import", epilog="Example: adscribe site import --url https://ads.example --user reader -o site.yaml"
)(import_)

UNUSABLE = 2
"""Exit status for a site file that can't be used."""

UNREAD = 3
"""Exit status when the site file is right but records of the events could not be read."""


@app.command("check", epilog="Example: adscribe site check site.yaml --events events.ndjson")
def check(
    site: Annotated[
        Path | None,
        typer.Argument(metavar="SITE", help="The site file; what holds without one when not given."),
    ] = None,
    events: Annotated[
        Path | None,
        typer.Option(help="Events to hold it against; - is standard input."),
    ] = None,
    form: EventFormat = "auto",
    json: Annotated[bool, typer.Option("--json", help="Answer as one JSON document.")] = False,
) -> None:
    """Say what is wrong with a site file, and what it leaves open for the events that come in."""
    try:
        loaded = Site.load(site) if site else Site.default()
    except SiteError as error:
        if json:
            _print_json({"valid": False, "problems": [_plain(problem) for problem in error.problems]})
        else:
            for problem in error.problems:
                typer.echo(str(problem), err=True)
        raise typer.Exit(UNUSABLE) from None
    coverage = Coverage(loaded)
    stream = _Events([events] if events else [], loaded, form)
    for event in stream:
        coverage.add(event)
    gaps = together(loaded, datetime.now(UTC), coverage if events else None)
    if json:
        counts = {"events": coverage.events, "rejected": stream.rejected} if events else {}
        _print_json({"valid": True, **_summary(loaded), **counts, "gaps": [asdict(gap) for gap in gaps]})
    else:
        typer.echo(
            f"{site or 'no site file'}: {', '.join(f'{n:,} {what}' for what, n in _summary(loaded).items())}"
        )
        if events:
            typer.echo(f"{coverage.events:,} events read, {stream.rejected:,} records not readable")
        _print_gaps(gaps)
    if stream.rejected:
        raise typer.Exit(UNREAD)


@app.command("suggest", epilog="Example: adscribe site suggest events.ndjson > proposal.yaml")
def suggest(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Events; - is standard input."),
    ],
    site: Annotated[
        Path | None, typer.Option(help="A site file: what it knows already is not proposed.")
    ] = None,
    form: EventFormat = "auto",
) -> None:
    """Propose filters and roles that events suggest, as a site file to review. Nothing is applied."""
    known = Site.load(site) if site else Site.default()
    suggester = Suggester(known)
    stream = _Events(files, known, form)
    for event in stream:
        suggester.add(event)
    typer.echo(suggester.fragment(), nl=False)
    if stream.rejected:
        typer.echo(f"{stream.rejected:,} records not readable: adscribe sensors check says more", err=True)
        raise typer.Exit(UNREAD)


class _Events:
    """The events of some files, with a count of the records that are none."""

    def __init__(self, files: Iterable[Path], site: Site, form: str) -> None:
        self._files = files
        self._site = site
        self._form = form
        self.rejected = 0

    def __iter__(self) -> Iterator[Event]:
        for file in self._files:
            with _open(file) as source:
                for record in read(source, format=self._form, zone=self._site.timezone):
                    if isinstance(record, Reject):
                        self.rejected += 1
                    else:
                        yield record.event


def _open(file: Path) -> AbstractContextManager[IO[bytes]]:
    if str(file) == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return file.open("rb")
    except OSError as error:
        raise typer.BadParameter(f"{file} can't be read: {error.strerror}") from None


def _summary(site: Site) -> dict[str, int]:
    content = site.content
    return {
        "filters": len(content.filters),
        "roles": len(content.roles),
        "assigned filters": len(content.assigned),
        "allowed": len(content.allowed),
        "forbidden": len(content.forbidden),
        "known causes": len(content.known_causes),
        "data feeds": len(content.feeds),
    }


def _plain(problem: SiteError) -> dict[str, str | int | None]:
    place = problem.place
    return {"line": place.line, "pointer": place.pointer, "message": problem.message, "hint": problem.hint}


def _print_gaps(gaps: list[Gap]) -> None:
    for topic, group in groupby(gaps, key=lambda gap: gap.topic):
        typer.echo(f"\n{TITLES[topic]}")
        for gap in group:
            typer.echo(f"  {gap}")


def _print_json(document: object) -> None:
    typer.echo(msgspec.json.format(msgspec.json.encode(document), indent=1).decode())

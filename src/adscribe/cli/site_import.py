"""`adscribe site import`: a site file from the sensor's settings and a list of assets."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated

import typer

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
from adscribe.errors import Place, SiteError
from adscribe.polling.server import Patience
from adscribe.polling.settings import from_files, from_sensor
from adscribe.site import Site
from adscribe.site.importing import Change, Findings, LeftOut, merge
from adscribe.site.importing.assets import read_assets

INCOMPLETE = 3
"""Exit status when the site file is written and something could not be translated."""

_TITLES = {
    "added": "Added",
    "changed": "Changed",
    "conflict": "In conflict, left as the site file has it",
    "open": "For you to say",
}
_SHOWN = 1_000


def import_(
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE", help="Site file to write; - is standard output.")
    ],
    url: Url = None,
    user: User = None,
    files: Annotated[
        list[Path] | None,
        typer.Option(
            "--from",
            metavar="FILE|DIR",
            help="Saved answers instead: filters.json, method-instances.json, false-positives.json.",
        ),
    ] = None,
    assets: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="CSV of assets with columns for address, host name and roles."),
    ] = None,
    into: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Site file to add to; what it says is kept.")
    ] = None,
    internal: Annotated[
        str | None, typer.Option(metavar="FILTER", help="The filter that is the monitored network.")
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option(metavar="ZONE", help="Zone of the sensor's times, for a new file; UTC when not given."),
    ] = None,
    overrule: Annotated[
        bool, typer.Option("--overrule", help="In conflicts write what is imported, not what --into has.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    password_file: PasswordFile = None,
    mapping: MappingFile = None,
    ca: Ca = None,
    timeout: Timeout = "60s",
    insecure: Insecure = False,
) -> None:
    """Write a site file from what the sensor and a list of assets know, or add that to one.

    Of the sensor its filters, method instances and false-positive rules are read. What was added, what
    the file has otherwise and what could not be translated is told. The password is read from
    ADSCRIBE_ADS_PASSWORD or a file.
    """
    if not (url or files or assets):
        raise typer.BadParameter("say what to read: --url, --from or --assets")
    if url and files:
        raise typer.BadParameter("--url and --from are the same settings twice: give one")
    if str(out) != "-" and out.exists() and not force:
        raise typer.BadParameter(f"{out} is there; --force writes over it")
    names, _ = names_of(mapping)
    existing = _text(into) if into else None
    line_end = "\r\n" if existing is not None and "\r\n" in existing else "\n"
    site = Site.parse(existing, name=str(into)) if existing is not None else _zoned(timezone)
    zone, now = site.timezone, datetime.now(UTC)

    # Assets first: their filters have names of their own, which a filter of the sensor must not take.
    findings = read_assets(assets) if assets else Findings()
    if files:
        findings.add(from_files(files, names, zone=zone, now=now))
    if url:
        connection = Connection(url, user, password_file, ca, timeout, insecure)

        async def read() -> None:
            patience = Patience(lambda line: typer.echo(line, err=True), tries=TRIES)
            async with connection.open(names, patience) as sensor:
                findings.add(await from_sensor(sensor, names, zone=zone, now=now))

        if not until_stopped(read()):
            raise typer.Exit(1)
    sources = [*(["the sensor's settings"] if url or files else []), *(["assets"] if assets else [])]
    text, changes = merge(
        findings,
        None if existing is None else existing.replace("\r\n", "\n"),
        name=str(into or out),
        internal=internal,
        timezone=timezone if existing is None else None,
        overrule=overrule,
        head=f"Made on {now:%Y-%m-%d} by adscribe site import from {' and '.join(sources)}.",
    )
    _write(out, text, line_end)
    _tell(changes, findings.left_out)
    if any(not left.rightly for left in findings.left_out):
        raise typer.Exit(INCOMPLETE)


def _zoned(timezone: str | None) -> Site:
    """Return a site of which only the zone is known; a wrong one is told as of a site file."""
    if timezone is None:
        return Site.default()
    quoted = timezone.replace("'", "''")
    return Site.parse(f"timezone: '{quoted}'\nfilters: {{none: []}}\ninternal: none\n", name="--timezone")


def _text(path: Path) -> str:
    Site.load(path)
    return path.read_bytes().decode("utf-8-sig")


def _write(path: Path, text: str, line_end: str) -> None:
    """Write a file in one step."""
    if str(path) == "-":
        typer.echo(text, nl=False)
        return
    try:
        with NamedTemporaryFile(
            "w",
            dir=path.parent,
            prefix=f".{path.name}.",
            delete=False,
            encoding="utf-8",
            newline=line_end,
        ) as file:
            fresh = Path(file.name)
            try:
                file.write(text)
                file.flush()
                if path.exists():
                    fresh.chmod(path.stat().st_mode & 0o777)
                fresh.replace(path)
            except BaseException:
                fresh.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise SiteError(f"can't be written: {error.strerror}", place=Place(str(path))) from None


def _tell(changes: Iterable[Change], left_out: Iterable[LeftOut]) -> None:
    """Tell what became of everything, on standard error: the site file may go to standard output."""
    by_kind: dict[str, list[str]] = {kind: [] for kind in _TITLES}
    kept = 0
    for change in changes:
        if change.kind == "kept":
            kept += 1
        else:
            by_kind[change.kind].append(str(change))
    left = list(left_out)
    sections = {_TITLES[kind]: lines for kind, lines in by_kind.items()}
    sections["Not translated"] = [str(one) for one in left if not one.rightly]
    sections["Left out"] = [str(one) for one in left if one.rightly]
    if kept:
        sections["Already there"] = [f"{kept:,}"]
    for title, lines in sections.items():
        if lines:
            typer.echo(title, err=True)
            for line in lines[:_SHOWN]:
                typer.echo(f"  {line}", err=True)
            if len(lines) > _SHOWN:
                typer.echo(f"  and {len(lines) - _SHOWN:,} more", err=True)

"""`adscribe reassess`: stored events are answered again."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from adscribe.cli.durations import duration
from adscribe.context.words import count
from adscribe.model.names import NAMES, SHIPPED
from adscribe.service.settings import variable
from adscribe.site import Site

if TYPE_CHECKING:
    from adscribe.store.filters import Filter
    from adscribe.store.reassess import Reassessed, Shown

_Several = list[str] | None
_TOLD_SECONDS = 5.0


def reassess(
    store: Annotated[
        str, typer.Option(envvar=variable("store"), help="A file, or postgresql://user@host/database.")
    ],
    since: Annotated[
        str,
        typer.Option(metavar="TIME", help="Events detected then or later: 2026-11-03T15:00:00Z, or 7d ago."),
    ],
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Events detected before then.")] = None,
    site: Annotated[
        Path | None,
        typer.Option(
            envvar=variable("site"), help="Site file; private ranges are the inside when not given."
        ),
    ] = None,
    model: Annotated[
        str, typer.Option(envvar=variable("model"), help=f"Model that answers: {NAMES}.")
    ] = SHIPPED,
    residual: Annotated[
        Path | None,
        typer.Option(
            envvar=variable("residual"),
            help="What the site's analysts have taught: a file of `adscribe feedback learn`.",
        ),
    ] = None,
    attack_version: Annotated[
        str | None, typer.Option(help="Version of Enterprise ATT&CK to answer in, such as 18.1.")
    ] = None,
    risk: Annotated[
        float | None,
        typer.Option(help="Largest share of wrong categories: one that the model promises, or 0.1."),
    ] = None,
    method: Annotated[
        _Several, typer.Option(help="Detection method; as all filters, may be repeated.")
    ] = None,
    submethod: Annotated[_Several, typer.Option(help="Submethod.")] = None,
    data_feed: Annotated[_Several, typer.Option(help="Data feed.")] = None,
    source: Annotated[_Several, typer.Option(help="Address of the source, or a range (CIDR).")] = None,
    target: Annotated[_Several, typer.Option(help="Address of a target, or a range.")] = None,
    address: Annotated[_Several, typer.Option(help="Address of source or target, or a range.")] = None,
    host: Annotated[_Several, typer.Option(help="Host name of source or target.")] = None,
    tactic: Annotated[_Several, typer.Option(help="Short name of a tactic that is shown.")] = None,
    technique: Annotated[_Several, typer.Option(help="Technique that is shown, or its parent.")] = None,
    reason: Annotated[_Several, typer.Option(help="Why no category is shown.")] = None,
    basis: Annotated[_Several, typer.Option(help="What that reason rests on.")] = None,
    severity: Annotated[_Several, typer.Option(help="Severity, or none.")] = None,
    reviewed: Annotated[
        bool | None, typer.Option(help="Only events that an analyst has judged, or has not.")
    ] = None,
    text: Annotated[str | None, typer.Option(help="Words that the event holds.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write nothing; show what would change.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
) -> None:
    """Answer stored events again, after a new site file, model or version of ATT&CK.

    Each becomes a revision of its event; what was answered before stays. Events that were answered so
    already are left as they are: after an interruption the same command goes on. A service may run meanwhile.

    Example: adscribe reassess --since 7d --site site.yaml --store adscribe.db --dry-run
    """
    # Only here: the other commands need no database.
    from adscribe.store import Store, StoreError  # noqa: PLC0415

    given = {
        "since": [_time("--since", since)],
        "until": [_time("--until", until)] if until else None,
        "method": method,
        "submethod": submethod,
        "data_feed": data_feed,
        "source": source,
        "target": target,
        "address": address,
        "host": host,
        "tactic": tactic,
        "technique": technique,
        "reason": reason,
        "basis": basis,
        "severity": severity,
        "reviewed": None if reviewed is None else [str(reviewed).lower()],
        "text": [text] if text else None,
    }
    asked = _filter([(name, value) for name, values in given.items() for value in values or ()])
    network = Site.load(site) if site else Site.default()
    from adscribe.assign import Classifier  # noqa: PLC0415 - slow to import

    classifier = Classifier.load(model, risk=risk, residual=residual)
    with Store(store) as found:
        if not found.exists:
            raise StoreError("no such file", hint="name the store that adscribe serve keeps events in")
        found.upgrade()
        last: Reassessed | None = None
        told = time.monotonic()
        for last in found.reassess(
            classifier, asked, site=network, dry_run=dry_run, attack_version=attack_version
        ):
            if time.monotonic() - told > _TOLD_SECONDS:
                told = time.monotonic()
                typer.echo(_line(last), err=True)
    assert last is not None  # noqa: S101 - there is a first step, if of no event
    if as_json:
        typer.echo(msgspec.json.encode(last).decode())
    else:
        _write(last, dry_run=dry_run)


def _time(option: str, text: str) -> str:
    """Return a time as it is, or that of a duration ago."""
    if text[-1:] in "smhd" and text[:-1].isdecimal():
        return (datetime.now(UTC) - duration(option, text)).isoformat()
    return text


def _filter(given: list[tuple[str, str]]) -> Filter:
    from adscribe.store.filters import FilterError, read_filter  # noqa: PLC0415

    try:
        return read_filter(given)
    except FilterError as error:
        raise typer.BadParameter(f"--{error.field.replace('_', '-')} {error.detail}") from None


def _line(found: Reassessed) -> str:
    until = f", up to {found.until:%Y-%m-%d %H:%M}" if found.until else ""
    return (
        f"{count(found.looked_at, 'event')} looked at{until}: {found.current:,} current, "
        f"{found.answered:,} answered again, {found.changed:,} changed"
    )


def _write(found: Reassessed, *, dry_run: bool) -> None:
    typer.echo(_line(found) + (" (dry run: nothing is written)" if dry_run else ""))
    moved = [one for one in found.outcomes if one.before != one.after]
    if moved:
        _table(("before", "after", "events"), [(one.before, one.after, str(one.events)) for one in moved])
    if found.techniques:
        rows = [(one.technique, f"+{one.added}", f"-{one.removed}") for one in found.techniques]
        _table(("technique", "added", "removed"), rows)
    if found.sample:
        events = [(one.id, one.method, _said(one.before), _said(one.after)) for one in found.sample]
        _table(("event", "method", "before", "after"), events)


def _said(shown: Shown) -> str:
    own = f"{shown.reason} ({shown.basis})" if shown.reason else " ".join(shown.techniques or shown.tactics)
    return f"{own}; ics: {_said(shown.ics)}" if shown.ics else own


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = Table(*header, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    console = Console(width=None if sys.stdout.isatty() else 1000, markup=False, highlight=False)
    with console.capture() as written:
        console.print(table)
    typer.echo()
    for line in written.get().splitlines():
        console.out(line.rstrip(), highlight=False)

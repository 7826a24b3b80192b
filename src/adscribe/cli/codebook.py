"""`adscribe codebook`: why the rules answer what they do, and whether they hold together."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import msgspec
import typer

from adscribe.codebook import Codebook
from adscribe.codebook.explanation import (
    row_as_data,
    row_in_words,
    trace_as_data,
    trace_in_words,
)
from adscribe.context import Context, derive, traces
from adscribe.event.merge import ActiveEvents
from adscribe.history import MemoryHistory
from adscribe.sensors import Reject, read
from adscribe.site import Site

app = typer.Typer(
    name="codebook", help="The rules behind the answers: what they say and why.", no_args_is_help=True
)

UNREADABLE = 3
"""Exit status when some input couldn't be read."""


@app.command("explain", epilog="Example: adscribe codebook explain events.log --site site.yaml --line 4")
def explain(
    file: Annotated[
        str | None, typer.Argument(help="Events of any form; - for standard input.", metavar="[FILE|-]")
    ] = None,
    site: Annotated[
        Path | None, typer.Option(help="Site file; private ranges are the inside when not given.")
    ] = None,
    line: Annotated[
        int | None, typer.Option(min=1, help="Explain this line only; those before it are its history.")
    ] = None,
    row: Annotated[str | None, typer.Option(help="Show a row instead, such as SCANS-17.")] = None,
    codebook: Annotated[
        Path | None, typer.Option(help="Folder of a codebook; the one that ships when not given.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON document a line.")] = False,
) -> None:
    """Show which row answers for an event, and why the rows before it don't."""
    book = Codebook.load(codebook)
    if row is not None:
        _show_row(book, row, json)
        return
    if file is None:
        raise typer.BadParameter("name a file of events, or a row with --row", param_hint="FILE")
    network = Site.load(site) if site else Site.default()
    rejected, seen = 0, False
    for record in _records(file, network):
        if line is not None and record.line != line:
            rejected += isinstance(record, Reject) and record.line < line
            continue
        seen = True
        if isinstance(record, Reject):
            rejected += 1
            typer.echo(f"line {record.line}: {record.reason}", err=True)
        elif json:
            typer.echo(msgspec.json.encode(_as_data(record, book)).decode())
        else:
            typer.echo("\n".join([*_in_words(record, book), ""]))
    if line is not None and not seen:
        raise typer.BadParameter("the input has no event there", param_hint="--line")
    if rejected:
        raise typer.Exit(UNREADABLE)


@app.command("check", epilog="Example: adscribe codebook check datasets/codebook")
def check(
    folder: Annotated[
        Path | None, typer.Argument(help="Folder of a codebook; the one that ships when not given.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Answer as one JSON document.")] = False,
) -> None:
    """List all that is wrong with a codebook; exit status 2 when anything is."""
    book, problems = Codebook.read(folder)
    if json:
        document = [
            {
                "file": problem.place.file,
                "line": problem.place.line,
                "message": problem.message,
                "hint": problem.hint,
            }
            for problem in problems
        ]
        typer.echo(msgspec.json.encode(document).decode())
    else:
        for problem in problems:
            typer.echo(str(problem))
        rows = {row.id for row in book.rows()}
        typer.echo(f"{len(rows)} rows for {len(book.rules)} methods, {len(problems)} problems")
    if problems:
        raise typer.Exit(2)


def _show_row(book: Codebook, row_id: str, json: bool) -> None:
    found = next((row for row in book.rows() if row.id == row_id.upper()), None)
    if found is None:
        raise typer.BadParameter(f"there is no row {row_id}", param_hint="--row")
    shown = msgspec.json.encode(row_as_data(found)).decode() if json else "\n".join(row_in_words(found, book))
    typer.echo(shown)


class _Placed(NamedTuple):
    """An event in its context, the line that reported it, and whether the site has decided it."""

    line: int
    event_id: str
    context: Context
    decided: bool


def _records(file: str, site: Site) -> Iterator[_Placed | Reject]:
    from adscribe.assign.decisions import decided_by_site  # noqa: PLC0415 - slow to import

    events, history = ActiveEvents(), MemoryHistory()
    source = sys.stdin.buffer if file == "-" else Path(file)
    for record in read(source, zone=site.timezone):
        if isinstance(record, Reject):
            yield record
            continue
        state = events.add(record.event)
        context = derive(state.event, site, history, event_id=state.id)
        decided = decided_by_site(context) is not None
        if not decided:
            # As when classifying: only what the site hasn't decided is evidence against a host.
            for ips, trace in traces(context, state.id):
                history.remember(ips, trace)
        yield _Placed(record.line, state.id, context, decided)


def _parts(context: Context, book: Codebook) -> Iterator[tuple[str, Context]]:
    """Yield what is looked at: the event, and each side of it where the whole shows no category."""
    yield "", context
    match = book.match(context)
    if match is not None and match.row.enterprise is None:
        for part in context.parts:
            side = part.sides[part.event.targets[0].ip]
            yield f"targets {side} alone: ", part


def _in_words(placed: _Placed, book: Codebook) -> Iterator[str]:
    event = placed.context.event
    submethod = event.submethod or "(submethod not told)"
    yield f"line {placed.line}: {event.method} {submethod}, event {placed.event_id}"
    if placed.decided:
        yield "the site has decided this event, the rules are not asked; they would say:"
    for label, part in _parts(placed.context, book):
        first, *rest = trace_in_words(book.trace(part), book)
        yield f"{label}{first}"
        yield from rest


def _as_data(placed: _Placed, book: Codebook) -> dict[str, Any]:
    whole, *parts = [trace_as_data(book.trace(part), part, book) for _, part in _parts(placed.context, book)]
    head = {"line": placed.line, "event": placed.event_id, "decided_by_site": placed.decided}
    return head | whole | {"parts": parts}

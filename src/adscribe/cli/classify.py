"""`adscribe classify`: events in, an answer a line out."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from adscribe.answer.cells import defused
from adscribe.cli.flows import read_index
from adscribe.cli.options import EventFormat
from adscribe.cli.rejects import Rejects
from adscribe.flows import completed
from adscribe.model.names import NAMES, SHIPPED
from adscribe.sensors import Reject, read
from adscribe.site import Site

if TYPE_CHECKING:
    from adscribe.answer.assignment import Assignment


class Output(StrEnum):
    """How answers are written."""

    ndjson = "ndjson"
    table = "table"
    csv = "csv"


def classify(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Files of events; - is standard input.")
    ],
    form: EventFormat = "auto",
    site: Annotated[
        Path | None, typer.Option(help="Site file; private ranges are the inside when not given.")
    ] = None,
    model: Annotated[str, typer.Option(help=f"Model that answers: {NAMES}.")] = SHIPPED,
    attack_version: Annotated[
        str | None, typer.Option(help="Version of Enterprise ATT&CK to answer in, such as 18.1.")
    ] = None,
    risk: Annotated[
        float | None,
        typer.Option(help="Largest share of wrong categories: one that the model promises, or 0.1."),
    ] = None,
    residual: Annotated[
        Path | None,
        typer.Option(help="What the site's analysts have taught: a file of `adscribe feedback learn`."),
    ] = None,
    candidates: Annotated[
        int, typer.Option(min=0, max=50, help="Name so many of the most probable techniques, shown or not.")
    ] = 0,
    explain: Annotated[bool, typer.Option(help="Say why.")] = True,
    output: Annotated[Output, typer.Option(help="Form of the answers.")] = Output.ndjson,
    flows: Annotated[
        list[Path] | None,
        typer.Option(help="Flows that fill what events lack: Zeek, nfdump, CICFlowMeter. May be repeated."),
    ] = None,
    rejects: Annotated[
        Path | None, typer.Option(help="File for what can't be read; standard error when not given.")
    ] = None,
) -> None:
    """Assign ATT&CK categories to events, or the reason that there is none.

    One answer a line of input, in input order. All files are one run: an update finds its event, and
    earlier events of a host are its history.

    Example: adscribe classify --site site.yaml --output table events.log
    """
    from adscribe.assign import Classifier  # noqa: PLC0415 - slow to import

    classifier = Classifier.load(model, risk=risk, residual=residual)
    network = Site.load(site) if site else Site.default()
    run = classifier.run(site=network, attack_version=attack_version, candidates=candidates, explain=explain)
    with ExitStack() as stack:
        sink = stack.enter_context(rejects.open("wb")) if rejects else None
        unread = Rejects(sink)
        index = read_index(flows, network, unread) if flows else None
        joined = 0

        def answers() -> Iterator[Assignment]:
            nonlocal joined
            for name in files:
                for record in read(opened(name, stack), format=form, zone=network.timezone):
                    if isinstance(record, Reject):
                        unread.write(name, record)
                        continue
                    event = record.event if index is None else completed(record.event, index)
                    joined += event is not record.event
                    yield run.answer(event)

        _WRITERS[output](answers())
    if index is not None and not joined:
        hint = "look at their times, and at the time zone of the site file"
        typer.echo(f"no event lacks what the flows say, or none of them is its ({hint})", err=True)
    unread.exit()


def opened(name: str, stack: ExitStack) -> IO[bytes]:
    """Return a file of events, open for reading; ``-`` is standard input."""
    if name == "-":
        return sys.stdin.buffer
    try:
        return stack.enter_context(Path(name).open("rb"))
    except OSError as wrong:
        raise typer.BadParameter(f"{name} can't be read: {wrong.strerror}") from None


def _write_ndjson(answers: Iterable[Assignment]) -> None:
    out = sys.stdout.buffer
    for answer in answers:
        out.write(answer.to_json() + b"\n")
        if sys.stdin.isatty() or out.isatty():
            out.flush()


_COLUMNS = (
    "event",
    "revision",
    "method",
    "submethod",
    "source",
    "tactics",
    "techniques",
    "no_category",
    "probability",
)


def _row(answer: Assignment) -> tuple[str, ...]:
    reason = answer.no_category
    shown = answer.techniques or answer.tactics or ((reason,) if reason else ())
    return (
        answer.event.id,
        str(answer.event.revision),
        answer.event.method,
        answer.event.submethod or "",
        answer.event.source,
        " ".join(tactic.shortname for tactic in answer.tactics),
        " ".join(technique.id for technique in answer.techniques),
        f"{reason.reason} ({reason.basis})" if reason else "",
        f"{shown[0].probability:.2f}" if shown else "",
    )


def _write_csv(answers: Iterable[Assignment]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for answer in answers:
        writer.writerow(tuple(defused(cell) for cell in _row(answer)))


def _write_table(answers: Iterable[Assignment]) -> None:
    table = Table(*_COLUMNS[2:], box=None, pad_edge=False)
    for answer in answers:
        table.add_row(*_row(answer)[2:])
    # Into a file or a pipe rows are as wide as they are.
    width = None if sys.stdout.isatty() else 1000
    console = Console(width=width, markup=False, highlight=False)
    with console.capture() as written:
        console.print(table)
    for line in written.get().splitlines():
        console.out(line.rstrip(), highlight=False)


_WRITERS: dict[Output, Callable[[Iterable[Assignment]], None]] = {
    Output.ndjson: _write_ndjson,
    Output.csv: _write_csv,
    Output.table: _write_table,
}

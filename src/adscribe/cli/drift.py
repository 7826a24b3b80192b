"""`adscribe drift` and `adscribe profile`: whether events have changed, and what a model compares with."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from adscribe.cli.classify import opened
from adscribe.cli.options import EventFormat
from adscribe.cli.rejects import Rejects
from adscribe.errors import ModelError
from adscribe.model.days import DAYS, KEPT
from adscribe.model.names import NAMES, SHIPPED
from adscribe.sensors import Reject
from adscribe.site import Site

if TYPE_CHECKING:
    from adscribe.model.drift import Comparison, Drift


class Output(StrEnum):
    """How a drift is written."""

    table = "table"
    json = "json"


def drift(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Files of events; - is standard input.")
    ],
    form: EventFormat = "auto",
    site: Annotated[
        Path | None, typer.Option(help="Site file; private ranges are the inside when not given.")
    ] = None,
    model: Annotated[str, typer.Option(help=f"Model that answers: {NAMES}.")] = SHIPPED,
    days: Annotated[
        int,
        typer.Option(min=1, max=KEPT - 1, help="Last days that are looked at; those before are the past."),
    ] = DAYS,
    everything: Annotated[
        bool, typer.Option("--all", help="Show the groups that are quiet as well.")
    ] = False,
    output: Annotated[Output, typer.Option(help="Form of the answer.")] = Output.table,
) -> None:
    """Say whether events, and what is answered of them, have changed.

    The last days of the files are compared with the sites of the model's training, and with what these
    files have before. A group in the state drift is one that at most 1 in 100 normal sites would show.

    Example: adscribe drift --site site.yaml october.log november.log
    """
    from adscribe.assign import Classifier  # noqa: PLC0415 - slow to import
    from adscribe.assign.drift import drift as drift_of_answers  # noqa: PLC0415
    from adscribe.assign.drift import monitor_of, watch  # noqa: PLC0415
    from adscribe.model.drift import UNAVAILABLE, day_of  # noqa: PLC0415

    classifier = Classifier.load(model)
    watch(classifier, day_of)
    if monitor_of(classifier) is None:
        raise ModelError(
            f"drift isn't available: {UNAVAILABLE.reason}",
            hint="adscribe profile adds one to a trained model",
        )
    network = Site.load(site) if site else Site.default()
    run = classifier.run(site=network, explain=False)
    unread = Rejects(None)
    with ExitStack() as stack:
        for name in files:
            for answer in classifier.answers(run, opened(name, stack), format=form, site=network):
                if isinstance(answer, Reject):
                    unread.write(name, answer)
    found = drift_of_answers(classifier, days)
    if output is Output.json:
        typer.echo(msgspec.json.encode(found).decode())
    else:
        _write_table(found, everything)
    unread.exit()


def profile(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="Folder of a trained model.")],
    data: Annotated[Path, typer.Argument(metavar="DATA", help="Corpus that it was trained on.")],
    out: Annotated[Path, typer.Option(help="Folder for the model with its profile; must not exist.")],
    processes: Annotated[int, typer.Option(min=1, help="How many work at once.")] = 2,
) -> None:
    """Add to a trained model what the events of its training were like, for `adscribe drift`.

    `adscribe train` does so itself; this is for models that were trained before.

    Example: adscribe profile models/adscribe corpus --out models/with-profile
    """
    from adscribe.training.profiling import add_profile  # noqa: PLC0415 - the `train` extra

    add_profile(model, data, out, processes=processes)
    typer.echo(f"{out}: with a profile")


def _write_table(found: Drift, everything: bool) -> None:
    if found.since is None:
        typer.echo(f"nothing to compare: {found.reason}")
        return
    typer.echo(f"{found.events:,} events from {found.since} to {found.until}: {found.state}")
    for comparison in found.comparisons:
        typer.echo(_told(comparison))
    shown = found.groups if everything else found.changed("watch")
    if not shown:
        return
    table = Table(
        "state", "against", "group", "events", "distance", "limit", "moved", box=None, pad_edge=False
    )
    for one in shown:
        limit = "" if one.limit is None else f"{one.limit:.3f}"
        moved = ", ".join(map(str, one.moved))
        table.add_row(one.state, one.against, one.named, str(one.events), f"{one.distance:.3f}", limit, moved)
    console = Console(width=None if sys.stdout.isatty() else 1000, markup=False, highlight=False)
    with console.capture() as written:
        console.print(table)
    for line in written.get().splitlines():
        console.out(line.rstrip(), highlight=False)


def _told(comparison: Comparison) -> str:
    against = f"against the {comparison.against} ({comparison.events:,} events)"
    if comparison.chance is None:
        return f"{against}: too few events"
    said = f"{against}: {comparison.state}; {comparison.chance:.1%} of normal sites differ as much"
    return said.replace("%", " %")

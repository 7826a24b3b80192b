"""`adscribe data`: make a corpus of simulated events, import experts' mappings, say what a corpus holds."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from adscribe.cli.flows import events_from_flows
from adscribe.errors import AdscribeError

app = typer.Typer(name="data", help="The data that models are trained and judged on.", no_args_is_help=True)

app.command(epilog="Example: adscribe data events-from-flows conn.log --out events.ndjson")(events_from_flows)

_PLAIN_EVERY = 5.0

_NAMES = (
    "attack-kb, bzar-dcerpc, ctid-mappings, et-open-mitre, exabeam-content, sentinel-network,"
    " sigma-network or splunk-network; datasets/sources.yaml says where they come from."
)


@app.command(epilog="Example: adscribe data build corpus --events 500000 --sites 240 --seed 7")
def build(
    out: Annotated[Path, typer.Argument(help="Folder for events.parquet, sites/, card.md and card.json.")],
    events: Annotated[int, typer.Option(min=1, help="Reports in the full view, updates included.")] = 500_000,
    sites: Annotated[int, typer.Option(min=1, help="Number of networks.")] = 240,
    seed: Annotated[int, typer.Option(min=0, help="Decides everything: the same seed, the same corpus.")] = 7,
    prevalence: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share of the reports that have a category.")
    ] = 0.1,
    degraded: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share of the events shown in a degraded view besides.")
    ] = 0.5,
    masked: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share of named threats that are masked or paraphrased.")
    ] = 0.2,
    processes: Annotated[int, typer.Option(min=1, help="How many work at once.")] = 2,
) -> None:
    """Simulate networks and what a sensor reports of them, with the truth of each report."""
    # Only this command needs what the `train` extra brings.
    from adscribe.training.simulation import Plan, build_corpus  # noqa: PLC0415

    plan = Plan(events, sites, seed, prevalence, degraded, masked)
    console = Console(stderr=True)
    if console.is_terminal:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console) as shown:
            task = shown.add_task("sites", total=sites)
            card = build_corpus(
                plan,
                out,
                processes=processes,
                progress=lambda done, _, __: shown.update(task, completed=done),
            )
    else:
        card = build_corpus(plan, out, processes=processes, progress=_PlainProgress())
    shared = card["overlap"]
    typer.echo(
        f"{card['reports']:,} reports of {card['events']:,} events at {card['sites']:,} sites,"
        f" {card['prevalence']:.1%} with a category;"
        f" {shared['ambiguous_reports']:,} whose evidence allows two truths"
    )
    typer.echo(f"content sha256:{card['content_sha256']}")


@app.command("import", epilog="Example: adscribe data import sigma-network sigma/rules --out corpora/sigma")
def import_(
    name: Annotated[str, typer.Argument(help=_NAMES)],
    path: Annotated[Path, typer.Argument(help="A file or folder of it, in the publisher's form or as rows.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder for detections.parquet and its card; by default NAME.")
    ] = None,
) -> None:
    """Read what experts assigned to detections, in terms of the current ATT&CK."""
    # Only this command needs what the `train` extra brings.
    from adscribe.training.corpora import read  # noqa: PLC0415
    from adscribe.training.corpora.export import write  # noqa: PLC0415

    corpus = read(name, path)
    for file in corpus.files:
        if file.expected not in (None, file.sha256):
            typer.echo(
                f"{file.file} is not the file that datasets/sources.yaml lists: another revision?"
                f" The card names its SHA-256, {file.sha256}",
                err=True,
            )
    folder = out or Path(name)
    card = write(corpus, folder)
    typer.echo(
        f"{name}: {card['detections']:,} detections in {card['families']['count']:,} families of near-copies,"
        f" {card['selected']:,} remain when classes are capped; {len(corpus.rejects):,} rejects"
    )
    typer.echo(f"content sha256:{card['content_sha256']}, in {folder}")


@app.command(epilog="Example: adscribe data describe corpus")
def describe(
    folder: Annotated[Path, typer.Argument(help="Folder that `adscribe data build` or `import` wrote.")],
    json: Annotated[bool, typer.Option("--json", help="Answer as one JSON document.")] = False,
) -> None:
    """Show the data card of a corpus."""
    name = "card.json" if json else "card.md"
    try:
        text = (folder / name).read_text(encoding="utf-8")
        if json:
            msgspec.json.decode(text)
    except (OSError, UnicodeDecodeError, msgspec.DecodeError):
        hint = "`adscribe data build` and `adscribe data import` make a corpus with its card"
        raise AdscribeError(f"{folder} has no readable {name}", hint=hint) from None
    typer.echo(text.rstrip())


class _PlainProgress:
    """Lines for a log: one every few seconds, and one at the end."""

    def __init__(self) -> None:
        self._next = time.monotonic() + _PLAIN_EVERY

    def __call__(self, done: int, sites: int, reports: int) -> None:
        if done == sites or time.monotonic() >= self._next:
            typer.echo(f"{done} of {sites} sites, {reports:,} reports", err=True)
            self._next = time.monotonic() + _PLAIN_EVERY

"""`adscribe feedback`: what can be learnt from analysts' verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from adscribe.attack import Catalogue
from adscribe.cli.rejects import UNREADABLE
from adscribe.context.words import count
from adscribe.errors import ModelError
from adscribe.model.names import NAMES, SHIPPED
from adscribe.service.settings import variable
from adscribe.site import Site

if TYPE_CHECKING:
    from adscribe.answer.reviewed import Reviewed
    from adscribe.model.artefact import Artefact
    from adscribe.training.feedback.cases import Gathered
    from adscribe.training.feedback.quarantine import Sifted

app = typer.Typer(
    name="feedback", help="What can be learnt from analysts' verdicts on answers.", no_args_is_help=True
)

File = Annotated[Path | None, typer.Argument(metavar="[FILE]", help="Reviewed events, a JSON object a line.")]
StoreName = Annotated[
    str | None,
    typer.Option(
        "--store",
        envvar=variable("store"),
        help="Instead of a file: where events are kept, a file or postgresql://user@host/database.",
    ),
]
SiteFile = Annotated[
    Path | None, typer.Option("--site", help="Site file; private ranges are the inside when not given.")
]
ModelName = Annotated[str, typer.Option("--model", help=f"Model whose answers were judged: {NAMES}.")]


@app.command("check", epilog="Example: adscribe feedback check feedback.ndjson --site site.yaml")
def check(
    file: File = None,
    store: StoreName = None,
    site: SiteFile = None,
    model: ModelName = SHIPPED,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List the verdicts that nothing is learnt from, each with the reason.

    Set aside are verdicts that were taken back or judged anew, that contradict one another, that one
    analyst gave in a flood, and that all others make suspect.
    """
    read = Verdicts(file, site, model, store=store)
    for one in read.sifted.aside:
        if as_json:
            line = {name: getattr(one, name) for name in ("line", "event", "analyst", "rule", "why")}
            typer.echo(msgspec.json.encode(line).decode())
        else:
            typer.echo(f"line {one.line}: {one.rule}: {one.why}")
    read.end()


@app.command(
    "learn", epilog="Example: adscribe feedback learn feedback.ndjson --site site.yaml -o residual.json"
)
def learn(
    out: Annotated[Path, typer.Option("--out", "-o", help="File for the residual.")],
    file: File = None,
    store: StoreName = None,
    site: SiteFile = None,
    model: ModelName = SHIPPED,
) -> None:
    """Learn a site's residual: bounded offsets that correct this site's answers beside the model.

    `adscribe classify` and `adscribe serve` take it with --residual. An all-clear never comes of it.
    """
    from adscribe.training.feedback.residual import learn as learn_residual  # noqa: PLC0415 - slow to import

    read = Verdicts(file, site, model, store=store)
    residual = learn_residual(read.sifted, read.artefact, read.site)
    out.write_bytes(residual.to_json())
    for cell in residual.cells:
        judged = ", ".join(f"{number} {name}" for name, number in cell.judged.items())
        offsets = ", ".join(
            f"{name} {value:+.2f}" for name, value in cell.offsets.items() if abs(value) >= 0.05
        )
        typer.echo(f"{cell.method} {'+'.join(cell.roles) or 'no role'}: {judged}: {offsets or 'nothing'}")
    for left in residual.left_out:
        typer.echo(f"{left.method} {'+'.join(left.roles) or 'no role'}: left out: {left.why}", err=True)
    typer.echo(f"{out}: {count(len(residual.cells), 'cell')} from {count(residual.verdicts, 'verdict')}")
    read.end()


@app.command("suggest", epilog="Example: adscribe feedback suggest feedback.ndjson --site site.yaml")
def suggest(
    file: File = None, store: StoreName = None, site: SiteFile = None, model: ModelName = SHIPPED
) -> None:
    """Propose entries for the site file where analysts said the same again and again.

    Nothing is applied: move what is right to the site file by hand.
    """
    from adscribe.training.feedback.suggest import fragment  # noqa: PLC0415 - slow to import

    read = Verdicts(file, site, model, store=store)
    typer.echo(fragment(read.sifted), nl=False)
    read.end()


@app.command("export", epilog="Example: adscribe feedback export feedback.ndjson --store adscribe.db")
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File for the reviewed events.")],
    store: Annotated[
        str,
        typer.Option(envvar=variable("store"), help="A file, or postgresql://user@host/database."),
    ],
    site: SiteFile = None,
) -> None:
    """Write all feedback of a store to a file, for `adscribe train` and `adscribe evaluate`."""
    from adscribe.answer.reviewed import encoded  # noqa: PLC0415 - with the store

    network = Site.load(site) if site else Site.default()
    number = 0
    with file.open("wb") as out:
        for one in _stored(store, network):
            out.write(encoded(one) + b"\n")
            number += 1
    typer.echo(f"{file}: {count(number, 'verdict')}")


def _stored(store: str, site: Site) -> Iterator[Reviewed]:
    # Only here: files need no database.
    from adscribe.store import Store, StoreError  # noqa: PLC0415

    with Store(store) as found:
        if not found.exists:
            raise StoreError("no such file", hint="name the store that adscribe serve keeps events in")
        for page in found.reviewed(site):
            yield from page


class Verdicts:
    """Feedback of a file or a store, read and put through the quarantine.

    Parameters
    ----------
    file : Path or None
        A file; goes before a store.
    site : Path or None
        Site file.
    model : str
        Name of the model whose answers were judged.
    store : str, optional
        Where events are kept.
    """

    gathered: Gathered
    sifted: Sifted
    artefact: Artefact
    site: Site

    def __init__(self, file: Path | None, site: Path | None, model: str, *, store: str | None = None) -> None:
        from adscribe.assign.loading import load_model  # noqa: PLC0415 - slow to import
        from adscribe.model.learned import LearnedModel  # noqa: PLC0415
        from adscribe.training.feedback.cases import gather, read_file  # noqa: PLC0415 - slow to import
        from adscribe.training.feedback.quarantine import quarantine  # noqa: PLC0415

        catalogue = Catalogue.load()
        loaded = load_model(model, catalogue).model
        if not isinstance(loaded, LearnedModel):
            raise ModelError("nothing can be learnt beside the rules", hint=f"name a model: {NAMES}")
        self.site = Site.load(site) if site else Site.default()
        self.artefact = loaded.artefact
        if file is not None:
            self.gathered = read_file(file, self.artefact, catalogue, self.site)
        elif store is not None:
            lines = enumerate(_stored(store, self.site), start=1)
            self.gathered = gather(lines, self.artefact, catalogue, self.site)
        else:
            raise typer.BadParameter("name a file of reviewed events, or a --store")
        self.sifted = quarantine(self.gathered, self.artefact)

    def end(self) -> None:
        """Say how much was read, and end with `UNREADABLE` where some couldn't be."""
        for wrong in self.gathered.rejects:
            typer.echo(str(wrong), err=True)
        sifted = self.sifted
        rules = Counter(one.rule for one in sifted.aside)
        told = ", ".join(f"{number} {rule}" for rule, number in rules.most_common())
        said = f"{len(sifted.cases):,} verdicts can be learnt from, {len(sifted.aside):,} are set aside"
        typer.echo(f"{said} ({told})" if told else said, err=True)
        if self.gathered.rejects:
            raise typer.Exit(UNREADABLE)

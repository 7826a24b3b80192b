"""`adscribe train`, `evaluate` and `promote`: the tracked runs behind the model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adscribe.cli.feedback import Verdicts
from adscribe.model.names import NAMES, SHIPPED

if TYPE_CHECKING:
    from adscribe.training.feedback.cases import Case

Data = Annotated[Path, typer.Argument(metavar="DATA", help="Corpus that `adscribe data build` wrote.")]
Seed = Annotated[int, typer.Option(min=0, help="Decides everything that is drawn.")]
Processes = Annotated[int, typer.Option(min=1, help="How many work at once.")]


def train(
    data: Data,
    out: Annotated[Path, typer.Option(help="Folder for the artefact; must not exist.")],
    seed: Seed = 0,
    strength: Annotated[float, typer.Option(help="Inverse strength of the penalty.")] = 1.0,
    iterations: Annotated[int, typer.Option(min=1, help="Iterations at most.")] = 300,
    version: Annotated[str, typer.Option("--model-version", help="Version that answers name.")] = "1",
    feedback: Annotated[
        Path | None,
        typer.Option(help="Reviewed events that join the training, but for the last: those are held out."),
    ] = None,
    site: Annotated[Path | None, typer.Option(help="With --feedback: its site file.")] = None,
    judged: Annotated[
        str, typer.Option(help=f"With --feedback: model whose answers were judged: {NAMES}.")
    ] = SHIPPED,
    verdict: Annotated[
        float, typer.Option(min=0, help="What a judged event counts, in training rows.")
    ] = 10.0,
    half_life: Annotated[
        float, typer.Option(min=1, help="Days before the last verdict after which one counts half.")
    ] = 180.0,
    processes: Processes = 2,
) -> None:
    """Train a model on a corpus, calibrate it, and register it in MLflow.

    Parameters, data hash, figures on the validation sites, charts and the model are logged in
    mlflow.db, or in the store that MLFLOW_TRACKING_URI names. The same seed and data give the same
    figures.

    Example: adscribe train corpus --out models/adscribe --seed 7
    """
    from adscribe.training.runs import run_training  # noqa: PLC0415 - the `train` extra
    from adscribe.training.training import Settings  # noqa: PLC0415

    settings = Settings(
        seed=seed, strength=strength, iterations=iterations, verdict=verdict, half_life=half_life
    )
    cases: tuple[Case, ...] = ()
    if feedback is not None:
        from adscribe.training.feedback.holdout import parted  # noqa: PLC0415

        read = Verdicts(feedback, site, judged)
        parts = parted(read.gathered, read.sifted.cases)
        cases = parts.learnt
        typer.echo(f"{len(cases):,} verdicts are learnt from; later ones are held out", err=True)
        read.end()
    trained, registered = run_training(
        data,
        out,
        settings,
        feedback=cases,
        version=version,
        processes=processes,
        say=lambda line: typer.echo(line, err=True),
    )
    typer.echo(f"{trained.folder}: version {registered} of adscribe in the registry")


def evaluate(
    model: Annotated[str, typer.Argument(help="Folder of a model, or models:/adscribe/3 of the registry.")],
    data: Data,
    vignettes: Annotated[Path | None, typer.Option(help="Folder of annotated vignettes.")] = None,
    split: Annotated[str, typer.Option(help="Part to measure on; choose on validate, not on test.")] = "test",
    out: Annotated[Path, typer.Option(help="Folder for the report.")] = Path("evaluation"),
    card: Annotated[Path | None, typer.Option(help="Write the model card to this file as well.")] = None,
    report: Annotated[
        Path | None, typer.Option(help="Folder for report.html, all of it on one page, and report.json.")
    ] = None,
    feedback: Annotated[
        Path | None, typer.Option(help="Reviewed events; the last of them are scored as well.")
    ] = None,
    site: Annotated[Path | None, typer.Option(help="With --feedback: its site file.")] = None,
    traffic: Annotated[
        Path | None, typer.Option(help="With --report: data sets with recorded traffic, to score as well.")
    ] = None,
    vendors: Annotated[
        Path | None, typer.Option(help="With --report: figures that pipelines.text wrote with --json.")
    ] = None,
    other_seed: Annotated[
        list[Path] | None,
        typer.Option(help="With --report: evaluation of the model trained with another seed; repeatable."),
    ] = None,
    previous: Annotated[
        Path | None, typer.Option(help="With --report: folder of an earlier report to compare with.")
    ] = None,
    seed: Seed = 0,
    processes: Processes = 2,
) -> None:
    """Measure a model beside the table, the codebook and the majority, and write the report.

    Example: adscribe evaluate models/adscribe corpus --vignettes vignettes --report report
    """
    further = {"traffic": traffic, "vendors": vendors, "other-seed": other_seed, "previous": previous}
    lonely = [f"--{name}" for name, given in further.items() if given]
    if report is None and lonely:
        raise typer.BadParameter(f"{lonely[0]} needs --report")
    from adscribe.training import report_bundle, report_page, report_vendors  # noqa: PLC0415 - `train` extra
    from adscribe.training.card import as_card  # noqa: PLC0415
    from adscribe.training.evaluation import data_card  # noqa: PLC0415
    from adscribe.training.runs import fetched, run_evaluation  # noqa: PLC0415

    # What can't be read is told before the long work.
    earlier = report_bundle.read(previous) if previous is not None else None
    unseen = report_vendors.read(vendors) if vendors is not None else None
    evaluation = run_evaluation(
        model,
        data,
        out,
        split=split,
        vignettes=vignettes,
        feedback=feedback,
        site=site,
        seed=seed,
        processes=processes,
    )
    if card is not None:
        card.parent.mkdir(parents=True, exist_ok=True)
        card.write_text(as_card(evaluation, data_card(data)), encoding="utf-8")
    whole = evaluation.scores["model"].whole
    typer.echo(f"coverage {whole.coverage}, wrong {whole.wrong}, dangerous calm {whole.calm.dangerous}")
    for promise in evaluation.promises:
        verdict = "kept" if promise.kept else "NOT kept"
        typer.echo(f"{promise.promise}: {promise.promised:.3f} promised, {promise.realised:.3f}, {verdict}")
    if evaluation.feedback is not None:
        judged = evaluation.feedback.whole
        typer.echo(
            f"feedback held out: {evaluation.feedback.events:,} events, right {judged.right},"
            f" wrong {judged.wrong}"
        )
    typer.echo(f"report in {out}")
    if report is not None:
        found = report_bundle.assemble(
            evaluation, fetched(model), traffic=traffic, vendors=unseen, seeds=other_seed or ()
        )
        report_page.write(found, report, earlier)
        typer.echo(f"page in {report / report_bundle.PAGE}")


def promote(
    version: Annotated[str, typer.Argument(help="Version in the registry.")],
    seed: Seed = 0,
) -> None:
    """Make a version the champion, if it loses nothing against the present one and keeps its promises.

    Both need an evaluation on the same test part: `adscribe evaluate`. Exit status 2 and the figures
    that fail when the gate doesn't hold.

    Example: adscribe promote 3
    """
    from adscribe.training.promotion import promote as run_promotion  # noqa: PLC0415 - the `train` extra

    gate = run_promotion(version, seed=seed)
    for one in gate.compared:
        typer.echo(f"{one.measure}: {one.champion:.3f} -> {one.challenger:.3f} (at least {one.worst:+.3f})")
    typer.echo(f"version {version} is the champion")

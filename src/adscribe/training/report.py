"""An evaluation as files: JSON for machines, Markdown for readers, charts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from adscribe.errors import AdscribeError, Place
from adscribe.training.bootstrap import Estimate
from adscribe.training.evaluation import Evaluation
from adscribe.training.feedback.figures import FeedbackFigures
from adscribe.training.metrics import Level, Whole
from adscribe.training.plots import plots

JSON = "evaluation.json"


def write(evaluation: Evaluation, folder: Path) -> None:
    """Write ``evaluation.json``, ``evaluation.md`` and the charts into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    encoded = msgspec.json.format(msgspec.json.encode(evaluation), indent=1)
    (folder / JSON).write_bytes(encoded + b"\n")
    (folder / "evaluation.md").write_text(as_text(evaluation), encoding="utf-8")
    for name, chart in plots(evaluation).items():
        (folder / name).write_text(chart, encoding="utf-8")


def read(path: Path) -> Evaluation:
    """Read ``evaluation.json``.

    Raises
    ------
    AdscribeError
        If it isn't one.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Evaluation)
    except (OSError, msgspec.MsgspecError) as wrong:
        raise AdscribeError("holds no evaluation", place=Place(str(path))) from wrong


def as_text(evaluation: Evaluation) -> str:
    """Return an evaluation as Markdown."""
    data, model = evaluation.data, evaluation.model
    parts = [
        f"# Evaluation of {model['name']} {model['version']} on the {data['split']} part\n",
        f"{data['reports']:,} reports of {data['sites']} sites left to a model ({data['rows']:,} rows in all"
        f" views; the sites decide {data['decided']:,} more), data sha256 `{data['content']}`, artefact"
        f" sha256 `{evaluation.artefact}`, ATT&CK {model['attack']}, risk {model['risk']:g}. In brackets: 95"
        f" % intervals by bootstrap over sites. Again: `{evaluation.command}`.\n",
        "## Beside the baselines\n",
        wholes({name: scores.whole for name, scores in evaluation.scores.items()}),
        levels(evaluation),
        updates(evaluation),
        "## Promises\n",
        promises(evaluation),
        calms(evaluation),
        f"Calibration error over pairs of label and event: {told(evaluation.reliability.error)}.\n",
        "## Held out\n",
        wholes(evaluation.held_out),
        "## Degraded views\n",
        wholes(evaluation.degraded),
        "## Leak probe\n",
        leak(evaluation),
    ]
    if evaluation.vignettes is not None:
        parts += ["## Vignettes\n", evaluation.vignettes.summary]
    if evaluation.feedback is not None:
        parts += ["## Feedback held out\n", judged(evaluation.feedback)]
    parts.append("## Labels of the model\n")
    for name, level in evaluation.scores["model"].levels.items():
        parts += [f"### {name}\n", labels(level)]
    return "\n".join(parts)


def judged(feedback: FeedbackFigures) -> str:
    """Return figures on feedback as a sentence and a table."""
    said = (
        f"{feedback.events:,} events of {feedback.habits:,} habits that analysts judged after"
        f" {feedback.after:%Y-%m-%d %H:%M} UTC; {feedback.known:,} more are of events or habits that were"
        " judged before as well and don't count. Intervals by bootstrap over habits.\n"
    )
    return "\n".join((said, wholes({"model": feedback.whole})))


def wholes(found: dict[str, Whole]) -> str:
    """Return answers as a whole as a table."""
    return table(
        ("", "reports", "exact", "all right", "coverage", "wrong", "can't tell", "dangerous calm"),
        (
            (
                name,
                f"{one.events:,}",
                *map(told, (one.exact, one.right, one.coverage, one.wrong, one.undetermined)),
                told(one.calm.dangerous),
            )
            for name, one in found.items()
        ),
    )


def levels(evaluation: Evaluation) -> str:
    """Return micro F1 of all answers at each level as a table."""
    columns = evaluation.scores
    rows = (
        (level, *(told(one.levels[level].f1) if level in one.levels else "-" for one in columns.values()))
        for level in columns["model"].levels
    )
    return table(("micro F1", *columns), rows)


def updates(evaluation: Evaluation) -> str:
    """Return how often updates flip answers in a sentence."""
    rates = ", ".join(f"{name} {told(rate)}" for name, rate in evaluation.flips.items())
    return f"Updates that change the answer although the truth stays: {rates}.\n"


def calms(evaluation: Evaluation) -> str:
    """Return dangerous calm of all answers at each prevalence as a table."""
    found = {name: scores.whole.calm for name, scores in evaluation.scores.items()}
    shares = list(found["model"].at_prevalence)
    rows = (
        (name, f"{one.answers:,}", *(told(one.at_prevalence[share]) for share in shares))
        for name, one in found.items()
    )
    return table(("dangerous calm where attacks are", "calm answers", *shares), rows)


def promises(evaluation: Evaluation) -> str:
    """Return what became of the promises as a table."""
    rows = [
        (
            one.promise,
            f"{one.promised:.3f}",
            told(one.interval) if one.interval else f"{one.realised:.3f}",
            f"{one.answers:,}",
            "-" if one.coverage is None else f"{one.coverage:.3f}",
            "yes" if one.kept else "**no**",
        )
        for one in evaluation.promises
    ]
    text = table(("promise", "promised", "realised", "answers", "coverage", "kept"), rows)
    missing = ", ".join(f"{risk:g}" for risk in evaluation.unpromised)
    return f"{text}\nNo promise could be made for the risks {missing}.\n" if missing else text


def leak(evaluation: Evaluation) -> str:
    """Return the leak probe in a sentence."""
    probe = evaluation.leak
    if probe is None:
        return "Not probed.\n"
    parts = ", ".join(f"{name} {gain:+.3f}" for name, gain in probe.parts.items())
    verdict = "passes" if probe.passes else "does not pass"
    return (
        f"From address bits, MACs, names, ids and the clock alone a forest is right for {probe.accuracy:.3f},"
        f" the commonest outcome for {probe.majority:.3f} of {probe.events:,} reports: {probe.gain:+.3f}"
        f" (each alone: {parts}). The data {verdict}: at most +0.020 is asked for.\n"
    )


def labels(level: Level) -> str:
    """Return the labels of a level as a table."""
    rows = [
        ("micro", "", "", told(level.precision), told(level.recall), told(level.f1)),
        ("macro", "", "", "", "", told(level.macro_f1)),
        *(
            (
                f"`{one.label}`",
                f"{one.support:,}",
                f"{one.shown:,}",
                *(
                    map(told, (one.precision, one.recall, one.f1))
                    if one.sufficient
                    else ("insufficient", "", "")
                ),
            )
            for one in level.labels
        ),
    ]
    return table(("label", "true", "shown", "precision", "recall", "F1"), rows)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [f"| {' | '.join(head)} |", "|---|" + "---:|" * (len(head) - 1)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def told(found: Estimate | None) -> str:
    """Return a figure with its interval."""
    return "-" if found is None else str(found)

"""Charts of an evaluation as SVG, made without a screen."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from adscribe.training.bootstrap import Estimate
from adscribe.training.evaluation import Evaluation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SIZE = (5.0, 3.6)
_LINE = {"lw": 0.8}
_COLOURS = ("#1f6f8b", "#c8553d", "#8d99ae", "#d9c5b2", "#5c946e")


def plots(evaluation: Evaluation) -> dict[str, str]:
    """Return the charts of an evaluation.

    Returns
    -------
    dict of str to str
        SVG by name of file: ``risk-coverage.svg``, ``reliability.svg``, ``reasons.svg``,
        ``baselines.svg``.
    """
    return {
        "risk-coverage.svg": _svg(_risk_coverage(evaluation)),
        "reliability.svg": _svg(_reliability(evaluation)),
        "reasons.svg": _svg(_reasons(evaluation)),
        "baselines.svg": _svg(_baselines(evaluation)),
    }


def _blank(title: str, across: str, up: str) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to import

    figure = Figure(figsize=_SIZE, layout="constrained")
    axes = figure.subplots()
    axes.set_title(title, fontsize=10)
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.grid(alpha=0.3)
    return figure, axes


def _svg(figure: Figure) -> str:
    from matplotlib import rc_context  # noqa: PLC0415 - slow to import

    # The same figures give the same file.
    with rc_context({"svg.hashsalt": "adscribe"}):
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None})
    return written.getvalue()


def _risk_coverage(evaluation: Evaluation) -> Figure:
    title = "How much can be shown at which risk"
    figure, axes = _blank(title, "coverage of events with a category", "wrong among shown")
    points = evaluation.curve
    axes.plot([one.coverage for one in points], [one.wrong for one in points], color=_COLOURS[0])
    for kept in evaluation.promises:
        if kept.coverage is not None:
            axes.plot(kept.coverage, kept.realised, "o", color=_COLOURS[0] if kept.kept else _COLOURS[1])
            axes.annotate(f"{kept.promised:.0%}", (kept.coverage, kept.realised), fontsize=8)
    axes.set_ylim(bottom=0)
    return figure


def _reliability(evaluation: Evaluation) -> Figure:
    error = evaluation.reliability.error
    title = f"Said and true, calibration error {error}" if error else "Said and true"
    figure, axes = _blank(title, "probability said", "share that was true")
    axes.plot([0, 1], [0, 1], color=_COLOURS[2], linewidth=1)
    bins = zip(evaluation.reliability.said, evaluation.reliability.true, strict=True)
    told = [(said, true) for said, true in bins if said is not None and true is not None]
    axes.plot([said for said, _ in told], [true for _, true in told], "o-", color=_COLOURS[0])
    return figure


def _reasons(evaluation: Evaluation) -> Figure:
    figure, axes = _blank("Reasons for no category, with 95 % intervals", "", "share")
    labels = evaluation.scores["model"].levels["reason"].labels
    told = [one for one in labels if one.sufficient]
    for place, (name, colour) in enumerate(zip(("precision", "recall"), _COLOURS, strict=False)):
        found = [getattr(one, name) for one in told]
        rows = [row + 0.4 * place for row in range(len(told))]
        axes.bar(
            rows,
            list(map(_value, found)),
            0.38,
            yerr=_spread(found),
            label=name,
            color=colour,
            error_kw=_LINE,
        )
    axes.set_xticks([row + 0.2 for row in range(len(told))], [one.label for one in told], fontsize=8)
    axes.set_ylim(0, 1)
    if told:
        figure.legend(loc="outside lower center", ncols=2, fontsize=8)
    return figure


def _baselines(evaluation: Evaluation) -> Figure:
    figure, axes = _blank("Beside the baselines, with 95 % intervals", "", "micro F1")
    levels = ("technique", "parent", "tactic", "reason")
    for place, (name, scores) in enumerate(evaluation.scores.items()):
        found: Mapping[str, Estimate | None] = {
            level: scores.levels[level].f1 for level in levels if level in scores.levels
        }
        rows = [levels.index(level) + 0.16 * place for level in found]
        heights = list(map(_value, found.values()))
        spread = _spread(found.values())
        axes.bar(rows, heights, 0.15, yerr=spread, label=name, color=_COLOURS[place], error_kw=_LINE)
    axes.set_xticks([row + 0.32 for row in range(len(levels))], levels, fontsize=8)
    axes.set_ylim(0, 1)
    figure.legend(loc="outside lower center", ncols=5, fontsize=8)
    return figure


def _spread(found: Iterable[Estimate | None]) -> list[list[float]]:
    """Return how far the intervals go below and above their figures."""
    ends = [(one.value - one.low, one.high - one.value) if one is not None else (0.0, 0.0) for one in found]
    return [[max(below, 0.0) for below, _ in ends], [max(above, 0.0) for _, above in ends]]


def _value(found: Estimate | None) -> float:
    return found.value if found is not None else 0.0

"""Charts of an evaluation, drawn without a screen."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from adscribe.training.bootstrap import Estimate
from adscribe.training.evaluation import Evaluation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#1f6f8b", "#c8553d", "#8d99ae", "#d9c5b2", "#5c946e")
"""Of what is compared, in the order in which it is named."""

SIZE = (5.0, 3.6)
"""Of a chart, in inches."""

_LINE = {"lw": 0.8}
_RISKIEST = 0.25


def plots(evaluation: Evaluation) -> dict[str, str]:
    """Return the charts of an evaluation.

    Returns
    -------
    dict of str to str
        SVG by name of file: ``risk-coverage.svg``, ``reliability.svg``, ``reasons.svg``,
        ``baselines.svg``.
    """
    return {
        "risk-coverage.svg": _svg(risk_coverage(evaluation)),
        "reliability.svg": _svg(reliability(evaluation)),
        "reasons.svg": _svg(reasons(evaluation)),
        "baselines.svg": _svg(baselines(evaluation)),
    }


def blank(title: str, across: str, up: str, size: tuple[float, float] = SIZE) -> tuple[Figure, Axes]:
    """Return a chart that holds nothing yet.

    Parameters
    ----------
    title, across, up : str
        What it shows, and what its axes do.
    size : (float, float)
        Width and height in inches.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to import

    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots()
    axes.set_title(title, fontsize=10)
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.grid(alpha=0.3)
    axes.set_axisbelow(True)
    return figure, axes


def risk_coverage(evaluation: Evaluation) -> Figure:
    """Draw what is wrong of what is shown over how much is shown, with the promises' realised shares."""
    title = "How much can be shown at which risk"
    figure, axes = blank(title, "coverage of events with a category", "wrong among shown")
    points = evaluation.curve
    axes.plot([one.coverage for one in points], [one.wrong for one in points], color=COLOURS[0])
    promised = [
        (kept, kept.coverage, kept.realised) for kept in evaluation.promises if kept.coverage is not None
    ]
    for place, (kept, coverage, realised) in enumerate(promised):
        axes.plot(coverage, realised, "o", color=COLOURS[0] if kept.kept else COLOURS[1])
        # Neighbours at different heights, so that they can be read where they lie close together.
        axes.annotate(
            f"{kept.promised:.0%}",
            (coverage, realised),
            (0, 10 + 16 * (place % 3)),
            textcoords="offset points",
            ha="center",
            fontsize=8,
            arrowprops={"arrowstyle": "-", "lw": 0.5, "color": COLOURS[2]},
        )
    axes.set_xlim(max(min((coverage for _, coverage, _ in promised), default=0.0) - 0.2, 0.0), 1.02)
    axes.set_ylim(0, _RISKIEST)
    return figure


def reliability(evaluation: Evaluation) -> Figure:
    """Draw what was true over what was said, in bins as large as they have pairs of label and event."""
    found = evaluation.reliability
    title = f"Said and true, calibration error {found.error}" if found.error else "Said and true"
    figure, axes = blank(title, "probability said (the larger, the more pairs)", "share that was true")
    axes.plot([0, 1], [0, 1], color=COLOURS[2], linewidth=1)
    bins = zip(found.said, found.true, found.pairs, strict=True)
    told = [(said, true, pairs) for said, true, pairs in bins if said is not None and true is not None]
    most = max((pairs for *_, pairs in told), default=1)
    axes.plot([said for said, *_ in told], [true for _, true, _ in told], color=COLOURS[0], linewidth=1)
    axes.scatter(
        [said for said, *_ in told],
        [true for _, true, _ in told],
        [12 + 150 * pairs / most for *_, pairs in told],
        color=COLOURS[0],
        zorder=2,
    )
    axes.set_xlim(0, 1.05)
    axes.set_ylim(-0.04, 1.06)
    return figure


def reasons(evaluation: Evaluation) -> Figure:
    """Draw precision and recall of the reasons for no category."""
    figure, axes = blank("Reasons for no category, with 95 % intervals", "", "share")
    labels = evaluation.scores["model"].levels["reason"].labels
    told = [one for one in labels if one.sufficient]
    for place, (name, colour) in enumerate(zip(("precision", "recall"), COLOURS, strict=False)):
        found = [getattr(one, name) for one in told]
        rows = [row + 0.4 * place for row in range(len(told))]
        axes.bar(
            rows,
            list(map(_value, found)),
            0.38,
            yerr=spread(found),
            label=name,
            color=colour,
            error_kw=_LINE,
        )
    axes.set_xticks([row + 0.2 for row in range(len(told))], [one.label for one in told], fontsize=8)
    axes.set_ylim(0, 1)
    if told:
        figure.legend(loc="outside lower center", ncols=2, fontsize=8)
    return figure


def baselines(evaluation: Evaluation) -> Figure:
    """Draw micro F1 of the model and of what it must be better than, at each level."""
    figure, axes = blank("Beside the baselines, with 95 % intervals", "", "micro F1")
    levels = ("technique", "parent", "tactic", "reason")
    for place, (name, scores) in enumerate(evaluation.scores.items()):
        found: Mapping[str, Estimate | None] = {
            level: scores.levels[level].f1 for level in levels if level in scores.levels
        }
        rows = [levels.index(level) + 0.16 * place for level in found]
        heights = list(map(_value, found.values()))
        ends = spread(found.values())
        axes.bar(rows, heights, 0.15, yerr=ends, label=name, color=COLOURS[place], error_kw=_LINE)
    axes.set_xticks([row + 0.32 for row in range(len(levels))], levels, fontsize=8)
    axes.set_ylim(0, 1)
    figure.legend(loc="outside lower center", ncols=5, fontsize=8)
    return figure


def spread(found: Iterable[Estimate | None]) -> list[list[float]]:
    """Return how far the intervals go below and above their figures."""
    ends = [(one.value - one.low, one.high - one.value) if one is not None else (0.0, 0.0) for one in found]
    return [[max(below, 0.0) for below, _ in ends], [max(above, 0.0) for _, above in ends]]


def _svg(figure: Figure) -> str:
    from matplotlib import rc_context  # noqa: PLC0415 - slow to import

    # The same figures give the same file.
    with rc_context({"svg.hashsalt": "adscribe"}):
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None})
    return written.getvalue()


def _value(found: Estimate | None) -> float:
    return found.value if found is not None else 0.0

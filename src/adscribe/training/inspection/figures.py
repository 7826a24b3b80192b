"""Figures of an evaluation by what they are of, as `adscribe.training.inspection.charts.dots` takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
import pandas as pd

from adscribe.model.promises import Promises
from adscribe.training.bootstrap import Estimate
from adscribe.training.evaluation import Evaluation
from adscribe.training.metrics import Scores, Whole

Figures = dict[str, Estimate | None]


def summary(evaluation: Evaluation) -> str:
    """Return in a line what was measured."""
    data, model = evaluation.data, evaluation.model
    return (
        f"{model['name']} {model['version']}, ATT&CK {model['attack']}, on {data['reports']:,} reports of"
        f" {data['sites']} sites in the full view; the sites decide {data['decided']:,} more."
    )


def by_label(scores: Scores, levels: Sequence[str] = ("technique", "tactic", "reason")) -> Figures:
    """Return F1 of all labels that have enough events, with their number; level by level."""
    return {
        f"{level}: {one.label} ({one.support:,})": one.f1
        for level in levels
        for one in sorted(scores.levels[level].labels, key=lambda one: -one.support)
        if one.sufficient
    }


def of_wholes(
    found: Mapping[str, Whole], figure: Literal["exact", "right", "coverage", "wrong", "undetermined"]
) -> Figures:
    """Return a figure of answers as a whole, with the number of reports."""
    return {f"{name} ({one.events:,})": getattr(one, figure) for name, one in found.items()}


def with_full_view(evaluation: Evaluation) -> dict[str, Whole]:
    """Return the answers as a whole in the full view, and in the degraded ones below it."""
    return {"full": evaluation.scores["model"].whole, **evaluation.views}


def realised(evaluation: Evaluation) -> tuple[Figures, dict[str, float]]:
    """Return what became of each promise, and what was promised."""
    rows = {f"{one.promise} ({one.answers:,})": one for one in evaluation.promises}
    return {name: one.interval for name, one in rows.items()}, {
        name: one.promised for name, one in rows.items()
    }


def grid(promises: Promises) -> pd.DataFrame:
    """Return what calibration found for each risk: threshold, answers, those that were wrong, the bound."""
    steps = {f"wrong categories, risk {one.risk:g}": one for one in promises.steps}
    steps[f"dangerous calm, risk {promises.calm.risk:g}"] = promises.calm
    rows = {name: msgspec.to_builtins(one) for name, one in steps.items()}
    return pd.DataFrame.from_dict(rows, orient="index").drop(columns="risk")

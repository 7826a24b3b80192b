"""The model that answers: what it promises, what was measured of it, and whether it still fits."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from adscribe.assign.drift import drift
from adscribe.model.names import SCHEME
from adscribe.service.charts import drawn
from adscribe.service.measures import LabelScore, Level, Share, measured
from adscribe.service.pages.forms import done, read_form
from adscribe.service.pages.shell import REASONS, render, state_of, tactic_of, technique_name
from adscribe.service.problems import Problem
from adscribe.service.query import refused
from adscribe.service.runs import FIGURES, last_runs
from adscribe.service.state import State

PATH = "/model"

LEVELS = {
    "technique": "Techniques",
    "parent": "Techniques without their sub-techniques",
    "tactic": "Tactics",
    "reason": "Reasons for no category",
    "ics_technique": "ICS techniques",
}
"""Levels of the table of labels, and what they are called."""

COLUMNS = {
    "label": "Label",
    "support": "True of",
    "shown": "Shown of",
    "precision": "Precision",
    "recall": "Recall",
    "f1": "F1",
}
"""Columns of the table of labels that it can be sorted by."""

LISTED = 10
"""Disagreements and groups of drift that the page shows."""


@dataclass(frozen=True, slots=True)
class Label:
    """A row of the table of labels."""

    name: str
    link: str
    score: LabelScore


@dataclass(frozen=True, slots=True)
class Column:
    """A column of it: its name, how it is sorted, and the way to sort by it."""

    name: str
    title: str
    sorted: str | None
    link: str


async def shown(request: Request) -> Response:
    """Show the model that answers."""
    level, by, descending = _asked(request)
    state = state_of(request)
    served, _ = state.answering()
    found = await asyncio.to_thread(measured, state)
    measures = found.measures
    charts = await asyncio.to_thread(drawn, measures) if measures else {}
    of_level = measures.levels.get(level) if measures else None
    return await render(
        request,
        "model.html",
        twin="/v1/model",
        model=served.classifier.describe(),
        served=served,
        champion=state.champion,
        found=found,
        charts=charts,
        level=level,
        levels=LEVELS,
        labels=_labels(of_level, level, by, descending) if of_level else [],
        columns=_columns(level, by, descending),
        of_level=of_level,
        drift=await asyncio.to_thread(drift, served.classifier),
        shadow=await _shadow(state),
        listed=LISTED,
        mlflow=_mlflow(state),
        runs=await last_runs(state.settings.mlflow_url) if state.settings.mlflow_url else None,
        figures=FIGURES,
    )


async def rollback(request: Request) -> Response:
    """Let the model before answer again."""
    await read_form(request)
    state = state_of(request)
    state.ready()
    if not await asyncio.to_thread(state.champion.roll_back):
        raise Problem("no-previous-model", "This service has had one model since it began.")
    return done(PATH)


def _asked(request: Request) -> tuple[str, str, bool]:
    """Return which labels are shown, and how they are sorted."""
    known = {"level": tuple(LEVELS), "sort": tuple(COLUMNS), "order": ("desc", "asc")}
    found = {"level": "technique", "sort": "support", "order": "desc"}
    for name, value in request.query_params.multi_items():
        if name not in known:
            raise refused(name, f"is not known; there are {', '.join(known)}")
        if value not in known[name]:
            raise refused(name, f"must be one of {', '.join(known[name])}")
        found[name] = value
    return found["level"], found["sort"], found["order"] == "desc"


def _labels(found: Level, level: str, by: str, descending: bool) -> list[Label]:
    def place(one: Label) -> tuple[float, str]:
        value = 0 if by == "label" else getattr(one.score, by)
        # What has no figure stands behind the others, whichever way they are sorted.
        number = value.value if isinstance(value, Share) else value
        if number is None:
            return float("inf"), one.name
        return (-number if descending else number), one.name

    rows = sorted((_label(one, level) for one in found.labels), key=place)
    return rows[::-1] if by == "label" and descending else rows


def _label(score: LabelScore, level: str) -> Label:
    name = score.label
    if level == "reason":
        return Label(REASONS.get(name, name), f"/events?reason={name}", score)
    if level == "tactic":
        tactic = tactic_of(name)
        return Label(tactic.name if tactic else name, f"/events?tactic={name}", score)
    return Label(technique_name(name), f"/events?technique={name}", score)


def _columns(level: str, by: str, descending: bool) -> list[Column]:
    found = []
    for name, title in COLUMNS.items():
        chosen = name == by
        first = "asc" if name == "label" else "desc"
        other = "asc" if descending else "desc"
        found.append(
            Column(
                name=name,
                title=title,
                sorted=("descending" if descending else "ascending") if chosen else None,
                link=f"{PATH}?level={level}&sort={name}&order={other if chosen else first}#labels",
            )
        )
    return found


async def _shadow(state: State) -> dict[str, object] | None:
    """Return how a challenger's answers compare with those given; ``None`` without one."""
    if state.shadow is None:
        return None
    challenger = state.shadow.challenger
    compared = await asyncio.to_thread(state.shadow.compared)
    return {
        "name": challenger.name,
        "version": challenger.in_use.brief()["version"] if challenger.in_use else None,
        "error": challenger.error,
        "answers": compared.answers,
        "disagreements": compared.disagreements[:LISTED],
    }


def _mlflow(state: State) -> list[tuple[str, str]]:
    """Return links to MLflow's own pages, where a setting names them."""
    base = state.settings.mlflow_url
    if base is None:
        return []
    base = base.rstrip("/")
    found = [("the last runs", f"{base}/#/experiments")]
    if state.settings.model.startswith(SCHEME):
        name = state.settings.model.removeprefix(SCHEME).partition("@")[0].partition("/")[0]
        found.append(("the versions of the model", f"{base}/#/models/{name}"))
    return found

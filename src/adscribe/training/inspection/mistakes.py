"""Where the model is wrong: what it takes for what, and the mistakes that it is surest of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from adscribe.answer.assignment import Evidence
from adscribe.errors import AdscribeError
from adscribe.model.outcomes import Outcome
from adscribe.training.answering import Answers, Models, groups
from adscribe.training.judged import is_right
from adscribe.training.simulation.replay import read_group, replay
from adscribe.training.simulation.views import FULL

OTHERS = "others"

_EVENT = ["site", "event_key", "revision"]


def judged(answers: Answers, models: Models) -> pd.DataFrame:
    """Return the answers of the full view beside the truths, a row a report.

    Returns
    -------
    DataFrame
        ``site``, ``event_key``, ``revision``, ``method``, ``submethod``, ``behaviour``; ``true`` and
        ``said`` in words; ``sure``: how probable the model holds what it says; ``held``: how probable it
        holds the truth; ``right``: whether all that is shown is true.
    """
    places = answers.where(lambda one: one.view == FULL)
    reports = [answers.reports[place] for place in places]
    probabilities = answers.probabilities(models.artefact)[places]
    space = models.artefact.outcomes

    def probable(outcomes: list[Outcome]) -> Any:
        distinct = {one: row for row, one in enumerate(dict.fromkeys(outcomes))}
        table = space.table([_shown(one) for one in distinct])
        return (table[[distinct[one] for one in outcomes]] * probabilities).sum(axis=1)

    return pd.DataFrame(
        {
            **{name: [getattr(one, name) for one in reports] for name in (*_EVENT, "method", "submethod")},
            "behaviour": [one.behaviour for one in reports],
            "true": [in_words(one.truth) for one in reports],
            "said": [in_words(one.model) for one in reports],
            "sure": probable([one.model for one in reports]),
            "held": probable([one.truth for one in reports]),
            "right": [is_right(one.model, one.truth) for one in reports],
            "true tactics": [_kind(one.truth) for one in reports],
            "said tactics": [_kind(one.model) for one in reports],
        }
    )


def summary(found: pd.DataFrame) -> str:
    """Return in a line how many answers aren't right, and how many of them claim nothing."""
    silent = found["said"] == "undetermined"
    return (
        f"{len(found):,} reports: {found['right'].mean():.1%} right, {silent.mean():.1%} undetermined,"
        f" {(~found['right'] & ~silent).mean():.1%} wrong."
    )


def in_words(outcome: Outcome) -> str:
    """Return an outcome as a reader takes it: the reason, or techniques with their tactics."""
    if outcome.reason is not None:
        return outcome.reason
    tactics = ", ".join(outcome.tactics)
    return f"{' + '.join(outcome.techniques)} ({tactics})" if outcome.techniques else tactics


def _shown(outcome: Outcome) -> frozenset[str]:
    """Return what must be true in Enterprise ATT&CK for an answer to be right."""
    return frozenset((outcome.reason,) if outcome.reason else (*outcome.techniques, *outcome.tactics))


def _kind(outcome: Outcome) -> str:
    return outcome.reason or " + ".join(outcome.tactics)


def confusions(found: pd.DataFrame, most: int = 12) -> pd.DataFrame:
    """Return what is said of what is true, by tactics and reasons.

    Parameters
    ----------
    found : DataFrame
        See `judged`.
    most : int
        Truths that have a row; the rarer ones together are `OTHERS`.

    Returns
    -------
    DataFrame, true × said
        Reports; what is true comes in the same order across, then what is never true.
    """
    frequent = found["true tactics"].value_counts().index[:most].tolist()
    true, said = (
        found[name].where(found[name].isin([*frequent, "undetermined"]), OTHERS)
        for name in ("true tactics", "said tactics")
    )
    counted = pd.crosstab(true, said)
    order = [*frequent, OTHERS, "undetermined"]
    return counted.reindex(
        index=[name for name in order if name in counted.index],
        columns=[name for name in order if name in counted.columns or name in counted.index],
        fill_value=0,
    ).rename_axis(index="true", columns="said")


def surest(found: pd.DataFrame, most: int = 10) -> pd.DataFrame:
    """Return the wrong answers that the model is surest of, of each behaviour one.

    That it can't tell is no mistake.

    Parameters
    ----------
    found : DataFrame
        See `judged`.
    most : int
        At most so many.
    """
    wrong = found[~found["right"] & (found["said"] != "undetermined")]
    ranked = wrong.sort_values("sure", ascending=False, kind="stable")
    ranked = ranked.drop_duplicates("behaviour")
    return ranked.drop(columns=["right", "true tactics", "said tactics"]).head(most).reset_index(drop=True)


def by_behaviour(found: pd.DataFrame, most: int = 15) -> pd.DataFrame:
    """Return the behaviours that are read worst.

    Returns
    -------
    DataFrame, behaviours × (``wrong``, ``undetermined``, ``right``)
        Reports; those with most that are wrong first, then those with most that it can't tell.
    """
    silent = found["said"] == "undetermined"
    kind = pd.Series(np.select([found["right"], silent], ["right", "undetermined"], "wrong"), found.index)
    counted = pd.crosstab(found["behaviour"], kind)
    counted = counted.reindex(columns=["wrong", "undetermined", "right"], fill_value=0).rename_axis(
        columns=None
    )
    ranked = counted.sort_values(["wrong", "undetermined"], ascending=False, kind="stable")
    return ranked[ranked[["wrong", "undetermined"]].sum(axis=1) > 0].head(most)


def why(data: Path, models: Models, reports: pd.DataFrame) -> pd.DataFrame:
    """Return the facts that speak for what the model says of reports, and against it.

    Parameters
    ----------
    data : Path
        The corpus that it is from.
    models : Models
        The model.
    reports : DataFrame
        Rows of what `surest` returns.

    Returns
    -------
    DataFrame
        ``behaviour``, ``true``; ``said``: technique or reason; ``fact``, and its ``weight`` in log-odds.

    Raises
    ------
    AdscribeError
        If the corpus has no such report.
    """
    found = [
        (report["behaviour"], report["true"], said, fact.fact, fact.weight)
        for _, report in reports.iterrows()
        for said, fact in _evidence(data, models, report)
    ]
    return pd.DataFrame(found, columns=["behaviour", "true", "said", "fact", "weight"])


def _evidence(data: Path, models: Models, report: pd.Series[Any]) -> list[tuple[str, Evidence]]:
    (group,) = groups(data, "site", report["site"])
    key = tuple(report[name] for name in _EVENT)
    for replayed in replay(*read_group(data, group)):
        row = replayed.row
        if row.view == FULL and (row.site, row.event_key, row.revision) == key:
            verdict = models.learned.assess(replayed.context, explain=True, candidates=0)
            reason = verdict.no_category
            told = [(one.id, fact) for one in verdict.techniques for fact in (*one.because, *one.despite)]
            return told + ([(reason.reason, fact) for fact in reason.because] if reason else [])
    raise AdscribeError(f"{data} holds no such report")

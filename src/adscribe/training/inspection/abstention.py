"""When the model gives no category: by view, by reason, and by how unfamiliar an event is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pandas as pd

from adscribe.context import Context
from adscribe.model.artefact import Artefact
from adscribe.model.statistics import CATEGORY, LABELS
from adscribe.training.answering import Answered, Answers, groups
from adscribe.training.simulation.replay import read_group, replay
from adscribe.training.simulation.views import FULL

AS_REPORTED, RENAMED = "as reported", "under another method's name"


def abstentions(answers: Answers, artefact: Artefact) -> pd.DataFrame:
    """Return what the model answers in each view.

    Returns
    -------
    DataFrame, views × (category, reasons, bases of undetermined)
        Shares; the full view first, each with its number of reports.
    """
    found: dict[str, Counter[str]] = {}
    for one in answers.reports:
        found.setdefault(one.view, Counter())[_label(one, artefact)] += 1
    views = [FULL, *sorted(set(found) - {FULL})]
    rows = {
        f"{view} ({found[view].total():,})": {
            label: found[view][label] / found[view].total() for label in LABELS
        }
        for view in views
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def _label(one: Answered, artefact: Artefact) -> str:
    if artefact.novelty.oddity(one.method, one.row) is not None:
        return "unfamiliar"
    reason = one.model.reason or CATEGORY
    return "low_confidence" if reason == "undetermined" else reason


def familiarity(data: Path, artefact: Artefact, split: str, *, seed: int = 0) -> pd.DataFrame:
    """Return how many facts of events are new to the model: as reported, and under another method's name.

    Parameters
    ----------
    data : Path
        What ``adscribe data build`` wrote.
    artefact : Artefact
        The model.
    split : str
        Part of the corpus; full view.
    seed : int
        Of the draw of names.

    Returns
    -------
    DataFrame
        ``how`` (`AS_REPORTED` or `RENAMED`), ``new`` (share of the facts that never occurred with the
        method) and ``unfamiliar`` (whether the model won't try).
    """
    generator = np.random.default_rng(seed)
    names = sorted(artefact.novelty.methods)
    rows = []
    for context in _contexts(data, split):
        method = context.event.method
        other = str(generator.choice([name for name in names if name != method]))
        renamed = replace(context, event=msgspec.structs.replace(context.event, method=other))
        for how, asked in ((AS_REPORTED, context), (RENAMED, renamed)):
            row = artefact.features.row(asked)
            odd = artefact.novelty.oddity(asked.event.method, row) is not None
            rows.append((how, row.strange / max(row.facts, 1), odd))
    return pd.DataFrame(rows, columns=["how", "new", "unfamiliar"])


def _contexts(data: Path, split: str) -> Iterator[Context]:
    for group in groups(data, "split", split):
        for replayed in replay(*read_group(data, group)):
            if replayed.row.view == FULL and not replayed.decided:
                yield replayed.context

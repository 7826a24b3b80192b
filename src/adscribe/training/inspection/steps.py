"""One event on its way: from the line to the event, its context, features, probabilities and the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import pandas as pd

from adscribe.answer.assignment import Assignment
from adscribe.assign import Classifier
from adscribe.context import Context
from adscribe.event.native import to_native
from adscribe.features import Row
from adscribe.features.grammar import kind_of
from adscribe.model.decoding import Decoder
from adscribe.model.explanation import Explainer, contributions, logits
from adscribe.model.softmax import Array
from adscribe.site import Site
from adscribe.training.answering import Models
from adscribe.training.inspection.mistakes import in_words


@dataclass(frozen=True)
class Step:
    """A report and what became of it.

    Attributes
    ----------
    context : Context
        The event as it stands after the report, in its context.
    answer : Assignment
        What is answered.
    row : Row
        The event as the model takes it.
    probabilities : array, outcomes
        What the model thinks.
    """

    context: Context
    answer: Assignment
    row: Row
    probabilities: Array


def follow(models: Models, lines: Sequence[str], site: Site) -> list[Step]:
    """Answer lines in one run, and return a step a line.

    Parameters
    ----------
    models : Models
        The model.
    lines : sequence of str
        Reports in any form that is read.
    site : Site
        The monitored network.

    Raises
    ------
    EventError
        If a line can't be read.
    """
    found: list[Step] = []

    def observe(context: Context, answer: Assignment) -> None:
        row = models.artefact.features.row(context)
        probabilities = models.artefact.softmax.probabilities(row.indices, row.values)
        found.append(Step(context, answer, row, probabilities))

    classifier = Classifier(models.learned, models.catalogue)
    run = classifier.run(site=site, observer=observe)
    list(classifier.answers(run, lines, site=site, rejects="raise"))
    return found


def event(step: Step) -> pd.Series[Any]:
    """Return the event in adscribe's own form, by key."""
    return pd.Series(to_native(step.context.event), name="native event", dtype=object)


def facts(step: Step) -> pd.DataFrame:
    """Return the facts of the context: ``value``, in ``words``, and where each ``comes from``."""
    rows = {
        key: {"value": ", ".join(fact.values), "in words": fact.text, "comes from": fact.basis}
        for key, fact in sorted(step.context.facts.items())
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def vector(step: Step, models: Models) -> pd.DataFrame:
    """Return the features of the event: what ``kind`` each is of, what it ``rests on``, its ``value``."""
    space = models.artefact.features
    columns = step.row.indices.tolist()
    return pd.DataFrame(
        {
            "kind": [kind_of(space.names[column]) for column in columns],
            "rests on": [", ".join(space.keys_of(column)) for column in columns],
            "value": step.row.values,
        },
        index=[space.names[column] for column in columns],
    )


def heaviest(step: Step, models: Models, label: str, most: int = 12) -> pd.DataFrame:
    """Return the features that move a label's logit most.

    Parameters
    ----------
    step : Step
        The event.
    models : Models
        The model.
    label : str
        Technique, tactic or reason.
    most : int
        Features.

    Returns
    -------
    DataFrame
        As `vector`, and ``adds``: log-odds.
    """
    adds = contributions(models.artefact.softmax, step.row, _having(models, label))[0]
    order = np.argsort(-np.abs(adds), kind="stable")[:most]
    return vector(step, models).assign(adds=adds).iloc[order]


def likely(step: Step, models: Models, most: int = 8) -> pd.DataFrame:
    """Return the likeliest outcomes: base rate, what the evidence adds, logit and probability."""
    model, space = models.artefact.softmax, models.artefact.outcomes
    adds = model.evidence(step.row.indices, step.row.values)
    base = np.exp(model.intercept - model.intercept.max())
    order = np.argsort(-step.probabilities, kind="stable")[:most]
    return pd.DataFrame(
        {
            "base rate": (base / base.sum())[order],
            "evidence": adds[order],
            "logit": (adds + model.intercept)[order],
            "probability": step.probabilities[order],
        },
        index=[in_words(space.outcomes[place]) for place in order],
    )


def sets(step: Step, models: Models, most: int = 8) -> pd.DataFrame:
    """Return what could be shown: how probably all of it is right, how much it says, whether that is enough.

    Sorted as they are chosen: of the sets that are probable enough the most detailed comes first.
    """
    artefact, risk = models.artefact, models.learned.reference.risk
    threshold = None if risk is None else artefact.promises.step(risk).threshold
    decoder = Decoder(artefact.outcomes)
    right = decoder.contains @ step.probabilities
    found = pd.DataFrame(
        {
            "probability": right,
            "detail": [one.detail for one in decoder.sets],
            "enough": right >= (1.0 if threshold is None else threshold),
        },
        index=[" + ".join(one.techniques) or ", ".join(one.tactics) for one in decoder.sets],
    )
    ranked = found.sort_values(["enough", "detail", "probability"], ascending=False, kind="stable")
    rest = ranked[~ranked["enough"]].sort_values("probability", ascending=False, kind="stable")
    return pd.concat([ranked[ranked["enough"]], rest]).head(most)


def said(step: Step, models: Models) -> str:
    """Return what the answer says first, a technique or a reason; where it can't tell, what is likeliest."""
    answer, reason = step.answer, step.answer.no_category
    if answer.techniques:
        return answer.techniques[0].id
    if reason is not None and reason.basis == "decided":
        return reason.reason
    likeliest = models.artefact.outcomes.outcomes[int(step.probabilities.argmax())]
    return likeliest.reason or (*likeliest.techniques, *likeliest.tactics)[0]


def explanation(step: Step, models: Models, label: str) -> tuple[float, pd.Series[float]]:
    """Return the base rate of a label, as a logit, and the weights of the facts by what they say."""
    having = _having(models, label)
    model = models.artefact.softmax
    (told,) = Explainer(models.artefact.features, model).explain(step.context, step.row, having)
    base = float(logits(model.intercept.astype(np.float64), having)[0])
    return base, pd.Series([one.weight for one in told], [one.fact for one in told], dtype=np.float64)


def logit(step: Step, models: Models, label: str) -> float:
    """Return the model's own log-odds of a label."""
    model = models.artefact.softmax
    scores = model.evidence(step.row.indices, step.row.values) + model.intercept
    return float(logits(scores.astype(np.float64), _having(models, label))[0])


def adding_up(step: Step, models: Models, label: str) -> str:
    """Return in a line that base rate and facts add up to the model's logit."""
    base, weights = explanation(step, models, label)
    return (
        f"base rate {base:+.3f}, facts {weights.sum():+.3f}, together {base + weights.sum():+.3f};"
        f" the model's own logit is {logit(step, models, label):+.3f}"
    )


def needed(models: Models) -> str:
    """Return in a line how probable what is shown must be, and any category at most where calm is said."""
    promises, risk = models.artefact.promises, models.learned.reference.risk or 0.0
    calm = promises.calm.threshold
    return (
        f"at risk {risk:g} a set must be {promises.step(risk).threshold:.3f} probable;"
        f" calm is said where any category is {'-' if calm is None else f'{calm:.3f}'} probable at most"
    )


def as_json(step: Step) -> str:
    """Return the answer as it goes out."""
    return msgspec.json.format(step.answer.to_json(), indent=2).decode()


def _having(models: Models, label: str) -> Array:
    space = models.artefact.outcomes
    return space.contains[[space.labels[label]]]


def changed(before: Step, after: Step) -> pd.DataFrame:
    """Return the facts that differ between two steps: what they were and what they are."""
    keys = sorted({*before.context.facts, *after.context.facts})
    values = {key: (before.context.values(key), after.context.values(key)) for key in keys}
    rows = {
        key: {"before": ", ".join(old) or "unknown", "after": ", ".join(new) or "unknown"}
        for key, (old, new) in values.items()
        if old != new
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["before", "after"])


def beside(before: Step, after: Step, models: Models, most: int = 6) -> pd.DataFrame:
    """Return the probabilities of the outcomes that are likeliest in either of two steps."""
    both = np.column_stack([before.probabilities, after.probabilities])
    order = np.argsort(-both.max(axis=1), kind="stable")[:most]
    names = [in_words(models.artefact.outcomes.outcomes[place]) for place in order]
    return pd.DataFrame(both[order], names, ["before", "after"])

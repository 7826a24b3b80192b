"""Drift of what a classifier is asked and answers: watched while it answers, or looked up in a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from adscribe.assign.classifier import Classifier
from adscribe.context import Context
from adscribe.model.days import DAYS
from adscribe.model.drift import UNAVAILABLE, Drift, Monitor, day_of, today
from adscribe.model.learned import LearnedModel
from adscribe.sensors import Readable, Reject
from adscribe.site import Site

if TYPE_CHECKING:
    from pandas import DataFrame

COLUMNS = (
    *("group", "bin", "family", "against", "state", "events", "distance", "normal", "limit", "score"),
    "text",
)
"""Of a table of groups."""


def watch(classifier: Classifier, day: Callable[[Context], int] = today) -> None:
    """Let a classifier count what it answers; `drift` then tells. Does nothing for the rules.

    Parameters
    ----------
    classifier : Classifier
        Counts from now on.
    day : callable
        Gives the day that a context counts for: the day of the answer unless told.
    """
    if isinstance(classifier.model, LearnedModel):
        classifier.model = classifier.model.watched(day)


def unwatched(classifier: Classifier) -> Classifier:
    """Return a classifier that answers the same and counts nothing.

    For examples, checks, and events that are answered again: they are no live events.
    """
    model = classifier.model
    if not isinstance(model, LearnedModel) or model.monitor is None:
        return classifier
    return Classifier(model.unwatched(), classifier.catalogue)


def drift(classifier: Classifier, days: int = DAYS) -> Drift:
    """Return what became of the events that a watched classifier has answered.

    Parameters
    ----------
    classifier : Classifier
        That `watch` was called with.
    days : int
        Of the window: the last ones. What came before is its past.
    """
    monitor = monitor_of(classifier)
    return UNAVAILABLE if monitor is None else monitor.drift(days)


def drift_of(
    classifier: Classifier,
    lines: Readable,
    *,
    format: str = "auto",  # noqa: A002 - the word of the command line
    site: Site | None = None,
    days: int = DAYS,
    rejected: Callable[[Reject], None] = lambda reject: None,
) -> Drift:
    """Return what became of events: the last days against the training, and against those before.

    Parameters
    ----------
    classifier : Classifier
        Answers them; it isn't changed.
    lines : str, bytes, path, file, or iterable of str, bytes, mappings and Events
        The events. They count for the day on which they were detected.
    format : str
        Their form; ``"auto"`` recognises each on its own.
    site : Site, optional
        The monitored network.
    days : int
        Of the window.
    rejected : callable
        Gets what can't be read.

    Examples
    --------
    >>> drift_of(Classifier.load("codebook"), []).available
    False
    """
    other = Classifier(classifier.model, classifier.catalogue)
    watch(other, day_of)
    if monitor_of(other) is None:
        return UNAVAILABLE
    for answer in other.stream(lines, format=format, site=site, explain=False):
        if isinstance(answer, Reject):
            rejected(answer)
    return drift(other, days)


def monitor_of(classifier: Classifier) -> Monitor | None:
    """Return what counts the answers of a classifier, if anything does."""
    return classifier.model.monitor if isinstance(classifier.model, LearnedModel) else None


def drift_table(found: Drift) -> DataFrame:
    """Return a drift as a frame: a row a group and comparison, what has changed most first.

    Parameters
    ----------
    found : Drift
        As `drift` and `drift_of` return it.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`; see `GroupDrift`.
    """
    import pandas as pd  # noqa: PLC0415 - pandas is an extra

    rows = [[getattr(one, name) for name in COLUMNS] for one in found.groups]
    return pd.DataFrame(rows, columns=list(COLUMNS))

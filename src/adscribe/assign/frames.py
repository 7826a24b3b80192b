"""Frames in, frames out: for notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from adscribe.answer.assignment import Assignment
from adscribe.site import Site

if TYPE_CHECKING:
    from adscribe.assign.classifier import Classifier


def classify_frame(
    classifier: Classifier, frame: pd.DataFrame, *, site: Site | None = None, **options: Any
) -> pd.DataFrame:
    """Answer the events of a frame.

    Parameters
    ----------
    classifier : Classifier
        What answers.
    frame : DataFrame
        Native events in order, a column a key (``source`` and ``targets`` as in JSON, or ``source`` as an
        address); missing values are left out.
    site : Site, optional
        The monitored network.
    **options
        As in `Classifier.run`.

    Returns
    -------
    DataFrame
        With the index of `frame`: event_id, revision, techniques and tactics (lists), no_category, basis,
        probability (of the first technique or of the reason), and reject (why a row couldn't be read).
    """
    records = [
        {str(key): value for key, value in record.items() if _is_there(value)}
        for record in frame.to_dict(orient="records")
    ]
    answers = classifier.classify(records, format="native", site=site, **options)
    return pd.DataFrame([_row(answer) for answer in answers], index=frame.index)


def _row(answer: Any) -> dict[str, Any]:
    if not isinstance(answer, Assignment):
        return {"reject": answer.reason}
    reason = answer.no_category
    shown = answer.techniques[0].probability if answer.techniques else None
    return {
        "event_id": answer.event.id,
        "revision": answer.event.revision,
        "techniques": [technique.id for technique in answer.techniques],
        "tactics": [tactic.shortname for tactic in answer.tactics],
        "no_category": reason.reason if reason else None,
        "basis": reason.basis if reason else None,
        "probability": reason.probability if reason else shown,
        "reject": None,
    }


def _is_there(value: Any) -> bool:
    return not pd.api.types.is_scalar(value) or not pd.isna(value)

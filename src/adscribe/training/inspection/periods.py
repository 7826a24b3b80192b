"""Two months of a simulated site: the second like the first, or with a shift that is worth to be told of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from adscribe.assign import Classifier
from adscribe.errors import ModelError
from adscribe.model.drift import Drift, GroupDrift
from adscribe.model.profile import LEAST, PAST
from adscribe.training.answering import Models
from adscribe.training.drift import SHIFTS, drifts, life

QUIET = "nothing changed"


def second_months(
    models: Models, reports: int, *, shifts: Iterable[str] = tuple(SHIFTS), seed: int = 1
) -> dict[str, Drift]:
    """Return what is said at the end of the second month of a site, if nothing changed and after each shift.

    Parameters
    ----------
    models : Models
        The model.
    reports : int
        In a month.
    shifts : iterable of str
        Of `adscribe.training.drift.SHIFTS`.
    seed : int
        Of the site.

    Raises
    ------
    ModelError
        If the model holds no profile of its training.
    """
    if models.artefact.profile is None:
        raise ModelError("the model holds no profile of its training", hint="adscribe profile adds it")
    # An answer counts at the risk that the profile was made with.
    classifier = Classifier(models.learned.with_risk(models.artefact.profile.risk), models.catalogue)
    lived = life(seed, 2, reports)
    first, second = lived.months
    months = {QUIET: second} | {name: SHIFTS[name](second) for name in shifts}
    return {name: drifts(classifier, lived.site, [first, month])[-1] for name, month in months.items()}


def told(found: Mapping[str, Drift], most: int = 3) -> pd.DataFrame:
    """Return what is said of each month.

    Returns
    -------
    DataFrame, a row a month
        ``against training`` and ``against past``: the states; ``what moved most``: the groups that a shift
        moved most from the month before, in words.
    """
    rows = {}
    for name, drift in found.items():
        states = {f"against {one.against}": one.state for one in drift.comparisons}
        texts = {_name(one): one.text for one in drift.groups if one.against == PAST}
        strongest = [] if name == QUIET else [texts[group] for group in beside(found, name, most).index]
        rows[name] = {**states, "what moved most": "; ".join(strongest)}
    return pd.DataFrame.from_dict(rows, orient="index")


def beside(found: Mapping[str, Drift], shift: str, most: int = 15) -> pd.DataFrame:
    """Return how far groups have moved from the month before, with and without a shift.

    Parameters
    ----------
    found : mapping of str to Drift
        See `second_months`.
    shift : str
        Which.
    most : int
        Groups, those first that the shift moved most.

    Returns
    -------
    DataFrame, by group
        Distances with nothing changed and with the shift, and the ``limit`` where it is known.
    """
    quiet, moved = (
        {_name(one): one for one in found[name].groups if one.against == PAST} for name in (QUIET, shift)
    )
    table = pd.DataFrame(
        {
            QUIET: {name: one.distance for name, one in quiet.items()},
            shift: {name: one.distance for name, one in moved.items()},
            "limit": {name: one.limit for name, one in moved.items()},
            "events": {name: one.events for name, one in moved.items()},
        }
    ).astype({"limit": float})
    table = table[table["events"] >= LEAST].drop(columns="events")
    order = (table[shift] - table[QUIET]).sort_values(ascending=False, kind="stable").index
    return table.loc[order[:most]]


def _name(one: GroupDrift) -> str:
    return one.group if one.bin is None else f"{one.group} {one.bin}"

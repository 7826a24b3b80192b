"""What a simulated corpus holds: how much of what, evidence with two truths, the steps of campaigns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pandas as pd

from adscribe.model.outcomes import REASONS
from adscribe.resources import shipped
from adscribe.training.answering import EVENTS
from adscribe.training.simulation.views import FULL

CATEGORY = "category"

Card = Mapping[str, Any]


def sizes(cards: Mapping[str, Card]) -> pd.DataFrame:
    """Return how large simulated corpora are and how often their evidence has two truths, a column each.

    Parameters
    ----------
    cards : mapping of str to card
        By name.
    """
    return pd.DataFrame({name: _sizes(card) for name, card in cards.items()}).astype(object)


def _sizes(card: Card) -> dict[str, str]:
    shared = card["overlap"]
    left = max(shared["reports"], 1)
    return {
        "reports": f"{card['reports']:,}",
        "events": f"{card['events']:,}",
        "rows in all views": f"{card['rows']:,}",
        "sites": f"{card['sites']:,}",
        "with a category": f"{card['prevalence']:.1%}",
        "decided by the site": f"{card['decided_by_site']:,}",
        "left to a model": f"{shared['reports']:,}",
        "of them with evidence that has two truths": f"{shared['ambiguous_reports'] / left:.1%}",
        "right at most, by the facts alone": f"{shared['ceiling']:.1%}",
    }


def shipped_card() -> Card:
    """Return the card of the simulated corpus that the model which ships was trained on."""
    found: Card = msgspec.json.decode(shipped("datasets", "cards", "simulated.json").read_bytes())
    return found


def kinds(data: Path, most: int = 20) -> pd.DataFrame:
    """Return what reports of each method are in truth.

    Parameters
    ----------
    data : Path
        What ``adscribe data build`` wrote.
    most : int
        Methods, the most frequent first.

    Returns
    -------
    DataFrame, methods × (category and the reasons)
        Shares of the method's reports, full view; those of the method that the name says least of
        stand nearest to even.
    """
    rows = _full(data, ["method", "no_category"])
    counted = pd.crosstab(rows["method"], rows["no_category"].fillna(CATEGORY))
    counted = counted.reindex(columns=[CATEGORY, *REASONS], fill_value=0)
    counted = counted.loc[counted.sum(axis=1).sort_values(ascending=False, kind="stable").index[:most]]
    return counted.div(counted.sum(axis=1), axis=0)


def counted(card: Card, name: str, most: int | None = None) -> pd.Series[int]:
    """Return how many reports have each of something, such as ``tactic``; most frequent first."""
    return pd.Series(card["counts"][name], name="reports", dtype="int64").head(
        most or len(card["counts"][name])
    )


def contested(card: Card, most: int = 10) -> pd.DataFrame:
    """Return the groups of equal evidence whose truths differ most.

    Returns
    -------
    DataFrame
        ``evidence``, ``truths`` and ``lost``: reports that nobody can be right about who sees the
        facts alone.
    """
    groups = card["overlap"]["largest"][:most]
    return pd.DataFrame(
        {
            "evidence": [one["evidence"] for one in groups],
            "truths": [_listed(one["truths"]) for one in groups],
            "lost": [sum(one["truths"].values()) - max(one["truths"].values()) for one in groups],
        }
    )


def _listed(truths: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {truth}" for truth, number in truths.items())


def campaign(data: Path, name: str | None = None) -> pd.DataFrame:
    """Return the reports of one campaign in order of time.

    Parameters
    ----------
    data : Path
        What ``adscribe data build`` wrote.
    name : str, optional
        Of the campaign; that with the most different behaviours when not given.

    Returns
    -------
    DataFrame
        ``campaign``, ``at``, ``behaviour``, ``method``, ``submethod`` and ``truth``.
    """
    columns = ["campaign", "detected_at", "behaviour", "method", "submethod", "techniques", "no_category"]
    rows = _full(data, columns).dropna(subset=["campaign"])
    steps = rows.groupby("campaign")["behaviour"].agg(["nunique", "size"])
    order = steps.sort_values(["nunique", "size"], ascending=False, kind="stable")
    own = rows[rows["campaign"] == (name or order.index[0])]
    truth = [
        reason if isinstance(reason, str) else " + ".join(techniques)
        for techniques, reason in zip(own["techniques"], own["no_category"], strict=True)
    ]
    found = own.assign(at=pd.to_datetime(own["detected_at"], utc=True), truth=truth)
    return found.sort_values("at", kind="stable")[
        ["campaign", "at", "behaviour", "method", "submethod", "truth"]
    ].reset_index(drop=True)


def _full(data: Path, columns: Sequence[str]) -> pd.DataFrame:
    return pd.read_parquet(data / EVENTS, columns=list(columns), filters=[("view", "==", FULL)])

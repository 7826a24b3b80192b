"""What experts say of detections, and what is true of real captures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pandas as pd

from adscribe.attack import Catalogue
from adscribe.resources import shipped
from adscribe.training.corpora import ATTACK, IMPORTERS, load_sources, read
from adscribe.training.corpora.card import card
from adscribe.training.traffic.captures import Truth, load_captures

Card = Mapping[str, Any]


def cards_of(folder: Path) -> tuple[dict[str, Card], str]:
    """Return the cards of the corpora of expert mappings, and in a line where they are from.

    Parameters
    ----------
    folder : Path
        Holds a folder a corpus, as ``datasets/sources.yaml`` names them. What isn't there is told by the
        card that the repository ships.
    """
    read_here = [name for name in IMPORTERS if (folder / name).is_dir()]
    entries = load_sources()
    cards = {
        name: card(read(name, folder / name), entries[name])
        if name in read_here
        else msgspec.json.decode(shipped("datasets", "cards", f"{name}.json").read_bytes())
        for name in IMPORTERS
    }
    told = f"{len(read_here)} of {len(IMPORTERS)} corpora read from {folder}"
    rest = "; of the others the cards that the repository ships" if len(read_here) < len(IMPORTERS) else ""
    return cards, f"{told}{rest}."


def experts(cards: Mapping[str, Card]) -> pd.DataFrame:
    """Return how large the corpora of expert mappings are, a row each."""
    rows = {
        name: {
            "detections": one["detections"],
            "families": one["families"]["count"],
            "when capped": one["selected"],
            "seen by a network sensor": one["network"],
            "may ship": one["shippable"] if one["may_ship"] else 0,
            "techniques": len(one["techniques"]),
            "tactics": len(one["tactics"]),
            "not taken over": sum(one["rejects"]["detection"].values()),
            "licence": one["licence"],
        }
        for name, one in cards.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def tactics(cards: Mapping[str, Card]) -> pd.DataFrame:
    """Return of how many detections the experts list each tactic.

    Returns
    -------
    DataFrame, tactics × corpora
        Percent of a corpus' detections, tactics in the order of the matrix; corpora that list techniques
        alone are left out.
    """
    listing = {name: one for name, one in cards.items() if one["tactics"]}
    matrix = Catalogue.load().matrix("enterprise", ATTACK)
    keys = {key for one in listing.values() for key in one["tactics"]}
    order = sorted(keys, key=lambda key: matrix.tactic(key).order)
    shares = {
        name: [100 * one["tactics"].get(key, (0, 0))[0] / one["detections"] for key in order]
        for name, one in listing.items()
    }
    return pd.DataFrame(shares, index=order)


def captures() -> pd.DataFrame:
    """Return what is true of the events of real captures, by the label of their flows, a row a rule."""
    rows = [
        {
            "capture": one.title,
            "label of the flows": truth.label or "any",
            "methods": ", ".join(truth.methods) or "any",
            "truth": _said(truth),
            "why": truth.why,
        }
        for one in load_captures()
        for truth in one.truths
    ]
    return pd.DataFrame(rows)


def _said(truth: Truth) -> str:
    return truth.no_category or f"{' + '.join(truth.techniques)} ({', '.join(truth.tactics)})"

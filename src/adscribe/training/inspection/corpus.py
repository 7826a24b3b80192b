"""The corpus that a notebook looks at: one that is given, or a small one made on the spot."""

from __future__ import annotations

from pathlib import Path

from adscribe.training.evaluation import data_card
from adscribe.training.simulation import Plan, build_corpus

SMALL = Plan(events=6000, sites=60, seed=11, prevalence=0.3)
"""Made in some ten seconds. Attacks are more frequent than on a network, so that there are enough of them."""


def corpus(given: str | None, space: Path, plan: Plan = SMALL) -> Path:
    """Return the folder of a corpus.

    Parameters
    ----------
    given : str or None
        What ``adscribe data build`` wrote, if there is any.
    space : Path
        Where a small one is made otherwise.
    plan : Plan
        Of the small one.

    Raises
    ------
    AdscribeError
        If what is given holds no corpus.
    """
    if given:
        data_card(Path(given))
        return Path(given)
    folder = space / "corpus"
    build_corpus(plan, folder, processes=1)
    return folder

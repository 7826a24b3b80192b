"""The text model that ships, asked by text."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from adscribe.text.artefact import load_model

LEAST = 0.05
"""Scores below this are left out."""


def rank(text: str, number: int = 3) -> tuple[tuple[str, float], ...]:
    """Return the techniques that a text speaks most of, with their scores, the best first.

    Parameters
    ----------
    text : str
        Submethod, threat name, signature, title and description, whatever there is, in lines.
    number : int
        How many.
    """
    model = load_model()
    found = model.scores(text)
    # A stable order where scores are equal.
    best = sorted(range(len(found)), key=lambda place: (-found[place], model.techniques[place]))[:number]
    return tuple((model.techniques[place], float(found[place])) for place in best)


@lru_cache(maxsize=4096)
def scores(text: str) -> Mapping[str, float]:
    """Return the parent techniques that a text speaks of, each with its score from `LEAST` to 1.

    A text of which the model knows no word speaks of none. Answers are remembered: don't change them.
    """
    model = load_model()
    if not model.knows(text):
        return {}
    found = model.scores(text)
    return {model.techniques[place]: float(found[place]) for place in (found >= LEAST).nonzero()[0]}

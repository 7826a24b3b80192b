"""Trains the text model on all vendors and freezes it; scores of texts that a model wasn't trained on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from adscribe.text.artefact import SHIPPED as FOLDER
from adscribe.text.artefact import save_model
from adscribe.training.text.candidates import CANDIDATES
from adscribe.training.text.examples import Example
from adscribe.training.text.learners import Floats, frozen
from adscribe.training.text.nested import techniques_of

SHIPPED = "ridge, known"
"""The candidate that is trained: see ``docs/text.md``."""


def ship(examples: Sequence[Example], name: str = SHIPPED, folder: Path = FOLDER) -> str:
    """Train a candidate on all examples, write it, and say what it is.

    Raises
    ------
    KeyError
        If no candidate has the name.
    """
    how = {one.name: one for one in CANDIDATES}[name]
    model = frozen(how, examples, techniques_of(examples))
    # Sets have no order of their own.
    encoded = sorted(msgspec.json.encode(one, order="deterministic") for one in examples)
    data = hashlib.sha256(b"\n".join(encoded))
    save_model(model, folder, {"candidate": name, "examples": len(examples), "data": data.hexdigest()})
    size = sum(file.stat().st_size for file in folder.iterdir())
    return (
        f"{name}: {len(model.vocabulary):,} words, {len(model.techniques)} techniques, {size / 2**20:.1f} MiB"
    )


def held_out(examples: Sequence[Example], name: str = SHIPPED, *, folds: int = 5) -> Floats:
    """Return scores of each example by a model that was trained without its family.

    Parameters
    ----------
    examples : sequence of Example
    name : str
        Of the candidate.
    folds : int
        Parts that are left out in turn; which family is in which goes by its SHA-256.

    Returns
    -------
    array of float32, examples x techniques
        Between 0 and 1; the techniques are those of `techniques_of`.
    """
    how = {one.name: one for one in CANDIDATES}[name]
    techniques = techniques_of(examples)
    fold = np.array([hashlib.sha256(one.family.encode()).digest()[0] % folds for one in examples])
    found = np.zeros((len(examples), len(techniques)), dtype=np.float32)
    for part in range(folds):
        out = np.flatnonzero(fold == part)
        if not len(out):
            continue
        model = frozen(how, [one for one, own in zip(examples, fold, strict=True) if own != part], techniques)
        found[out] = [model.scores(examples[int(place)].text) for place in out]
    return found

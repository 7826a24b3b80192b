"""Artefacts that can be told apart by what they answer, and what is done to a folder of them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from adscribe.attack import Catalogue
from adscribe.model.artefact import Artefact, load, save
from adscribe.model.softmax import Softmax
from adscribe.resources import shipped
from tests.model.protocols import TRAINING, goldens
from tests.shared import ROOT

SMALL = max((ROOT / "tests" / "artefacts").glob("protocol-*"))
"""Quick to load; few features, so it is unsure of most events."""

SHIPPED = shipped("models", "adscribe")

SWAPPED = ("T1046@discovery", "T1048.002@exfiltration")
"""Outcomes that a model confuses when it is made to."""


@lru_cache(maxsize=2)
def _read(folder: Path) -> Artefact:
    return load(folder, Catalogue.load())[0]


def write(folder: Path, version: str, *, base: Path = SMALL, confused: bool = False) -> Path:
    """Write a model of a version; a confused one takes scans for uploads and the other way round."""
    artefact = _read(base)
    if confused:
        texts = artefact.outcomes.texts
        one, other = (texts.index(text) for text in SWAPPED)
        order = np.arange(len(texts))
        order[[one, other]] = other, one
        softmax = artefact.softmax
        swapped = Softmax(softmax.coefficients[:, order].copy(), softmax.intercept[order].copy())
        artefact = replace(artefact, softmax=swapped)
    golden = goldens(artefact)
    save(folder, artefact, version=version, package="0.1.0", training=TRAINING, golden=golden)
    return folder


def point(models: Path, name: str) -> None:
    """Let ``current`` name a folder beside it, in one step."""
    fresh = models / "fresh"
    fresh.symlink_to(name)
    fresh.replace(models / "current")


def overwrite(folder: Path, source: Path) -> None:
    """Replace the files of a folder one by one, as a careless copy does."""
    for path in sorted(source.iterdir()):
        shutil.copyfile(path, folder / path.name)


def first(answer: dict[str, Any]) -> str:
    """Return the technique that an answer with candidates holds for the likeliest."""
    name: str = answer["candidates"][0]["id"]
    return name

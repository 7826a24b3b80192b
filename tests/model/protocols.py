"""Writes the small model; run as a program, the folder of a protocol for ``tests/artefacts``.

``python -m tests.model.protocols tests/artefacts/protocol-2``
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np

from adscribe.event.native import to_native
from adscribe.features import FeatureSpace
from adscribe.model import golden
from adscribe.model.artefact import Artefact, Manifest, Training, save
from adscribe.model.softmax import Softmax
from tests.model.sites import Sites
from tests.model.small import ROLES, sampled, small

TRAINING = Training(data="sha256:of the tests", seed=7, created="2026-11-24T12:00:00+00:00", temperature=1.0)


def goldens(artefact: Artefact, number: int = 6) -> list[golden.Golden]:
    events = [
        (msgspec.json.decode(msgspec.json.encode(to_native(event))), site)
        for event, site in zip(sampled()[::20], ["", ROLES] * number, strict=False)
    ][:number]
    return golden.record(events, artefact.features, artefact.outcomes, artefact.softmax)


def write(folder: Path, artefact: Artefact) -> Manifest:
    return save(folder, artefact, version="3", package="0.1.0", training=TRAINING, golden=goldens(artefact))


def narrowed(artefact: Artefact, number: int) -> Artefact:
    """Return the model with the features alone that weigh most: a small one of the same form."""
    weights = np.abs(artefact.softmax.coefficients).sum(axis=1)
    kept = np.sort(np.argsort(-weights)[:number])
    space = FeatureSpace(artefact.features.names[column] for column in kept)
    return replace(
        artefact,
        features=space,
        softmax=Softmax(artefact.softmax.coefficients[kept], artefact.softmax.intercept),
    )


if __name__ == "__main__":
    model = narrowed(small().artefact, 300)
    write(Path(sys.argv[1]), replace(model, profile=Sites(model.statistics(), 5).profile(30)))

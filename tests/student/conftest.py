"""The model that ships, and simulated networks that it has never seen."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from adscribe.resources import shipped as path_of
from adscribe.site import Site
from adscribe.training.answering import load_models
from adscribe.training.simulation import Plan, Row, build_corpus, read_corpus, replay
from tests.student.asking import Asked, Native, Student

SEED = 1913
"""Not that of the training data: the model has seen none of these networks."""


@dataclass(frozen=True)
class Network:
    """A simulated network and what its sensor reported.

    Attributes
    ----------
    text, site : str, Site
        The site file.
    natives : list of dict
        The reports in their order.
    asked : list of Asked or None
        What is said of each; ``None`` where the site decides.
    """

    text: str
    site: Site
    natives: list[Native]
    asked: list[Asked | None]


@dataclass(frozen=True)
class Seen:
    """A report in one view, with what is said of it."""

    row: Row
    asked: Asked


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> Iterator[None]:
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="session")
def shipped() -> Student:
    """The model that ships; ``ADSCRIBE_MODEL`` names the folder of another, to try it before it does."""
    folder = Path(os.environ.get("ADSCRIBE_MODEL") or path_of("models", "adscribe"))
    if not folder.is_dir():
        pytest.skip("needs models/adscribe, which doesn't ship yet")
    models = load_models(folder)
    return Student(models.artefact, models.learned, models.codebook)


@pytest.fixture(scope="session")
def networks(shipped: Student, tmp_path_factory: pytest.TempPathFactory) -> list[Network]:
    """Networks with many attacks, in the full view."""
    folder = tmp_path_factory.mktemp("networks")
    plan = Plan(events=1_500, sites=6, seed=SEED, prevalence=0.4, degraded=0.0)
    build_corpus(plan, folder, processes=1)
    found = []
    for rows, files in read_corpus(folder):
        text = files[f"{rows[0].site}.yaml"]
        site = Site.parse(text)
        natives = [msgspec.json.decode(row.native) for row in rows]
        found.append(Network(text, site, natives, shipped.run(natives, site)))
    return found


@pytest.fixture(scope="session")
def views(shipped: Student, tmp_path_factory: pytest.TempPathFactory) -> list[Seen]:
    """Networks with as many attacks as those of the training, every event in a degraded view besides."""
    folder = tmp_path_factory.mktemp("views")
    plan = Plan(events=3_000, sites=12, seed=SEED + 1, prevalence=0.1, degraded=1.0)
    build_corpus(plan, folder, processes=1)
    return [
        Seen(replayed.row, shipped.ask(replayed.context))
        for rows, files in read_corpus(folder)
        for replayed in replay(rows, files)
        if not replayed.decided
    ]

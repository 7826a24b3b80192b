"""One small corpus for all tests of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from adscribe.training.simulation import Plan, Row, build_corpus, read_corpus


@dataclass(frozen=True)
class Corpus:
    """A corpus as it was built and as it is read."""

    plan: Plan
    folder: Path
    card: Mapping[str, Any]
    sites: list[tuple[list[Row], dict[str, str]]]

    @property
    def rows(self) -> list[Row]:
        return [row for site_rows, _ in self.sites for row in site_rows]


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    plan = Plan(events=1_600, sites=12, seed=11, prevalence=0.2)
    folder = tmp_path_factory.mktemp("corpus")
    card = build_corpus(plan, folder, processes=1)
    return Corpus(plan, folder, card, list(read_corpus(folder)))

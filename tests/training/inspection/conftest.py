"""A small corpus, and the model that ships on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from adscribe.resources import shipped
from adscribe.training.answering import Answers, Models, answer, load_models
from adscribe.training.inspection.corpus import corpus
from adscribe.training.simulation import Plan

PLAN = Plan(events=1200, sites=14, seed=11, prevalence=0.4)
MODEL = shipped("models", "adscribe")


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return corpus(None, tmp_path_factory.mktemp("looked-at"), PLAN)


@pytest.fixture(scope="session")
def models() -> Models:
    return load_models(MODEL)


@pytest.fixture(scope="session")
def answers(data: Path) -> Answers:
    return answer(data, MODEL, "test", processes=1)

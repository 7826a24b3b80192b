"""The codebook is believed until events say otherwise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array  # type: ignore[import-untyped]

from adscribe.codebook import Codebook
from adscribe.features import FeatureSpace
from adscribe.features.grammar import kind_of
from adscribe.training.beliefs import CARRIES, anchors, rule_names, scales
from adscribe.training.training import Settings, learn, outcome_space
from tests.model.small import small

BOOK = Codebook.load()
ATTACK = {"enterprise": "19", "ics": "18.1"}


def encoded(space: FeatureSpace) -> csr_array:
    rows = [space.row(context) for context in small().contexts]
    starts = np.cumsum([0, *(len(row.indices) for row in rows)]).astype(np.int32)
    return csr_array(
        (np.concatenate([row.values for row in rows]), np.concatenate([row.indices for row in rows]), starts),
        shape=(len(rows), len(space)),
    )


@pytest.fixture(scope="module")
def space() -> FeatureSpace:
    return FeatureSpace({*small().artefact.features.names, *rule_names(BOOK)})


def share_as_the_codebook_says(space: FeatureSpace, belief: float) -> float:
    """Return the share of its rows that a model of few methods answers as the codebook does."""
    known = small()
    outcomes = outcome_space(list(known.truths), ATTACK, 10, BOOK)
    places = {text: place for place, text in enumerate(outcomes.texts)}
    codes = np.array([places.get(text, -1) for text in known.truths])
    rows = np.flatnonzero((known.part == "train") & (codes >= 0))[::6]
    settings = Settings(belief=belief, iterations=30, everyday=1.0)
    model, _ = learn(encoded(space), codes, rows, rows[:0], space, outcomes, BOOK, settings)
    asked, answers = anchors(space, BOOK)
    said = np.array(outcomes.texts)[model.predict(asked).argmax(axis=1)]
    return float(np.mean(said == np.array(answers)))


def test_a_row_that_no_event_met_is_answered_as_the_codebook_says(space: FeatureSpace) -> None:
    assert share_as_the_codebook_says(space, 1.0) > 0.9


def test_every_row_has_an_anchor_with_its_own_column(space: FeatureSpace) -> None:
    rows, answers = anchors(space, BOOK)
    ids = [row.id for row in BOOK.rows()]
    assert len(answers) == rows.shape[0] == len(ids)
    for number, row in enumerate(ids):
        names = {
            space.names[column] for column in rows.indices[rows.indptr[number] : rows.indptr[number + 1]]
        }
        assert f"rule={row}" in names


def test_particulars_are_penalised_harder_than_facts(space: FeatureSpace) -> None:
    scale = dict(zip(space.names, scales(space.names), strict=True))
    by_kind = {kind_of(name): float(value) for name, value in scale.items()}
    assert by_kind["rule"] > by_kind["fact"] > by_kind["number"] > by_kind["text"]
    assert set(CARRIES) <= set(by_kind)

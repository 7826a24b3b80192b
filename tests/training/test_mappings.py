"""What experts assigned to detections teaches the event model what words are worth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adscribe.codebook import Codebook
from adscribe.errors import ModelError
from adscribe.features import FeatureSpace
from adscribe.features.semantics import every_name
from adscribe.model.outcomes import Outcome
from adscribe.text.reading import LEAST
from adscribe.training.beliefs import CARRIES, outcome_of, rule_names, scales
from adscribe.training.mappings import METHODS, SOURCES, Mapped, Mappings, load, made, nearest, rows, write
from adscribe.training.text.examples import gather
from tests.shared import shared_path

BOOK = Codebook.load()
OUTCOMES = tuple(dict.fromkeys(outcome_of(row).text for row in BOOK.rows()))
KNOWN = [(text, Outcome.parse(text)) for text in OUTCOMES]


@pytest.fixture(scope="module")
def space() -> FeatureSpace:
    return FeatureSpace({*METHODS, *rule_names(BOOK), *every_name()})


def test_every_vendor_has_its_share_and_no_text_is_kept() -> None:
    content = load()
    assert {one.source for one in content.mappings} == set(SOURCES)
    assert len(content.mappings) > 700
    assert all(0 < score <= 1 for one in content.mappings for score in one.said.values())


def test_scores_are_of_models_that_had_not_seen_the_detection() -> None:
    # Of a text that it learnt from the model would be right nearly always.
    told = [one for one in load().mappings if one.said]
    right = np.mean([max(one.said, key=lambda id_: one.said[id_]) in one.techniques for one in told])
    assert 0.5 < right < 0.8


@pytest.mark.parametrize(
    ("listed", "techniques"),
    [
        (("T1046",), {"T1046"}),
        (("T1110", "T1059"), {"T1110"}),
        (("T1059",), None),
        ((), None),
    ],
)
def test_the_outcome_says_nothing_that_the_expert_does_not(
    listed: tuple[str, ...], techniques: set[str] | None
) -> None:
    text = nearest(listed, KNOWN)
    found = None if text is None else {id_.partition(".")[0] for id_ in Outcome.parse(text).techniques}
    assert found == techniques


def test_a_name_that_says_nothing_is_answered_by_the_codebook(space: FeatureSpace) -> None:
    content = Mappings(
        notice="", text="", mappings=(Mapped(source="sigma", said={"T1110": 0.6}, techniques=("T1110",)),)
    )
    matrix, truths, weights = rows(space, OUTCOMES, content, BOOK)
    assert weights.sum() == pytest.approx(1)
    column = space.names.index("said:T1110")
    with_words = matrix[:, [column]].toarray().ravel() > 0
    assert with_words.tolist() == [True, True, False, False]
    assert all("T1110" in truth for truth in truths[:2])
    assert all("T1110" not in truth for truth in truths[2:])


def test_words_carry_further_than_their_spelling() -> None:
    said, spelt = scales(["said:T1110", "text#12"])
    assert said > 1 > spelt
    assert CARRIES["said"] == said


def test_another_text_model_is_told(tmp_path: Path) -> None:
    path = tmp_path / "mappings.json"
    write(Mappings(notice="", text="another", mappings=()), path)
    with pytest.raises(ModelError, match="another text model"):
        load(path)


def test_a_broken_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "mappings.json"
    path.write_text("{}")
    with pytest.raises(ModelError, match="holds no mappings"):
        load(path)


def test_what_ships_is_made_of_the_corpora() -> None:
    found, known = made(gather(shared_path("data"))), load()
    assert (found.text, len(found.mappings)) == (known.text, len(known.mappings))
    for one, other in zip(found.mappings, known.mappings, strict=True):
        assert (one.source, one.techniques, one.named) == (other.source, other.techniques, other.named)
        # Sums differ in their last digits by the number of threads; scores below the least aren't kept.
        for id_ in {*one.said, *other.said}:
            assert one.said.get(id_, LEAST) == pytest.approx(other.said.get(id_, LEAST), abs=0.005)

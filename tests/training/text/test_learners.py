"""Whether each learner learns, and what is frozen says the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adscribe.codebook import Codebook
from adscribe.text import load_model
from adscribe.training.text import report, shipping
from adscribe.training.text.candidates import BASE, CANDIDATES
from adscribe.training.text.examples import gather, of_codebook, weighted
from adscribe.training.text.learners import Candidate, frozen
from adscribe.training.text.nested import hits, judged, techniques_of
from tests.shared import ROOT, shared_path
from tests.training.text.small import SAID, example, world

LEARNERS = (
    BASE,
    Candidate("ridge"),
    Candidate("parts", reads="letters"),
    Candidate("pairs", reads="pairs"),
    Candidate("logistic", "logistic"),
    Candidate("neighbours", "neighbours"),
)
TABLES = [one for one in LEARNERS if one.is_table]


@pytest.mark.parametrize("how", LEARNERS, ids=lambda how: how.name)
def test_a_learner_says_again_what_it_was_told(how: Candidate) -> None:
    examples = world()
    score = how.fit(examples, list(SAID))
    assert hits(score([one.text for one in examples]), list(SAID), examples)[:, 0].mean() > 0.9


@pytest.mark.parametrize("how", TABLES, ids=lambda how: how.name)
def test_what_is_frozen_ranks_as_what_was_learnt(how: Candidate) -> None:
    model = frozen(how, world(), list(SAID))
    for text in ("scan for ports", "guessed passwords by brute force", "nothing of it"):
        learnt = how.fit(world(), list(SAID))([text])[0]
        shown = 1 / (1 + np.exp(-learnt)) if how.learner == "logistic" else learnt.clip(0, 1)
        assert model.scores(text) == pytest.approx(shown, abs=1e-5)


def test_only_a_table_of_words_can_be_frozen() -> None:
    with pytest.raises(ValueError, match="can't be served"):
        frozen(Candidate("parts", reads="letters"), world(), list(SAID))


def test_weights_tell_what_counts() -> None:
    rows = [
        example("sigma", "a", "T1046"),
        example("sigma", "b", "T1046", network=False),
        example("codebook", "c", "T1046"),
        example("attack-analytic", "d", "T1046", network=False),
        example("attack-technique", "e", "T1046", network=False),
        example("et-open", "f", "T1046"),
    ]
    weights = {"codebook": 0.5, "attack-analytic": 1.0, "attack-technique": 0.25}
    assert [(one.text, weight) for one, weight in weighted(rows, weights, 0.1)] == [
        ("a", 1.0),
        ("b", 0.1),
        ("c", 0.5),
        ("e", 0.25),
    ]


def test_more_weight_is_more_heed() -> None:
    said = [*world(), example("codebook", "port scan", "T1567")]
    light, heavy = (
        Candidate("ridge", weights={"codebook": weight}).fit(said, list(SAID))(["port scan"])[0]
        for weight in (0.01, 10)
    )
    assert list(SAID)[int(light.argmax())] == "T1046"
    assert list(SAID)[int(heavy.argmax())] == "T1567"


def test_the_codebook_gives_its_reasons_as_examples() -> None:
    rows = of_codebook(Codebook.load())
    assert len(rows) > 200
    assert all(row.techniques and not any("." in one for one in row.techniques) for row in rows)
    assert any("Encryption" in row.text or "encryption" in row.text for row in rows)


def test_held_out_scores_come_from_a_model_without_the_family() -> None:
    told = [example("sigma", f"qqq {n}x", "T1496", family="one family") for n in range(6)]
    found = shipping.held_out([*world(), *told], folds=3)
    place = techniques_of([*world(), *told]).index("T1496")
    inside = frozen(Candidate("ridge"), [*world(), *told], list(SAID)).scores(told[0].text)
    assert (found[-6:, place] < 0.5).all()
    assert inside[list(SAID).index("T1496")] > 0.5


def test_a_model_ships_with_what_it_was_trained_on(tmp_path: Path) -> None:
    said = shipping.ship(world(), folder=tmp_path / "text")
    assert said.startswith(shipping.SHIPPED)
    assert load_model(tmp_path / "text").techniques == tuple(SAID)


def test_what_ships_is_what_the_page_says_was_chosen() -> None:
    page = (ROOT / "docs" / "text.md").read_text(encoding="utf-8")
    assert f"for the model that ships, *{shipping.SHIPPED}*" in page
    assert all(f"| {one.name} |" in page for one in CANDIDATES)


def test_a_table_goes_into_its_place_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Head\n{report.BEGIN}\nold\n{report.END}\ntail\n", encoding="utf-8")
    report.write("new\n", page)
    assert page.read_text(encoding="utf-8") == f"# Head\n{report.BEGIN}\nnew\n{report.END}\ntail\n"


def test_without_a_vendor_the_chosen_candidate_knows_more_of_it_than_a_bag_of_words() -> None:
    folder = shared_path("data")
    names = ("exabeam-content", "sentinel-network", "splunk-network", "sigma-network", "ctid-mappings")
    examples = gather(folder, names)
    tests = judged(examples)["splunk"]
    kept = [one for one in examples if one.source != "splunk"]
    techniques = techniques_of(examples)
    chosen = next(one for one in CANDIDATES if one.name == shipping.SHIPPED)
    right = {
        how.name: hits(how.fit(kept, techniques)([one.text for one in tests]), techniques, tests).mean(axis=0)
        for how in (chosen, BASE)
    }
    assert (right[chosen.name] > right[BASE.name]).all()

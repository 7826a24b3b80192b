"""The gate on sums that are counted by hand."""

from __future__ import annotations

import msgspec
import pytest

from adscribe.errors import AdscribeError
from adscribe.training.evaluation import Evaluation, Kept, Vignettes
from adscribe.training.metrics import Reliability, Tally
from adscribe.training.promotion import gate

SITES = 40


def evaluation(coverage: int = 70, *, realised: float = 0.05, data: str = "d", wrong: int = 2) -> Evaluation:
    """Return one in which every site has 100 events with a category, so many of them shown."""
    kept = Kept(
        promise="wrong categories at risk 0.1",
        promised=0.1,
        realised=realised,
        answers=100,
        coverage=0.7,
        kept=realised <= 0.12,
    )
    return Evaluation(
        artefact="a",
        model={},
        data={"content": data, "split": "test"},
        command="",
        scores={},
        views={},
        held_out={},
        promises=(kept,),
        unpromised=(),
        reliability=Reliability(error=None, said=(), true=(), pairs=()),
        curve=(),
        flips={},
        leak=None,
        vignettes=None,
        tallies={
            "coverage": Tally((float(coverage),) * SITES, (100.0,) * SITES),
            "wrong": Tally((float(wrong),) * SITES, (float(coverage),) * SITES),
        },
    )


def test_the_first_needs_its_promises_alone() -> None:
    assert gate(evaluation(), None).holds
    broken = gate(evaluation(realised=0.2), None)
    assert not broken.holds
    assert "0.100 promised, 0.200 realised" in broken.failures[0]


def test_an_equal_one_may_answer_and_one_that_lost_may_not() -> None:
    assert gate(evaluation(), evaluation()).holds
    assert gate(evaluation(75), evaluation(70)).holds
    lost = gate(evaluation(68), evaluation(70))
    assert not lost.holds
    assert lost.failures[0].startswith("coverage: 0.680, the champion has 0.700")


def test_more_wrong_categories_are_a_loss() -> None:
    found = gate(evaluation(wrong=5), evaluation(wrong=2))
    assert [one.measure for one in found.compared if not one.holds] == ["wrong"]


def test_a_gain_at_few_sites_that_chance_explains_is_not_enough() -> None:
    champion = evaluation()
    uneven = Tally(tuple(100.0 if site < 3 else 68.0 for site in range(SITES)), (100.0,) * SITES)
    challenger = msgspec.structs.replace(champion, tallies={**champion.tallies, "coverage": uneven})
    found = next(one for one in gate(challenger, champion).compared if one.measure == "coverage")
    assert found.challenger > found.champion
    assert not found.holds


def test_vignettes_count_where_both_have_them_and_other_data_are_refused() -> None:
    with pytest.raises(AdscribeError, match="different data"):
        gate(evaluation(data="e"), evaluation())
    scored = [
        msgspec.structs.replace(
            evaluation(),
            vignettes=Vignettes(
                sha256="v",
                cases=160,
                strict=right / 20,
                acceptable=1.0,
                tallies={"vignettes_strict": Tally((right,) * 8, (20.0,) * 8)},
                summary="",
            ),
        )
        for right in (15.0, 12.0)
    ]
    assert gate(scored[0], scored[1]).holds
    assert not gate(scored[1], scored[0]).holds
    with pytest.raises(AdscribeError, match="different data"):
        gate(scored[0], evaluation())

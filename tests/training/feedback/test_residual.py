"""The residual: what verdicts change, how much at most, and what they can't."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from adscribe import Classifier
from adscribe.answer.reviewed import Reviewed
from adscribe.context import derive
from adscribe.errors import ModelError
from adscribe.event import Event
from adscribe.model.explanation import logits
from adscribe.model.learned import LearnedModel
from adscribe.model.residual import BOUND, Beside, Residual, load
from adscribe.site import Site
from adscribe.training.feedback.quarantine import quarantine
from adscribe.training.feedback.residual import learn
from tests.training.feedback.invented import (
    BENIGN,
    CATALOGUE,
    EXFILTRATION,
    SITE,
    START,
    answered,
    artefact,
    classifier,
    copy,
    gathered,
    judged,
    model,
)


def learnt(reviewed: Iterable[Reviewed]) -> Residual:
    return learn(quarantine(gathered(reviewed), artefact()), artefact(), SITE)


def taught(residual: Residual) -> Classifier:
    return Classifier(model().with_residual(residual), CATALOGUE)


def copies(numbers: Iterable[int]) -> list[Event]:
    """Return copies of eight servers, each to a store of its own."""
    return [
        copy(number, source=f"10.1.0.{10 + number % 8}", target=f"203.0.113.{number % 8 + 1}")
        for number in numbers
    ]


@pytest.fixture(scope="module")
def habit() -> Residual:
    """What sixty verdicts of two analysts teach: the copies are benign."""
    return learnt(judged(copies(range(60))))


def with_category(events: Sequence[Event], by: Classifier) -> int:
    return sum(bool(one.tactics) for one in answered(events, by))


def test_wrong_categories_of_a_habit_fall(habit: Residual) -> None:
    later = copies(range(100, 130))
    before = with_category(later, classifier())
    assert before >= 15, "the habit must look like exfiltration to the model"
    assert with_category(later, taught(habit)) <= before / 2


def test_what_was_learnt_can_be_read(habit: Residual) -> None:
    (cell,) = habit.cells
    assert (cell.method, cell.roles) == ("HIGHTRANSF", ("database_server",))
    assert (cell.verdicts, cell.analysts, cell.judged) == (60, 2, {"benign": 60})
    assert cell.days >= 3
    assert cell.first < cell.last
    assert cell.offsets["benign"] > 0 > cell.offsets["category"]


def test_few_verdicts_move_less_than_many(habit: Residual) -> None:
    few = learnt(judged(copies(range(12)), pace=timedelta(hours=8)))

    def apart(residual: Residual) -> float:
        offsets = residual.cells[0].offsets
        return offsets["benign"] - offsets["category"]

    assert 0 < apart(few) <= apart(habit) <= BOUND


def test_other_cells_are_answered_as_before(habit: Residual) -> None:
    others = [
        *(copy(number, source="10.1.0.35") for number in range(5)),
        *(replace(copy(number), method="UPLOAD") for number in range(5)),
    ]
    for one, other in zip(answered(others), answered(others, taught(habit)), strict=True):
        assert replace(one, model=other.model) == other


def test_answers_name_it_and_explanations_tell_of_it_and_add_up(habit: Residual) -> None:
    by = taught(habit)
    # A single event that stays shown, since it is surer than the bound reaches.
    learned = by.model
    assert isinstance(learned, LearnedModel)
    careful = learnt(judged(copies(range(60)), EXFILTRATION))
    shown = next(one for one in answered(copies(range(3)), taught(careful)) if one.techniques)
    assert shown.model.residual == f"sha256:{careful.sha256}"
    technique = shown.techniques[0]
    facts = [*technique.because, *technique.despite]
    told = [one for one in facts if one.fact.startswith("analysts judged 60 of 60 such events here as T1048")]
    assert len(told) == 1
    assert told[0].weight > 0
    space, softmax = artefact().outcomes, artefact().softmax
    row = space.contains[[space.labels[technique.id]]]
    base = float(logits(softmax.intercept.astype(np.float64), row)[0])
    # The probability is given to four digits.
    odds = technique.probability / (1 - technique.probability)
    assert sum(one.weight for one in facts) == pytest.approx(np.log(odds) - base, abs=0.02)


def test_where_it_takes_a_category_away_the_answer_says_so(habit: Residual) -> None:
    before = answered(copies(range(100, 110)))
    after = answered(copies(range(100, 110)), taught(habit))
    taken = [two for one, two in zip(before, after, strict=True) if one.tactics and not two.tactics]
    assert taken
    for answer in taken:
        assert answer.no_category is not None
        assert any("60 of 60 such events here as benign" in one.fact for one in answer.no_category.because)


def test_no_all_clear_comes_of_verdicts() -> None:
    # Events that the model takes for harmless, but not surely enough to say so.
    events = [copy(number, source="10.1.0.30", target="203.0.113.9", port=443) for number in range(40)]
    events = [
        replace(
            event, method="UPLOAD", characteristics={"uploaded_bytes": 60 * 2**30, "downloaded_bytes": 2**28}
        )
        for event in events
    ]
    residual = learnt(judged(events))
    assert residual.cells
    calm = {"benign", "misconfiguration"}
    for one, other in zip(answered(events), answered(events, taught(residual)), strict=True):
        if other.no_category is not None and other.no_category.reason in calm:
            assert one.no_category is not None
            assert one.no_category.reason in calm


def test_odds_never_move_by_more_than_the_bound(habit: Residual) -> None:
    cell = habit.cells[0]
    greedy = replace(
        habit, cells=(replace(cell, offsets={"benign": 50.0, "category": -50.0, "T1048": -9.0}),)
    )
    context = derive(copy(1), SITE)
    offsets = Beside(greedy, artefact().softmax, artefact().outcomes).of(context)
    assert offsets is not None
    assert offsets.logits.max() - offsets.logits.min() <= BOUND + 1e-6


def test_where_a_cell_has_attacks_of_its_own_categories_do_not_become_less_probable() -> None:
    calm = judged(copies(range(60)))
    attacks = [copy(number, source="10.1.0.25", target=f"198.51.100.{number}") for number in range(10)]
    alarm = judged(attacks, EXFILTRATION, analysts=["clara", "dana"])
    residual = learnt([*calm, *alarm])
    # Some of the attacks are suspects among so many habits, but they count as attacks.
    assert residual.cells[0].judged["benign"] == 60
    offsets = residual.cells[0].offsets
    assert offsets["category"] >= 0 >= offsets["benign"]
    later = copies(range(100, 130))
    assert with_category(later, taught(residual)) >= with_category(later, classifier())


def test_what_is_forbidden_is_not_touched(habit: Residual) -> None:
    beside = Beside(habit, artefact().softmax, artefact().outcomes)
    allowed = copy(1, source="10.1.0.29")
    assert beside.of(derive(allowed, SITE)) is not None
    forbidden = copy(1, source="10.1.0.29", target="192.0.2.200")
    assert derive(forbidden, SITE).values("authorised") == ("no",)
    assert beside.of(derive(forbidden, SITE)) is None


@pytest.mark.parametrize("who", [["mallory"], ["mallory"] * 119 + ["nell"]], ids=["one", "one and a bit"])
@pytest.mark.parametrize("pace", [timedelta(seconds=1), timedelta(minutes=2)], ids=["at once", "in a day"])
@pytest.mark.parametrize("spread", [1, 60], ids=["one habit", "many habits"])
def test_a_flood_of_benign_on_the_habit_of_an_attack_changes_nothing(
    who: list[str], pace: timedelta, spread: int
) -> None:
    attack = [
        copy(number, source="10.1.0.12", target=f"198.51.100.{number % spread + 1}") for number in range(120)
    ]
    residual = learnt(judged(attack, BENIGN, analysts=who, pace=pace, start=START.replace(hour=2)))
    assert residual.cells == ()
    told = [one.to_dict() for one in answered(attack[:5])]
    after = [one.to_dict() for one in answered(attack[:5], taught(residual))]
    for one in after:
        del one["model"]["residual"]
    assert after == told


def test_it_fits_one_model_only(habit: Residual, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="another model"):
        model().with_residual(replace(habit, model="sha256:0"))
    path = tmp_path / "residual.json"
    path.write_bytes(habit.to_json())
    assert load(path) == habit
    assert Classifier.load(residual=path).model.reference.residual == f"sha256:{habit.sha256}"
    with pytest.raises(ModelError, match="takes no residual"):
        Classifier.load("codebook", residual=path)


def test_another_risk_keeps_it(habit: Residual) -> None:
    by = taught(habit)
    assert by.run(site=Site.default(), risk=0.05)._reference.residual == f"sha256:{habit.sha256}"


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[" * 5000, b"\xff\xfe", b'{"format": 2}', None],
    ids=["empty", "no keys", "deep", "no text", "half", "absent"],
)
def test_a_file_that_is_none_is_refused(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "residual.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match=r"residual\.json"):
        load(path)


def test_a_wrong_file_is_refused(habit: Residual, tmp_path: Path) -> None:
    path = tmp_path / "residual.json"
    for change, says in (
        ({"format": 2}, "format 2"),
        ({"cells": [msgspec.to_builtins(habit.cells[0])] * 2}, "twice"),
    ):
        path.write_bytes(msgspec.json.encode({**msgspec.to_builtins(habit), **change}))
        with pytest.raises(ModelError, match=says):
            Classifier.load(residual=path)

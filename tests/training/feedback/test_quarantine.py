"""Quarantine: what contradicts, floods or stands out is set aside and named; the rest stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from msgspec.structs import replace

from adscribe.answer.reviewed import Reviewed
from adscribe.training.feedback.cases import Aside
from adscribe.training.feedback.quarantine import quarantine
from tests.training.feedback.invented import (
    BENIGN,
    EXFILTRATION,
    SITE,
    START,
    artefact,
    copy,
    gathered,
    judged,
)


def parted(reviewed: Sequence[Reviewed]) -> tuple[list[int], tuple[Aside, ...]]:
    """Return the lines that are kept, and what is set aside."""
    found = gathered(reviewed)
    assert not found.rejects
    sifted = quarantine(found, artefact())
    lines = [case.line for case in sifted.cases]
    # Nothing is dropped unsaid.
    assert sorted([*lines, *(one.line for one in sifted.aside)]) == list(range(1, len(reviewed) + 1))
    return lines, sifted.aside


def rules(aside: Sequence[Aside]) -> Counter[str]:
    return Counter(one.rule for one in aside)


def test_consistent_verdicts_stay() -> None:
    lines, aside = parted(list(judged([copy(number) for number in range(30)])))
    assert len(lines) == 30
    assert aside == ()


def test_the_later_verdict_of_an_analyst_counts() -> None:
    first, *_ = judged([copy(1)], EXFILTRATION, analysts=["anna"])
    second, *_ = judged([copy(1)], BENIGN, analysts=["anna"], start=START + timedelta(days=2))
    lines, aside = parted([first, second])
    assert lines == [2]
    assert aside[0].rule == "superseded"
    assert "line 2" in aside[0].why


def test_a_verdict_that_was_taken_back_counts_no_more() -> None:
    (one,) = judged([copy(1)])
    lines, aside = parted([replace(one, revoked_at=START)])
    assert lines == []
    assert rules(aside) == {"revoked": 1}


def test_analysts_who_disagree_on_an_event_are_both_set_aside() -> None:
    (one,) = judged([copy(1)], EXFILTRATION, analysts=["anna"])
    (other,) = judged([copy(1)], BENIGN, analysts=["boris"])
    (third,) = judged([copy(2, target="203.0.113.77")])
    lines, aside = parted([one, other, third])
    assert lines == [3]
    assert rules(aside) == {"conflict": 2}
    assert "1 say T1048" in aside[0].why
    assert "1 say benign" in aside[0].why


def test_an_attack_on_a_habit_is_not_outvoted() -> None:
    calm = judged([copy(number) for number in range(19)])
    alarm = judged([copy(30)], EXFILTRATION, analysts=["clara"])
    lines, aside = parted([*calm, *alarm])
    assert lines == []
    assert rules(aside) == {"conflict": 20}
    assert "19 say benign" in aside[0].why


def test_a_slip_among_reasons_is_outvoted() -> None:
    many = judged([copy(number) for number in range(19)])
    slip = judged([copy(30)], {"kind": "reason", "reason": "misconfiguration"}, analysts=["clara"])
    lines, aside = parted([*many, *slip])
    assert lines == list(range(1, 20))
    assert rules(aside) == {"conflict": 1}


def test_a_parent_and_its_sub_technique_agree() -> None:
    narrower = {
        "kind": "correct",
        "techniques": [{"id": "T1048.002", "tactics": ["exfiltration"]}],
        "attack": "enterprise 19",
    }
    lines, _ = parted([*judged([copy(1)], EXFILTRATION), *judged([copy(2)], narrower)])
    assert lines == [1, 2]


def test_a_flood_in_minutes_is_set_aside_and_the_others_stay() -> None:
    targets = [f"203.0.113.{number}" for number in range(10, 90)]
    flood = judged(
        [copy(number, target=target) for number, target in enumerate(targets)],
        analysts=["mallory"],
        pace=timedelta(seconds=2),
    )
    others = judged([copy(200 + number, target="192.0.2.7") for number in range(5)])
    lines, aside = parted([*flood, *others])
    assert lines == [81, 82, 83, 84, 85]
    assert rules(aside) == {"flood": 80}
    assert "10 minutes" in aside[0].why


def test_a_habit_that_one_analyst_judged_on_one_day_is_set_aside() -> None:
    events = [copy(number) for number in range(25)]
    lines, aside = parted(list(judged(events, analysts=["mallory"], pace=timedelta(minutes=5))))
    assert lines == []
    assert rules(aside) == {"flood": 25}
    # The same in the course of a week is a habit.
    lines, _ = parted(list(judged(events, analysts=["anna"], pace=timedelta(hours=6))))
    assert len(lines) == 25


def test_a_verdict_unlike_its_fellows_is_suspect_but_a_habit_of_the_site_is_none() -> None:
    # The model takes all of them for exfiltration; the analysts know better, but for two slips.
    events = [
        copy(number, source=f"10.1.0.{10 + number % 15}", target=f"203.0.113.{number}")
        for number in range(90)
    ]
    slips = {17, 63}
    calm = list(judged([event for number, event in enumerate(events) if number not in slips]))
    guessing = {
        "kind": "correct",
        "techniques": [{"id": "T1110", "tactics": ["credential-access"]}],
        "attack": "enterprise 19",
    }
    wrong = list(judged([events[number] for number in slips], guessing, analysts=["clara"]))
    _, aside = parted([*calm, *wrong])
    assert rules(aside) == {"suspect": 2}
    assert {one.analyst for one in aside} == {"clara"}
    assert "benign" in aside[0].why


def test_few_verdicts_against_the_model_are_corrections_and_no_suspects() -> None:
    events = [copy(number, target=f"203.0.113.{number}") for number in range(9)]
    confirmed = judged([copy(30, source="10.1.0.35", target="203.0.113.99")], EXFILTRATION)
    lines, aside = parted([*judged(events), *confirmed])
    assert len(lines) == 10
    assert aside == ()


def test_what_the_site_decides_teaches_nothing() -> None:
    labelled = [replace(copy(1), labels=("False positive",))]
    (one,) = judged(labelled)
    lines, aside = parted([one])
    assert lines == []
    assert rules(aside) == {"site": 1}
    assert SITE.sha256

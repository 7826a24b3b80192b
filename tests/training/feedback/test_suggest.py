"""Proposals for the site file: a fragment that it takes, with reasons, and never for a possible attack."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from msgspec.structs import replace

from adscribe import Site
from adscribe.answer.reviewed import Reviewed
from adscribe.event.model import Target
from adscribe.training.feedback.quarantine import quarantine
from adscribe.training.feedback.suggest import fragment
from tests.training.feedback.invented import BENIGN, EXFILTRATION, SITE, artefact, copy, gathered, judged

FAULT = {"kind": "reason", "reason": "misconfiguration"}


def suggested(reviewed: Iterable[Reviewed]) -> str:
    return fragment(quarantine(gathered(reviewed), artefact()))


def as_site(text: str) -> Site:
    return Site.parse('filters:\n  LAN: ["10.0.0.0/8"]\ninternal: LAN\n' + text)


def test_what_is_benign_again_and_again_could_be_allowed() -> None:
    text = suggested(judged([copy(number) for number in range(20)]))
    assert "# strong: 20 events judged benign by 2 analysts" in text
    allowed = as_site(text).allowed(copy(30))
    assert allowed is not None
    assert as_site(text).allowed(copy(30, target="203.0.113.10")) is None
    assert as_site(text).allowed(copy(30, source="10.1.0.13")) is None
    assert as_site(text).allowed(copy(30, port=21)) is None
    # It ends, so that somebody looks at it again.
    assert (
        as_site(text).allowed(replace(copy(30), detected_at=copy(0).detected_at + timedelta(days=120)))
        is None
    )
    assert SITE.allowed(copy(30)) is None


def test_a_misconfiguration_wants_a_cause_that_only_people_know() -> None:
    text = suggested(judged([copy(number) for number in range(20)], FAULT))
    assert "known_causes: []" in text
    assert "# Choose a cause for each: failover, fault," in text
    assert "#  - {cause: CHOOSE, method: HIGHTRANSF" in text
    assert as_site(text).known_cause(copy(30)) is None


def test_nothing_is_proposed_for_a_source_that_somebody_suspects() -> None:
    calm = judged([copy(number) for number in range(20)])
    alarm = judged([copy(30, target="203.0.113.77")], EXFILTRATION, analysts=["clara"])
    text = suggested([*calm, *alarm])
    assert "allowed: []" in text
    assert "HIGHTRANSF" not in text


def test_few_verdicts_or_those_of_one_day_propose_nothing() -> None:
    assert "HIGHTRANSF" not in suggested(judged([copy(number) for number in range(4)]))
    one_day = judged([copy(number) for number in range(8)], analysts=["anna"], pace=timedelta(minutes=10))
    assert "HIGHTRANSF" not in suggested(one_day)


def test_an_entry_for_any_target_is_a_weak_proposal() -> None:
    events = [copy(number, target=f"203.0.113.{number}") for number in range(20)]
    text = suggested(judged(events))
    assert "#  - {method: HIGHTRANSF" in text
    assert "weak" in text
    assert as_site(text).allowed(copy(1)) is None


def test_names_of_events_cannot_write_into_the_file() -> None:
    hostile = 'x", note: "}\n  - {method: UPLOAD'
    events = [
        replace(copy(number), submethod=hostile, targets=(Target(ip="203.0.113.9"),)) for number in range(20)
    ]
    site = as_site(suggested(judged(events, BENIGN)))
    assert len(site.content.allowed) == 1
    assert site.content.allowed[0].submethod == hostile

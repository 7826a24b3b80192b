"""What stands beside the answers sees each with its context, and changes none."""

from __future__ import annotations

from typing import Any

from adscribe import Assignment
from adscribe.context import Context
from tests.assign.test_classify import CLASSIFIER, event, ssh


def test_every_answer_is_shown_once_with_its_context() -> None:
    seen: list[tuple[Context, Assignment]] = []
    labelled = event("SCANS", "10.1.0.9", labels=["False positive"])
    events: list[Any] = [ssh(0), ssh(5, success=True), labelled, "no event"]
    answers = CLASSIFIER.classify(events, observer=lambda *shown: seen.append(shown))
    assert [answer for _, answer in seen] == [one for one in answers if isinstance(one, Assignment)]
    assert [answer.event.revision for _, answer in seen] == [1, 2, 1]
    # The context is the one that was answered: with the update, and with what the site decided.
    assert [context.event.success for context, _ in seen] == [None, True, None]
    assert "fp_label" in seen[2][0].facts


def test_answers_are_the_same_with_and_without() -> None:
    events = [ssh(0), ssh(5, success=True)]
    assert CLASSIFIER.classify(events, observer=lambda *_: None) == CLASSIFIER.classify(events)

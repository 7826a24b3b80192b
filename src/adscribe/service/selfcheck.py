"""What a model must show before it may answer: sensible answers to the example events that ship."""

from __future__ import annotations

from collections.abc import Iterator

from adscribe.answer.assignment import Categories
from adscribe.assign import Assignment, Classifier
from adscribe.errors import ModelError
from adscribe.service.examples import answered


def self_check(classifier: Classifier) -> None:
    """Make sure that a model answers.

    Raises
    ------
    ModelError
        If an example event has no answer, or one that can't hold.
    """
    try:
        answers = [example.answer for example in answered(classifier)]
        for answer in answers:
            answer.to_json()
    except Exception as error:
        # A model is data from elsewhere: however it fails, the one before goes on.
        raise ModelError(f"fails on the example events with {type(error).__name__}") from error
    for number, answer in enumerate(answers, start=1):
        if not all(map(_holds, _domains(answer))):
            raise ModelError(f"gives example event {number} an answer that can't hold")


def _domains(answer: Assignment) -> Iterator[Categories]:
    yield Categories(techniques=answer.techniques, tactics=answer.tactics, no_category=answer.no_category)
    if answer.ics is not None:
        yield answer.ics


def _holds(said: Categories) -> bool:
    """Return whether there are categories or a reason, tactics for each technique, and real probabilities."""
    shown = {tactic.shortname for tactic in said.tactics}
    reasons = () if said.no_category is None else (said.no_category,)
    return (
        bool(shown) != bool(reasons)
        and all(technique.tactics and shown.issuperset(technique.tactics) for technique in said.techniques)
        # NaN is in no range.
        and all(0 <= one.probability <= 1 for one in (*said.techniques, *said.tactics, *reasons))
    )

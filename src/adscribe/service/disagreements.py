"""What is told of a challenger's answers: how many agreed, and where the latest did not. No address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import chain
from typing import Literal, get_args

import msgspec

from adscribe.answer.assignment import AssignedTactic, AssignedTechnique, Categories
from adscribe.assign import Assignment, Verdict
from adscribe.assign.comparison import Kind

LISTED = 200
"""Disagreements that are kept, the latest."""

Result = Literal["agree", "disagree", "failed", "dropped"]
"""What became of an answer in the shadow. ``dropped``: too many waited."""


class Category(msgspec.Struct, frozen=True):
    """A technique or tactic and its probability."""

    id: str
    probability: float


class Reason(msgspec.Struct, frozen=True):
    """Why there is no category."""

    reason: str
    basis: str
    probability: float


class InShort(msgspec.Struct, frozen=True, kw_only=True):
    """An answer in short, and the version that gave it.

    Those of ICS stand behind those of Enterprise.
    """

    version: str
    techniques: tuple[Category, ...]
    tactics: tuple[Category, ...]
    no_category: Reason | None

    @classmethod
    def of(cls, said: Assignment | Verdict, version: str) -> InShort:
        """Return an answer in short."""
        ics = said.ics or Categories()
        why = said.no_category
        return cls(
            version=version,
            techniques=_in_short(chain(said.techniques, ics.techniques)),
            tactics=_in_short(chain(said.tactics, ics.tactics)),
            no_category=None if why is None else Reason(why.reason, why.basis, why.probability),
        )


def _in_short(shown: Iterable[AssignedTechnique | AssignedTactic]) -> tuple[Category, ...]:
    return tuple(Category(one.id, one.probability) for one in shown)


class Disagreement(msgspec.Struct, frozen=True, kw_only=True):
    """An event that the two answered differently.

    Attributes
    ----------
    event_id, revision, method, submethod
        Which state of which event.
    at : datetime
        When it was compared.
    tactics : dict of str to str
        By tactic, how they differ; see `adscribe.assign.comparison.Kind`.
    champion, challenger : InShort
        The two answers.
    """

    event_id: str
    revision: int
    method: str
    submethod: str | None
    at: datetime
    tactics: dict[str, Kind]
    champion: InShort
    challenger: InShort

    @classmethod
    def of(
        cls, answer: Assignment, challenger: Verdict, version: str, tactics: dict[str, Kind]
    ) -> Disagreement:
        """Return a disagreement of now."""
        event = answer.event
        return cls(
            event_id=event.id,
            revision=event.revision,
            method=event.method,
            submethod=event.submethod,
            at=datetime.now(UTC),
            tactics={tactic: kind for tactic, kind in tactics.items() if kind != "same"},
            champion=InShort.of(answer, answer.model.version),
            challenger=InShort.of(challenger, version),
        )


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """What came of comparing: how many answers agreed, and where the latest did not.

    Attributes
    ----------
    answers : dict of str to int
        By `Result`, since the service began.
    disagreements : tuple of Disagreement
        The latest first, at most `LISTED`.
    """

    answers: dict[str, int]
    disagreements: tuple[Disagreement, ...]

    @classmethod
    def together(cls, parts: Iterable[Compared]) -> Compared:
        """Return what came of comparing in several workers."""
        answers: Counter[str] = Counter()
        found: list[Disagreement] = []
        for part in parts:
            answers.update(part.answers)
            found.extend(part.disagreements)
        found.sort(key=lambda one: (one.at, one.event_id, one.revision), reverse=True)
        return cls(
            answers={result: answers[result] for result in get_args(Result)},
            disagreements=tuple(found[:LISTED]),
        )

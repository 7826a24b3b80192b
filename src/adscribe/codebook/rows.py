"""What a row of the codebook is: conditions on a context, and what an expert says when they hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from adscribe.context.facts import Context, Fact
from adscribe.errors import Place

Reason = Literal["too_generic", "no_technique", "misconfiguration", "benign"]
Ambiguity = Literal["low", "medium", "high"]


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a row.

    Attributes
    ----------
    key : str
        Key of the vocabulary.
    words : tuple of str
        The values as the row has them, groups by their name.
    values : frozenset of str
        The values that meet it, groups expanded.
    """

    key: str
    words: tuple[str, ...]
    values: frozenset[str]

    def met_by(self, context: Context) -> Fact | None:
        """Return the fact that meets the condition; an unknown value never does."""
        fact = context.facts.get(self.key)
        return fact if fact and not self.values.isdisjoint(fact.values) else None

    def __str__(self) -> str:
        return f"{self.key} {' or '.join(self.words)}"


@dataclass(frozen=True, slots=True)
class Labels:
    """Categories of one ATT&CK domain.

    Attributes
    ----------
    techniques : mapping of str to tuple of str
        Ids, each with those of its tactics (short names, in matrix order) that the context supports.
    tactics : tuple of str
        Short names of all of them.
    """

    techniques: Mapping[str, tuple[str, ...]]
    tactics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A rule: in which context an event of a method means what.

    Attributes
    ----------
    id : str
        Such as ``SCANS-17``.
    method : str
        Code of the method, or ``*`` for the rows before all methods.
    submethods : tuple of str
        The submethods it is for; ``*`` for all, a trailing ``*`` for all that begin so.
    when : tuple of Condition
        All must hold. None: the row always does.
    enterprise : Labels or None
        What the event shows; ``None`` when it has no category.
    reason : str or None
        Why it has no category; ``None`` when it has one.
    ambiguity : {"low", "medium", "high"}
        How far analysts agree.
    probability : float
        What the answer stands for, by its ambiguity.
    why : str
        The reason for the answer, for the analyst.
    ics : Labels or None
        Label in the ICS domain, beside the other.
    retired : bool
        Whether it is only for a method or submethod of older versions.
    place : Place
        Where the row stands.
    """

    id: str
    method: str
    submethods: tuple[str, ...]
    when: tuple[Condition, ...]
    enterprise: Labels | None
    reason: Reason | None
    ambiguity: Ambiguity
    probability: float
    why: str
    ics: Labels | None
    retired: bool
    place: Place

    def covers(self, submethod: str | None) -> bool:
        """Tell whether the row is for a submethod; for an unknown one only a row for all is."""
        if "*" in self.submethods:
            return True
        return submethod is not None and any(
            submethod.startswith(name[:-1]) if name.endswith("*") else submethod == name
            for name in self.submethods
        )

    def met(self, context: Context) -> tuple[tuple[Condition, Fact], ...] | None:
        """Return the conditions with the facts that meet them; ``None`` when one isn't met."""
        met = []
        for condition in self.when:
            fact = condition.met_by(context)
            if fact is None:
                return None
            met.append((condition, fact))
        return tuple(met)


@dataclass(frozen=True, slots=True)
class Match:
    """The row that answers for an event.

    Attributes
    ----------
    row : Row
        The first one whose conditions hold.
    met : tuple of (Condition, Fact)
        Its conditions and the facts that meet them.
    ics : Labels or None
        The row's own, or what its techniques bring along in an OT segment.
    """

    row: Row
    met: tuple[tuple[Condition, Fact], ...]
    ics: Labels | None


@dataclass(frozen=True, slots=True)
class Tried:
    """A row that didn't answer.

    Attributes
    ----------
    row : Row
        The row.
    unmet : tuple of (Condition, tuple of str)
        Its conditions that don't hold, each with what is known under the key; empty: unknown.
    """

    row: Row
    unmet: tuple[tuple[Condition, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """How an answer was found: the rows tried before, in order, and the match, if any."""

    tried: tuple[Tried, ...]
    match: Match | None

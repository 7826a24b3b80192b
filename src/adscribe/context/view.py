"""What the derivations of a context share: the event, the site, and the facts found so far."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from adscribe.context.facts import Fact, Side
from adscribe.context.vocabulary import Vocabulary
from adscribe.event import Event, Target
from adscribe.site import Site

Ends = Literal["inside", "outside", "mixed"]


@dataclass(slots=True)
class View:
    """An event on its way to a context.

    Attributes
    ----------
    event, site, vocabulary
        What is derived from.
    sources, targets : tuple of Target
        The two ends as the codebook speaks of them. They are the event's own ends, but for a
        method that leaves client and server open (HTTPDICT), where the assigned filter may turn them.
    facts, measures, sides
        What has been found, as in `Context`.
    """

    event: Event
    site: Site
    vocabulary: Vocabulary
    sources: tuple[Target, ...] = ()
    targets: tuple[Target, ...] = ()
    facts: dict[str, Fact] = field(default_factory=dict)
    measures: dict[str, float] = field(default_factory=dict)
    sides: dict[str, Side] = field(default_factory=dict)
    actor: Literal["source", "targets"] | None = "source"
    victim: Literal["source", "targets"] | None = "targets"

    def put(
        self,
        key: str,
        values: str | tuple[str, ...] | None,
        basis: str,
        text: str,
        targets: tuple[Target, ...] = (),
    ) -> None:
        """Note a fact; no values means unknown and notes nothing."""
        if isinstance(values, str):
            values = (values,)
        if values:
            self.facts[key] = Fact(key, values, basis, text, targets)

    def step(self, key: str, number: float, basis: str, text: str, targets: tuple[Target, ...] = ()) -> None:
        """Note a fact whose value is the step of the vocabulary that a number falls on."""
        self.put(key, self.vocabulary.step(key, number), basis, text, targets)

    @property
    def counted_targets(self) -> int:
        """How many targets there are: the larger of counter and list.

        The counter belongs to the reported targets; where the ends are turned it tells nothing of them.
        """
        turned = self.targets is not self.event.targets
        return max(len(self.targets), 0 if turned else self.event.target_count or 0)

    def values(self, key: str) -> tuple[str, ...]:
        """Return what is known under a key so far; empty when unknown."""
        fact = self.facts.get(key)
        return fact.values if fact else ()

    def number(self, *names: str) -> float | None:
        """Return the first of the event's characteristics that is there and a finite number."""
        for name in names:
            value = self.event.characteristics.get(name)
            if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
                return value
        return None

    def text(self, name: str) -> str:
        """Return a characteristic as text; empty when it isn't there."""
        value = self.event.characteristics.get(name)
        return "" if value is None else str(value)

    def words(self, key: str, values: Iterable[str]) -> tuple[str, ...]:
        """Return values of a key in words."""
        return tuple(map(self.vocabulary.keys[key].word, values))

    def of_side(self, side: Side) -> tuple[Target, ...]:
        """Return the targets that lie on a side."""
        return tuple(target for target in self.targets if self.sides[target.ip] == side)

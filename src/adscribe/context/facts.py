"""The context of an event: facts under the codebook's vocabulary, each with where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from adscribe.event import Event, Target

Side = Literal["inside", "outside"]


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known under one key of the vocabulary.

    Attributes
    ----------
    key : str
        Key of the vocabulary, such as ``target_scale``.
    values : tuple of str
        The known values; more than one for set-valued keys (roles, service, prior).
    basis : str
        Where it comes from: ``event``, ``site``, ``history`` or ``codebook``, and what there.
    text : str
        The fact in an analyst's words.
    targets : tuple of Target
        The targets that it rests on, if it rests on any.
    """

    key: str
    values: tuple[str, ...]
    basis: str
    text: str
    targets: tuple[Target, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """An event in its context.

    Attributes
    ----------
    event : Event
        The event, with all its updates so far.
    facts : mapping of str to Fact
        By key. A key that is not there is unknown.
    measures : mapping of str to float
        Numbers behind the facts, under the names of the characteristics (bytes, seconds, counts, ratios).
    sides : mapping of str to {"inside", "outside"}
        Where each address of the event lies, by canonical text.
    actor, victim : {"source", "targets"} or None
        Which end acts and which end it is done to; ``None`` where nothing tells.
    history : int
        How many earlier events were used.
    parts : tuple of Context
        Where targets lie on both sides: the contexts with those inside alone and those outside alone.
    """

    event: Event
    facts: Mapping[str, Fact]
    measures: Mapping[str, float] = field(default_factory=dict)
    sides: Mapping[str, Side] = field(default_factory=dict)
    actor: Literal["source", "targets"] | None = None
    victim: Literal["source", "targets"] | None = None
    history: int = 0
    parts: tuple[Context, ...] = ()

    def values(self, key: str) -> tuple[str, ...]:
        """Return the known values of a key; empty when unknown."""
        fact = self.facts.get(key)
        return fact.values if fact else ()

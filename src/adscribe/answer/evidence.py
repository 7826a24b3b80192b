"""Facts of a context as evidence of an answer."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from adscribe.answer.assignment import Evidence, TargetGroup
from adscribe.context import Context, Fact
from adscribe.context.words import cut

SAMPLE = 5
"""Targets that a fact names."""

MOST_CHARACTERS = 240
"""Of a fact: names and notes from elsewhere can be long."""


def is_ot(context: Context) -> bool:
    """Return whether an event concerns operational technology: by its method, or by where an end lies."""
    return context.event.method.startswith("OT") or "ot_end" in context.facts


def evidence_of(fact: Fact, weight: float, context: Context) -> Evidence:
    """Return a fact of a context as evidence with its targets."""
    group: TargetGroup | None = None
    if fact.targets:
        sides = {context.sides.get(target.ip, "outside") for target in fact.targets}
        group = TargetGroup(
            count=len(fact.targets),
            sample=tuple(target.ip for target in fact.targets[:SAMPLE]),
            side="mixed" if len(sides) > 1 else next(iter(sides)),
        )
    return Evidence(fact=cut(fact.text, MOST_CHARACTERS), weight=round(weight, 4), targets=group)


def told_once(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return evidence with what is told in the same words as one; it weighs what all of it did."""
    found: dict[str, Evidence] = {}
    for one in evidence:
        same = found.get(one.fact)
        found[one.fact] = replace(one, weight=round(one.weight + same.weight, 4)) if same else one
    return tuple(found.values())

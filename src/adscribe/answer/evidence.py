"""Facts of a context as evidence of an answer."""

from __future__ import annotations

from adscribe.answer.assignment import Evidence, TargetGroup
from adscribe.context import Context, Fact

SAMPLE = 5
"""Targets that a fact names."""


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
    return Evidence(fact=fact.text, weight=round(weight, 4), targets=group)

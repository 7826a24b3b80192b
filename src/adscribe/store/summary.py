"""An event as a list shows it: what was reported and answered, in short."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec.structs import replace

from adscribe.answer.assignment import (
    AssignedTactic,
    AssignedTechnique,
    Assignment,
    Categories,
    ContextReference,
    ModelReference,
    NoCategory,
)
from adscribe.event import Event, Source, Target
from adscribe.event.model import Direction, Severity

SAMPLE = 5
"""Targets that a list names."""


class Targets(msgspec.Struct, frozen=True, kw_only=True):
    """How many targets an event has, and the first of them."""

    count: int
    sample: tuple[Target, ...]


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What a list shows of an event: column ``event_state.summary``.

    Attributes
    ----------
    revision : int
        The latest.
    targets : Targets
        How many there are, and the first of them.
    method, submethod, source, detected_at, updated_at, severity, direction, success
        As reported; see `adscribe.event.Event`.
    instance, data_feed, sensor, external_id
        As reported.
    techniques, tactics, no_category, ics
        As answered, without what it rests on; see `adscribe.answer.Assignment`.
    probability : float
        The largest of what is shown: of the categories, or of the reason that there is none.
    model, context
        What answered: the model, the site file, and how much history it used.
    """

    revision: int
    method: str
    submethod: str | None
    source: Source
    targets: Targets
    detected_at: datetime
    updated_at: datetime
    severity: Severity | None
    direction: Direction | None
    success: bool | None
    instance: str | None
    data_feed: str | None
    sensor: str | None
    external_id: str | None
    techniques: tuple[AssignedTechnique, ...]
    tactics: tuple[AssignedTactic, ...]
    no_category: NoCategory | None
    ics: Categories | None
    probability: float
    model: ModelReference
    context: ContextReference


def summary(event: Event, answer: Assignment) -> Summary:
    """Return what a list shows of an event that is answered so."""
    ics = answer.ics
    return Summary(
        revision=answer.event.revision,
        method=event.method,
        submethod=event.submethod,
        source=event.source,
        targets=Targets(
            count=max(event.target_count or 0, len(event.targets)), sample=event.targets[:SAMPLE]
        ),
        detected_at=event.detected_at,
        updated_at=event.reported_at,
        severity=event.severity,
        direction=event.direction,
        success=event.success,
        instance=event.instance,
        data_feed=event.data_feed,
        sensor=event.sensor,
        external_id=event.external_id,
        techniques=_bare(answer.techniques),
        tactics=answer.tactics,
        no_category=_bare_reason(answer.no_category),
        ics=ics
        and Categories(
            techniques=_bare(ics.techniques), tactics=ics.tactics, no_category=_bare_reason(ics.no_category)
        ),
        probability=probability(answer),
        model=answer.model,
        context=answer.context,
    )


def probability(answer: Assignment) -> float:
    """Return the largest probability of what an answer shows."""
    if answer.no_category is not None:
        return answer.no_category.probability
    shown = [one.probability for one in answer.techniques] + [one.probability for one in answer.tactics]
    return max(shown, default=0.0)


def _bare(techniques: tuple[AssignedTechnique, ...]) -> tuple[AssignedTechnique, ...]:
    return tuple(replace(technique, because=(), despite=()) for technique in techniques)


def _bare_reason(no_category: NoCategory | None) -> NoCategory | None:
    return no_category and replace(no_category, because=())

"""From event, site and history to a context: each key of the vocabulary is derived once, here."""

from __future__ import annotations

import dataclasses

from msgspec.structs import replace

from adscribe.context import (
    decisions,
    names,
    ot,
    prior,
    roles,
    scale,
    schedule,
    services,
    sides,
    success,
    volume,
)
from adscribe.context.facts import Context, Side
from adscribe.context.view import View
from adscribe.context.vocabulary import load_vocabulary
from adscribe.event import Event
from adscribe.history import History, MemoryHistory
from adscribe.site import Site


def derive(event: Event, site: Site, history: History | None = None, *, event_id: str = "") -> Context:
    """Derive the context of an event.

    Parameters
    ----------
    event : Event
        The event with all its updates.
    site : Site
        What is known of the monitored network.
    history : History, optional
        Where earlier events are looked up; none when not given.
    event_id : str
        Id of the event, so that it isn't its own history.

    Returns
    -------
    Context
        What is known; a key that isn't there is unknown.
    """
    history = MemoryHistory() if history is None else history
    context = _derive(event, site, history, event_id)
    if context.values("targets") != ("mixed",):
        return context
    sides: tuple[Side, Side] = ("inside", "outside")
    parts = tuple(_derive(_narrowed(context, side), site, history, event_id) for side in sides)
    return dataclasses.replace(context, parts=parts)


def _derive(event: Event, site: Site, history: History, event_id: str) -> Context:
    view = View(event, site, load_vocabulary())
    sides.derive(view)
    decisions.derive(view)
    roles.derive(view)
    scale.derive(view)
    volume.derive(view)
    success.derive(view)
    services.derive(view)
    schedule.derive(view)
    names.derive(view)
    ot.derive(view)
    roles.derive_fit(view)
    earlier = prior.derive(view, history, event_id)
    return Context(
        event=event,
        facts=view.facts,
        measures=view.measures,
        sides=view.sides,
        actor=view.actor,
        victim=view.victim,
        history=earlier,
    )


def _narrowed(context: Context, side: Side) -> Event:
    """Return the event as it would be with its targets on one side alone.

    Volumes are those of the targets that are left, where the report has bytes by target; else
    they stay, since nothing tells whose they are.
    """
    event = context.event
    targets = tuple(target for target in event.targets if context.sides[target.ip] == side)
    sent = [target.sent_bytes for target in targets if target.sent_bytes is not None]
    received = [target.received_bytes for target in targets if target.received_bytes is not None]
    if not sent or not received:
        return replace(event, targets=targets, target_count=len(targets))
    volumes = {
        "uploaded_bytes": sum(sent),
        "downloaded_bytes": sum(received),
        "transferred_bytes": sum(sent) + sum(received),
    }
    characteristics = {**event.characteristics, **volumes}
    return replace(
        event, targets=targets, target_count=len(targets), characteristics=characteristics, direction=None
    )

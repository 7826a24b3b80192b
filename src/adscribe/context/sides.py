"""Where the ends of an event lie, who acts, and to whom it is done.

An end in the filter that is assigned to the event's method instance is the monitored end,
whatever `internal` says of it; any other end is placed by `internal`.
"""

from __future__ import annotations

from collections.abc import Iterable

from adscribe.context.facts import Side
from adscribe.context.view import Ends, View
from adscribe.context.words import count
from adscribe.event import Target


def derive(view: View) -> None:
    """Note ``source``, ``targets`` and ``filter_mismatch``; settle the ends, the actor and the victim."""
    event, site = view.event, view.site
    source = Target(ip=event.source.ip, hostname=event.source.hostname, country=event.source.country)
    view.sources, view.targets = (source,), event.targets
    name = site.assigned_filter(event.method, event.instance)
    monitored = site.filters[name] if name else None

    def place(ip: str) -> Side:
        if monitored is not None and ip in monitored:
            return "inside"
        return "inside" if site.is_internal(ip) else "outside"

    view.sides = {end.ip: place(end.ip) for end in (source, *event.targets)}
    basis = f"site: filter {name}, internal" if name else "site: internal"
    if monitored is not None:
        source_in = source.ip in monitored
        targets_in = any(target.ip in monitored for target in event.targets)
        if not source_in and not targets_in:
            view.put("filter_mismatch", "yes", basis, f"neither end lies in the assigned filter {name}")
        if event.method == "HTTPDICT" and source_in and not targets_in and event.targets:
            # The filter holds the web servers: the server is the source of this event.
            view.sources, view.targets = event.targets, (source,)
    _settle_roles(view)
    ends = _ends(view, view.sources)
    if ends in ("inside", "outside"):
        verb = "lies" if len(view.sources) == 1 else "lie"
        text = f"{_named(view.sources)} {verb} {ends} the monitored network"
        view.put("source", ends, basis, text)
    ends = _ends(view, view.targets)
    if ends:
        view.put("targets", ends, basis, _targets_text(view, ends), view.targets)


def _settle_roles(view: View) -> None:
    roles = view.vocabulary.roles_in(view.event.method, view.event.submethod)
    if view.targets is not view.event.targets:
        view.actor, view.victim = "targets", "source"
    elif view.event.method == "HTTPDICT":
        view.actor, view.victim = "source", "targets"
    elif roles is not None:
        view.actor, view.victim = roles.actor, roles.victim


def _ends(view: View, ends: Iterable[Target]) -> Ends | None:
    sides = {view.sides[end.ip] for end in ends}
    if len(sides) > 1:
        return "mixed"
    return next(iter(sides), None)


def _named(ends: tuple[Target, ...]) -> str:
    return ends[0].ip if len(ends) == 1 else count(len(ends), "client")


def _targets_text(view: View, ends: Ends) -> str:
    if ends == "mixed":
        inside = len(view.of_side("inside"))
        outside = len(view.targets) - inside
        verb = "lies" if inside == 1 else "lie"
        return f"{count(inside, 'target')} {verb} inside, {outside:,} outside the monitored network"
    listed, counted = len(view.targets), view.counted_targets
    verb = "lies" if listed == 1 else "lie"
    if listed == 1:
        which = view.targets[0].ip if counted == 1 else f"the one listed target, {view.targets[0].ip},"
    elif counted > listed:
        which = f"the {listed:,} listed targets"
    else:
        which = "both targets" if listed == 2 else f"all {listed:,} targets"
    return f"{which} {verb} {ends} the monitored network"

"""What the same host did before, and what this event will say of its hosts to later ones."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from adscribe.context.facts import Context, Fact
from adscribe.context.knowledge import Trace, load_traces
from adscribe.context.view import View
from adscribe.context.words import listing
from adscribe.history import History, Record

MAX_LOOKED_UP = 64
"""Hosts of one event whose earlier events are looked up."""


def derive(view: View, history: History, event_id: str) -> int:
    """Note ``prior``: the kinds of the source's earlier events.

    For methods whose source is the victim that is the victim's history. Returns the number of
    records that were found.
    """
    ips = [end.ip for end in view.sources[:MAX_LOOKED_UP]]
    records = history.prior(ips, until=view.event.reported_at, exclude=event_id)
    kinds = dict.fromkeys(kind for record in records for kind in sorted(record.kinds))
    if kinds:
        methods = tuple(dict.fromkeys(record.method for record in records if record.kinds))
        shown = listing(view.words("prior", kinds))
        text = f"in the last 24 hours the same host showed {shown} ({listing(methods)})"
        view.put("prior", tuple(kinds), "history", text)
    return len(records)


def traces(context: Context, event_id: str) -> tuple[tuple[tuple[str, ...], Record], ...]:
    """Return what an event says of its hosts: pairs of addresses and the record to keep for them.

    The reported evidence alone decides (``history.yaml``), never an answer.
    """
    event = context.event
    of_source: set[str] = set()
    of_targets: set[str] = set()
    for trace in _traces().get(event.method, ()):
        if _holds(trace, event.submethod, context.facts):
            (of_targets if trace.of_targets else of_source).add(trace.kind)
    found: list[tuple[tuple[str, ...], set[str]]] = [((event.source.ip,), of_source)]
    if of_targets:
        found.append((tuple(target.ip for target in event.targets[:MAX_LOOKED_UP]), of_targets))
    return tuple(
        (
            ips,
            Record(
                event_id=event_id,
                at=event.reported_at,
                kinds=frozenset(kinds),
                method=event.method,
                submethod=event.submethod,
                success=event.success,
                direction=event.direction,
            ),
        )
        for ips, kinds in found
        if ips
    )


def _holds(trace: Trace, submethod: str | None, facts: Mapping[str, Fact]) -> bool:
    if trace.submethods is not None and submethod not in trace.submethods:
        return False
    return all(key in facts and not values.isdisjoint(facts[key].values) for key, values in trace.conditions)


@lru_cache(maxsize=1)
def _traces() -> Mapping[str, list[Trace]]:
    methods: dict[str, list[Trace]] = {}
    for trace in load_traces():
        methods.setdefault(trace.method, []).append(trace)
    return methods

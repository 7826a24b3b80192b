"""An event changes: reports become updates of the event that they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import TypeVar

from msgspec.structs import replace

from adscribe.event.identity import event_id, identity
from adscribe.event.model import Event, Source, Target
from adscribe.event.opened import MemoryEvents, OpenEvent, OpenEvents

S = TypeVar("S", Source, Target)
T = TypeVar("T")

INACTIVITY_TIMEOUT = timedelta(minutes=60)
"""After this long without a report the next one opens a new event."""

FRAGMENT_WINDOW = timedelta(seconds=5)
"""Reports that are equal but for their targets and this close are one report in pieces."""

MAX_TARGETS = 10_000
"""Targets that an event keeps; further ones only count."""

_LATEST = ("perspective", "external_id", "sensor", "severity", "direction", "description")
_LATEST_LISTS = ("labels", "ports", "protocols")


@dataclass(frozen=True, slots=True)
class State:
    """An event as it stands after a report.

    Attributes
    ----------
    id, identity : str
        Of the event.
    revision : int
        From 1, one more with each report that is no fragment.
    fragment : bool
        Whether the last report only added targets to the one before.
    event : Event
        All reports so far in one.
    before : Event or None
        The event before the last report; ``None`` when that report opened it.
    """

    id: str
    identity: str
    revision: int
    fragment: bool
    event: Event
    before: Event | None


class ActiveEvents:
    """Tells which event a report belongs to, and what that is with it.

    Parameters
    ----------
    timeout : timedelta
        Inactivity timeout.
    timeouts : mapping of str to timedelta, optional
        Timeouts of single methods.
    place : OpenEvents, optional
        Where the events are kept; in memory when not given.
    """

    def __init__(
        self,
        timeout: timedelta = INACTIVITY_TIMEOUT,
        timeouts: Mapping[str, timedelta] | None = None,
        place: OpenEvents | None = None,
    ) -> None:
        self._timeout = timeout
        self._timeouts = dict(timeouts or {})
        self._place = MemoryEvents() if place is None else place

    def add(self, report: Event) -> State:
        """Take a report and return the event that it belongs to, as it stands now."""
        key = identity(report)
        opened = self._find(key, report)
        if opened is None:
            state = State(event_id(report), key, 1, False, merge(report), None)
        else:
            fragment = is_fragment(opened.last_report, report)
            state = State(
                id=opened.id,
                identity=key,
                revision=opened.revision if fragment else opened.revision + 1,
                fragment=fragment,
                event=merge(opened.event, report),
                before=opened.event,
            )
        last_at = max(report.detected_at, report.reported_at)
        self._place.put(
            OpenEvent(
                id=state.id,
                identity=key,
                revision=state.revision,
                event=state.event,
                last_report=replace(report, targets=()),
                last_at=last_at if opened is None else max(last_at, opened.last_at),
            ),
            report.external_id,
        )
        return state

    def _find(self, key: str, report: Event) -> OpenEvent | None:
        place = self._place
        if report.external_id is not None:
            known = place.named(key, report.external_id)
            if known is not None:
                return known
        timeout = self._timeouts.get(report.method, self._timeout)
        # By its id: a report that would open the same event again belongs to it, whatever came between.
        return place.near(key, report.detected_at, timeout) or place.with_id(event_id(report))


def is_fragment(first: Event, second: Event) -> bool:
    """Return whether two reports are pieces of one: equal but for targets, detected within 5 s."""
    if abs(second.detected_at - first.detected_at) > FRAGMENT_WINDOW:
        return False
    if abs(second.reported_at - first.reported_at) > FRAGMENT_WINDOW:
        return False
    return _without_targets(first) == _without_targets(second)


def _without_targets(report: Event) -> Event:
    anytime = report.detected_at.min
    return replace(report, targets=(), detected_at=anytime, updated_at=None)


def merge(older: Event, report: Event | None = None) -> Event:
    """Return an event with a report merged into it.

    Targets are united, the latest value of a field counts (by time of the update), a success
    stays, the target count is the larger of what was reported and the union.

    Parameters
    ----------
    older : Event
        The event so far.
    report : Event, optional
        The next report; without it only the target count is settled.
    """
    if report is None:
        return replace(older, target_count=_target_count(older, None, older.targets))
    if report.reported_at >= older.reported_at:
        base, latest = older, report
    else:
        base, latest = report, older
    targets = _united(older, report, base, latest)
    changes: dict[str, object] = {
        "targets": targets,
        "target_count": _target_count(older, report, targets),
        "success": True if older.success or report.success else _first(latest.success, base.success),
        "detected_at": min(older.detected_at, report.detected_at),
        "first_flow_at": min(filter(None, (older.first_flow_at, report.first_flow_at)), default=None),
        "updated_at": latest.reported_at,
        "characteristics": {**base.characteristics, **latest.characteristics},
        "source": _filled(latest.source, base.source),
    }
    for name in _LATEST:
        changes[name] = _first(getattr(latest, name), getattr(base, name))
    for name in _LATEST_LISTS:
        changes[name] = getattr(latest, name) or getattr(base, name)
    return replace(latest, **changes)


def _united(older: Event, report: Event, base: Event, latest: Event) -> tuple[Target, ...]:
    """Return the targets of both in the order in which they came, each as it was last reported."""
    before = {target.ip: target for target in base.targets}
    now = {target.ip: target for target in latest.targets}
    ips = dict.fromkeys(target.ip for target in (*older.targets, *report.targets))
    return tuple(
        _filled(now[ip], before[ip]) if ip in now and ip in before else now.get(ip) or before[ip]
        for ip in islice(ips, MAX_TARGETS)
    )


def _target_count(older: Event, report: Event | None, targets: tuple[Target, ...]) -> int | None:
    counts = [older.target_count or 0, len(targets)]
    if report is not None:
        counts.append(report.target_count or 0)
    return max(counts) or None


def _filled(latest: S, base: S) -> S:
    """Return a struct with its unknown fields taken from an older one."""
    missing = {
        name: getattr(base, name)
        for name in latest.__struct_fields__
        if getattr(latest, name) is None and getattr(base, name) is not None
    }
    return replace(latest, **missing) if missing else latest


def _first(*values: T | None) -> T | None:
    return next((value for value in values if value is not None), None)

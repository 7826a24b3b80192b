"""An event changes: reports become updates of the event that they belong to."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeVar

from msgspec.structs import replace

from adscribe.event.identity import event_id, identity
from adscribe.event.model import Event, Source, Target

S = TypeVar("S", Source, Target)
T = TypeVar("T")

INACTIVITY_TIMEOUT = timedelta(minutes=60)
"""After this long without a report the next one opens a new event."""

FRAGMENT_WINDOW = timedelta(seconds=5)
"""Reports that are equal but for their targets and this close are one report in pieces."""

MAX_ACTIVE = 100_000
"""Events that a run keeps open; the one that was quiet longest goes first."""

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


@dataclass(slots=True)
class _Active:
    state: State
    last_report: Event
    last_at: datetime


class ActiveEvents:
    """The events that are open, by identity.

    Parameters
    ----------
    timeout : timedelta
        Inactivity timeout.
    timeouts : mapping of str to timedelta, optional
        Timeouts of single methods.
    limit : int
        How many events are kept open.
    """

    def __init__(
        self,
        timeout: timedelta = INACTIVITY_TIMEOUT,
        timeouts: Mapping[str, timedelta] | None = None,
        limit: int = MAX_ACTIVE,
    ) -> None:
        self._timeout = timeout
        self._timeouts = dict(timeouts or {})
        self._limit = limit
        self._active: OrderedDict[str, _Active] = OrderedDict()
        self._by_external: OrderedDict[tuple[str, str], _Active] = OrderedDict()

    def add(self, report: Event) -> State:
        """Take a report and return the event that it belongs to, as it stands now."""
        key = identity(report)
        entry = self._find(key, report)
        if entry is None:
            opened = State(event_id(report), key, 1, False, merge(report), None)
            entry = _Active(opened, report, report.reported_at)
            current = self._active.get(key)
            if current is None or report.detected_at >= current.last_at:
                self._active[key] = entry
        else:
            state = entry.state
            fragment = is_fragment(entry.last_report, report)
            entry.state = State(
                id=state.id,
                identity=key,
                revision=state.revision if fragment else state.revision + 1,
                fragment=fragment,
                event=merge(state.event, report),
                before=state.event,
            )
            entry.last_report = report
            entry.last_at = max(entry.last_at, report.reported_at)
        if report.external_id is not None:
            self._by_external[(key, report.external_id)] = entry
            self._by_external.move_to_end((key, report.external_id))
        if key in self._active:
            self._active.move_to_end(key)
        self._forget()
        return entry.state

    def _find(self, key: str, report: Event) -> _Active | None:
        if report.external_id is not None:
            known = self._by_external.get((key, report.external_id))
            if known is not None:
                return known
        entry = self._active.get(key)
        if entry is None:
            return None
        timeout = self._timeouts.get(report.method, self._timeout)
        opened_at = entry.state.event.detected_at
        is_near = opened_at - timeout <= report.detected_at <= entry.last_at + timeout
        return entry if is_near else None

    def _forget(self) -> None:
        while len(self._active) > self._limit:
            self._active.popitem(last=False)
        while len(self._by_external) > self._limit:
            self._by_external.popitem(last=False)


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

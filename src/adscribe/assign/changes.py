"""What an update changed: in the evidence and in the categories."""

from __future__ import annotations

from collections.abc import Iterable

from adscribe.answer.assignment import Change
from adscribe.answer.verdict import Verdict
from adscribe.event import Event

_FIELDS = ("success", "direction", "ports", "protocols", "labels", "target_count")


def changed_evidence(before: Event, after: Event) -> tuple[str, ...]:
    """Return the names of the fields and characteristics that differ between two states of an event.

    Severity, times and the description aren't evidence.
    """
    names = []
    if before.targets != after.targets:
        names.append("targets")
    names.extend(name for name in _FIELDS if getattr(before, name) != getattr(after, name))
    old, new = before.characteristics, after.characteristics
    names.extend(name for name in sorted({*old, *new}) if old.get(name) != new.get(name))
    return tuple(names)


def change(
    before: Event | None, after: Event, shown: Iterable[str], verdict: Verdict, cause: str
) -> Change | None:
    """Return what differs from the answer before; ``None`` for the first report of an event.

    Parameters
    ----------
    before, after : Event or None, Event
        The event without and with the report.
    shown : iterable of str
        The techniques of the answer before.
    verdict : Verdict
        Of the answer now.
    cause : str
        What led to it.
    """
    if before is None:
        return None
    then, now = set(shown), {technique.id for technique in verdict.techniques}
    return Change(
        added=tuple(sorted(now - then)),
        removed=tuple(sorted(then - now)),
        evidence=changed_evidence(before, after),
        cause=cause,
    )

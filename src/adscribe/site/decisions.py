"""What a site has decided: what it allows, forbids, and knows the cause of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Literal

from adscribe.event import Event, Target
from adscribe.site.addresses import AddressSet
from adscribe.site.times import ALWAYS, Validity

Kind = Literal["allowed", "forbidden", "known_cause"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What the site says of one event.

    Attributes
    ----------
    kind : {"allowed", "forbidden", "known_cause"}
        What it says.
    cause : str or None
        The confirmed cause, of a known cause only.
    note : str or None
        The entry's note.
    line : int
        Of the entry in the site file; of the first where several decide together.
    text : str
        Names the entry, or the entries, for the analyst.
    lines : tuple of int
        Of all entries that decide.
    """

    kind: Kind
    cause: str | None
    note: str | None
    line: int
    text: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ends:
    """The addresses that an entry is for, under the name that the site file gives them."""

    name: str
    addresses: AddressSet


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of ``allowed``, ``forbidden`` or ``known_causes``. ``None`` narrows nothing.

    Attributes
    ----------
    validity : Validity
        When it holds.
    """

    kind: Kind
    line: int
    cause: str | None = None
    method: str | None = None
    submethod: str | None = None
    instance: str | None = None
    source: Ends | None = None
    target: Ends | None = None
    ports: frozenset[int] | None = None
    validity: Validity = ALWAYS
    note: str | None = None

    def matches(self, event: Event, local: datetime) -> bool:
        """Tell whether all keys but `target` hold for an event reported at a time in the site's zone.

        All ports of the event must be among the entry's for an innocent explanation; for a
        forbidden act one suffices.
        """
        if self.method is not None and self.method != event.method:
            return False
        if self.submethod is not None and self.submethod != event.submethod:
            return False
        if self.instance is not None and self.instance != event.instance:
            return False
        if not self.validity.holds(local):
            return False
        if self.ports is not None:
            if self.kind == "forbidden":
                if self.ports.isdisjoint(event.ports):
                    return False
            elif not event.ports or not self.ports.issuperset(event.ports):
                return False
        return self.source is None or event.source.ip in self.source.addresses

    def __str__(self) -> str:
        what = self.method or "everything"
        if self.submethod:
            what += f"/{self.submethod}"
        cause = (self.cause or "").replace("_", " ")
        label = f"known cause {cause}:" if self.kind == "known_cause" else self.kind
        parts = [label, what]
        if self.instance:
            parts.append(f"of instance {self.instance}")
        if self.source:
            parts.append(f"from {self.source.name}")
        if self.target:
            parts.append(f"to {self.target.name}")
        if self.ports is not None:
            parts.append(
                f"on port{'s' if len(self.ports) > 1 else ''} {', '.join(map(str, sorted(self.ports)))}"
            )
        text = " ".join(parts) + (f", {self.validity.text}" if self.validity.text else "")
        return f"{text} ({self.note})" if self.note else text


def forbid(entries: Iterable[Entry], event: Event, local: datetime) -> Decision | None:
    """Return what the first entry says that forbids the event, or a part of it."""
    for entry in entries:
        if entry.matches(event, local) and (
            entry.target is None or any(target.ip in entry.target.addresses for target in event.targets)
        ):
            return _decision((entry,))
    return None


def explain(entries: Sequence[Entry], event: Event, local: datetime) -> Decision | None:
    """Return what the first entry says that allows or explains the event as a whole.

    Where no entry covers all targets alone, entries of one kind and cause may cover them together.
    An entry with a `target` can't speak for targets that the sensor counted but did not list.
    """
    partly: list[Entry] = []
    all_listed = bool(event.targets) and (event.target_count or 0) <= len(event.targets)
    for entry in entries:
        if not entry.matches(event, local):
            continue
        if entry.target is None:
            return _decision((entry,))
        if all_listed:
            if all(target.ip in entry.target.addresses for target in event.targets):
                return _decision((entry,))
            partly.append(entry)
    partly.sort(key=lambda entry: entry.cause or "")
    together = [
        covering
        for _, group in groupby(partly, key=lambda entry: entry.cause)
        if (covering := _cover(tuple(group), event.targets))
    ]
    return _decision(min(together, key=lambda covering: covering[0].line)) if together else None


def _cover(entries: Iterable[Entry], targets: Sequence[Target]) -> tuple[Entry, ...]:
    """Return the entries that cover all targets together, each of which covers one that none before does."""
    used: list[Entry] = []
    left = list(targets)
    for entry in entries:
        still_left = [t for t in left if entry.target is not None and t.ip not in entry.target.addresses]
        if len(still_left) < len(left):
            used.append(entry)
            left = still_left
    return () if left else tuple(used)


def _decision(entries: tuple[Entry, ...]) -> Decision:
    first = entries[0]
    notes = tuple(dict.fromkeys(entry.note for entry in entries if entry.note))
    lines = tuple(entry.line for entry in entries)
    place = f"line {lines[0]}" if len(lines) == 1 else f"lines {' and '.join(map(str, lines))}"
    return Decision(
        kind=first.kind,
        cause=first.cause,
        note="; ".join(notes) or None,
        line=first.line,
        text=f"site file {place}: {'; '.join(str(entry) for entry in entries)}",
        lines=lines,
    )

"""What a reader made of an input: counts by form and method, never an address or the name of a host."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from adscribe.sensors.records import FORMATS, Reject, Report

DISTINCT = 1_000
"""Most names of one kind that are told apart; the rest are counted together."""
LINES = 5
"""How many lines are named of each reason."""
OTHERS = "(others)"

# "a.b" is the name of a host as likely as a key, "12:34" part of an address.
_PLAIN = re.compile(r"[A-Za-z…][A-Za-z0-9_/… \-]{0,99}")
_NOT_PLAIN = "(a name of unusual characters)"


@dataclass(slots=True)
class Tally:
    """How many records of one form, or of one method in it, were read.

    Attributes
    ----------
    read : int
        Records read.
    details : counter of str
        How their details were read: ``machine``, ``phrase``, or ``text`` where no known phrase matched.
    unknown : counter of str
        Keys that no table knows: of the form, or of the method's details.
    """

    read: int = 0
    details: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)

    def add(self, detail_form: str | None, unknown: Iterable[str]) -> None:
        """Count one record."""
        self.read += 1
        if detail_form is not None:
            self.details[detail_form] += 1
        for name in unknown:
            plain = _plain(name)
            self.unknown[plain if plain in self.unknown or len(self.unknown) < DISTINCT else OTHERS] += 1


@dataclass(slots=True)
class Reason:
    """How many records were rejected for one reason, and the first of their lines."""

    count: int = 0
    lines: list[int] = field(default_factory=list)


class Summary:
    """What was read, ignored and rejected, by form, by form and method, and by reason."""

    def __init__(self) -> None:
        self.formats: dict[str, Tally] = {}
        self.methods: dict[tuple[str, str], Tally] = {}
        self.rejects: dict[str, Reason] = {}

    def add(self, answers: Iterable[Report | Reject]) -> None:
        """Count what reading yields."""
        for answer in answers:
            if isinstance(answer, Report):
                self._read(answer)
            else:
                reason = self.rejects.setdefault(answer.reason.partition(" (")[0], Reason())
                reason.count += 1
                if len(reason.lines) < LINES:
                    reason.lines.append(answer.line)

    def _read(self, report: Report) -> None:
        self.formats.setdefault(report.format, Tally()).add(report.detail_form, report.ignored)
        key = (report.format, _plain(report.event.method))
        if key not in self.methods and len(self.methods) >= DISTINCT:
            key = (report.format, OTHERS)
        self.methods.setdefault(key, Tally()).add(report.detail_form, report.unknown)

    @property
    def read(self) -> int:
        """How many records were read."""
        return sum(tally.read for tally in self.formats.values())

    @property
    def rejected(self) -> int:
        """How many records were rejected."""
        return sum(reason.count for reason in self.rejects.values())

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as plain dicts and lists, as they stand in JSON."""
        return {
            "read": self.read,
            "rejected": self.rejected,
            "formats": [
                {
                    "format": name,
                    "status": form.status,
                    "why": form.why,
                    "read": tally.read,
                    "details": dict(tally.details.most_common()),
                    "ignored": dict(tally.unknown.most_common()),
                }
                for name, form in FORMATS.items()
                for tally in [self.formats.get(name, Tally())]
            ],
            "methods": [
                {
                    "format": form,
                    "method": method,
                    "read": tally.read,
                    "details": dict(tally.details.most_common()),
                    "unknown": dict(tally.unknown.most_common()),
                }
                for (form, method), tally in sorted(self.methods.items())
            ],
            "rejects": [
                {"reason": text, "count": reason.count, "lines": reason.lines}
                for text, reason in sorted(self.rejects.items(), key=lambda item: -item[1].count)
            ],
        }


def _plain(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else _NOT_PLAIN

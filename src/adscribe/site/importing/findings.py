"""What was found of a network, in the words of a site file, and what could not be put so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Relation = Literal["sum", "difference", "inverse"]


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line of a filter: an address pattern, and what is known of it."""

    text: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class NamedFilter:
    """A filter: patterns, or a relation between others.

    Attributes
    ----------
    origin : str
        Where it comes from, for the reader of the site file.
    grows : bool
        Whether patterns are added to a filter of that name rather than compared with it.
    incomplete : bool
        Whether patterns of it could not be read, so that it stands for too little.
    """

    name: str
    patterns: tuple[Pattern, ...] = ()
    relation: Relation | None = None
    parts: tuple[str, ...] = ()
    origin: str = ""
    grows: bool = False
    incomplete: bool = False


@dataclass(frozen=True, slots=True)
class Assigned:
    """The filter that a method, or one instance of it, is set to."""

    method: str
    instance: str | None
    filter: str
    origin: str = ""

    def __str__(self) -> str:
        instance = f", instance {self.instance}" if self.instance else ""
        return f"assigned filter of {self.method}{instance}"


@dataclass(frozen=True, slots=True)
class Allowed:
    """An entry of ``allowed``: its keys and values as they stand in a site file."""

    keys: Mapping[str, str | tuple[int, ...] | tuple[str, ...]]
    origin: str = ""

    def __str__(self) -> str:
        return f"allowed: {self.origin}"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that is not in the site file.

    Attributes
    ----------
    what : str
        What it is.
    why : str
        Why it is left out.
    rightly : bool
        Whether nothing is lost by it, such as a rule that has ended.
    """

    what: str
    why: str
    rightly: bool = False

    def __str__(self) -> str:
        return f"{self.what}: {self.why}"


@dataclass(slots=True)
class Findings:
    """All that was found.

    Attributes
    ----------
    roles : dict of str to str
        Role to the name of the filter of its addresses.
    """

    filters: list[NamedFilter] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=dict)
    assigned: list[Assigned] = field(default_factory=list)
    allowed: list[Allowed] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    def add(self, others: Findings) -> None:
        """Take what was found elsewhere."""
        self.filters += others.filters
        self.roles |= others.roles
        self.assigned += others.assigned
        self.allowed += others.allowed
        self.left_out += others.left_out


def printable(text: str, most: int = 200) -> str:
    """Return a text that fits on a line of a file: without control characters, cut, trimmed."""
    kept = "".join(sign if sign.isprintable() else " " for sign in text[: most * 2])
    return " ".join(kept.split())[:most].strip()

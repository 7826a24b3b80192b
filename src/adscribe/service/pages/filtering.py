"""What pages show of the filters that are set, and offer to set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import get_args

from adscribe.answer.assignment import Basis, Reason
from adscribe.event.native import SEVERITIES
from adscribe.service.categories import categories
from adscribe.service.pages.links import Links
from adscribe.service.pages.shell import BASES, REASONS, tactic_name, technique_name
from adscribe.store.filters import FIELDS, NONE

NAMES = {
    "since": "From",
    "until": "Until",
    "method": "Method",
    "submethod": "Submethod",
    "data_feed": "Data feed",
    "source": "Source",
    "target": "Target",
    "address": "Source or target",
    "host": "Host name",
    "tactic": "Tactic",
    "technique": "Technique",
    "reason": "No category",
    "basis": "Basis",
    "severity": "Severity",
    "reviewed": "Reviewed",
    "text": "Words",
}
"""Filter to what a reader calls it."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is set, and the list without it."""

    name: str
    value: str
    without: str


def chips(links: Links, zone: tzinfo, prefix: str = "") -> list[Chip]:
    """Return the filters of a query, each with the way to the page without it."""
    found = [
        (name.removeprefix(prefix), value, links.drop(name, value))
        for name, value in links.pairs
        if name.startswith(prefix)
    ]
    return [Chip(NAMES[name], said(name, value, zone), link) for name, value, link in found if name in FIELDS]


def choices() -> dict[str, list[tuple[str, str]]]:
    """Return the filters that one chooses a value of, with the values and what they are called."""
    return {
        "tactic": [(one.shortname, one.name) for one in categories().tactics()],
        "reason": [(one, REASONS[one]) for one in get_args(Reason)],
        "basis": [(one, BASES[one]) for one in get_args(Basis)],
        "severity": [(one, one) for one in (*SEVERITIES, NONE)],
        "reviewed": [("true", "yes"), ("false", "no")],
    }


def said(name: str, value: str, zone: tzinfo | None = None) -> str:
    """Return the value of a filter in a reader's words."""
    match name:
        case "since" | "until":
            at = datetime.fromisoformat(value)
            at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
            return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
        case "tactic":
            return tactic_name(value)
        case "technique":
            return technique_name(value)
        case "reason":
            return REASONS[value]
        case "basis":
            return BASES[value]
        case "reviewed":
            return "yes" if value == "true" else "no"
        case _:
            return value

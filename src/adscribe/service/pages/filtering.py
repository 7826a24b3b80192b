"""What pages show of the filters that are set, and offer to set."""

from __future__ import annotations

from datetime import tzinfo
from typing import get_args

from adscribe.answer.assignment import Basis, Reason
from adscribe.event.native import SEVERITIES
from adscribe.service.categories import categories
from adscribe.service.pages.events import NAMES, Chip, said
from adscribe.service.pages.links import Links
from adscribe.service.pages.shell import BASES, REASONS
from adscribe.store.filters import FIELDS, NONE


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

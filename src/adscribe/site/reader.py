"""How a site file is read: section by section, every problem with its line."""

from __future__ import annotations

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

from adscribe.site.addresses import AddressSet
from adscribe.site.content import Content, DataFeed
from adscribe.site.document import Node, read_document
from adscribe.site.entries import read_entries
from adscribe.site.filters import read_filters
from adscribe.site.reading import Reading
from adscribe.site.schedule import read_hours
from adscribe.site.services import read_services
from adscribe.site.vocabulary import POSITIONS, ROLES

SECTIONS = (
    "timezone",
    "hours",
    "filters",
    "internal",
    "roles",
    "assigned_filters",
    "services",
    "allowed",
    "forbidden",
    "known_causes",
    "data_feeds",
)
"""Keys of a site file; ``filters`` and ``internal`` are required."""


def read_content(text: str, file: str) -> Content:
    """Return what the text of a site file says.

    Raises
    ------
    SiteError
        With all problems found.
    """
    reading = Reading(file)
    document = read_document(text, reading.problems)
    sections = reading.entries(document, "the site file", SECTIONS)
    for required in ("filters", "internal"):
        if required not in sections:
            reading.problems.add(
                document, f"no {required}", "every site file has filters, and one of them is internal"
            )
    zone = _timezone(reading, sections.get("timezone"))
    filters = read_filters(reading, sections["filters"]) if "filters" in sections else {}
    internal = _filter_name(reading, sections.get("internal"), filters)
    content = Content(
        timezone=zone,
        hours=read_hours(reading, sections.get("hours")),
        filters=filters,
        relational=_relational(sections.get("filters")),
        internal=filters[internal] if internal else AddressSet(),
        internal_name=internal,
        roles=_roles(reading, sections.get("roles"), filters),
        assigned=_assigned(reading, sections.get("assigned_filters"), filters),
        services=read_services(reading, sections.get("services")),
        allowed=read_entries(reading, sections.get("allowed"), "allowed", filters, zone),
        forbidden=read_entries(reading, sections.get("forbidden"), "forbidden", filters, zone),
        known_causes=read_entries(reading, sections.get("known_causes"), "known_cause", filters, zone),
        feeds=_feeds(reading, sections.get("data_feeds")),
    )
    reading.problems.raise_any()
    return content


def _timezone(reading: Reading, node: Node | None) -> tzinfo:
    name = reading.text(node, "timezone") if node is not None else None
    if node is None or name is None:
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        reading.problems.add(
            node, "unknown time zone", "a name of the IANA database, such as Europe/Prague or UTC"
        )
        return UTC


def _relational(section: Node | None) -> frozenset[str]:
    nodes = section.entries if section is not None else None
    return frozenset(name for name, node in (nodes or {}).items() if node.entries is not None)


def _filter_name(reading: Reading, node: Node | None, filters: dict[str, AddressSet]) -> str | None:
    name = reading.text(node, "the name of a filter") if node is not None else None
    if node is None or name is None or not reading.known(node, name, filters, "filter"):
        return None
    return name


def _roles(reading: Reading, section: Node | None, filters: dict[str, AddressSet]) -> dict[str, str]:
    roles: dict[str, str] = {}
    if section is not None:
        for role, node in reading.entries(section, "roles").items():
            known = reading.known(node, role, ROLES, "role", at_key=True)
            name = _filter_name(reading, node, filters)
            if known and name is not None:
                roles[role] = name
    return roles


def _assigned(
    reading: Reading, section: Node | None, filters: dict[str, AddressSet]
) -> dict[tuple[str, str | None], str]:
    assigned: dict[tuple[str, str | None], str] = {}
    lines: dict[tuple[str, str | None], int] = {}
    for node in reading.items(section, "assigned_filters") if section is not None else ():
        values = reading.entries(node, "an assigned filter", ("method", "instance", "filter"))
        missing = [key for key in ("method", "filter") if key not in values]
        if missing:
            reading.problems.add(node, f"an assigned filter without {' and '.join(missing)}")
            continue
        method = reading.text(values["method"], "method")
        instance = reading.text(values["instance"], "instance") if "instance" in values else None
        name = _filter_name(reading, values["filter"], filters)
        if method is None or name is None:
            continue
        key = (method, instance)
        if key in assigned:
            reading.problems.add(node, f"a filter for the same method and instance as in line {lines[key]}")
            continue
        assigned[key], lines[key] = name, node.line
    return assigned


def _feeds(reading: Reading, section: Node | None) -> tuple[DataFeed, ...]:
    feeds: list[DataFeed] = []
    names: dict[str, int] = {}
    for key, node in reading.entries(section, "data_feeds").items() if section is not None else ():
        values = reading.entries(node, "a data feed", ("name", "position"))
        name = reading.text(values["name"], "name") if "name" in values else None
        position = reading.text(values["position"], "position") if "position" in values else None
        if position is not None and not reading.known(values["position"], position, POSITIONS, "position"):
            continue
        if name is not None and name in names:
            reading.problems.add(
                values["name"], f"a second data feed of this name, first in line {names[name]}"
            )
            continue
        if name is not None:
            names[name] = values["name"].line
        feeds.append(DataFeed(key, name, position))
    return tuple(feeds)

"""How the entries of ``allowed``, ``forbidden`` and ``known_causes`` are read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo

from adscribe.site.addresses import AddressSet
from adscribe.site.decisions import Ends, Entry, Kind
from adscribe.site.document import Node
from adscribe.site.patterns import PatternError, parse_pattern
from adscribe.site.reading import Reading
from adscribe.site.schedule import read_validity
from adscribe.site.vocabulary import CAUSES

KEYS = frozenset(
    {"method", "submethod", "instance", "source", "target", "ports", "days", "from", "until", "to", "note"}
)
"""Keys of every entry; a known cause has ``cause`` as well."""


def read_entries(
    reading: Reading, section: Node | None, kind: Kind, filters: Mapping[str, AddressSet], zone: tzinfo
) -> tuple[Entry, ...]:
    """Return the entries of a section, in file order."""
    if section is None:
        return ()
    return tuple(
        _entry(reading, node, kind, filters, zone) for node in reading.items(section, "the list of entries")
    )


def _entry(
    reading: Reading, node: Node, kind: Kind, filters: Mapping[str, AddressSet], zone: tzinfo
) -> Entry:
    keys = KEYS | {"cause"} if kind == "known_cause" else KEYS
    values = reading.entries(node, "an entry", keys)
    if not ("method" in values or "source" in values):
        reading.problems.add(node, "an entry without a method and without a source", "say what it is for")
    cause = None
    if kind == "known_cause":
        if "cause" not in values:
            reading.problems.add(node, "a known cause without a cause", f"one of {', '.join(sorted(CAUSES))}")
        elif cause := reading.text(values["cause"], "cause"):
            reading.known(values["cause"], cause, CAUSES, "cause")
    texts = {
        key: reading.text(values[key], key)
        for key in ("method", "submethod", "instance", "note")
        if key in values
    }
    validity = read_validity(reading, values, zone)
    return Entry(
        kind=kind,
        line=node.line,
        cause=cause,
        method=texts.get("method"),
        submethod=texts.get("submethod"),
        instance=texts.get("instance"),
        source=_ends(reading, values.get("source"), filters),
        target=_ends(reading, values.get("target"), filters),
        ports=_ports(reading, values.get("ports")),
        validity=validity,
        note=texts.get("note"),
    )


def _ends(reading: Reading, node: Node | None, filters: Mapping[str, AddressSet]) -> Ends | None:
    """Return the addresses of a filter's name or of an address pattern."""
    name = reading.text(node, "source or target") if node is not None else None
    if node is None or name is None:
        return None
    if name in filters:
        return Ends(name, filters[name])
    try:
        return Ends(name, reading.spend(node, parse_pattern(name)))
    except PatternError as error:
        if name[:1].isalpha() and ":" not in name:
            reading.known(node, name, filters, "filter")
        else:
            reading.problems.add(node, f"neither the name of a filter nor an address pattern: {error}")
        return None


def _ports(reading: Reading, node: Node | None) -> frozenset[int] | None:
    if node is None:
        return None
    ports = set()
    for item in reading.items(node, "ports"):
        text = item.text or ""
        if text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 65_535:
            ports.add(int(text))
        else:
            reading.problems.add(item, "a port that is no number from 0 to 65535")
    if not node.items:
        reading.problems.add(node, "ports without a port", "leave the key out if any port will do")
    return frozenset(ports)

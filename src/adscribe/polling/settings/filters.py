"""Filters of the sensor."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

import msgspec

from adscribe.polling.settings.documents import Document, Index, as_text, documents
from adscribe.sensors.flowmon.api import Filters
from adscribe.site.importing import Findings, LeftOut, NamedFilter, Pattern
from adscribe.site.importing.findings import Relation
from adscribe.site.patterns import PatternError, parse_pattern


def read_filters(records: Iterable[bytes], names: Filters, findings: Findings) -> Index:
    """Add the sensor's filters to the findings, and return them by id and name."""
    index = Index()
    found: list[tuple[Document, str]] = []
    taken: set[str] = set()
    for document in documents(records, names.fields, "filter", findings):
        name = document.text("name")
        if name is None:
            findings.left_out.append(LeftOut(document.label, "it has no name"))
            continue
        name = _free(name, taken)
        taken.add(name)
        index.add(document, name)
        found.append((document, name))
    inner = next((key for key, word in names.fields.items() if word == "pattern"), "pattern")
    relations = {
        str(word).lower(): relation
        for relation, word in msgspec.to_builtins(names.relations).items()
        if relation in get_args(Relation)
    }
    for document, name in found:
        read = _read(document, name, index, inner, relations, findings)
        if read is not None:
            findings.filters.append(read)
    return index


def _read(
    document: Document,
    name: str,
    index: Index,
    inner: str,
    relations: dict[str, Relation],
    findings: Findings,
) -> NamedFilter | None:
    number = document.text("id")
    origin = "of the sensor" + (f", filter {number}" if number is not None else "")
    if name != document.text("name"):
        origin += f", called {document.text('name')} there"
    values = document.values

    def leave(why: str) -> None:
        findings.left_out.append(LeftOut(document.label, why))

    if document.unknown:
        keys = ", ".join(document.unknown)
        findings.left_out.append(LeftOut(document.label, f"of its {keys} nothing is known", rightly=True))
    if "relation" in values or "parts" in values:
        relation = relations.get(str(values.get("relation")).lower())
        parts = values.get("parts")
        if relation is None or not isinstance(parts, list):
            leave("how it is made of others is not understood")
            return None
        if values.get("patterns"):
            leave("it has both patterns and parts")
            return None
        known = tuple(part for part in map(index.find, parts) if part is not None)
        if len(known) < len(parts):
            leave("it is made of a filter that isn't there")
            return None
        if relation == "inverse" and len(known) != 1:
            leave("an inversion of more than one filter")
            return None
        return NamedFilter(name, relation=relation, parts=known, origin=origin)
    patterns, bad = _patterns(values.get("patterns", []), inner)
    for place, why in bad:
        findings.left_out.append(LeftOut(f"{document.label}, pattern {place}", why))
    return NamedFilter(name, patterns, origin=origin, incomplete=bool(bad))


def _patterns(given: Any, inner: str) -> tuple[tuple[Pattern, ...], list[tuple[int, str]]]:
    """Return the patterns of a list, and place and reason for each item that is none."""
    if isinstance(given, str):
        given = given.replace(",", " ").split()
    if not isinstance(given, list):
        return (), [(1, "no list of patterns")]
    patterns: dict[str, Pattern] = {}
    bad = []
    for place, item in enumerate(given, start=1):
        text = as_text(item.get(inner) if isinstance(item, dict) else item)
        try:
            parse_pattern(text or "")
        except PatternError as error:
            bad.append((place, str(error)))
        else:
            patterns[str(text)] = Pattern(str(text))
    return tuple(patterns.values()), bad


def _free(name: str, taken: set[str]) -> str:
    """Return a name that no filter has yet, and that no entry takes for an address."""
    try:
        parse_pattern(name)
    except PatternError:
        pass
    else:
        name = f"addresses {name}"
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{name[:180]} ({number})"
    return free

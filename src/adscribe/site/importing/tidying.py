"""What was found, made consistent: each name once, and nothing that rests on what isn't there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from adscribe.site.importing.findings import Allowed, Findings, LeftOut, NamedFilter
from adscribe.site.patterns import PatternError, parse_pattern


def tidy(findings: Findings) -> None:
    """Move to `left_out` what a site file could not hold."""
    filters = _each_once(findings)
    _leave_circles(filters, findings)
    order = TopologicalSorter({name: found.parts for name, found in filters.items()}).static_order()
    for name in order:
        if name in filters and (why := _obstacle(filters[name], filters)):
            del filters[name]
            findings.left_out.append(LeftOut(f"filter {name}", why))
        elif name in filters and any(filters[part].incomplete for part in filters[name].parts):
            filters[name] = replace(filters[name], incomplete=True)
    findings.filters = list(filters.values())
    for one in findings.assigned:
        if one.filter not in filters:
            findings.left_out.append(LeftOut(str(one), f"there is no filter {one.filter}"))
    findings.assigned = [one for one in findings.assigned if one.filter in filters]
    for rule in findings.allowed:
        if not _is_complete(rule, filters):
            findings.left_out.append(LeftOut(rule.origin, "it names a filter that isn't there"))
    findings.allowed = [rule for rule in findings.allowed if _is_complete(rule, filters)]


def _each_once(findings: Findings) -> dict[str, NamedFilter]:
    filters: dict[str, NamedFilter] = {}
    for found in findings.filters:
        if filters.setdefault(found.name, found) is not found:
            findings.left_out.append(LeftOut(f"filter {found.name}", "a second one of this name"))
    return filters


def _leave_circles(filters: dict[str, NamedFilter], findings: Findings) -> None:
    while True:
        try:
            TopologicalSorter({name: found.parts for name, found in filters.items()}).prepare()
        except CycleError as error:
            for name in dict.fromkeys(error.args[1]):
                del filters[name]
                findings.left_out.append(LeftOut(f"filter {name}", "it is made of itself"))
        else:
            return


def _obstacle(found: NamedFilter, filters: Mapping[str, NamedFilter]) -> str | None:
    """Return why a filter can't be made of its parts."""
    if any(part not in filters for part in found.parts):
        return "it is made of a filter that isn't there"
    taken_away = {"inverse": found.parts, "difference": found.parts[1:]}.get(found.relation or "", ())
    if any(filters[part].incomplete for part in taken_away):
        # It would stand for more than it does, and so could what is allowed for it.
        return "it takes away a filter that could not be read completely"
    return None


def _is_complete(rule: Allowed, names: Collection[str]) -> bool:
    return all(_is_end(rule.keys[key], names) for key in ("source", "target") if key in rule.keys)


def _is_end(value: object, names: Collection[str]) -> bool:
    if value in names:
        return True
    try:
        parse_pattern(str(value))
    except PatternError:
        return False
    return True

"""Named filters: lists of address patterns, and relations between filters."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

from adscribe.site.addresses import AddressSet
from adscribe.site.document import Node
from adscribe.site.patterns import PatternError, parse_pattern
from adscribe.site.reading import Reading

MAX_FILTERS = 1_000
"""Most filters of a site."""

RELATIONS = ("sum", "difference", "inverse")


def read_filters(reading: Reading, section: Node) -> dict[str, AddressSet]:
    """Return the addresses of each filter, in file order.

    A relational filter is worked out from the filters that it names, whatever their order in the
    file. Sum takes any number of filters, difference the first without the others, inverse one:
    all addresses, of both IP versions, that are not in it.
    """
    nodes = reading.entries(section, "filters")
    if len(nodes) > MAX_FILTERS:
        reading.problems.add(section, f"{len(nodes):,} filters, more than {MAX_FILTERS:,}")
        reading.problems.raise_any()
    for name, node in nodes.items():
        if not name.strip() or _is_pattern(name):
            hint = "give it a name; an entry could not tell it from an address"
            reading.problems.add(node, "a filter that has no name of its own", hint, at_key=True)
    filters = {name: reading.patterns(node, "filter") for name, node in nodes.items() if node.entries is None}
    operands = {name: _operands(reading, node, nodes) for name, node in nodes.items() if name not in filters}
    try:
        order = tuple(TopologicalSorter({name: used for name, (_, used) in operands.items()}).static_order())
    except CycleError as error:
        cycle = list(reversed(error.args[1]))
        first = min(cycle, key=lambda name: nodes[name].key_line)
        turn = cycle.index(first)
        path = " → ".join([*cycle[turn:-1], *cycle[:turn], first])
        reading.problems.add(nodes[first], f"filters that are made of each other: {path}", at_key=True)
        return {name: AddressSet() for name in nodes}
    for name in order:
        if name in operands:
            relation, used = operands[name]
            filters[name] = _relate(relation, [reading.spend(nodes[name], filters[part]) for part in used])
    return {name: filters[name] for name in nodes}


def _is_pattern(text: str) -> bool:
    try:
        parse_pattern(text)
    except PatternError:
        return False
    return True


def _operands(reading: Reading, node: Node, filters: dict[str, Node]) -> tuple[str, list[str]]:
    """Return the relation of a filter and the names that it relates."""
    entries = reading.entries(node, "a filter", RELATIONS)
    if len(entries) != 1:
        if len(node.entries or ()) != 1:
            reading.problems.add(node, "a relational filter has one of sum, difference and inverse")
        return "sum", []
    relation, value = next(iter(entries.items()))
    parts = [value] if relation == "inverse" else reading.items(value, relation)
    if relation == "difference" and not parts:
        reading.problems.add(value, "difference needs the filter to take from")
    names = [reading.text(part, "the name of a filter") for part in parts]
    known = [
        name
        for part, name in zip(parts, names, strict=True)
        if name is not None and reading.known(part, name, filters, "filter")
    ]
    complete = len(known) == len(parts) and bool(parts)
    return (relation, known) if complete else ("sum", known)


def _relate(relation: str, parts: list[AddressSet]) -> AddressSet:
    if relation == "inverse":
        return ~parts[0]
    if relation == "difference":
        return parts[0] - AddressSet.union(parts[1:])
    return AddressSet.union(parts)

"""All extractors on one event."""

from __future__ import annotations

from types import ModuleType
from typing import cast

from adscribe.context import Context
from adscribe.features import (
    counts,
    crosses,
    facts,
    history,
    names,
    ports,
    rates,
    rules,
    semantics,
    sides,
    targets,
    text,
    volumes,
)
from adscribe.features.feature import Extractor
from adscribe.features.groups import Group
from adscribe.features.reading import Reading

EXTRACTORS: tuple[Extractor, ...] = (
    facts,
    crosses,
    rules,
    volumes,
    counts,
    rates,
    targets,
    sides,
    ports,
    names,
    text,
    semantics,
    history,
)
"""A module each, in the order of the documentation."""


def groups(context: Context) -> list[Group]:
    """Return all named values of an event, by groups of names; no name comes twice."""
    reading = Reading.of(context)
    found: list[Group] = []
    for extractor in EXTRACTORS:
        found.extend(extractor.extract(reading))
    return found


def pairs(context: Context) -> list[tuple[str, float]]:
    """Return all named values of an event, one by one."""
    return [(name, value) for group, value in groups(context) for name in group.names]


def extract(context: Context) -> dict[str, float]:
    """Return all named values of an event.

    Parameters
    ----------
    context : Context
        The event in its context.

    Returns
    -------
    dict of str to float
        By name; what isn't named is 0. All lie between 0 and 1.
    """
    return dict(pairs(context))


def versions() -> dict[str, int]:
    """Return the version of each extractor, by its name."""
    return {name_of(extractor): extractor.VERSION for extractor in EXTRACTORS}


def name_of(extractor: Extractor) -> str:
    """Return the name of an extractor: that of its module."""
    return cast("ModuleType", extractor).__name__.rpartition(".")[2]

"""What the codebook says: the rows that hold, and their answers.

A row's conditions count by the degree of their values, so a row fades over a step instead of tipping:
each row in order takes of what those before it left. Where all values are certain that is the row that
answers and nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from adscribe.codebook import Codebook
from adscribe.codebook.rows import Row
from adscribe.context import Context
from adscribe.features.feature import Feature
from adscribe.features.groups import Group, Names
from adscribe.features.reading import Reading
from adscribe.features.steps import Degrees

VERSION = 1

LEAST = 0.01
"""What is left for further rows when the search ends."""

_SAYS = "A technique, a tactic or a reason of its answer; all techniques together, joined by `|`."

FEATURES: tuple[Feature, ...] = (
    Feature("rule=<value>", "degree", "The row of the codebook that answers, by its id.", ("rule",)),
    Feature("says=<value>", "degree", _SAYS, ("rule",)),
    *(
        Feature(
            f"{side}.{name}=<value>", "degree", f"The same of the targets {side} alone.", ("targets", "rule")
        )
        for side in ("inside", "outside")
        for name in ("rule", "says")
    ),
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A row as it is read here.

    Attributes
    ----------
    id : str
        Of the row.
    conditions : tuple of (str, frozenset of str)
        Keys with the terms that meet them.
    labels : tuple of str
        What the row says: techniques, tactics and all techniques together, or the reason.
    """

    id: str
    conditions: tuple[tuple[str, frozenset[str]], ...]
    labels: tuple[str, ...]

    def degree(self, terms: Mapping[str, Degrees]) -> float:
        """Return how far the row holds; what isn't known never meets a condition."""
        degree = 1.0
        for key, meeting in self.conditions:
            met = sum([own for text, own in terms.get(key, ()) if text in meeting])
            if not met:
                return 0.0
            degree *= min(met, 1.0)
        return degree

    def names(self, side: str = "") -> list[str]:
        """Return the names of the features of the row."""
        return [f"{side}rule={self.id}", *(f"{side}says={label}" for label in self.labels)]


def extract(reading: Reading) -> list[Group]:
    """Return the features of the codebook's rows."""
    found = _told("", answering(reading))
    for part in reading.parts:
        (side,) = part.context.values("targets")
        found += _told(f"{side}.", answering(part))
    return found


def answering(reading: Reading) -> list[tuple[Rule, float]]:
    """Return the rows that hold, each with its degree."""
    event = reading.context.event
    found: list[tuple[Rule, float]] = []
    left = 1.0
    for rule in _rules(event.method, event.submethod):
        if degree := rule.degree(reading.terms):
            found.append((rule, left * degree))
            left *= 1.0 - degree
            if left < LEAST:
                break
    return found


def rests_on(context: Context) -> tuple[str, ...]:
    """Return the keys that the rows which hold have conditions on; none for a row that always holds."""
    reading = Reading.of(context)
    held = (rule for one in (reading, *reading.parts) for rule, _ in answering(one))
    return tuple(dict.fromkeys(key for rule in held for key, _ in rule.conditions))


def _told(side: str, held: list[tuple[Rule, float]]) -> list[Group]:
    if len(held) == 1:
        ((rule, degree),) = held
        return [(_whole(side, rule), degree)]
    found: dict[str, float] = {}
    for rule, degree in held:
        for name in rule.names(side):
            found[name] = found.get(name, 0.0) + degree
    return [(_name(name), min(degree, 1.0)) for name, degree in found.items()]


@lru_cache(maxsize=2**12)
def _whole(side: str, rule: Rule) -> Names:
    return Names(*rule.names(side))


@lru_cache(maxsize=2**12)
def _name(name: str) -> Names:
    return Names(name)


@lru_cache(maxsize=1024)
def _rules(method: str, submethod: str | None) -> tuple[Rule, ...]:
    """Return the rows for a kind of event, in the order that they are tried."""
    return tuple(map(rule_of, codebook().covering(method, submethod)))


def rule_of(row: Row) -> Rule:
    """Return a row as it is read here."""
    conditions = tuple(
        (condition.key, frozenset(f"{condition.key}={value}" for value in condition.values))
        for condition in row.when
    )
    if row.enterprise is None:
        return Rule(row.id, conditions, (str(row.reason),))
    techniques = sorted(row.enterprise.techniques)
    labels = dict.fromkeys((*techniques, *row.enterprise.tactics, "|".join(techniques)))
    return Rule(row.id, conditions, tuple(labels))


@cache
def codebook() -> Codebook:
    """Return the codebook whose rows are features: the one that adscribe ships."""
    return Codebook.load()


@cache
def edition() -> str:
    """Return SHA-256 of the rows, in hexadecimal digits: with other rows the features mean something else."""
    rules = [rule_of(row) for row in codebook().rows()]
    content = [
        (rule.id, [(key, sorted(terms)) for key, terms in rule.conditions], rule.labels) for rule in rules
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()

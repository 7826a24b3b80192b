"""What an expert who knows what happened says of an event, limited to what a sensor can show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import get_args

from adscribe.answer.assignment import Reason
from adscribe.attack import Catalogue, Matrix
from adscribe.context.vocabulary import load_vocabulary
from adscribe.errors import CatalogueError
from adscribe.training.simulation.definitions import Case, Words
from adscribe.training.simulation.values import DefinitionError

ENTERPRISE, ICS = "19", "18.1"
"""Versions of ATT&CK that the truths are written in."""

REASONS: tuple[str, ...] = get_args(Reason)[:4]
_NAMED = "named"


@dataclass(frozen=True, slots=True)
class Truth:
    """The categories, or the reason for none.

    Attributes
    ----------
    techniques, tactics : tuple of str
        Ids, and short names of the tactics that the context supports; sorted.
    reason : str or None
        Why there is no category; ``None`` if and only if there are techniques.
    ics_techniques, ics_tactics : tuple of str
        The same in the ICS matrix; empty where no technique is given there.
    """

    techniques: tuple[str, ...] = ()
    tactics: tuple[str, ...] = ()
    reason: str | None = None
    ics_techniques: tuple[str, ...] = ()
    ics_tactics: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.reason or " + ".join(self.techniques)


@dataclass(frozen=True, slots=True)
class Situation:
    """What truths depend on. Roles are what the hosts are, whether the site file knows it or not."""

    source: str
    targets: str | None
    success: bool | None
    forbidden: bool
    target_count: int
    roles: frozenset[str]
    target_roles: frozenset[str]
    segment: str | None
    submethod: str | None
    named: Truth | None = None
    ot: bool = False


def expand(words: Words, *, known: Iterable[str] = ()) -> tuple[str, ...]:
    """Return roles, with the members of groups in the place of their names.

    Parameters
    ----------
    words : str or list of str
        Roles or groups.
    known : iterable of str
        Further words that are no roles of the vocabulary.

    Raises
    ------
    DefinitionError
        One is neither.
    """
    vocabulary, extra = load_vocabulary(), frozenset(known)
    found: dict[str, None] = {}
    for word in (words,) if isinstance(words, str) else words:
        if word in vocabulary.role_groups:
            found |= dict.fromkeys(sorted(vocabulary.role_groups[word]))
        elif word in vocabulary.roles or word in extra:
            found[word] = None
        else:
            raise DefinitionError(f"{word!r} is no role")
    return tuple(found)


class Cases:
    """The truths of a behaviour, in the order in which they are tried.

    Parameters
    ----------
    raw : str, or list of str or of Case
        As a definition has it.
    ics : list of str
        Techniques of the ICS matrix that go with every case without its own, where an end is OT.

    Raises
    ------
    DefinitionError
        A truth names what the catalogue doesn't have, or no case holds without a condition.
    """

    def __init__(self, raw: str | Sequence[str | Case], ics: Sequence[str] = ()) -> None:
        cases: list[Case] = []
        if isinstance(raw, str):
            cases = [Case(give=raw)]
        else:
            words = [word for word in raw if isinstance(word, str)]
            cases = [Case(give=words)] if words else [case for case in raw if isinstance(case, Case)]
        if not cases or _conditions(cases[-1]):
            raise DefinitionError("the last truth has a condition", hint="end with one that holds otherwise")
        self._cases = [
            (
                case,
                expand(case.role or [], known=("customer",)),
                expand(case.target_role or [], known=("customer",)),
                truth_of(case.give, case.ics or ics),
            )
            for case in cases
        ]

    def truths(self) -> tuple[Truth, ...]:
        """Return all truths that can come of it."""
        return tuple(truth for *_, (truth, _) in self._cases)

    def of(self, situation: Situation) -> Truth:
        """Return the truth of a situation."""
        for case, roles, target_roles, (truth, named) in self._cases:
            if _holds(case, roles, target_roles, situation):
                given = joined(situation.named, truth) if named and situation.named is not None else truth
                if situation.ot or not given.ics_techniques:
                    return given
                return Truth(given.techniques, given.tactics, given.reason)
        raise AssertionError("the last case has no condition")


def _conditions(case: Case) -> list[str]:
    fields = [name for name in Case.__struct_fields__ if name not in ("give", "ics")]
    return [name for name in fields if getattr(case, name) is not None]


def _holds(case: Case, roles: tuple[str, ...], target_roles: tuple[str, ...], situation: Situation) -> bool:
    if case.source is not None and case.source != situation.source:
        return False
    if case.targets is not None and case.targets != situation.targets:
        return False
    if case.success is not None and case.success != bool(situation.success):
        return False
    if case.forbidden is not None and case.forbidden != situation.forbidden:
        return False
    if case.targets_from is not None and situation.target_count < case.targets_from:
        return False
    if case.targets_below is not None and situation.target_count >= case.targets_below:
        return False
    if case.submethod is not None and situation.submethod not in _listed(case.submethod):
        return False
    if case.segment is not None and situation.segment not in _listed(case.segment):
        return False
    if roles and situation.roles.isdisjoint(roles):
        return False
    return not target_roles or not situation.target_roles.isdisjoint(target_roles)


def _listed(words: Words) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words)


def joined(first: Truth, second: Truth) -> Truth:
    """Return the categories of both; a reason stays only where neither has any."""
    techniques = tuple(sorted({*first.techniques, *second.techniques}))
    return Truth(
        techniques,
        tuple(sorted({*first.tactics, *second.tactics})),
        None if techniques else first.reason or second.reason,
        tuple(sorted({*first.ics_techniques, *second.ics_techniques})),
        tuple(sorted({*first.ics_tactics, *second.ics_tactics})),
    )


def truth_of(give: Words, ics: Sequence[str] = ()) -> tuple[Truth, bool]:
    """Return the truth that a definition gives, and whether a named threat's comes on top.

    Raises
    ------
    DefinitionError
        It names no technique of the catalogue, a tactic that isn't the technique's, or is nothing.
    """
    words = _listed(give)
    rest = [word for word in words if word != _NAMED]
    named = len(rest) < len(words)
    if len(rest) == 1 and rest[0] in REASONS:
        return Truth((), (), rest[0], *_categories(ics, _matrix("ics", ICS))), named
    techniques, tactics = _categories(rest, _matrix("enterprise", ENTERPRISE))
    if not techniques and not named:
        raise DefinitionError("a truth of neither a technique nor a reason")
    return Truth(techniques, tactics, None, *_categories(ics, _matrix("ics", ICS))), named


def _categories(words: Iterable[str], matrix: Matrix) -> tuple[tuple[str, ...], tuple[str, ...]]:
    techniques: set[str] = set()
    tactics: set[str] = set()
    for word in words:
        name, *chosen = word.split()
        try:
            technique = matrix.technique(name)
            matrix.check([name], chosen)
        except CatalogueError as error:
            raise DefinitionError(f"{name}: {error.message}", hint=error.hint) from None
        if not chosen and len(technique.tactics) > 1:
            hint = f"say which: {name} {' '.join(technique.tactics)}"
            raise DefinitionError(f"{name} has several tactics", hint=hint)
        if not set(chosen) <= set(technique.tactics):
            raise DefinitionError(f"{name} has no such tactic", hint=f"it has {', '.join(technique.tactics)}")
        techniques.add(name)
        tactics.update(chosen or technique.tactics)
    return tuple(sorted(techniques)), tuple(sorted(tactics))


@lru_cache(maxsize=2)
def _matrix(domain: str, version: str) -> Matrix:
    return Catalogue.load().matrix(domain, version)

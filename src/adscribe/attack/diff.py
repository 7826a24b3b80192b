"""What differs between two versions of a domain."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from adscribe.attack.matrix import Matrix, Technique
from adscribe.attack.translation import Basis, Translator


class Removal(msgspec.Struct, frozen=True, kw_only=True):
    """A technique that the later version doesn't have, and what comes in its place."""

    id: str
    name: str
    replaced_by: tuple[str, ...]
    basis: Basis


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """What an id had before and has after: a name, a parent's id, or tactics."""

    id: str
    before: tuple[str, ...]
    after: tuple[str, ...]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What differs between two versions, everything by id.

    Attributes
    ----------
    before, after : str
        Names of the versions.
    added : tuple of Technique
        Only after.
    removed : tuple of Removal
        Only before.
    renamed, tactics, parents : tuple of Edit
        Of the techniques that both have.
    matrix : tuple of Edit
        Tactics whose short name changed, came (before is empty) or went (after is empty).
    """

    before: str
    after: str
    added: tuple[Technique, ...]
    removed: tuple[Removal, ...]
    renamed: tuple[Edit, ...]
    tactics: tuple[Edit, ...]
    parents: tuple[Edit, ...]
    matrix: tuple[Edit, ...]


def compare(translator: Translator) -> Difference:
    """Return what differs between the translator's two versions."""
    before, after = translator.source, translator.target
    removed = []
    for technique in before.techniques:
        if technique.id not in after:
            became = translator.translate(technique.id, ())
            removed.append(
                Removal(
                    id=technique.id,
                    name=technique.display,
                    replaced_by=became.techniques,
                    basis=became.basis,
                )
            )
    return Difference(
        before=before.name,
        after=after.name,
        added=tuple(technique for technique in after.techniques if technique.id not in before),
        removed=tuple(removed),
        renamed=_edits(before, after, lambda technique: (technique.name,)),
        tactics=_edits(before, after, lambda technique: technique.tactics),
        parents=_edits(before, after, lambda technique: (technique.parent,) if technique.parent else ()),
        matrix=_tactics(before, after),
    )


def _edits(before: Matrix, after: Matrix, of: Callable[[Technique], tuple[str, ...]]) -> tuple[Edit, ...]:
    pairs = (
        (technique, after.technique(technique.id)) for technique in before.techniques if technique.id in after
    )
    # Sets: the matrix may put the same tactics in another order.
    return tuple(
        Edit(id=old.id, before=of(old), after=of(new)) for old, new in pairs if set(of(old)) != set(of(new))
    )


def _tactics(before: Matrix, after: Matrix) -> tuple[Edit, ...]:
    old = {tactic.id: (tactic.shortname,) for tactic in before.tactics}
    new = {tactic.id: (tactic.shortname,) for tactic in after.tactics}
    return tuple(
        Edit(id=one, before=old.get(one, ()), after=new.get(one, ()))
        for one in sorted(old.keys() | new.keys())
        if old.get(one) != new.get(one)
    )

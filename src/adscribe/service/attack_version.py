"""A version of ATT&CK in which stored categories are told, whichever version answered them."""

from __future__ import annotations

from functools import lru_cache

from adscribe.attack import Catalogue
from adscribe.attack.matrix import Matrix
from adscribe.errors import CatalogueError
from adscribe.store.matrix import Told


class AttackVersion:
    """One version of a domain, and the way there from the others at hand.

    What a store keeps doesn't name the version of each category: a technique with its tactics is taken as
    it is where this version has them, else as the newest version that does.

    Parameters
    ----------
    catalogue : Catalogue
    domain, version : str
        The newest version at hand when the version is not given.

    Attributes
    ----------
    matrix : Matrix
        The version.
    domain : str

    Raises
    ------
    CatalogueError
        If there is no such version.
    """

    def __init__(self, catalogue: Catalogue, domain: str, version: str | None = None) -> None:
        self.matrix: Matrix = catalogue.matrix(domain, version)
        self.domain: str = self.matrix.domain
        self._catalogue = catalogue
        self._others = [
            catalogue.matrix(domain, one)
            for one in reversed(catalogue.versions(domain))
            if one != self.matrix.version
        ]
        self.technique = lru_cache(maxsize=4096)(self._technique)
        self.tactic = lru_cache(maxsize=256)(self._tactic)

    def _technique(self, technique: str, tactics: tuple[str, ...]) -> tuple[Told, ...]:
        if _holds(self.matrix, technique, tactics):
            return (Told(technique, self.matrix.technique(technique).parent, tactics),)
        source = next((one for one in self._others if _holds(one, technique, tactics)), None)
        if source is None:
            return ()
        ids, there = self._catalogue.translate(
            technique, tactics, domain=self.domain, source=source.version, target=self.matrix.version
        )
        found = (self.matrix.technique(one) for one in ids)
        return tuple(
            Told(one.id, one.parent, tuple(name for name in there if name in one.tactics)) for one in found
        )

    def _tactic(self, tactic: str) -> tuple[str, ...]:
        if _has(self.matrix, tactic):
            return (tactic,)
        source = next((one for one in self._others if _has(one, tactic)), None)
        if source is None:
            return ()
        return self._catalogue.translate(
            None, (tactic,), domain=self.domain, source=source.version, target=self.matrix.version
        ).tactics


def _holds(matrix: Matrix, technique: str, tactics: tuple[str, ...]) -> bool:
    try:
        matrix.check((technique,), tactics)
    except CatalogueError:
        return False
    return True


def _has(matrix: Matrix, tactic: str) -> bool:
    return any(one.shortname == tactic for one in matrix.tactics)

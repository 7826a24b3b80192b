"""What tactics and techniques are called, in whichever version of ATT&CK that is at hand they are found."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from adscribe.attack import Catalogue
from adscribe.attack.matrix import Matrix, Tactic, Technique
from adscribe.attack.versions import DOMAINS
from adscribe.errors import CatalogueError


@dataclass(frozen=True, slots=True)
class Described:
    """What ATT&CK says of a tactic or technique, and the version that says it."""

    text: str
    version: str


class Categories:
    """The tactics and techniques of all versions; of several the newest tells.

    Parameters
    ----------
    catalogue : Catalogue
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._tactics: dict[tuple[str, str], Tactic] = {}
        self._techniques: dict[tuple[str, str], Technique] = {}
        for domain in DOMAINS:
            for version in catalogue.versions(domain):
                matrix = catalogue.matrix(domain, version)
                self._tactics.update({(domain, one.shortname): one for one in matrix.tactics})
                self._techniques.update({(domain, one.id): one for one in matrix.techniques})
        self._known = {name for _, name in (*self._tactics, *self._techniques)}
        # The newest first.
        self._described: dict[str, list[Matrix]] = {
            domain: [
                texts
                for version in reversed(catalogue.versions(domain))
                if (texts := _texts(catalogue, domain, version))
            ]
            for domain in DOMAINS
        }

    def __contains__(self, name: str) -> bool:
        """Whether there is a technique of that id, or a tactic of that short name, in any domain."""
        return name in self._known

    def tactics(self) -> list[Tactic]:
        """Return all tactics, each short name once, in the order of the matrix, Enterprise first."""
        found: dict[str, Tactic] = {}
        for _, one in sorted(self._tactics.items(), key=lambda pair: (pair[0][0], pair[1].order)):
            found.setdefault(one.shortname, one)
        return list(found.values())

    def techniques(self) -> list[tuple[str, Technique]]:
        """Return all techniques with their domains, by id, Enterprise first."""
        return [(domain, one) for (domain, _), one in sorted(self._techniques.items())]

    def described(self, domain: str, category_id: str, version: str) -> Described | None:
        """Return what ATT&CK says of a tactic or technique, by its id.

        Parameters
        ----------
        domain, category_id : str
        version : str
            That is asked first, such as ``enterprise 19``; the others tell what it doesn't, the newest first.

        Returns
        -------
        Described or None
            ``None`` where no imported version has a text.
        """
        for texts in sorted(self._described[domain], key=lambda one: one.name != version):
            if category_id in texts:
                text = texts.technique(category_id).description
            else:
                text = next((one.description for one in texts.tactics if one.id == category_id), "")
            if text:
                return Described(text, texts.name)
        return None

    def tactic(self, domain: str, shortname: str) -> Tactic | None:
        """Return a tactic; ``None`` for one that no version at hand has."""
        return self._tactics.get((domain, shortname))

    def technique(self, domain: str, technique_id: str) -> Technique | None:
        """Return a technique; ``None`` for one that no version at hand has."""
        return self._techniques.get((domain, technique_id))


def _texts(catalogue: Catalogue, domain: str, version: str) -> Matrix | None:
    """Return a version's texts; a damaged file of them is no reason to show no names."""
    try:
        return catalogue.described(domain, version)
    except CatalogueError:
        return None


@cache
def catalogue() -> Catalogue:
    """Return the versions that were at hand when they were first asked for."""
    return Catalogue.load()


@cache
def categories() -> Categories:
    """Return what all of them hold; it takes a moment."""
    return Categories(catalogue())

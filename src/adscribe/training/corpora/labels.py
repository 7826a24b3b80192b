"""Labels of any version of ATT&CK Enterprise as `ATTACK` has them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import NamedTuple

from adscribe.attack import Catalogue, Matrix
from adscribe.attack.versions import quoted
from adscribe.errors import CatalogueError
from adscribe.training.corpora.detection import ATTACK

BEFORE = "18.1"
"""The version that ids are looked up in which `ATTACK` doesn't have; it lists what was revoked earlier."""

_TECHNIQUE = re.compile(r"T[0-9]{4}(\.[0-9]{3})?")
_TACTIC = re.compile(r"TA[0-9]{4}")
_NOT_LETTERS = re.compile(r"[^a-z]")

_MOBILE = {"TA0037": "command-and-control"}
"""Mobile's own ids of tactics that Enterprise has by the same name, as far as a corpus uses them."""


class Labels(NamedTuple):
    """Techniques and tactics of `ATTACK`, and what is wrong with labels that became neither."""

    techniques: tuple[str, ...]
    tactics: tuple[str, ...]
    problems: tuple[str, ...]


class Translator:
    """Moves labels to `ATTACK` by the catalogue and its crosswalk."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._now = catalogue.matrix("enterprise", ATTACK)
        self._before = catalogue.matrix("enterprise", BEFORE)
        self._shortnames = {
            _letters(tactic.shortname): tactic.shortname
            for matrix in (self._before, self._now)
            for tactic in matrix.tactics
        }
        self._technique = lru_cache(maxsize=4096)(self._translated_technique)
        self._tactic = lru_cache(maxsize=4096)(self._translated_tactic)

    def translate(self, techniques: Iterable[str], tactics: Iterable[str] = ()) -> Labels:
        """Return labels as `ATTACK` has them.

        A tactic that was split becomes those of its parts that a technique beside it has, or all
        where none has.

        Parameters
        ----------
        techniques : iterable of str
            Ids in any case. Ids of tactics among them count as tactics.
        tactics : iterable of str
            Ids or names in any spelling: ``TA0011``, ``CommandAndControl``, ``command-and-control``. An
            id of a tactic means what it meant before `ATTACK`.
        """
        asked = list(dict.fromkeys(one.strip().upper() for one in techniques))
        names = [one for one in asked if _TACTIC.fullmatch(one)] + list(tactics)
        problems: list[str] = []
        ids: dict[str, None] = {}
        for one in asked:
            if _TACTIC.fullmatch(one):
                continue
            became = self._technique(one)
            ids.update(dict.fromkeys(became))
            if not became:
                problems.append(f"{quoted(one)} is no technique of ATT&CK Enterprise")
        supported = {tactic for one in ids for tactic in self._now.technique(one).tactics}
        kept: set[str] = set()
        for name in dict.fromkeys(names):
            parts = self._tactic(name)
            kept |= (parts & supported) or parts
            if not parts:
                problems.append(f"{quoted(name)} is no tactic of ATT&CK Enterprise")
        ordered = tuple(tactic.shortname for tactic in self._now.tactics if tactic.shortname in kept)
        return Labels(tuple(sorted(ids)), ordered, tuple(problems))

    def _translated_technique(self, technique_id: str) -> tuple[str, ...]:
        if technique_id in self._now:
            return (technique_id,)
        if not _TECHNIQUE.fullmatch(technique_id):
            return ()
        return tuple(
            there
            for one in self._before.successors(technique_id)
            for there in self._catalogue.translate(
                one, (), domain="enterprise", source=BEFORE, target=ATTACK
            ).techniques
        )

    def _translated_tactic(self, name: str) -> frozenset[str]:
        shortname = _MOBILE.get(name) or self._shortnames.get(_letters(name))
        if _TACTIC.fullmatch(name) and shortname is None:
            shortname = _shortname(self._before, name) or _shortname(self._now, name)
        if shortname is None:
            return frozenset()
        if shortname not in {tactic.shortname for tactic in self._before.tactics}:
            return frozenset({shortname})
        return frozenset(
            self._catalogue.translate(
                None, (shortname,), domain="enterprise", source=BEFORE, target=ATTACK
            ).tactics
        )


@cache
def translator() -> Translator:
    """Return the translator of the catalogue that is at hand."""
    return Translator(Catalogue.load())


def _shortname(matrix: Matrix, tactic_id: str) -> str | None:
    try:
        return matrix.tactic(tactic_id).shortname
    except CatalogueError:
        return None


def _letters(name: str) -> str:
    return _NOT_LETTERS.sub("", name.lower())

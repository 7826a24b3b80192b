"""The way of one technique and its tactics from one version to another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from adscribe.attack.crosswalk import Crosswalk
from adscribe.attack.matrix import Matrix
from adscribe.attack.versions import parse_version

Basis = Literal["same id", "revoked by", "same name", "nearest meaning", "parent", "none"]
"""What a translation rests on. The first three are facts, the others what comes closest."""


class Translation(msgspec.Struct, frozen=True, kw_only=True):
    """A technique with its tactics as another version has them.

    It unpacks into the two that an answer needs: ``techniques, tactics = catalogue.translate(…)``.

    Attributes
    ----------
    techniques : tuple of str
        Ids there; empty where nothing comes close: then the tactics stand alone.
    tactics : tuple of str
        Short names there, in the order of the matrix; empty only where no tactic comes close either.
    basis : str
        See `Basis`.
    note : str or None
        What an analyst must know of it; ``None`` where all is as it was.
    """

    techniques: tuple[str, ...]
    tactics: tuple[str, ...]
    basis: Basis
    note: str | None = None

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        return iter((self.techniques, self.tactics))


class Translator:
    """Translates between two versions of a domain.

    Parameters
    ----------
    source, target : Matrix
        Of one domain, the target older or newer.
    crosswalks : sequence of Crosswalk
        All that are known; those that lie between the two are used.
    """

    def __init__(self, source: Matrix, target: Matrix, crosswalks: Sequence[Crosswalk]) -> None:
        self.source = source
        self.target = target
        self.backward = parse_version(source.version) > parse_version(target.version)
        self.crosswalks = sorted(
            (one for one in crosswalks if one.covers(source.domain, source.version, target.version)),
            key=lambda one: parse_version(one.source),
            reverse=self.backward,
        )

    def translate(self, technique_id: str | None, tactics: Iterable[str]) -> Translation:
        """Translate a technique with its tactics, or tactics alone.

        Raises
        ------
        CatalogueError
            If they don't go together in the source (`Matrix.check`).
        """
        names = tuple(tactics)
        self.source.check([] if technique_id is None else [technique_id], names)
        mapped = tuple(dict.fromkeys(one for name in names for one in self._tactic(name)))
        if technique_id is None:
            return self._tactics_alone(names, mapped)

        ids, basis = self._technique(technique_id)
        if not ids:
            source = self.source.technique(technique_id)
            note = f"{self.target.name} has nothing that comes close to {source.id} ({source.display})"
            return Translation(techniques=(), tactics=self._ordered(mapped), basis="none", note=note)

        notes = [] if basis == "same id" else [self._became(technique_id, ids, basis)]
        there = {one: self.target.technique(one).tactics for one in ids}
        lost = [
            name for name in names if not any(set(self._tactic(name)) & set(own) for own in there.values())
        ]
        if lost:
            notes.append(f"{', '.join(lost)} is no tactic of {', '.join(ids)} in {self.target.name}")
        kept: set[str] = set()
        for one, own in there.items():
            supported = set(mapped) & set(own)
            if names and not supported:
                notes.append(f"{one} is given with all its tactics, as none of them is known to be meant")
                supported = set(own)
            kept |= supported
        return Translation(
            techniques=ids, tactics=self._ordered(kept), basis=basis, note="; ".join(notes) or None
        )

    def _technique(self, technique_id: str) -> tuple[tuple[str, ...], Basis]:
        if technique_id in self.target:
            return (technique_id,), "same id"
        revoked = self._by_revocation(technique_id)
        if revoked:
            return revoked, "revoked by"
        by_crosswalk = self._by_crosswalk(technique_id)
        if by_crosswalk:
            return by_crosswalk
        parent = self.source.technique(technique_id).parent
        if parent is not None:
            ids, _ = self._technique(parent)
            return ids, "parent" if ids else "none"
        return (), "none"

    def _by_revocation(self, technique_id: str) -> tuple[str, ...]:
        """Return what MITRE names: the successors, or those that this one succeeds."""
        if not self.backward:
            return self.target.successors(technique_id)
        former = [
            old
            for old in self.source.retired
            if old in self.target and technique_id in self.source.successors(old)
        ]
        name = self.source.technique(technique_id).name
        return tuple(old for old in former if self.target.technique(old).name == name) or tuple(former)

    def _by_crosswalk(self, technique_id: str) -> tuple[tuple[str, ...], Basis] | None:
        ids: tuple[str, ...] = (technique_id,)
        basis: Basis = "same name"
        for crosswalk in self.crosswalks:
            became: list[str] = []
            for one in ids:
                found = crosswalk.technique(one, backward=self.backward)
                became.extend(found[0] if found else (one,))
                if found and found[1] == "nearest meaning":
                    basis = "nearest meaning"
            ids = tuple(dict.fromkeys(became))
        known = dict.fromkeys(there for one in ids for there in self.target.successors(one))
        return (tuple(known), basis) if known else None

    def _tactic(self, shortname: str) -> tuple[str, ...]:
        """Return what a tactic of the source is called in the target; none where there is nothing like it."""
        names: tuple[str, ...] = (shortname,)
        for crosswalk in self.crosswalks:
            names = tuple(
                there
                for name in names
                for there in (crosswalk.tactic(name, backward=self.backward) or (name,))
            )
        here = self.source.tactic(shortname)
        there = {tactic.shortname for tactic in self.target.tactics}
        known = tuple(name for name in names if name in there)
        return known or tuple(one.shortname for one in self.target.tactics if one.id == here.id)

    def _tactics_alone(self, names: tuple[str, ...], mapped: tuple[str, ...]) -> Translation:
        if mapped == names:
            return Translation(techniques=(), tactics=self._ordered(mapped), basis="same id")
        notes = [
            f"{name} is {' or '.join(self._tactic(name)) or 'nothing'} in {self.target.name}"
            for name in names
            if self._tactic(name) != (name,)
        ]
        basis: Basis = "nearest meaning" if mapped else "none"
        return Translation(techniques=(), tactics=self._ordered(mapped), basis=basis, note="; ".join(notes))

    def _ordered(self, names: Iterable[str]) -> tuple[str, ...]:
        kept = set(names)
        return tuple(tactic.shortname for tactic in self.target.tactics if tactic.shortname in kept)

    def _became(self, technique_id: str, ids: tuple[str, ...], basis: Basis) -> str:
        verb = "was" if self.backward else "is"
        how = "by its parent" if basis == "parent" else basis
        return f"{technique_id} {verb} {' and '.join(ids)} in {self.target.name} ({how})"

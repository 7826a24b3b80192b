"""What the techniques and tactics of one version became in a later one.

Only what a comparison of the two versions can't tell stands in a crosswalk: the
ids that were dropped, and the tactics that were renamed or split. Each entry has
its basis. ``same name`` is a fact: dropped id and successor bear one name.
``nearest meaning`` is our proposal. That a tactic was split is a fact too; which part
a technique fell to, its own tactics tell. A file is a JSON document::

    {"format": 1, "domain": "enterprise", "from": "18.1", "to": "19", "origin": "…",
     "tactics": [{"from": "defense-evasion", "to": ["stealth", "defense-impairment"]}],
     "techniques": [{"from": "T1070.001", "to": ["T1685.005"], "basis": "same name"}, …],
     "backward": [{"from": "T1687", "to": ["T1211"], "basis": "nearest meaning"}]}

``backward`` holds ids of the later version that no entry of ``techniques`` leads to.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec

from adscribe.attack.files import MAX_FILE_BYTES, decode, read_bytes
from adscribe.attack.versions import Domain, parse_version

Basis = Literal["same name", "nearest meaning"]


class Entry(msgspec.Struct, frozen=True, rename={"source": "from", "target": "to"}):
    """What became of an id, and what that rests on."""

    source: str
    target: tuple[str, ...]
    basis: Basis


class Split(msgspec.Struct, frozen=True, rename={"source": "from", "target": "to"}):
    """The short names that a tactic's techniques went to."""

    source: str
    target: tuple[str, ...]


class Crosswalk(msgspec.Struct, frozen=True, rename={"source": "from", "target": "to"}):
    """The way between two versions of a domain.

    Attributes
    ----------
    domain, source, target : str
        The domain, the earlier and the later version.
    origin : str
        Where the entries come from.
    tactics : tuple of Split
        Tactics that the later version has under other names.
    techniques : tuple of Entry
        From the earlier to the later version.
    backward : tuple of Entry
        From the later to the earlier one, for techniques that nothing leads to.
    """

    format: Literal[1]
    domain: Domain
    source: str
    target: str
    origin: str
    tactics: tuple[Split, ...]
    techniques: tuple[Entry, ...]
    backward: tuple[Entry, ...] = ()

    def covers(self, domain: Domain, source: str, target: str) -> bool:
        """Whether the step between its versions lies on the way from source to target."""
        first, last = sorted((parse_version(source), parse_version(target)))
        mine = parse_version(self.source), parse_version(self.target)
        return self.domain == domain and first <= mine[0] and mine[1] <= last

    def technique(self, technique_id: str, *, backward: bool) -> tuple[tuple[str, ...], Basis] | None:
        """Return what a technique became and the basis; ``None`` where the crosswalk doesn't say."""
        if not backward:
            return _pick(entry for entry in self.techniques if entry.source == technique_id)
        own = [entry for entry in self.backward if entry.source == technique_id]
        inverted = (
            Entry(technique_id, (entry.source,), entry.basis)
            for entry in self.techniques
            if technique_id in entry.target
        )
        return _pick(own or inverted)

    def tactic(self, shortname: str, *, backward: bool) -> tuple[str, ...]:
        """Return what a tactic became; empty where the crosswalk doesn't say."""
        if backward:
            return tuple(split.source for split in self.tactics if shortname in split.target)
        return tuple(name for split in self.tactics if split.source == shortname for name in split.target)


def _pick(entries: Iterable[Entry]) -> tuple[tuple[str, ...], Basis] | None:
    """Return the targets of the entries that rest on a fact; of all where none does."""
    found = list(entries)
    if not found:
        return None
    facts = [entry for entry in found if entry.basis == "same name"]
    chosen = facts or found
    return tuple(dict.fromkeys(one for entry in chosen for one in entry.target)), chosen[0].basis


def read_crosswalk(path: Path) -> Crosswalk:
    """Read a crosswalk.

    Raises
    ------
    CatalogueError
        If the file can't be read.
    """
    return decode(read_bytes(path, MAX_FILE_BYTES), Crosswalk, path)

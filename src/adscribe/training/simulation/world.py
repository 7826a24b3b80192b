"""The world around the behaviours: kinds of networks, hosts outside, and named threats."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import msgspec

from adscribe.resources import shipped
from adscribe.sensors.flowmon.names import METHODS
from adscribe.training.simulation.definitions import Words, read
from adscribe.training.simulation.draw import Weighted
from adscribe.training.simulation.truth import Truth, expand, joined, truth_of
from adscribe.training.simulation.values import DefinitionError

COUNTRIES = (
    *("US", "DE", "FR", "GB", "NL", "RU", "CN", "BR", "IN", "VN", "ID", "TR", "UA", "PL", "CZ", "RO", "BG"),
    *("IT", "ES", "SE", "KR", "JP", "TW", "HK", "SG", "CA", "MX", "AR", "ZA", "EG", "IR", "TH", "PK", "AU"),
)
"""ISO 3166 codes of ``any``: where scans and bots come from, roughly by the size of the networks there."""

Named = TypeVar("Named", bound=msgspec.Struct)


class Zone(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A part of a kind of network; see ``networks.yaml``."""

    name: str
    segment: str
    hosts: dict[str, tuple[int, int]]
    chance: float = 1.0
    public: float = 0.0


class NetworkKind(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A kind of network; see ``networks.yaml``."""

    kind: str
    share: float
    blocks: list[str]
    zones: list[Zone]


class OutsideKind(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A kind of host outside; see ``outside.yaml``."""

    kind: str
    names: list[str] = []
    addresses: list[str] = []
    named: float = 0.0
    pool: int = 10
    fresh: float = 0.5
    countries: dict[str, float] = msgspec.field(default_factory=lambda: {"any": 1.0})
    listed: str | None = None


class _Pattern(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    submethod: str
    text: str
    method: str = "BPATTERNS"
    truth: Words | None = None


class _Family(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    family: str
    truth: Words
    words: list[str]
    patterns: list[_Pattern]
    names: list[str]
    loot: str | None = None
    stage: str | None = None


@dataclass(frozen=True, slots=True)
class Threat:
    """A threat by the name that a detection has for it.

    Attributes
    ----------
    family : str
        Kind of threat.
    method, submethod, text : str
        How the sensor reports it.
    published : bool
        Whether a published sample of the sensor has it.
    words : tuple of str
        The family in other words.
    truth, loot, stage : Truth
        Of contact with it; where data leaves; where tools arrive.
    """

    family: str
    method: str
    submethod: str
    text: str
    published: bool
    words: tuple[str, ...]
    truth: Truth
    loot: Truth
    stage: Truth


@dataclass(frozen=True, slots=True)
class World:
    """All of it."""

    networks: Weighted[NetworkKind]
    outside: dict[str, OutsideKind]
    threats: dict[tuple[str, str], tuple[Threat, ...]]

    def families(self, method: str) -> frozenset[str]:
        """Return the families with a threat that a method can report."""
        return frozenset(family for family, of in self.threats if of == method)


@lru_cache(maxsize=2)
def load_world(folder: Path | None = None) -> World:
    """Load the world.

    Parameters
    ----------
    folder : Path, optional
        Holds ``networks.yaml``, ``outside.yaml`` and ``threats.yaml``; by default what ships.

    Raises
    ------
    DefinitionError
        With file and line of what is wrong.
    """
    folder = folder or shipped("datasets", "behaviours", "world")
    networks = _all(folder / "networks.yaml", NetworkKind)
    for network in networks:
        for zone in network.zones:
            expand(list(zone.hosts), known=("customer",))
    outside = {kind.kind: kind for kind in _all(folder / "outside.yaml", OutsideKind)}
    threats: dict[tuple[str, str], tuple[Threat, ...]] = {}
    for family in _all(folder / "threats.yaml", _Family):
        for method in ("BPATTERNS", "THREATS"):
            found = tuple(_threats(family, method))
            if found:
                threats[family.family, method] = found
    return World(Weighted((network, network.share) for network in networks), outside, threats)


def _all(path: Path, kind: type[Named]) -> list[Named]:
    return [definition for definition, _ in read(path, kind)]


def _threats(family: _Family, method: str) -> list[Threat]:
    usual, _ = truth_of(family.truth)
    words = tuple(family.words)

    def threat(submethod: str, text: str, truth: Truth, published: bool) -> Threat:
        loot = joined(truth, truth_of(family.loot)[0]) if family.loot else truth
        stage = joined(truth, truth_of(family.stage)[0]) if family.stage else truth
        return Threat(family.family, method, submethod, text, published, words, truth, loot, stage)

    known = METHODS[method].submethods
    found = []
    for pattern in family.patterns:
        if pattern.submethod not in METHODS[pattern.method].submethods:
            raise DefinitionError(f"{pattern.method} has no submethod {pattern.submethod}")
        if pattern.method == method:
            own = truth_of(pattern.truth)[0] if pattern.truth is not None else usual
            found.append(threat(pattern.submethod, pattern.text, own, True))
    for name in family.names:
        submethod = "".join(word[:1].upper() + word[1:] for word in name.replace("-", " ").split())
        if submethod not in known:
            found.append(threat(submethod, f"{name} detected", usual, False))
    return found

"""What a corpus is made of: how many sites, which part each belongs to, how much each tells."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import lru_cache

import numpy as np

from adscribe.resources import shipped
from adscribe.training.simulation.draw import Draw
from adscribe.training.simulation.told import SitePlan
from adscribe.training.simulation.values import DefinitionError

SPLITS: tuple[tuple[str, float], ...] = (
    ("train", 0.6),
    ("calibrate", 0.15),
    ("validate", 0.1),
    ("test", 0.15),
)
"""Parts of a corpus and their share of the sites."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for.

    Attributes
    ----------
    events : int
        Reports in the full view, updates included.
    sites : int
        Number of networks.
    seed : int
        Decides everything.
    prevalence : float
        Share of the reports that have a category.
    degraded : float
        Share of the events that are shown in a degraded view besides.
    masked : float
        Share of named threats whose name is hidden or put in other words.
    """

    events: int = 500_000
    sites: int = 240
    seed: int = 7
    prevalence: float = 0.1
    degraded: float = 0.5
    masked: float = 0.2

    def __post_init__(self) -> None:
        if self.sites < 1 or self.events < self.sites:
            raise DefinitionError("fewer events than sites, or no site")
        for name in ("prevalence", "degraded", "masked"):
            if not 0 <= getattr(self, name) <= 1:
                raise DefinitionError(f"{name} is no share", hint="give a number from 0 to 1")

    @property
    def digest(self) -> str:
        """Digest of the plan and of all definitions: equal digests give equal data."""
        text = json.dumps({**asdict(self), "definitions": definitions_digest()}, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def site_plans(self) -> tuple[SitePlan, ...]:
        """Return what is asked of each site: sizes and prevalences differ, their means are as asked."""
        root = np.random.SeedSequence(self.seed)
        own, *children = root.spawn(self.sites + 1)
        draw = Draw(own)
        sizes = [draw.around(1.0, 1.5) for _ in range(self.sites)]
        reports = _shared(self.events, sizes)
        risks = [draw.around(1.0, 1.8) for _ in range(self.sites)]
        level = sum(risk * number for risk, number in zip(risks, reports, strict=True)) / sum(reports)
        splits = _splits(self.sites, draw)
        return tuple(
            SitePlan(
                name=f"site-{index + 1:04d}",
                seed=children[index],
                split=splits[index],
                reports=reports[index],
                prevalence=min(self.prevalence * risks[index] / level, 1.0),
                masked=self.masked,
            )
            for index in range(self.sites)
        )


def _shared(total: int, weights: list[float]) -> list[int]:
    """Return whole numbers that add up to a total, in the proportion of weights."""
    sums = np.round(np.cumsum(weights) / sum(weights) * total).astype(int)
    return [int(number) for number in np.diff(sums, prepend=0)]


def _splits(sites: int, draw: Draw) -> list[str]:
    """Return the part of each site: the shares as well as whole numbers allow, in an order of chance."""
    counts = _shared(sites, [share for _, share in SPLITS])
    names = [name for (name, _), number in zip(SPLITS, counts, strict=True) for _ in range(number)]
    return draw.shuffled(names)


@lru_cache(maxsize=1)
def definitions_digest() -> str:
    """Return the SHA-256 of all files of the definitions."""
    digest = hashlib.sha256()
    folder = shipped("datasets", "behaviours")
    for path in sorted(folder.rglob("*.yaml")):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()

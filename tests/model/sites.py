"""Invented sites: each has shares of its own around common ones, and events by chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from adscribe.model.profile import SIZES, Profile, profile_of
from adscribe.model.statistics import Counts, Statistics

PIECE = SIZES[0]


class Sites:
    """Sites of one kind."""

    def __init__(self, statistics: Statistics, seed: int) -> None:
        self.statistics = statistics
        self.chance = np.random.default_rng(seed)
        self.common = [self.chance.dirichlet(np.ones(len(group.bins))) for group in statistics.groups]

    def shares(self) -> list[Counts]:
        return [self.chance.dirichlet(100 * one + 0.01) for one in self.common]

    def piece(self, shares: Sequence[Counts], events: int = PIECE) -> Counts:
        return np.concatenate([self.chance.multinomial(events, one) for one in shares]).astype(float)

    def site(self) -> list[tuple[int, Counts]]:
        shares = self.shares()
        return [(PIECE, self.piece(shares)) for _ in range(4)]

    def profile(self, number: int) -> Profile:
        told = {f"site-{place}": self.site() for place in range(number)}
        return profile_of(self.statistics, told, risk=0.1)

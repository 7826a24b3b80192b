"""Random choices: few, quick, and the same for a seed whatever runs beside them."""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Generic, TypeVar

import numpy as np

T = TypeVar("T")


class Weighted(Generic[T]):
    """Things with weights, to draw from many times.

    Parameters
    ----------
    items : iterable of (thing, weight)
        Weights are relative; one at least is positive.
    """

    def __init__(self, items: Iterable[tuple[T, float]]) -> None:
        pairs = tuple(items)
        self.items = tuple(item for item, _ in pairs)
        self._sums = tuple(accumulate(weight for _, weight in pairs))

    def draw(self, draw: Draw) -> T:
        """Return one of the things."""
        return self.items[bisect(self._sums, draw.random() * self._sums[-1], hi=len(self.items) - 1)]


class Draw:
    """A source of chance.

    Parameters
    ----------
    seed : numpy.random.SeedSequence
        Decides all that is drawn.
    """

    def __init__(self, seed: np.random.SeedSequence) -> None:
        self._generator = np.random.Generator(np.random.PCG64(seed))
        self.random = self._generator.random
        """Return a number from 0 up to 1."""

    def chance(self, probability: float) -> bool:
        """Return true with a probability."""
        return bool(self.random() < probability)

    def whole(self, low: int, high: int) -> int:
        """Return an integer from `low` to `high`, both included."""
        return low + int(self.random() * (high - low + 1))

    def between(self, low: float, high: float) -> float:
        """Return a number whose logarithm is even between two positive ends."""
        return math.exp(math.log(low) + self.random() * (math.log(high) - math.log(low)))

    def even(self, low: float, high: float) -> float:
        """Return a number between two ends."""
        return low + self.random() * (high - low)

    def around(self, median: float, factor: float) -> float:
        """Return a log-normal number: two in three within `factor` of the median, none beyond its cube."""
        sigmas = min(max(float(self._generator.standard_normal()), -3.0), 3.0)
        return float(median * factor**sigmas)

    def pick(self, items: Sequence[T]) -> T:
        """Return one of the items."""
        return items[int(self.random() * len(items))]

    def some(self, items: Sequence[T], number: int) -> list[T]:
        """Return distinct items, in the order that they were drawn; all of them when there are no more."""
        if number >= len(items):
            return self.shuffled(items)
        if number * 3 > len(items):
            return self.shuffled(items)[:number]
        taken: dict[int, None] = {}
        while len(taken) < number:
            taken[int(self.random() * len(items))] = None
        return [items[index] for index in taken]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return all items in an order of chance."""
        return [items[int(index)] for index in self._generator.permutation(len(items))]

    def letters(self, number: int, alphabet: str = "abcdefghijklmnopqrstuvwxyz") -> str:
        """Return a word of letters of an alphabet."""
        return "".join(alphabet[int(self.random() * len(alphabet))] for _ in range(number))

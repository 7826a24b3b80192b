"""How sure a figure is: intervals by drawing the sites anew.

Events of one site resemble one another, so the site is what is drawn. Every figure is made of sums
by site; a sample draws sites with replacement, so its sums are a product of two matrices.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Numbers = NDArray[np.floating] | NDArray[np.integer]

SAMPLES = 1000
LEVEL = 0.95


class Estimate(msgspec.Struct, frozen=True):
    """A figure and its interval.

    Attributes
    ----------
    value : float
        On the data as they are.
    low, high : float
        Ends of the interval that holds `LEVEL` of the samples.
    n : int or None
        How many things the figure is of: events, answers, pairs of label and event.
    """

    value: float
    low: float
    high: float
    n: int | None = None

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f}–{self.high:.3f})"


@dataclass(frozen=True, slots=True)
class Draws:
    """How often each sample draws each site.

    Attributes
    ----------
    weights : array, samples + 1 × sites
        The first row is the data as they are: each site once.
    """

    weights: Floats

    @classmethod
    def of(cls, sites: int, *, seed: int = 0, samples: int = SAMPLES) -> Draws:
        """Return samples of so many sites; the same for the same seed."""
        generator = np.random.default_rng(seed)
        drawn = generator.multinomial(sites, np.full(sites, 1 / sites), size=samples)
        return cls(np.vstack([np.ones((1, sites)), drawn]))

    def sums(self, by_site: Numbers) -> Floats:
        """Return the sums of each sample.

        Parameters
        ----------
        by_site : array, sites or sites × columns

        Returns
        -------
        array, samples + 1 or samples + 1 × columns
        """
        return np.asarray(self.weights @ by_site, dtype=np.float64)

    def ratio(self, over: Numbers, under: Numbers) -> Floats:
        """Return the ratio of two sums in each sample; not a number where there is nothing to divide by."""
        return divided(self.sums(over), self.sums(under))


def divided(over: Floats, under: Floats) -> Floats:
    """Return a quotient; not a number where there is nothing to divide by."""
    found: Floats = np.divide(over, under, out=np.full(np.shape(over), np.nan), where=under > 0)
    return found


def estimate(samples: Floats, n: float | None = None) -> Estimate | None:
    """Return the figure and its interval; ``None`` where the data don't tell it.

    Parameters
    ----------
    samples : array, samples + 1
        The first is the figure. Samples that don't tell it are left out of the interval.
    n : float, optional
        How many things it is of.
    """
    if np.isnan(samples[0]):
        return None
    told = samples[1:][~np.isnan(samples[1:])]
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(told, [tail, 1 - tail]) if len(told) else (samples[0], samples[0])
    return Estimate(float(samples[0]), float(low), float(high), None if n is None else round(n))

"""Whether probabilities mean what they say: of answers given with 80 %, eight of ten should be right.

What is known of an answer is a pair: the probability of what was said, and whether it was right. Of
feedback that is what an analyst judged. Intervals are exact (Clopper and Pearson, "The use of confidence
or fiducial limits illustrated in the case of the binomial", Biometrika 1934). They take verdicts for
independent: of several on one event, or on the same habit of one host, give one. And what analysts
choose to judge is no sample of all answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec
import numpy as np

BINS = 10
"""Of probabilities, from 0 to 1."""

FEW = 20
"""With fewer verdicts nothing is said of a bin."""

DRIFT, WATCH = 0.01, 0.1
"""Chance that probabilities which mean what they say are told to be so, over all bins."""

Pair = tuple[float, bool]
"""A probability, and whether what was said with it was right."""


class Certainty(msgspec.Struct, frozen=True, kw_only=True):
    """What came of answers of about one probability.

    Attributes
    ----------
    low, high : float
        Between which the probabilities lie.
    number : int
        How many there were.
    said, right : float
        Mean probability, and share that was right.
    """

    low: float
    high: float
    number: int
    said: float
    right: float


class Judged(Certainty, frozen=True, kw_only=True):
    """The same of verdicts.

    Attributes
    ----------
    at_least, at_most : float
        Interval of the share that is right, at the confidence at which the bin is called drift.
    expected : float or None
        Share that was right at sites the model wasn't trained on.
    state : {"quiet", "watch", "drift", "too few"}
        ``drift`` and ``watch``: neither what was said nor what is expected lies in the interval.
    """

    at_least: float
    at_most: float
    expected: float | None
    state: Literal["quiet", "watch", "drift", "too few"]


def certainties(pairs: Iterable[Pair]) -> tuple[Certainty, ...]:
    """Return what came of probabilities, by tenths; tenths that none lies in are left out.

    Parameters
    ----------
    pairs : iterable of (float, bool)
        The probability of what was said, and whether it was right.
    """
    said, right = np.array([*pairs], dtype=np.float64).reshape(-1, 2).T
    place = np.minimum((said * BINS).astype(np.intp), BINS - 1)
    found = []
    for one in range(BINS):
        own = place == one
        if own.any():
            found.append(
                Certainty(
                    low=one / BINS,
                    high=(one + 1) / BINS,
                    number=int(own.sum()),
                    said=float(said[own].mean()),
                    right=float(right[own].mean()),
                )
            )
    return tuple(found)


def judged(pairs: Iterable[Pair], normal: Sequence[Certainty] = ()) -> tuple[Judged, ...]:
    """Return whether probabilities mean what they say, by tenths and (first) altogether.

    Parameters
    ----------
    pairs : iterable of (float, bool)
        The probability of what was said, and whether an analyst found it right.
    normal : sequence of Certainty
        What came of the model's probabilities before: `Profile.calibration`. What was off already is
        no drift.

    Returns
    -------
    tuple of Judged
        Empty where there is no verdict.
    """
    parts = certainties(pairs)
    if not parts:
        return ()
    expected = {one.low: one.right for one in normal}
    rows = [(_together(parts), None), *((one, expected.get(one.low)) for one in parts)]
    tested = sum(one.number >= FEW for one, _ in rows)
    return tuple(_judged(one, was, tested) for one, was in rows)


def _together(parts: Sequence[Certainty]) -> Certainty:
    number = np.array([one.number for one in parts])
    said, right = (np.array([getattr(one, name) for one in parts]) for name in ("said", "right"))
    return Certainty(
        low=0.0,
        high=1.0,
        number=int(number.sum()),
        said=float(said @ number / number.sum()),
        right=float(right @ number / number.sum()),
    )


def _judged(one: Certainty, expected: float | None, tested: int) -> Judged:
    from scipy.stats import binomtest  # type: ignore[import-untyped]  # noqa: PLC0415 - slow to import

    test = binomtest(round(one.right * one.number), one.number)
    intervals = {
        level: test.proportion_ci(confidence_level=1 - level / max(tested, 1)) for level in (DRIFT, WATCH)
    }
    meant = [value for value in (one.said, expected) if value is not None]

    def off(level: float) -> bool:
        low, high = intervals[level]
        return bool(high < min(meant) or low > max(meant))

    state: Literal["quiet", "watch", "drift", "too few"] = "too few"
    if one.number >= FEW:
        state = "drift" if off(DRIFT) else "watch" if off(WATCH) else "quiet"
    low, high = intervals[DRIFT]
    return Judged(
        low=one.low,
        high=one.high,
        number=one.number,
        said=round(one.said, 4),
        right=round(one.right, 4),
        at_least=round(float(low), 4),
        at_most=round(float(high), 4),
        expected=expected,
        state=state,
    )

"""Nested leave-one-vendor-out: choose on three vendors, report the fourth once.

For each vendor that is held out, every candidate is trained without it and without one of the three
others, and judged on that one, in turn. The candidate with the highest mean over the three, of right
first and right among three, is trained on the three and judged on the fourth. Examples of any source
that are near-copies of what is judged are left out of the training. Judged are detections on network
data that list a technique.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations

import msgspec
import numpy as np
from numpy.typing import NDArray

from adscribe.training.bootstrap import Draws, Estimate, estimate
from adscribe.training.text.examples import VENDORS, Example
from adscribe.training.text.learners import Candidate, Floats

AMONG = 3
SAMPLES = 10_000

Hits = NDArray[np.float64]
"""Whether a right parent technique is first, and whether one is among the first three: detections x 2."""

Out = frozenset[str]
"""Vendors that a training does without."""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """How much better one is than another, in shares of detections.

    Attributes
    ----------
    first, among : Estimate
        Mean over the vendors, with a 95 % interval by drawing families of near-copies anew.
    """

    first: Estimate
    among: Estimate


def judged(examples: Iterable[Example]) -> dict[str, list[Example]]:
    """Return by vendor the detections that figures are of."""
    found: dict[str, list[Example]] = {vendor: [] for vendor in VENDORS}
    for one in examples:
        if one.source in found and one.network:
            found[one.source].append(one)
    return found


def techniques_of(examples: Iterable[Example]) -> list[str]:
    """Return the parent techniques that the experts of detections use; ATT&CK's texts add none."""
    return sorted(
        {id_ for one in examples if not one.source.startswith(("attack-", "ctid-")) for id_ in one.techniques}
    )


def hits(scores: Floats, techniques: Sequence[str], tests: Sequence[Example]) -> Hits:
    """Return which detections have a right technique first, and among the first three."""
    best = np.argsort(-scores, axis=1, kind="stable")[:, :AMONG]
    right = [
        [techniques[place] in one.techniques for place in row] for row, one in zip(best, tests, strict=True)
    ]
    found = np.array(right, dtype=bool)
    return np.stack([found[:, 0], found.any(axis=1)], axis=1).astype(np.float64)


def trials(
    candidate: Candidate, examples: Sequence[Example], *, said: Callable[[str], None] = lambda _: None
) -> dict[tuple[Out, str], Hits]:
    """Return the hits of a candidate on each vendor, trained without it, and without another besides."""
    tests, techniques = judged(examples), techniques_of(examples)
    found: dict[tuple[Out, str], Hits] = {}
    for size in (1, 2):
        for vendors in combinations(VENDORS, size):
            out = frozenset(vendors)
            copies = {one.family for vendor in vendors for one in tests[vendor]}
            kept = [one for one in examples if one.source not in out and one.family not in copies]
            score = candidate.fit(kept, techniques)
            for vendor in vendors:
                scores = score([one.text for one in tests[vendor]])
                found[out, vendor] = hits(scores, techniques, tests[vendor])
            said(f"{candidate.name}: without {' and '.join(vendors)}")
    return found


def choice(all_trials: Mapping[str, Mapping[tuple[Out, str], Hits]], held_out: str | None) -> str:
    """Return the candidate to take where a vendor is held out, or none: the first of the best."""
    return max(all_trials, key=lambda name: inner(all_trials[name], held_out))


def inner(found: Mapping[tuple[Out, str], Hits], held_out: str | None) -> float:
    """Return what a candidate is chosen by: right first and among three, on average over the vendors left."""
    without = {held_out} if held_out else set()
    return float(
        np.mean([found[frozenset((*without, one)), one].mean() for one in VENDORS if one not in without])
    )


def reported(
    all_trials: Mapping[str, Mapping[tuple[Out, str], Hits]], names: Mapping[str, str]
) -> dict[str, Hits]:
    """Return the hits on each vendor of the candidate named for it, trained without that vendor alone."""
    return {vendor: all_trials[name][frozenset((vendor,)), vendor] for vendor, name in names.items()}


def compare(
    better: Mapping[str, Hits],
    base: Mapping[str, Hits],
    tests: Mapping[str, Sequence[Example]],
    *,
    seed: int = 0,
) -> Comparison:
    """Compare hits on the same detections.

    Parameters
    ----------
    better, base : mapping of str to Hits
        By vendor.
    tests : mapping of str to sequence of Example
        The detections, in the same order.
    seed : int
        Of the samples.
    """
    gains = []
    for place, vendor in enumerate(VENDORS):
        _, at = np.unique([one.family for one in tests[vendor]], return_inverse=True)
        size = int(at.max()) + 1
        draws = Draws.of(size, seed=seed + place, samples=SAMPLES)
        difference = np.zeros((size, 3))
        np.add.at(difference, at, np.c_[better[vendor] - base[vendor], np.ones(len(at))])
        sums = draws.sums(difference)
        gains.append(sums[:, :2] / sums[:, 2:])
    mean = np.mean(gains, axis=0)
    first, among = estimate(mean[:, 0]), estimate(mean[:, 1])
    assert first is not None and among is not None  # noqa: S101 - every sample has detections
    return Comparison(first=first, among=among)

"""Answers beside the truths, counted by site."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from adscribe.answer import Verdict
from adscribe.model.outcomes import Outcome

Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]
_Key = TypeVar("_Key", bound=Hashable)

UNDETERMINED = Outcome(reason="undetermined")
"""What is said where the model can't tell. It is never true."""


def said(verdict: Verdict) -> Outcome:
    """Return what a verdict says, in the form of an outcome."""
    ics = verdict.ics
    return Outcome(
        techniques=tuple(sorted(one.id for one in verdict.techniques)),
        tactics=tuple(sorted(one.shortname for one in verdict.tactics)),
        reason=verdict.no_category.reason if verdict.no_category else None,
        ics_techniques=tuple(sorted(one.id for one in ics.techniques)) if ics else (),
        ics_tactics=tuple(sorted(one.shortname for one in ics.tactics)) if ics else (),
    )


def is_right(answer: Outcome, truth: Outcome) -> bool:
    """Return whether everything that is shown in Enterprise ATT&CK is true, or the reason is.

    A parent is right where any of its sub-techniques is, a tactic alone where it is among those of
    the truth.
    """
    if answer.reason is not None:
        return answer.reason == truth.reason
    return {*answer.techniques, *answer.tactics} <= truth.labels


@dataclass(frozen=True, slots=True)
class Judged:
    """Events, as often as each combination of site, truth and answer occurs.

    Attributes
    ----------
    sites : tuple of str
        All sites, also those without an event here.
    truths, answers : tuple of Outcome
        The distinct ones.
    site, truth, answer : array of int, combinations
        Places in the three.
    count : array of int, combinations
        Events.
    """

    sites: tuple[str, ...]
    truths: tuple[Outcome, ...]
    answers: tuple[Outcome, ...]
    site: Ints
    truth: Ints
    answer: Ints
    count: Ints

    @classmethod
    def of(
        cls,
        sites: Sequence[str],
        truths: Sequence[Outcome],
        answers: Sequence[Outcome],
        *,
        all_sites: Iterable[str] = (),
    ) -> Judged:
        """Count events.

        Parameters
        ----------
        sites, truths, answers : sequence
            Of each event.
        all_sites : iterable of str, optional
            Sites to count besides, so that several sets can be drawn alike.
        """
        names = tuple(sorted({*sites, *all_sites}))
        known, true = codes(truths)
        given, shown = codes(answers)
        places = {name: place for place, name in enumerate(names)}
        site = np.fromiter((places[name] for name in sites), dtype=np.intp, count=len(sites))
        found, count = np.unique(np.column_stack([site, true, shown]), axis=0, return_counts=True)
        return cls(names, known, given, found[:, 0], found[:, 1], found[:, 2], count)

    @property
    def events(self) -> int:
        """How many there are."""
        return int(self.count.sum())

    def by_site(self, *conditions: Bools) -> NDArray[np.float64]:
        """Return how many events meet all conditions, by site.

        Parameters
        ----------
        *conditions : array of bool, combinations
        """
        held = np.logical_and.reduce([np.ones(len(self.count), dtype=bool), *conditions])
        weights = self.count[held].astype(np.float64)
        return np.bincount(self.site[held], weights=weights, minlength=len(self.sites)).astype(np.float64)

    def of_truth(self, test: Callable[[Outcome], bool]) -> Bools:
        """Return which combinations have a truth that passes a test."""
        return np.array([test(one) for one in self.truths], dtype=bool)[self.truth]

    def of_answer(self, test: Callable[[Outcome], bool]) -> Bools:
        """Return which combinations have an answer that passes a test."""
        return np.array([test(one) for one in self.answers], dtype=bool)[self.answer]

    def of_both(self, test: Callable[[Outcome, Outcome], bool]) -> Bools:
        """Return which combinations have an answer and a truth that pass a test."""
        pairs, place = np.unique(np.column_stack([self.answer, self.truth]), axis=0, return_inverse=True)
        held = [test(self.answers[answer], self.truths[truth]) for answer, truth in pairs]
        return np.array(held, dtype=bool)[place]


def codes(values: Sequence[_Key]) -> tuple[tuple[_Key, ...], Ints]:
    """Return the distinct values in the order in which they come, and the place of each among them."""
    places: dict[_Key, int] = {}
    found = np.fromiter(
        (places.setdefault(value, len(places)) for value in values), dtype=np.intp, count=len(values)
    )
    return tuple(places), found

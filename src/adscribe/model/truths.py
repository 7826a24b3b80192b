"""What a model says of events whose truth is known, counted by site."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv  # type: ignore[import-untyped]

from adscribe.model.decoding import Decoder, Options, chosen
from adscribe.model.outcomes import Outcome
from adscribe.model.softmax import Array


class Truths:
    """Calibration or test events: what the model says of them and what is true.

    Parameters
    ----------
    decoder : Decoder
        Decides what is shown.
    probabilities : array, events × outcomes
        Of the events.
    outcomes : sequence of str
        The true outcome of each, in the canonical form; the model need not know it.
    sites : sequence of str
        Where each is from.
    """

    def __init__(
        self, decoder: Decoder, probabilities: Array, outcomes: Sequence[str], sites: Sequence[str]
    ) -> None:
        texts, self._truth = np.unique(np.asarray(outcomes, dtype=object).astype(str), return_inverse=True)
        names, self._site = np.unique(np.asarray(sites, dtype=object).astype(str), return_inverse=True)
        truths = [Outcome.parse(text) for text in texts]
        self._right = decoder.space.table([shown.labels for shown in decoder.sets], truths)
        self.sites = len(names)
        self._options = decoder.options(probabilities)
        self._calm = decoder.calm(probabilities)
        self.category = np.array([truth.is_category for truth in truths])[self._truth]
        self.techniques = np.array([bool(truth.tactics) for truth in truths])[self._truth]

    def shown(self, threshold: float) -> tuple[Options, NDArray[np.bool_]]:
        """Return the set that is shown of each event, and whether all of it is right."""
        shown = chosen(self._options, threshold)
        return shown, self._right[shown.shown, self._truth[shown.event]] == 1

    def categories(self, threshold: float) -> Tally:
        """Return how many events are shown with a category, and how many of those wrongly, by site."""
        shown, right = self.shown(threshold)
        return self._tally(shown.event, ~right)

    def calm(self, threshold: float) -> Tally:
        """Return how many events are answered calmly, and how many of those have a category, by site."""
        event = np.flatnonzero(self._calm <= threshold)
        return self._tally(event, self.category[event])

    def events(self) -> Tally:
        """Return how many events there are, and how many of those have a category, by site."""
        return self._tally(np.arange(len(self._site)), self.category)

    def _tally(self, event: NDArray[np.intp], wrong: NDArray[np.bool_]) -> Tally:
        site = self._site[event]
        return Tally(np.bincount(site, minlength=self.sites), np.bincount(site[wrong], minlength=self.sites))


class Tally(msgspec.Struct, frozen=True):
    """Answers, and the wrong ones among them, by site."""

    answers: NDArray[np.intp]
    wrong: NDArray[np.intp]

    @property
    def share(self) -> float:
        """The share of wrong answers; 0 where there are none."""
        return float(self.wrong.sum() / max(self.answers.sum(), 1))

    @property
    def design_effect(self) -> float:
        """Variance of the share over sites against that of independent events; at least 1."""
        answers, sites = int(self.answers.sum()), int((self.answers > 0).sum())
        share = self.share
        if sites < 2 or not 0 < share < 1:
            return 1.0
        apart = self.wrong - share * self.answers
        over_sites = sites / (sites - 1) * float((apart**2).sum()) / answers**2
        return max(1.0, over_sites / (share * (1 - share) / answers))

    def bound(self, confidence: float, design_effect: float) -> float:
        """Return the upper limit of the share."""
        answers = int(self.answers.sum()) / design_effect
        if not answers:
            return 1.0
        wrong = self.share * answers
        return float(betaincinv(wrong + 1, answers - wrong, confidence)) if wrong < answers else 1.0

    def expected(self, design_effect: float) -> float:
        """Return the share to expect of a new site, as conformal risk control has it: one more is wrong."""
        answers = int(self.answers.sum()) / design_effect
        return (self.share * answers + 1) / (answers + 1)


def at_prevalence(share: float, own: float, other: float) -> float:
    """Return what a share of events with a category becomes where such events are rarer or more frequent.

    Parameters
    ----------
    share : float
        Of events with a category, among some answers.
    own, other : float
        Shares of events with a category in the data, and where it is asked for.
    """
    if not 0 < own < 1:
        return share
    more, less = other / own, (1 - other) / (1 - own)
    return share * more / (share * more + (1 - share) * less)

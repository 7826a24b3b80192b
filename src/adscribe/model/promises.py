"""The two promises: how sure the model must be so that what it shows is wrong seldom enough.

*Wrong categories*: of the events shown with a category, the share of which not everything shown is
right is at most the risk. *Dangerous calm*: of the answers ``benign`` and ``misconfiguration``, the
share whose truth is a category is at most the calm risk, also where attacks are far rarer or more
frequent than in the calibration data.

Both are found by conformal risk control, in the form of learn-then-test (Angelopoulos et al.,
"Learn then Test", Annals of Applied Statistics 2025): thresholds are tested from strict to loose,
each against the hypothesis that its share is too high, and the first that can't reject it ends the
row; there are a few rows, so that an error among the surest answers doesn't end everything. That
controls the chance that any chosen threshold breaks its promise, without a share that falls
monotonously. A share among what is shown is none of the losses that the expectation
bound of conformal risk control covers, and a set shown changes with the threshold, so a controller
that takes one score and one truth an event doesn't fit either.

Calm is tested so at the prevalence of the calibration data. Where attacks are far more frequent the
same answers are wrong far more often; there the share to expect, with conformal risk control's one more
error, must not exceed the risk: with confidence nothing could be promised by a few dozen sites.

The unit is the site: its events resemble one another. The test is the exact binomial one on the
effective number of events (Korn and Graubard, "Confidence intervals for proportions with small
expected number of positive counts estimated from survey data", Survey Methodology 1998): the number
divided by the design effect of sites. A promise holds for a new site if it is exchangeable with the
calibration sites. For a real network it is a measured figure, no guarantee.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np

from adscribe.errors import ModelError
from adscribe.model.decoding import LEAST
from adscribe.model.truths import Tally, Truths, at_prevalence

RISKS = (0.01, 0.02, 0.05, 0.1, 0.2)
"""Shares of wrong categories that an operator can choose from."""

CALM_RISK = 0.01
PREVALENCES = (0.01, 0.1, 0.5)
"""Shares of events with a category for which calm is promised."""

CONFIDENCE = 0.9

_THRESHOLDS = np.concatenate([np.arange(LEAST, 0.9, 0.01), 1 - np.geomspace(0.1, 0.001, 40)])
_CALM_THRESHOLDS = np.geomspace(1e-5, 0.3, 80)
_STARTS = (1 / 4, 1 / 2, 3 / 4)
"""Rows of tests begin where these shares of the answers are given; each has its share of the doubt."""

_TELLING = 10
"""Errors that show how they gather in sites."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A step of the grid.

    Attributes
    ----------
    risk : float
        The share that is promised.
    threshold : float or None
        Of the probability that all of a set is right, or for calm that any category applies;
        ``None`` where the calibration data can't support the promise: then it can't be chosen.
    answers, wrong, sites : int
        Calibration events that are answered so at the threshold, those of them that are wrong, and
        the sites that they are from.
    bound : float or None
        Upper limit of the share, at the confidence of the promises.
    """

    risk: float
    threshold: float | None = None
    answers: int = 0
    wrong: int = 0
    sites: int = 0
    bound: float | None = None


class Promises(msgspec.Struct, frozen=True, kw_only=True):
    """What a model promises.

    Attributes
    ----------
    steps : tuple of Step
        A step a risk of wrong categories.
    calm : Step
        Dangerous calm; its counts are those at the calibration data's own prevalence.
    confidence : float
        That a threshold keeps its promise.
    prevalence : float
        Share of calibration events with a category.
    prevalences : tuple of float
        Shares at which calm was tested as well, in expectation, by reweighting.
    """

    steps: tuple[Step, ...]
    calm: Step
    confidence: float
    prevalence: float
    prevalences: tuple[float, ...]

    def step(self, risk: float) -> Step:
        """Return the step of a risk.

        Raises
        ------
        ModelError
            If there is none, or the calibration data can't support it.
        """
        held = [step for step in self.steps if step.threshold is not None]
        for step in held:
            if abs(step.risk - risk) < 1e-9:
                return step
        known = ", ".join(f"{step.risk:g}" for step in held) or "none"
        raise ModelError(f"the model makes no promise for the risk {risk:g}", hint=f"it does for: {known}")


def promise(
    truths: Truths,
    *,
    risks: Iterable[float] = RISKS,
    calm_risk: float = CALM_RISK,
    confidence: float = CONFIDENCE,
    prevalences: Iterable[float] = PREVALENCES,
) -> Promises:
    """Return the thresholds that keep the promises.

    Parameters
    ----------
    truths : Truths
        Calibration events, of sites that neither the model nor its temperature were fitted on.
    risks : iterable of float
        Shares of wrong categories.
    calm_risk : float
        Share of dangerous calm.
    confidence : float
        That a threshold keeps its promise.
    prevalences : iterable of float
        Shares of events with a category at which calm is tested as well, in expectation.
    """
    prevalence = float(truths.category.mean())
    limit = min(_at_own_prevalence(calm_risk, prevalence, share) for share in prevalences)
    categories = [(float(at), truths.categories(float(at))) for at in _THRESHOLDS[::-1]]
    calm = [(float(at), truths.calm(float(at))) for at in _CALM_THRESHOLDS]
    return Promises(
        steps=tuple(_tested(categories, risk, risk, confidence) for risk in risks),
        calm=_tested(calm, calm_risk, calm_risk, confidence, limit),
        confidence=confidence,
        prevalence=prevalence,
        prevalences=tuple(prevalences),
    )


def _tested(
    tallies: list[tuple[float, Tally]], risk: float, limit: float, confidence: float, expected: float = 1.0
) -> Step:
    """Return the loosest threshold that a row of tests without a failure leads to.

    A test is passed if the share is below `limit` with the confidence, and to be expected below `expected`.
    """
    each = 1 - (1 - confidence) / len(_STARTS)
    effects = _design_effects([tally for _, tally in tallies])
    bounds = [tally.bound(each, effect) for (_, tally), effect in zip(tallies, effects, strict=True)]
    most = tallies[-1][1].answers.sum()
    # Where a row starts depends on the number of answers alone, never on their truths.
    starts = [_first(tally.answers.sum() >= share * most for _, tally in tallies) for share in _STARTS]
    failed = [
        bound > limit or tally.expected(effect) > expected
        for (_, tally), bound, effect in zip(tallies, bounds, effects, strict=True)
    ]
    passed = [start + _first(failed[start:]) for start in starts]
    loosest = max((end - 1 for start, end in zip(starts, passed, strict=True) if end > start), default=None)
    if loosest is None:
        return Step(risk=risk)
    threshold, tally = tallies[loosest]
    return Step(
        risk=risk,
        threshold=threshold,
        answers=int(tally.answers.sum()),
        wrong=int(tally.wrong.sum()),
        sites=int((tally.answers > 0).sum()),
        bound=bounds[loosest],
    )


def _design_effects(tallies: list[Tally]) -> list[float]:
    """Return how much the sites count, from strict to loose.

    Few errors show little of how they gather in sites; then at least that of the next looser
    threshold with enough of them counts.
    """
    found: list[float] = []
    shown = 1.0
    for tally in reversed(tallies):
        effect = tally.design_effect
        if tally.wrong.sum() >= _TELLING:
            shown = effect
        found.append(max(effect, shown))
    return found[::-1]


def _first(holds: Iterable[bool]) -> int:
    """Return the place of the first that holds; the number of all where none does."""
    places = list(holds)
    return places.index(True) if True in places else len(places)


def _at_own_prevalence(limit: float, own: float, other: float) -> float:
    """Return the share in the data that becomes the limit at another prevalence."""
    return at_prevalence(limit, other, own) if 0 < own < 1 else limit


def realised(promises: Promises, truths: Truths) -> dict[str, Any]:
    """Measure the promises on events that had no part in them.

    Returns
    -------
    dict
        ``categories``: a row a step with ``risk``, ``threshold``, ``shown``, ``wrong`` (a share),
        ``design_effect`` and ``coverage`` (of the events whose truth is a category, the share shown
        one). ``calm``: a row a prevalence with ``prevalence``, ``answers`` and ``dangerous`` (a share).
    """
    steps = []
    for step in promises.steps:
        if step.threshold is None:
            continue
        tally = truths.categories(step.threshold)
        shown, _ = truths.shown(step.threshold)
        covered = truths.techniques[shown.event].sum() / max(truths.techniques.sum(), 1)
        steps.append(
            {
                "risk": step.risk,
                "threshold": step.threshold,
                "shown": int(tally.answers.sum()),
                "wrong": tally.share,
                "design_effect": tally.design_effect,
                "coverage": float(covered),
            }
        )
    calm = []
    if promises.calm.threshold is not None:
        tally = truths.calm(promises.calm.threshold)
        own = float(truths.category.mean())
        for prevalence in promises.prevalences:
            dangerous = at_prevalence(tally.share, own, prevalence)
            calm.append(
                {"prevalence": prevalence, "answers": int(tally.answers.sum()), "dangerous": dangerous}
            )
    return {"categories": steps, "calm": calm}


def parted(sites: Iterable[str], seed: int) -> tuple[frozenset[str], frozenset[str]]:
    """Split calibration sites: a quarter for the temperature, which is one number, the rest for the promises.

    Raises
    ------
    ModelError
        If there are fewer than two.
    """
    names = sorted(set(sites))
    if len(names) < 2:
        raise ModelError("there are too few calibration sites", hint="build more sites")
    order = np.random.default_rng(seed).permutation(len(names))
    first = frozenset(names[place] for place in order[: max(len(names) // 4, 1)])
    return first, frozenset(names) - first

"""The figures of the vignettes with their intervals: all cases, by kind, pairs and updates in whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np

from adscribe.training.bootstrap import Draws, Estimate, estimate
from adscribe.training.vignettes import Scored, is_acceptable, is_strict


class VignetteFigure(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the cases.

    Attributes
    ----------
    cases : str
        Which ones.
    strict, acceptable : Estimate or None
        Shares of them that are right; intervals by drawing the cases' sites.
    """

    cases: str
    strict: Estimate | None
    acceptable: Estimate | None


def vignette_figures(scored: Sequence[Scored]) -> tuple[VignetteFigure, ...]:
    """Return the figures of all cases, of each kind and difficulty, and of pairs and updates in whole."""
    found = [_figure("all cases", _single(scored))]
    kinds = {one.case.kind: None for one in scored}
    found += [_figure(kind, _single(one for one in scored if one.case.kind == kind)) for kind in kinds]
    found.append(_figure("pairs, both members", _pairs(scored)))
    found.append(_figure("updates, both states", _updates(scored)))
    levels = {one.case.difficulty: None for one in scored}
    found += [_figure(name, _single(one for one in scored if one.case.difficulty == name)) for name in levels]
    return tuple(found)


_Judged = tuple[str, bool, bool]
"""Site, strictly right, acceptable."""


def _single(scored: Iterable[Scored]) -> list[_Judged]:
    return [(one.case.site, one.strict, one.acceptable) for one in scored]


def _pairs(scored: Sequence[Scored]) -> list[_Judged]:
    members = [one for one in scored if one.case.kind == "pair"]
    return [
        (first.case.site, first.strict and second.strict, first.acceptable and second.acceptable)
        for first, second in zip(members[::2], members[1::2], strict=True)
    ]


def _updates(scored: Sequence[Scored]) -> list[_Judged]:
    return [
        (
            one.case.site,
            one.strict and is_strict(one.first, before),
            one.acceptable and is_acceptable(one.first, before),
        )
        for one in scored
        if (before := one.case.answer_after_first) is not None
    ]


def _figure(cases: str, judged: Sequence[_Judged]) -> VignetteFigure:
    sites = sorted({site for site, _, _ in judged})
    sums = np.zeros((3, max(len(sites), 1)))
    for site, strict, acceptable in judged:
        sums[:, sites.index(site)] += (strict, acceptable, 1)
    draws = Draws.of(sums.shape[1])
    shares = [estimate(draws.ratio(over, sums[2]), len(judged)) for over in sums[:2]]
    return VignetteFigure(cases=cases, strict=shares[0], acceptable=shares[1])

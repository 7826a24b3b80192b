"""A report beside an earlier one.

On the same data both models are drawn on the same sites, so the difference has an interval of its own.
On other data figures stand side by side, and nothing is said of their difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import msgspec
import numpy as np

from adscribe.training.bootstrap import Draws, Estimate, estimate
from adscribe.training.evaluation import Evaluation
from adscribe.training.metrics import Tally
from adscribe.training.promotion import MEASURES
from adscribe.training.report_bundle import Report


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A figure in both reports.

    Attributes
    ----------
    measure : str
        Which one.
    before, now : Estimate
        Its values.
    difference : Estimate or None
        Now less before, on the same sites; ``None`` on other data.
    verdict : {"better", "worse", "no difference shown", ""}
        What the difference says, where more is known to be better or worse.
    """

    measure: str
    before: Estimate
    now: Estimate
    difference: Estimate | None = None
    verdict: str = ""


def changes(before: Report, now: Report) -> list[Change]:
    """Return the figures that both reports have."""
    same = same_data(before, now)
    sums = [one.evaluation.sums for one in (before, now)]
    old, new = _figures(before), _figures(now)
    found = []
    for name in new:
        if name not in old:
            continue
        paired = same and all(name in own for own in sums)
        difference = _difference(sums[0][name], sums[1][name]) if paired else None
        found.append(
            Change(
                measure=name.replace("_", " "),
                before=old[name],
                now=new[name],
                difference=difference,
                verdict=_verdict(difference, MEASURES.get(name)),
            )
        )
    return found


def same_data(before: Report, now: Report) -> bool:
    """Tell whether both were measured on the same part of the same data."""
    return before.evaluation.sets == now.evaluation.sets


def _difference(before: Tally, now: Tally) -> Estimate | None:
    return estimate(_samples(now) - _samples(before))


def _samples(one: Tally) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return Draws.of(len(one.under)).ratio(np.array(one.over), np.array(one.under))


def _verdict(difference: Estimate | None, better: int | None) -> str:
    if difference is None or better is None:
        return ""
    if difference.low <= 0 <= difference.high:
        return "no difference shown"
    return "better" if difference.value * better > 0 else "worse"


def _figures(found: Report) -> dict[str, Estimate]:
    """Return all that is compared, by the name of its sums where it has some."""
    return {name: one for name, one in chain(_simulated(found.evaluation), _others(found)) if one is not None}


def _simulated(evaluation: Evaluation) -> Iterator[tuple[str, Estimate | None]]:
    scores = evaluation.scores["model"]
    for name in ("exact", "right", "coverage", "wrong", "undetermined"):
        yield name, getattr(scores.whole, name)
    yield "dangerous_calm", scores.whole.calm.dangerous
    for name, level in scores.levels.items():
        yield f"{name}_f1", level.f1
    yield "calibration error", evaluation.reliability.error
    yield "updates that change the answer", evaluation.flips.get("model")


def _others(found: Report) -> Iterator[tuple[str, Estimate | None]]:
    vignettes = found.evaluation.vignettes
    if vignettes is not None and vignettes.figures:
        yield "vignettes_strict", vignettes.figures[0].strict
        yield "vignettes_acceptable", vignettes.figures[0].acceptable
    judged = found.evaluation.feedback
    if judged is not None:
        for name in ("right", "coverage", "wrong"):
            yield f"feedback_{name}", getattr(judged.whole, name)
        yield "feedback_dangerous_calm", judged.whole.calm.dangerous
    for vendor in found.vendors.vendors if found.vendors else ():
        yield f"{vendor.vendor} held out, right first", vendor.first
        yield f"{vendor.vendor} held out, right among three", vendor.among
    figures = found.traffic.together.get("model") if found.traffic else None
    if figures is not None:
        yield "real traffic, acceptable", figures.acceptable.estimate

"""Which version answers: a challenger replaces the champion only where it is shown to lose nothing.

The gate compares evaluations on the frozen sets, the test part and the vignettes, and on the last
feedback, that `adscribe evaluate` has logged for both. Every figure of `MEASURES` is a share of sums by
site, of feedback by habit, so both models are drawn on the same sites: with 95 % confidence no figure may
be more than a point worse. And the challenger keeps its promises.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from adscribe.errors import AdscribeError
from adscribe.training import report, tracking
from adscribe.training.bootstrap import Draws, divided
from adscribe.training.evaluation import Evaluation
from adscribe.training.metrics import Tally

MEASURES: Mapping[str, int] = {
    "right": 1,
    "coverage": 1,
    "wrong": -1,
    "dangerous_calm": -1,
    "technique_f1": 1,
    "parent_f1": 1,
    "tactic_f1": 1,
    "reason_f1": 1,
    "ics_technique_f1": 1,
    "vignettes_strict": 1,
    "vignettes_acceptable": 1,
    "feedback_right": 1,
    "feedback_coverage": 1,
    "feedback_wrong": -1,
    "feedback_dangerous_calm": -1,
}
"""The figures that count, and whether more is better."""

LOSS = 0.01
CONFIDENCE = 0.95


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """A figure of both.

    Attributes
    ----------
    measure : str
        Which one.
    champion, challenger : float
        Its values.
    worst : float
        The gain of the challenger, at least, at 95 % confidence; below 0 a loss.
    holds : bool
        Whether that is no more than a point.
    """

    measure: str
    champion: float
    challenger: float
    worst: float
    holds: bool


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """What the gate found.

    Attributes
    ----------
    holds : bool
        Whether the challenger may answer.
    compared : tuple of Compared
        Empty where there is no champion yet.
    failures : tuple of str
        Where it fails, in words.
    """

    holds: bool
    compared: tuple[Compared, ...]
    failures: tuple[str, ...]


class RefusedError(AdscribeError):
    """A version that may not answer."""


def gate(challenger: Evaluation, champion: Evaluation | None, *, seed: int = 0) -> Gate:
    """Compare a challenger with the champion.

    Parameters
    ----------
    challenger, champion : Evaluation
        On the same frozen sets; no champion: promises alone count.
    seed : int
        Of the draws.

    Raises
    ------
    AdscribeError
        If they were measured on different data.
    """
    compared: tuple[Compared, ...] = ()
    if champion is not None:
        if champion.sets != challenger.sets:
            raise AdscribeError(
                "champion and challenger were measured on different data",
                hint="adscribe evaluate both on the same data, vignettes and feedback",
            )
        own, other = challenger.sums, champion.sums
        compared = tuple(
            _compared(name, own[name], other[name], better, seed)
            for name, better in MEASURES.items()
            if name in own and name in other
        )
    failures = [
        f"{one.measure}: {one.challenger:.3f}, the champion has {one.champion:.3f};"
        f" a loss of {-one.worst:.3f} can't be excluded"
        for one in compared
        if not one.holds
    ]
    failures += [
        f"{one.promise}: {one.promised:.3f} promised, {one.realised:.3f} realised"
        for one in challenger.promises
        if not one.kept
    ]
    if not challenger.promises:
        failures.append("it makes no promise")
    return Gate(holds=not failures, compared=compared, failures=tuple(failures))


def _compared(name: str, challenger: Tally, champion: Tally, better: int, seed: int) -> Compared:
    draws = Draws.of(len(champion.under), seed=seed)
    own, other = (
        np.nan_to_num(divided(draws.sums(np.array(one.over)), draws.sums(np.array(one.under))))
        for one in (challenger, champion)
    )
    worst = float(np.quantile(better * (own - other)[1:], 1 - CONFIDENCE))
    return Compared(
        measure=name,
        champion=float(other[0]),
        challenger=float(own[0]),
        worst=worst,
        holds=worst >= -LOSS,
    )


def promote(version: str, *, seed: int = 0) -> Gate:
    """Make a version of the registry the champion if the gate holds.

    Parameters
    ----------
    version : str
        Number in the registry.
    seed : int
        Of the draws.

    Raises
    ------
    RefusedError
        If the gate doesn't hold; it says where.
    AdscribeError
        If the registry has no such version, or an evaluation is missing.
    """
    module = tracking.mlflow()
    client = module.MlflowClient()
    try:
        wanted = client.get_model_version(tracking.MODEL, version)
    except module.MlflowException as wrong:
        raise AdscribeError(
            f"the registry has no version {version} of {tracking.MODEL}", hint="adscribe train registers one"
        ) from wrong
    present = _champion(module, client)
    challenger = _evaluation(module, wanted)
    found = gate(challenger, _evaluation(module, present) if present is not None else None, seed=seed)
    with tracking.run(f"promote {version}", kind="promotion", tags={"version": version}) as active:
        active.log_dict(msgspec.to_builtins(found), "gate.json")
        active.set_tag("promoted", str(found.holds).lower())
    if not found.holds:
        raise RefusedError(
            f"version {version} stays a challenger: {'; '.join(found.failures)}",
            hint="the champion goes on answering" if present is not None else "there is no champion yet",
        )
    client.set_registered_model_alias(tracking.MODEL, tracking.CHAMPION, version)
    return found


def _champion(module: Any, client: Any) -> Any:
    try:
        return client.get_model_version_by_alias(tracking.MODEL, tracking.CHAMPION)
    except module.MlflowException:
        return None


def _evaluation(module: Any, version: Any) -> Evaluation:
    """Return the latest evaluation of a version on the test part."""
    artefact = version.tags.get("artefact", "")
    runs = module.search_runs(
        experiment_names=[tracking.EXPERIMENT],
        filter_string=f"tags.kind = 'evaluation' and tags.artefact = '{artefact}' and tags.split = 'test'",
        order_by=["attributes.start_time DESC"],
        max_results=1,
        output_format="list",
    )
    if not runs:
        raise AdscribeError(
            f"version {version.version} has no evaluation on the test part",
            hint=f"adscribe evaluate models:/{tracking.MODEL}/{version.version} DATA",
        )
    uri = f"runs:/{runs[0].info.run_id}/evaluation/{report.JSON}"
    return report.read(Path(module.artifacts.download_artifacts(uri)))

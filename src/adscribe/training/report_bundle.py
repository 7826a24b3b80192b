"""Everything that is measured of a model, together: one page for readers and one JSON for machines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from adscribe.errors import AdscribeError, Place
from adscribe.training import report
from adscribe.training.bootstrap import Estimate
from adscribe.training.evaluation import Evaluation
from adscribe.training.report_vendors import VendorsOut
from adscribe.training.traffic import Traffic, score

JSON, PAGE = "report.json", "report.html"


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What is measured of a model.

    Attributes
    ----------
    evaluation : Evaluation
        On the simulator, and on the vignettes.
    vendors : VendorsOut or None
        The text model on vendors that it hasn't seen.
    traffic : Traffic or None
        On recorded traffic.
    seeds : dict of str to Estimate
        Mean of figures over models that were trained with different seeds; here the ends are those of the
        smallest and the largest, and ``n`` is the number of models.
    """

    evaluation: Evaluation
    vendors: VendorsOut | None = None
    traffic: Traffic | None = None
    seeds: dict[str, Estimate] = {}


def assemble(
    evaluation: Evaluation,
    model: Path,
    *,
    traffic: Path | None = None,
    vendors: VendorsOut | None = None,
    seeds: Sequence[Path] = (),
) -> Report:
    """Put a report together.

    Parameters
    ----------
    evaluation : Evaluation
        Of the model.
    model : Path
        Its folder.
    traffic : Path, optional
        Folder of the data sets with recorded traffic, which is scored now.
    vendors : VendorsOut, optional
        Figures of the text model.
    seeds : sequence of Path
        Folders of evaluations of the same model trained with other seeds.

    Raises
    ------
    AdscribeError
        If any of it can't be read, or an evaluation of another seed is on other data.
    """
    return Report(
        evaluation=evaluation,
        vendors=vendors,
        traffic=score(traffic, model) if traffic is not None else None,
        seeds=_spread([evaluation, *(_other(folder, evaluation) for folder in seeds)]) if seeds else {},
    )


def write(found: Report, folder: Path) -> None:
    """Write ``report.json`` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / JSON).write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")


def read(folder: Path) -> Report:
    """Read the report of a folder.

    Raises
    ------
    AdscribeError
        If there is none.
    """
    path = folder / JSON
    try:
        return msgspec.json.decode(path.read_bytes(), type=Report)
    except (OSError, msgspec.MsgspecError) as wrong:
        raise AdscribeError(
            "holds no report", place=Place(str(path)), hint="adscribe evaluate --report DIR writes one"
        ) from wrong


def _other(folder: Path, evaluation: Evaluation) -> Evaluation:
    other = report.read(folder / report.JSON)
    if _part(other) != _part(evaluation):
        raise AdscribeError(
            "was measured on other data", place=Place(str(folder)), hint="evaluate all seeds on the same part"
        )
    return other


def _part(evaluation: Evaluation) -> tuple[object, object]:
    return evaluation.data["content"], evaluation.data["split"]


def _spread(evaluations: Sequence[Evaluation]) -> dict[str, Estimate]:
    """Return each figure that all of them have."""
    shares = [
        {name: sum(one.over) / sum(one.under) for name, one in own.tallies.items() if sum(one.under)}
        for own in evaluations
    ]
    found = {}
    for name in shares[0]:
        if all(name in own for own in shares):
            values = np.array([own[name] for own in shares])
            found[name] = Estimate(
                float(values.mean()), float(values.min()), float(values.max()), len(evaluations)
            )
    return found

"""The profile of a training: what its events are like, as a live site would show them.

That is the full view of the events that the site leaves to the model, at the prevalence of the corpus.
A degraded view is no site of its own: each site knows itself well or hardly, and that is in the spread
between sites. The sites of the test have no part in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array  # type: ignore[import-untyped]

from adscribe.attack import Catalogue
from adscribe.errors import AdscribeError
from adscribe.model.artefact import Artefact, Manifest, load, with_profile
from adscribe.model.certainty import certainties
from adscribe.model.decoding import Decision, Decoder
from adscribe.model.learned import NEVER
from adscribe.model.outcomes import Outcome
from adscribe.model.profile import SIZES, Profile, profile_of
from adscribe.model.softmax import Array
from adscribe.model.statistics import CATEGORY, Said
from adscribe.training import dataset as datasets
from adscribe.training.answering import usual_risk
from adscribe.training.dataset import TRAIN, Dataset, Ints
from adscribe.training.simulation.views import FULL

TEST = "test"
"""The part that has no say in anything."""

_PIECE = SIZES[0]
_ROWS_AT_ONCE = 2**14


def profile(dataset: Dataset, artefact: Artefact) -> Profile:
    """Return the profile of a model's training.

    Parameters
    ----------
    dataset : Dataset
        Rows of all parts, with the columns of the model.
    artefact : Artefact
        The model.

    Raises
    ------
    AdscribeError
        If the columns are others, or there is no event to look at.
    """
    if dataset.space.names != artefact.features.names:
        raise AdscribeError("the rows have other columns than the model", hint="load them with its features")
    rows = np.flatnonzero((dataset.view == FULL) & (dataset.split != TEST))
    if not len(rows):
        raise AdscribeError("the corpus has no event outside its test part", hint="build a larger one")
    statistics = artefact.statistics()
    risk = usual_risk(artefact.promises)
    bins, starts, pairs = [], [0], []
    for row, probabilities, decision, unfamiliar in _decided(dataset, artefact, rows, risk):
        found = [*statistics.of_event(str(dataset.method[row]), *_facts(dataset, row))]
        shown = _shown(decision, probabilities, artefact)
        found += statistics.of_answer(_said(decision, shown, unfamiliar))
        bins += found
        starts.append(len(bins))
        if dataset.split[row] != TRAIN and not unfamiliar:
            pairs += _judged(decision, shown, str(dataset.outcome[row]))
    told = csr_array((np.ones(len(bins)), bins, starts), shape=(len(rows), len(statistics)))
    counted = (statistics.rows(dataset.X[rows]) + told).tocsr()
    return profile_of(
        statistics,
        {site: list(_pieces(counted, own)) for site, own in _by_site(dataset.site[rows])},
        risk=risk,
        calibration=certainties(pairs),
    )


def add_profile(model: Path, data: Path, out: Path, *, processes: int = 2) -> Manifest:
    """Write a trained model once more, with the profile of its training.

    Parameters
    ----------
    model : Path
        Folder of the artefact.
    data : Path
        What it was trained on, as ``adscribe data build`` wrote it.
    out : Path
        Must not exist.
    processes : int
        How many work at once; nothing depends on it.

    Raises
    ------
    AdscribeError
        If the model can't be loaded, or was trained on other data.
    """
    from adscribe.training.evaluation import data_card  # noqa: PLC0415 - draws charts

    catalogue = Catalogue.load()
    artefact, manifest = load(model, catalogue)
    if data_card(data)["content_sha256"] != manifest.training.data:
        raise AdscribeError(
            f"{model} was trained on other data than {data}",
            hint="build the corpus that its card names",
        )
    rows = datasets.load(data, space=artefact.features, views=[FULL], processes=processes)
    return with_profile(model, out, profile(rows, artefact), catalogue)


def _decided(
    dataset: Dataset, artefact: Artefact, rows: Ints, risk: float
) -> Iterator[tuple[int, Array, Decision, bool]]:
    """Yield each row with what the model thinks, what it decides, and whether it wouldn't try."""
    decoder, promises, novelty = Decoder(artefact.outcomes), artefact.promises, artefact.novelty
    # A risk that is promised has a threshold.
    category = promises.step(risk).threshold or 1.0
    calm = NEVER if promises.calm.threshold is None else promises.calm.threshold
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        some = rows[start : start + _ROWS_AT_ONCE]
        for row, probabilities in zip(some.tolist(), artefact.softmax.predict(dataset.X[some]), strict=True):
            facts, strange = _facts(dataset, row)
            unfamiliar = dataset.method[row] not in novelty.methods or strange > novelty.most * facts
            yield row, probabilities, decoder.decide(probabilities, category, calm), unfamiliar


def _facts(dataset: Dataset, row: int) -> tuple[int, int]:
    return int(dataset.facts[row]), int(dataset.strange[row])


def _shown(decision: Decision, probabilities: Array, artefact: Artefact) -> dict[str, float]:
    """Return what is shown, techniques or else tactics, with the probability of each."""
    if decision.shown is None:
        return {}
    space = artefact.outcomes
    names = list(decision.shown.techniques or decision.shown.tactics)
    found = space.contains[[space.labels[name] for name in names]] @ probabilities
    return dict(zip(names, found.tolist(), strict=True))


def _said(decision: Decision, shown: dict[str, float], unfamiliar: bool) -> Said:
    if unfamiliar:
        return Said("unfamiliar", (), None)
    if decision.shown is not None:
        return Said(CATEGORY, decision.shown.tactics, min(shown.values()))
    reason = decision.reason or "undetermined"
    return Said("low_confidence" if reason == "undetermined" else reason, (), decision.probability)


def _judged(decision: Decision, shown: dict[str, float], truth: str) -> list[tuple[float, bool]]:
    """Return the probability of each thing said, and whether it is true."""
    labels = _labels(truth)
    if shown:
        return [(probability, name in labels) for name, probability in shown.items()]
    if decision.reason in (None, "undetermined"):
        return []
    return [(decision.probability, decision.reason in labels)]


@lru_cache(maxsize=4096)
def _labels(truth: str) -> frozenset[str]:
    return Outcome.parse(truth).labels


def _by_site(sites: datasets.Texts) -> Iterator[tuple[str, Ints]]:
    """Yield each site with its rows, in their order."""
    for site in dict.fromkeys(sites.tolist()):
        yield site, np.flatnonzero(sites == site)


def _pieces(counted: csr_array, rows: Ints) -> Iterator[tuple[int, np.ndarray]]:
    for start in range(0, len(rows), _PIECE):
        some = rows[start : start + _PIECE]
        yield len(some), np.asarray(counted[some].sum(axis=0)).ravel()

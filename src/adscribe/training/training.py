"""One training run: from a corpus to an artefact that says what it promises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack  # type: ignore[import-untyped]

from adscribe.attack import Catalogue
from adscribe.codebook import Codebook
from adscribe.errors import AdscribeError
from adscribe.features import FeatureSpace
from adscribe.model import golden
from adscribe.model.artefact import Artefact, Training, save
from adscribe.model.calibration import fit_temperature
from adscribe.model.decoding import Decoder
from adscribe.model.estimator import OutcomeClassifier
from adscribe.model.novelty import Novelty
from adscribe.model.outcomes import REASONS, OutcomeSpace
from adscribe.model.promises import CONFIDENCE, Promises, parted, promise
from adscribe.model.softmax import Softmax
from adscribe.model.truths import Truths
from adscribe.training import mappings, splits
from adscribe.training.answering import columns, usual_risk
from adscribe.training.beliefs import CARRIES, anchors, outcome_of, scales
from adscribe.training.dataset import Dataset, load
from adscribe.training.evaluation import Evaluation, data_card, evaluate
from adscribe.training.feedback.cases import Case
from adscribe.training.feedback.joining import JudgedRows, as_rows
from adscribe.training.profiling import profile
from adscribe.training.simulation.views import FULL

Ints = NDArray[np.intp]
Say = Callable[[str], None]

_NEVER = -30.0


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be chosen.

    Attributes
    ----------
    seed : int
        Of everything that is drawn.
    strength : float
        Inverse strength of the penalty, see `OutcomeClassifier`, for 100,000 training rows; with more
        rows each counts less, since there are no more behaviours.
    belief : float
        Weight of the codebook's rows, as a share of all training rows.
    words : float
        Weight of the experts' mappings of detections, likewise.
    everyday : float
        Share of the training rows without a category that are taken, each for several: the same to
        learn from in a fraction of the time.
    iterations : int
        At most.
    rarest : int
        Outcomes with fewer training rows are left out: nothing could be said of them.
    confidence : float
        That a threshold keeps its promise; less only for a trial on little data.
    golden : int
        Golden events, each of another method.
    verdict : float
        What an event that analysts judged counts, in training rows.
    half_life : float
        Days before the last verdict after which one counts half.
    """

    seed: int = 0
    strength: float = 0.01
    belief: float = 1.0
    words: float = 0.2
    everyday: float = 0.25
    iterations: int = 100
    rarest: int = 10
    confidence: float = CONFIDENCE
    golden: int = 24
    verdict: float = 10.0
    half_life: float = 180.0


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of a run."""

    folder: Path
    validation: Evaluation
    promises: Promises
    temperature: float


def train(
    data: Path,
    out: Path,
    settings: Settings | None = None,
    *,
    feedback: Sequence[Case] = (),
    version: str = "1",
    processes: int = 2,
    say: Say = lambda line: None,
) -> Trained:
    """Train, calibrate and save a model, and measure it on the validation sites.

    Parameters
    ----------
    data : Path
        What ``adscribe data build`` wrote.
    out : Path
        Folder for the artefact; must not exist.
    settings : Settings, optional
        What can be chosen.
    feedback : sequence of Case
        Verdicts that join the training rows; those that are held out are not among them.
    version : str
        Of the model.
    processes : int
        How many work at once; no figure depends on it.
    say : callable
        Gets a line when a step is done.

    Raises
    ------
    SplitError
        If the parts of the data know of one another.
    AdscribeError
        If the data don't suffice, also for any promise.
    """
    settings = settings or Settings()
    card = data_card(data)
    names = ("site", "split", "campaign", "event_key", "behaviour", "parameter_set")
    splits.check(columns(data, names), card["held_out"])
    dataset = load(data, processes=processes)
    say(f"{dataset.X.shape[0]:,} rows, {dataset.X.shape[1]:,} features")
    artefact, temperature = made(dataset, data, out, settings, feedback=feedback, version=version, say=say)
    validation = evaluate(out, data, split="validate", probe=False, seed=settings.seed, processes=processes)
    return Trained(out, validation, artefact.promises, temperature)


def made(
    dataset: Dataset,
    data: Path,
    out: Path,
    settings: Settings,
    *,
    feedback: Sequence[Case] = (),
    version: str = "1",
    say: Say = lambda line: None,
) -> tuple[Artefact, float]:
    """Fit and save a model on rows that were read; see `train`.

    Returns
    -------
    Artefact, float
        As `fit` does.
    """
    card = data_card(data)
    artefact, temperature = fit(dataset, card["attack"], settings, say, feedback)
    artefact = replace(artefact, profile=profile(dataset, artefact))
    say("noted what its events are like")
    chosen = _golden_rows(dataset, settings)
    events = [(msgspec.json.decode(dataset.native(row)), _site_text(data, dataset, row)) for row in chosen]
    told = golden.record(events, artefact.features, artefact.outcomes, artefact.softmax)
    save(
        out,
        artefact,
        version=version,
        package=metadata.version("adscribe"),
        training=Training(
            data=card["content_sha256"],
            seed=settings.seed,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            temperature=temperature,
            settings=asdict(settings),
        ),
        golden=told,
    )
    say(f"saved {out}")
    return artefact, temperature


def fit(
    dataset: Dataset,
    attack: dict[str, str],
    settings: Settings,
    say: Say = lambda line: None,
    feedback: Sequence[Case] = (),
) -> tuple[Artefact, float]:
    """Fit all parts of a model.

    Parameters
    ----------
    dataset : Dataset
        Rows of all parts.
    attack : dict of str to str
        Version of each domain of ATT&CK that the truths speak.
    settings : Settings
        What can be chosen.
    say : callable
        Gets a line when a step is done.
    feedback : sequence of Case
        Verdicts that join the training rows.

    Returns
    -------
    Artefact, float
        The model, and the temperature that its evidence was divided by.
    """
    codebook = Codebook.load()
    space = outcome_space(dataset.outcome[part(dataset, "train")].tolist(), attack, settings.rarest, codebook)
    codes = truth_codes(dataset, space)
    X = narrow(dataset.X)  # noqa: N806 - scikit-learn's name
    rows, stop = part(dataset, "train", codes), part(dataset, "validate", codes)
    judged = as_rows(feedback, dataset.space, space, verdict=settings.verdict, half_life=settings.half_life)
    if feedback:
        say(f"{len(judged.codes):,} judged events join them")
    fitted, iterations = learn(X, codes, rows, stop, dataset.space, space, codebook, settings, judged=judged)
    say(f"{len(space.outcomes)} outcomes, trained in {iterations} iterations")
    calibration = part(dataset, "calibrate")
    for_temperature, for_promises = parted(dataset.site[calibration], settings.seed)
    warm = calibration[np.isin(dataset.site[calibration], list(for_temperature))]
    rest = calibration[np.isin(dataset.site[calibration], list(for_promises))]
    if not len(warm) or not len(rest):
        raise AdscribeError("too few calibration sites", hint="build more sites")
    temperature = fit_temperature(fitted, X[warm], codes[warm])
    softmax = fitted.scaled(temperature).rounded()
    truths = Truths(
        Decoder(space),
        softmax.predict(X[rest]),
        dataset.outcome[rest].tolist(),
        dataset.site[rest].tolist(),
    )
    promises = promise(truths, confidence=settings.confidence)
    # Fails where there is none: then there is nothing to answer by.
    usual_risk(promises)
    say(f"temperature {temperature:.2f}; promises at {_held(promises) or 'no risk'}")
    novelty = Novelty.of(dataset.method[part(dataset, "train")].tolist())
    return Artefact(dataset.space, space, softmax, novelty, promises), temperature


def learn(
    X: csr_array,  # noqa: N803 - scikit-learn's name
    codes: Ints,
    rows: Ints,
    stop: Ints,
    features: FeatureSpace,
    outcomes: OutcomeSpace,
    codebook: Codebook,
    settings: Settings,
    carries: Mapping[str, float] = CARRIES,
    judged: JudgedRows | None = None,
) -> tuple[Softmax, int]:
    """Fit the softmax.

    Parameters
    ----------
    X : csr_array, events × features
        All events.
    codes : array of int, events
        Place of each truth among the outcomes.
    rows, stop : array of int
        The events to learn from, and those whose loss tells when to stop.
    features, outcomes
        What columns and codes stand for.
    codebook : Codebook
        What is believed beforehand.
    settings : Settings
        What can be chosen.
    carries : mapping of str to float
        How far each kind of feature carries, see `adscribe.training.beliefs`.
    judged : JudgedRows, optional
        Events that analysts judged, to learn from besides.

    Returns
    -------
    Softmax, int
        The model, and the iterations that it took.
    """
    plain = np.isin(outcomes.texts, REASONS)
    rows, weight = thinned(rows, plain[codes[rows]], settings)
    known_rows, known_codes = X[rows], codes[rows]
    if judged is not None and len(judged.codes):
        known_rows = narrow(csr_array(vstack([known_rows, judged.X])))
        known_codes = np.concatenate([known_codes, judged.codes])
        weight = np.concatenate([weight, judged.weight])
    texts, scale = np.array(outcomes.texts), scales(features.names, carries)
    believed = _believed(features, outcomes, codebook, settings)
    classifier = OutcomeClassifier(settings.strength * 1e5 / weight.sum(), max_iter=settings.iterations).fit(
        scaled(known_rows, scale),
        texts[known_codes],
        weight,
        validation=(scaled(X[stop], scale), texts[codes[stop]]) if len(stop) else None,
        anchors=(scaled(believed.X, scale), believed.outcomes, believed.shares),
    )
    # An outcome that neither an event nor the codebook has can't be told.
    places = [outcomes.texts.index(text) for text in classifier.classes_]
    table = np.zeros((len(scale), len(texts)), dtype=np.float32)
    table[:, places] = classifier.softmax_.coefficients * scale[:, np.newaxis]
    intercept = np.full(len(texts), _NEVER, dtype=np.float32)
    intercept[places] = classifier.softmax_.intercept
    return Softmax(table, intercept), classifier.n_iter_


class _Believed(NamedTuple):
    """Rows that are no events, their outcomes, and the share of all rows that each counts."""

    X: csr_array
    outcomes: NDArray[np.str_]
    shares: NDArray[np.float64]


def _believed(
    features: FeatureSpace, outcomes: OutcomeSpace, codebook: Codebook, settings: Settings
) -> _Believed:
    rules, answers = anchors(features, codebook)
    words, meant, each = mappings.rows(features, outcomes.texts, mappings.load(), codebook)
    said = np.array([*answers, *meant])
    shares = np.concatenate([np.full(len(answers), settings.belief / len(answers)), settings.words * each])
    known = np.flatnonzero(np.isin(said, outcomes.texts) & (shares > 0))
    return _Believed(csr_array(vstack([rules, words], format="csr"))[known], said[known], shares[known])


def outcome_space(
    truths: Sequence[str], attack: dict[str, str], rarest: int, codebook: Codebook
) -> OutcomeSpace:
    """Return the outcomes that enough training rows have, and all that the codebook says."""
    texts = {text for text, number in Counter(truths).items() if number >= rarest}
    texts |= {outcome_of(row).text for row in codebook.rows()}
    return OutcomeSpace.of(sorted(texts), Catalogue.load(), attack["enterprise"], attack["ics"])


def thinned(rows: Ints, plain: NDArray[np.bool_], settings: Settings) -> tuple[Ints, NDArray[np.float64]]:
    """Return a share of the rows whose truth is a reason alone and all others, and what each counts."""
    taken = ~plain | (np.random.default_rng(settings.seed).random(len(rows)) < settings.everyday)
    weight = np.where(plain, 1 / settings.everyday, 1.0)
    return rows[taken], weight[taken]


def scaled(matrix: csr_array, scale: NDArray[np.float32]) -> csr_array:
    """Return a matrix with its columns scaled."""
    return csr_array((matrix.data * scale[matrix.indices], matrix.indices, matrix.indptr), shape=matrix.shape)


def truth_codes(dataset: Dataset, space: OutcomeSpace) -> Ints:
    """Return the place of each row's truth among the outcomes; -1 where it isn't one."""
    places = {text: place for place, text in enumerate(space.texts)}
    return np.array([places.get(text, -1) for text in dataset.outcome.tolist()], dtype=np.intp)


def part(dataset: Dataset, split: str, codes: Ints | None = None) -> Ints:
    """Return the rows of a part; with codes, those whose truth is an outcome."""
    own = dataset.split == split
    return np.flatnonzero(own if codes is None else own & (codes >= 0))


def narrow(matrix: csr_array) -> csr_array:
    """Return a matrix with indices of 32 bits: scikit-learn takes no others."""
    indices, starts = matrix.indices.astype(np.int32), matrix.indptr.astype(np.int32)
    return csr_array((matrix.data, indices, starts), shape=matrix.shape)


def _held(promises: Promises) -> str:
    return ", ".join(f"{step.risk:g}" for step in promises.steps if step.threshold is not None)


def _golden_rows(dataset: Dataset, settings: Settings) -> list[int]:
    """Return rows of the validation part, each of another method."""
    rows = np.flatnonzero((dataset.split == "validate") & (dataset.view == FULL))
    shuffled = np.random.default_rng(settings.seed).permutation(rows)
    first: dict[str, int] = {}
    for row in shuffled.tolist():
        first.setdefault(str(dataset.method[row]), row)
    return [first[method] for method in sorted(first)][: settings.golden]


def _site_text(data: Path, dataset: Dataset, row: int) -> str:
    name = dataset.site_file[row]
    return (data / "sites" / str(name)).read_text(encoding="utf-8") if name else ""

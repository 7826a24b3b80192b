"""What a model is worth: on reports of sites that it has never seen, beside what it must be better than."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from adscribe.assign import Classifier
from adscribe.errors import AdscribeError
from adscribe.model.artefact import MANIFEST, Artefact
from adscribe.model.decoding import Decoder
from adscribe.model.outcomes import Outcome
from adscribe.model.promises import Promises, realised
from adscribe.model.truths import Truths
from adscribe.training import vignettes
from adscribe.training.answering import Answered, Answers, Models, answer, columns, load_models
from adscribe.training.baselines import LeakProbe, StaticTable, leak_probe
from adscribe.training.bootstrap import Draws, Estimate, estimate
from adscribe.training.feedback.figures import FeedbackFigures, measured
from adscribe.training.judged import Ints, Judged
from adscribe.training.metrics import (
    Point,
    Reliability,
    Scores,
    Tally,
    Whole,
    curve,
    dangerous_at,
    flips,
    measure,
    reliability,
    tallies,
    whole,
)
from adscribe.training.report_vignettes import VignetteFigure, vignette_figures
from adscribe.training.simulation.views import FULL

SLACK = 0.02
"""By how much a realised share of wrong categories may lie above what was promised: sites differ."""

_PROBED = 20_000
"""Training and test events that the leak probe takes at most."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A promise and what became of it.

    Attributes
    ----------
    promise : str
        Which one.
    promised, realised : float
        Shares.
    answers : int
        That the share is of.
    coverage : float or None
        Of the events whose truth is a category, the share shown one at this step.
    kept : bool
        Whether the realised share is at most `SLACK` above; of calm, not above at all.
    interval : Estimate or None
        The realised share again, with its interval; evaluations before it was measured have none.
    """

    promise: str
    promised: float
    realised: float
    answers: int
    coverage: float | None
    kept: bool
    interval: Estimate | None = None


class Vignettes(msgspec.Struct, frozen=True, kw_only=True):
    """What the annotated vignettes say, as figures and as a table; with the SHA-256 of the cases."""

    sha256: str
    cases: int
    strict: float
    acceptable: float
    tallies: dict[str, Tally]
    summary: str
    figures: tuple[VignetteFigure, ...] = ()


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """All that was measured.

    Attributes
    ----------
    artefact : str
        SHA-256 of the model's manifest.
    model : dict
        Name, version, ATT&CK version and promises.
    data : dict
        Hash, part, sites, reports left to a model, reports that the site decides.
    command : str
        That measures it again.
    scores : dict of str to Scores
        ``model``, ``likeliest`` (the model's most probable outcome, shown or not), ``codebook``,
        ``table`` and ``majority``; full view.
    views : dict of str to Whole
        The model on degraded views.
    views_of_codebook : dict of str to Whole
        The codebook's rules on the same.
    held_out : dict of str to Whole
        The model on what training had none of, and on all else; full view.
    promises : tuple of Kept
        Each step of the grid, and calm at each prevalence.
    unpromised : tuple of float
        Steps that calibration could not support.
    reliability : Reliability
        Of techniques, parents, tactics and reasons.
    curve : tuple of Point
        Risk and coverage.
    flips : dict of str to Estimate or None
        How often an update changes the answer although the truth stays.
    leak : LeakProbe or None
        Whether the data tell the truth by what must say nothing.
    vignettes : Vignettes or None
        Where there are any.
    tallies : dict of str to Tally
        The model's sums by site, for comparisons.
    feedback : FeedbackFigures or None
        On what analysts judged last, where there is any.
    """

    artefact: str
    model: dict[str, Any]
    data: dict[str, Any]
    command: str
    scores: dict[str, Scores]
    views: dict[str, Whole]
    held_out: dict[str, Whole]
    promises: tuple[Kept, ...]
    unpromised: tuple[float, ...]
    reliability: Reliability
    curve: tuple[Point, ...]
    flips: dict[str, Estimate | None]
    leak: LeakProbe | None
    vignettes: Vignettes | None
    tallies: dict[str, Tally]
    feedback: FeedbackFigures | None = None
    views_of_codebook: dict[str, Whole] = {}

    @property
    def degraded(self) -> dict[str, Whole]:
        """Each degraded view, the codebook below the model."""
        found = {}
        for view, own in self.views.items():
            found[view] = own
            if view in self.views_of_codebook:
                found[f"{view}, codebook"] = self.views_of_codebook[view]
        return found

    @property
    def sets(self) -> tuple[Any, ...]:
        """What it was measured on: equal for evaluations that can be compared."""
        cases = self.vignettes.sha256 if self.vignettes else None
        judged = self.feedback.sha256 if self.feedback else None
        return self.data["content"], self.data["split"], cases, judged

    @property
    def sums(self) -> dict[str, Tally]:
        """The sums by site, case or habit behind all figures that are compared."""
        found = self.tallies | (self.vignettes.tallies if self.vignettes else {})
        return found | (self.feedback.tallies if self.feedback else {})


def evaluate(
    model: Path,
    data: Path,
    *,
    split: str = "test",
    vignettes_folder: Path | None = None,
    feedback: Path | None = None,
    site: Path | None = None,
    probe: bool = True,
    seed: int = 0,
    processes: int = 2,
) -> Evaluation:
    """Measure a model on a part of a corpus.

    Parameters
    ----------
    model : Path
        Folder of the artefact.
    data : Path
        What ``adscribe data build`` wrote.
    split : str
        The part. The test part is for the last word: choose on ``validate``.
    vignettes_folder : Path, optional
        Annotated vignettes to score besides.
    feedback : Path, optional
        Reviewed events; the last of them are scored besides, see `adscribe.training.feedback.holdout`.
    site : Path, optional
        Site file that goes with the feedback.
    probe : bool
        Whether to probe the data for leaks.
    seed : int
        Of the draws and of the probe.
    processes : int
        How many work at once.

    Raises
    ------
    AdscribeError
        If the model can't be trusted, or the data don't have the part.
    """
    models = load_models(model)
    answers = answer(data, model, split, processes=processes)
    full = answers.where(lambda one: one.view == FULL)
    if not len(full):
        raise AdscribeError(f"the part {split} of {data} holds no report that is left to a model")
    names = sorted(set(answers.sites))
    draws = Draws.of(len(names), seed=seed)
    pick = _Picker(answers, names)
    table = static_table(data)
    probabilities = answers.probabilities(models.artefact)
    outcomes = models.artefact.outcomes.outcomes
    said: dict[str, Sequence[Outcome]] = {
        "model": [one.model for one in answers.reports],
        "likeliest": [outcomes[place] for place in probabilities.argmax(axis=1)],
        "codebook": [one.codebook for one in answers.reports],
        "table": table.answer(*_keys(answers.reports)),
        "majority": [table.majority] * len(answers),
    }
    reference = models.learned.reference
    card = data_card(data)
    degraded = sorted({one.view for one in answers.reports} - {FULL})

    def views(name: str) -> dict[str, Whole]:
        places = {view: answers.where(lambda one, view=view: one.view == view) for view in degraded}  # type: ignore[misc]
        return {view: whole(pick.judged(own, said[name]), draws) for view, own in places.items()}

    promises = models.artefact.promises
    return Evaluation(
        artefact=digest(model),
        model=msgspec.to_builtins(reference),
        data={
            "content": card["content_sha256"],
            "split": split,
            "sites": len(names),
            "reports": len(full),
            "rows": len(answers),
            "decided": answers.decided,
            "seed": card["plan"]["seed"],
        },
        command=f"adscribe evaluate MODEL DATA --split {split} --seed {seed}"
        + (" --vignettes VIGNETTES" if vignettes_folder is not None else "")
        + (" --feedback FEEDBACK" if feedback is not None else "")
        + (" --site SITE" if site is not None else ""),
        scores={name: measure(pick.judged(full, own), draws) for name, own in said.items()},
        views=views("model"),
        views_of_codebook=views("codebook"),
        held_out=_held_out(answers, card["held_out"], said["model"], pick, draws),
        promises=_promises(promises, models.artefact, answers, probabilities, full, seed),
        unpromised=tuple(step.risk for step in promises.steps if step.threshold is None),
        reliability=_reliability(models.artefact, answers, probabilities, full, pick.site, draws),
        curve=_curve(models.artefact, answers, probabilities, full),
        flips={name: _flips(answers, own, pick.site, draws) for name, own in said.items()},
        leak=_leak(data, split, seed) if probe else None,
        vignettes=_vignettes(models, vignettes_folder) if vignettes_folder is not None else None,
        tallies=tallies(pick.judged(full, said["model"])),
        feedback=measured(models, feedback, site, seed=seed) if feedback is not None else None,
    )


def digest(model: Path) -> str:
    """Return the SHA-256 of an artefact's manifest, which holds those of all its files."""
    return hashlib.sha256((model / MANIFEST).read_bytes()).hexdigest()


def data_card(data: Path) -> dict[str, Any]:
    """Return the card of a corpus.

    Raises
    ------
    AdscribeError
        If it has none that can be read.
    """
    try:
        card: dict[str, Any] = msgspec.json.decode((data / "card.json").read_bytes())
    except (OSError, msgspec.MsgspecError) as wrong:
        raise AdscribeError(f"{data} holds no card.json", hint="adscribe data build writes it") from wrong
    return card


class _Picker:
    """Counts some of the reports beside their truths; all counts have the same sites."""

    def __init__(self, answers: Answers, names: Sequence[str]) -> None:
        self._answers = answers
        self._names = names
        places = {name: place for place, name in enumerate(names)}
        self.site: Ints = np.array([places[name] for name in answers.sites], dtype=np.intp)

    def judged(self, places: Ints, said: Sequence[Outcome]) -> Judged:
        sites, truths = self._answers.sites, self._answers.truths
        return Judged.of(
            [sites[place] for place in places],
            [truths[place] for place in places],
            [said[place] for place in places],
            all_sites=self._names,
        )


def _keys(reports: Sequence[Answered]) -> tuple[list[str], list[str | None]]:
    return [one.method for one in reports], [one.submethod for one in reports]


def static_table(data: Path, *, categories: bool = False) -> StaticTable:
    """Return the table by method and submethod of the training part of a corpus, full view.

    Parameters
    ----------
    data : Path
        What ``adscribe data build`` wrote.
    categories : bool
        Whether to count only events whose truth is a category: a table that always names one.

    Raises
    ------
    AdscribeError
        If there is no such part.
    """
    names = (*_TRUTH, "split", "view", "method", "submethod")
    found = columns(data, names)
    rows = [
        place
        for place, (split, view) in enumerate(zip(found["split"], found["view"], strict=True))
        if split == "train" and view == FULL and not (categories and found["no_category"][place])
    ]
    if not rows:
        raise AdscribeError(f"{data} holds no training part to make a table of")
    methods, submethods = ([found[name][row] for row in rows] for name in ("method", "submethod"))
    return StaticTable(methods, submethods, _truths(found, rows))


_TRUTH = ("techniques", "tactics", "no_category", "ics_techniques", "ics_tactics")


def _truths(found: Mapping[str, Sequence[Any]], rows: Sequence[int]) -> list[Outcome]:
    return [
        Outcome(
            tuple(sorted(found["techniques"][row])),
            tuple(sorted(found["tactics"][row])),
            found["no_category"][row],
            tuple(sorted(found["ics_techniques"][row])),
            tuple(sorted(found["ics_tactics"][row])),
        )
        for row in rows
    ]


def _held_out(
    answers: Answers, kept: Sequence[str], said: Sequence[Outcome], pick: _Picker, draws: Draws
) -> dict[str, Whole]:
    names = set(kept)

    def which(one: Answered) -> str | None:
        own = (one.behaviour, f"{one.behaviour}/{one.parameter_set}")
        return next((name for name in own if name in names), None) if one.view == FULL else ""

    found = [which(one) for one in answers.reports]
    groups: dict[str, Callable[[str | None], bool]] = {
        "all held out": bool,
        "everything else": lambda name: name is None,
    }
    groups |= {
        name: (lambda one, name=name: one == name)  # type: ignore[misc]
        for name in sorted({name for name in found if name})
    }
    result = {}
    for group, test in groups.items():
        places = np.flatnonzero(np.array([test(name) for name in found], dtype=bool))
        if len(places):
            result[group] = whole(pick.judged(places, said), draws)
    return result


def _promises(
    promises: Promises, artefact: Artefact, answers: Answers, probabilities: Any, full: Ints, seed: int
) -> tuple[Kept, ...]:
    truths = Truths(
        Decoder(artefact.outcomes),
        probabilities[full],
        [answers.truths[place].text for place in full],
        [answers.sites[place] for place in full],
    )
    measured, draws = realised(promises, truths), Draws.of(truths.sites, seed=seed)
    found = [
        Kept(
            promise=f"wrong categories at risk {step['risk']:g}",
            promised=step["risk"],
            realised=step["wrong"],
            answers=step["shown"],
            coverage=step["coverage"],
            kept=step["wrong"] <= step["risk"] + SLACK,
            interval=estimate(draws.ratio(shown.wrong, shown.answers), shown.answers.sum()),
        )
        for step in measured["categories"]
        for shown in [truths.categories(step["threshold"])]
    ]
    calm_risk = promises.calm.risk
    # Without a threshold nothing is measured.
    calm, events = truths.calm(promises.calm.threshold or 0.0), truths.events()
    found += [
        Kept(
            promise=f"dangerous calm at prevalence {step['prevalence']:g}",
            promised=calm_risk,
            realised=step["dangerous"],
            answers=step["answers"],
            coverage=None,
            kept=step["dangerous"] <= calm_risk,
            interval=dangerous_at(
                step["prevalence"],
                calm.wrong,
                calm.answers - calm.wrong,
                events.wrong,
                events.answers - events.wrong,
                draws,
            ),
        )
        for step in measured["calm"]
    ]
    return tuple(found)


def _reliability(
    artefact: Artefact, answers: Answers, probabilities: Any, full: Ints, site: Ints, draws: Draws
) -> Reliability:
    space = artefact.outcomes
    texts = sorted({answers.truths[place].text for place in full})
    row = {text: place for place, text in enumerate(texts)}
    sets = [frozenset((label,)) for label in space.labels]
    true = space.table(sets, [Outcome.parse(text) for text in texts])
    codes = np.array([row[answers.truths[place].text] for place in full], dtype=np.intp)
    return reliability(probabilities[full] @ space.contains.T, true.T[codes], site[full], draws)


def _curve(artefact: Artefact, answers: Answers, probabilities: Any, full: Ints) -> tuple[Point, ...]:
    decoder = Decoder(artefact.outcomes)
    best = [decoder.likeliest(probabilities[place]) for place in full]
    truths = [answers.truths[place] for place in full]
    pairs = zip(best, truths, strict=True)
    right = [shown is not None and shown.labels <= truth.labels for (shown, _), truth in pairs]
    sureness = np.array([probability for _, probability in best])
    category = np.array([bool(truth.tactics) for truth in truths], dtype=bool)
    return curve(sureness, np.array(right, dtype=bool), category)


def _flips(answers: Answers, said: Sequence[Outcome], site: Ints, draws: Draws) -> Estimate | None:
    reports = answers.reports
    keys = [(one.event_key, one.view) for one in reports]
    return flips(keys, [one.revision for one in reports], answers.truths, said, site, draws)


def _leak(data: Path, split: str, seed: int) -> LeakProbe:
    found = columns(data, ("split", "view", "native", *_TRUTH))
    generator = np.random.default_rng(seed)
    parts = []
    for part in ("train", split):
        rows = np.array(
            [
                row
                for row, own in enumerate(zip(found["split"], found["view"], strict=True))
                if own == (part, FULL)
            ],
            dtype=np.intp,
        )
        taken = np.sort(generator.permutation(rows)[:_PROBED]).tolist()
        natives = [msgspec.json.decode(found["native"][row]) for row in taken]
        parts.append((natives, _truths(found, taken)))
    (train, train_truths), (test, test_truths) = parts
    return leak_probe(train, train_truths, test, test_truths, seed=seed)


def _vignettes(models: Models, folder: Path) -> Vignettes:
    scored = vignettes.score(Classifier(models.learned, models.catalogue), folder)
    sites = sorted({one.case.site for one in scored})
    cases = [[one for one in scored if one.case.site == site] for site in sites]
    under = tuple(float(len(own)) for own in cases)
    strict = tuple(float(sum(one.strict for one in own)) for own in cases)
    acceptable = tuple(float(sum(one.acceptable for one in own)) for own in cases)
    return Vignettes(
        sha256=hashlib.sha256((folder / "vignettes.jsonl").read_bytes()).hexdigest(),
        cases=len(scored),
        strict=sum(strict) / len(scored),
        acceptable=sum(acceptable) / len(scored),
        tallies={
            "vignettes_strict": Tally(strict, under),
            "vignettes_acceptable": Tally(acceptable, under),
        },
        summary=vignettes.summary(scored),
        figures=vignette_figures(scored),
    )

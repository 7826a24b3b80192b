"""What is measured of answers: by label, and of the whole answer; each figure with its interval.

The levels are *technique* (exact), *parent*, *tactic*, *reason*, and *ics_technique* where any event
has one. A parent that is shown for one of its sub-techniques is neither right nor wrong at the level
of techniques: the sub-technique is missed there, and the parent is found one level up. A label with
fewer than `ENOUGH` true events has no figures, and takes no part in the mean over labels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from adscribe.model.calibration import LEAST
from adscribe.model.decoding import CALM
from adscribe.model.outcomes import Outcome
from adscribe.model.promises import PREVALENCES
from adscribe.training.bootstrap import Draws, Estimate, Floats, Numbers, divided, estimate
from adscribe.training.judged import Bools, Ints, Judged, is_right

ENOUGH = 30
"""True events below which a label's figures would say nothing."""

BINS = 15

Labels = frozenset[str]


def _parents(outcome: Outcome) -> Labels:
    return frozenset(name.partition(".")[0] for name in outcome.techniques)


def _reason(outcome: Outcome) -> Labels:
    return frozenset((outcome.reason,) if outcome.reason else ())


LEVELS: Mapping[str, Callable[[Outcome], Labels]] = {
    "technique": lambda outcome: frozenset(outcome.techniques),
    "parent": _parents,
    "tactic": lambda outcome: frozenset(outcome.tactics),
    "reason": _reason,
    "ics_technique": lambda outcome: frozenset(outcome.ics_techniques),
}
"""The labels of an answer or truth at each level."""


class LabelScore(msgspec.Struct, frozen=True, kw_only=True):
    """One label.

    Attributes
    ----------
    label : str
        Id, short name or reason.
    support, shown : int
        Events with the label, and events that are shown it.
    sufficient : bool
        Whether there are enough for figures.
    precision, recall, f1 : Estimate or None
        ``None`` where they aren't, or nothing is shown.
    """

    label: str
    support: int
    shown: int
    sufficient: bool
    precision: Estimate | None
    recall: Estimate | None
    f1: Estimate | None


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """All labels of a level.

    Attributes
    ----------
    precision, recall, f1 : Estimate or None
        Over all pairs of label and event (micro); that of F1 counts the true ones.
    macro_f1 : Estimate or None
        Mean of F1 over the labels with enough events.
    labels : tuple of LabelScore
        By label.
    """

    precision: Estimate | None
    recall: Estimate | None
    f1: Estimate | None
    macro_f1: Estimate | None
    labels: tuple[LabelScore, ...]


class Calm(msgspec.Struct, frozen=True, kw_only=True):
    """Calm answers: ``benign`` and ``misconfiguration``.

    Attributes
    ----------
    answers : int
        Events that are answered so.
    dangerous : Estimate or None
        The share of them whose truth is a category.
    at_prevalence : dict of str to Estimate or None
        The same where such events are so frequent as the key says.
    """

    answers: int
    dangerous: Estimate | None
    at_prevalence: dict[str, Estimate | None]


class Whole(msgspec.Struct, frozen=True, kw_only=True):
    """What is measured of answers as a whole.

    Attributes
    ----------
    events, sites : int
        That they are of.
    exact : Estimate or None
        Share of events whose answer is the truth, all of it.
    right : Estimate or None
        Share of events of whose answer everything is true.
    coverage : Estimate or None
        Of the events whose truth is a category, the share shown one.
    wrong : Estimate or None
        Of the events shown a category, the share of which not everything shown is true.
    undetermined : Estimate or None
        Share of events for which the model can't tell.
    calm : Calm
        Of calm answers.
    """

    events: int
    sites: int
    exact: Estimate | None
    right: Estimate | None
    coverage: Estimate | None
    wrong: Estimate | None
    undetermined: Estimate | None
    calm: Calm


class Scores(msgspec.Struct, frozen=True, kw_only=True):
    """All that is measured of answers: as a whole, and label by label at each level."""

    whole: Whole
    levels: dict[str, Level]


def measure(judged: Judged, draws: Draws) -> Scores:
    """Measure answers.

    Parameters
    ----------
    judged : Judged
        Answers beside truths.
    draws : Draws
        Of its sites.
    """
    levels = {name: level(judged, labels, draws) for name, labels in LEVELS.items()}
    return Scores(
        whole=whole(judged, draws),
        levels={name: found for name, found in levels.items() if found.labels},
    )


class Tally(msgspec.Struct, frozen=True):
    """A share of sums: what is counted, of what, by site."""

    over: tuple[float, ...]
    under: tuple[float, ...]


def tallies(judged: Judged) -> dict[str, Tally]:
    """Return the sums behind the figures that are one share of two sums."""
    shown, categories = judged.of_answer(_is_shown), judged.of_truth(_is_shown)
    right = judged.of_both(is_right)
    calmly = judged.of_answer(lambda answer: answer.reason in CALM)
    cant_tell = judged.of_answer(lambda answer: answer.reason == "undetermined")
    dangerous = judged.of_truth(lambda truth: truth.is_category)
    everything = judged.by_site()
    found = {
        "exact": (judged.by_site(judged.of_both(_is_same)), everything),
        "right": (judged.by_site(right), everything),
        "coverage": (judged.by_site(shown, categories), judged.by_site(categories)),
        "wrong": (judged.by_site(shown, ~right), judged.by_site(shown)),
        "undetermined": (judged.by_site(cant_tell), everything),
        "dangerous_calm": (judged.by_site(calmly, dangerous), judged.by_site(calmly)),
    }
    for name, labels in LEVELS.items():
        hits, said, true = (one.sum(axis=1) for one in _hits(judged, labels)[1:])
        if true.sum():
            found[f"{name}_f1"] = (2 * hits, said + true)
    return {name: Tally(tuple(over.tolist()), tuple(under.tolist())) for name, (over, under) in found.items()}


def whole(judged: Judged, draws: Draws) -> Whole:
    """Measure answers as a whole; see `measure`."""
    sums = tallies(judged)

    def share(name: str) -> Estimate | None:
        over, under = np.array(sums[name].over), np.array(sums[name].under)
        return estimate(draws.ratio(over, under), under.sum())

    return Whole(
        events=judged.events,
        sites=int((judged.by_site() > 0).sum()),
        exact=share("exact"),
        right=share("right"),
        coverage=share("coverage"),
        wrong=share("wrong"),
        undetermined=share("undetermined"),
        calm=calm(judged, draws),
    )


def level(judged: Judged, labels: Callable[[Outcome], Labels], draws: Draws) -> Level:
    """Measure one level: micro and macro averages, and label by label."""
    names, hits, said, support = _hits(judged, labels)
    precision = draws.ratio(hits, said)
    recall = draws.ratio(hits, support)
    f1 = draws.ratio(2 * hits, support + said)
    number, wide = support.sum(axis=0), said.sum(axis=0)
    enough = number >= ENOUGH
    scores = tuple(
        LabelScore(
            label=name,
            support=int(number[place]),
            shown=int(wide[place]),
            sufficient=bool(enough[place]),
            precision=estimate(precision[:, place], wide[place]) if enough[place] else None,
            recall=estimate(recall[:, place], number[place]) if enough[place] else None,
            f1=estimate(f1[:, place], number[place]) if enough[place] else None,
        )
        for place, name in enumerate(names)
    )
    all_hits, all_said, all_true = (one.sum(axis=1) for one in (hits, said, support))
    return Level(
        precision=estimate(draws.ratio(all_hits, all_said), all_said.sum()),
        recall=estimate(draws.ratio(all_hits, all_true), all_true.sum()),
        f1=estimate(draws.ratio(2 * all_hits, all_said + all_true), all_true.sum()),
        macro_f1=estimate(_mean(f1[:, enough]), enough.sum()),
        labels=scores,
    )


def calm(judged: Judged, draws: Draws, prevalences: Sequence[float] = PREVALENCES) -> Calm:
    """Measure the calm answers, also where events with a category are rarer or more frequent.

    Events with a category are weighted so that they make up the prevalence, within and without the
    calm answers alike.
    """
    calmly = judged.of_answer(lambda answer: answer.reason in CALM)
    category = judged.of_truth(lambda truth: truth.is_category)
    dangerous, safe = judged.by_site(calmly, category), judged.by_site(calmly, ~category)
    with_, without = judged.by_site(category), judged.by_site(~category)
    at = {
        f"{prevalence:g}": dangerous_at(prevalence, dangerous, safe, with_, without, draws)
        for prevalence in prevalences
    }
    return Calm(
        answers=int(dangerous.sum() + safe.sum()),
        dangerous=estimate(draws.ratio(dangerous, dangerous + safe), (dangerous + safe).sum()),
        at_prevalence=at,
    )


def dangerous_at(
    prevalence: float, dangerous: Numbers, safe: Numbers, with_: Numbers, without: Numbers, draws: Draws
) -> Estimate | None:
    """Return the share of calm answers whose truth is a category, where such events are so frequent.

    Parameters
    ----------
    prevalence : float
        Of events with a category.
    dangerous, safe : array, sites
        Calm answers whose truth is a category, and the others.
    with_, without : array, sites
        All events whose truth is a category, and all others; a sample weights both to the prevalence.
    """
    missed = divided(draws.sums(dangerous) * prevalence, draws.sums(with_))
    rest = divided(draws.sums(safe) * (1 - prevalence), draws.sums(without))
    return estimate(divided(missed, missed + rest), dangerous.sum() + safe.sum())


class Reliability(msgspec.Struct, frozen=True, kw_only=True):
    """What was said beside what was true, over pairs of label and event.

    Attributes
    ----------
    error : Estimate or None
        Expected calibration error.
    said, true : tuple of float or None
        Mean probability and share of true pairs in each bin; ``None`` where there is no pair.
    pairs : tuple of int
        In each bin.
    """

    error: Estimate | None
    said: tuple[float | None, ...]
    true: tuple[float | None, ...]
    pairs: tuple[int, ...]


def reliability(
    probabilities: NDArray[np.floating], truths: NDArray[np.number], site: Ints, draws: Draws
) -> Reliability:
    """Measure calibration over the pairs of label and event whose probability is at least `LEAST`.

    Parameters
    ----------
    probabilities, truths : array, events × labels
        What was said, and 1 where the label is true.
    site : array of int, events
        Place of each event's site among those drawn.
    draws : Draws
        Of the sites.
    """
    event, label = np.nonzero(probabilities >= LEAST)
    claimed = np.asarray(probabilities[event, label], dtype=np.float64)
    held = np.asarray(truths[event, label], dtype=np.float64)
    bins = np.minimum((claimed * BINS).astype(np.intp), BINS - 1)
    sites = draws.weights.shape[1]
    cell = site[event] * BINS + bins

    def sums(weights: Floats | None = None) -> Floats:
        found = np.bincount(cell, weights=weights, minlength=sites * BINS)
        return draws.sums(found.reshape(sites, BINS))

    pairs, total, true = sums(), sums(claimed), sums(held)
    error = divided(np.abs(total - true).sum(axis=1), pairs.sum(axis=1))
    mean, share = divided(total[0], pairs[0]), divided(true[0], pairs[0])
    return Reliability(
        error=estimate(error, len(event)),
        said=tuple(None if np.isnan(one) else float(one) for one in mean),
        true=tuple(None if np.isnan(one) else float(one) for one in share),
        pairs=tuple(int(one) for one in pairs[0]),
    )


def flips(
    keys: Sequence[tuple[str, ...]],
    revisions: Sequence[int],
    truths: Sequence[Outcome],
    answers: Sequence[Outcome],
    site: Ints,
    draws: Draws,
) -> Estimate | None:
    """Return how often an update changes the answer although the truth stays.

    Parameters
    ----------
    keys : sequence of tuple of str
        Which event each row is a report of, in which view.
    revisions : sequence of int
        Which report of it.
    truths, answers : sequence of Outcome
        Of each row.
    site : array of int, rows
        Place of each row's site among those drawn.
    draws : Draws
        Of the sites.
    """
    latest: dict[tuple[str, ...], int] = {}
    changed, stayed = [], []
    for row in sorted(range(len(keys)), key=lambda row: (keys[row], revisions[row])):
        before = latest.get(keys[row])
        latest[keys[row]] = row
        if before is not None and truths[before] == truths[row]:
            stayed.append(row)
            changed.append(answers[before] != answers[row])
    sites = draws.weights.shape[1]
    places = site[np.array(stayed, dtype=np.intp)]
    over = np.bincount(places, weights=np.array(changed, dtype=np.float64), minlength=sites)
    return estimate(draws.ratio(over, np.bincount(places, minlength=sites)), len(stayed))


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A point of the risk–coverage curve: what happens where so much sureness is asked for."""

    threshold: float
    coverage: float
    wrong: float


def curve(
    sureness: NDArray[np.floating], right: Bools, category: Bools, *, points: int = 100
) -> tuple[Point, ...]:
    """Return the risk–coverage curve of answers that are shown from some sureness on.

    Parameters
    ----------
    sureness : array, events
        How sure the category that would be shown is.
    right : array of bool, events
        Whether it is.
    category : array of bool, events
        Whether the truth is a category.
    points : int
        At most so many, equally far apart in coverage.

    Returns
    -------
    tuple of Point
        From the surest answers to all.
    """
    order = np.argsort(-sureness, kind="stable")
    ranked = sureness[order]
    # Equally sure answers are shown together.
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True)) if len(ranked) else np.array([], int)
    covered = np.cumsum(category[order])[last] / max(int(category.sum()), 1)
    wrong = np.cumsum(~right[order])[last] / (last + 1)
    kept = np.unique(np.linspace(0, len(last) - 1, points).round().astype(int)) if len(last) else last
    return tuple(
        Point(threshold=float(ranked[last[k]]), coverage=float(covered[k]), wrong=float(wrong[k]))
        for k in kept
    )


def _is_shown(outcome: Outcome) -> bool:
    return bool(outcome.tactics)


def _is_same(answer: Outcome, truth: Outcome) -> bool:
    return (answer.techniques, answer.tactics, answer.reason) == (
        truth.techniques,
        truth.tactics,
        truth.reason,
    )


def _hits(judged: Judged, labels: Callable[[Outcome], Labels]) -> tuple[list[str], Floats, Floats, Floats]:
    """Return the labels of a level; sites × labels: shown rightly, shown at all, true."""
    truths, answers = [labels(one) for one in judged.truths], [labels(one) for one in judged.answers]
    names = sorted(frozenset().union(*truths, *answers) - {"undetermined"})
    is_true, is_shown = _table(truths, names)[judged.truth], _table(answers, names)[judged.answer]
    neutral = _table([_parents(one) for one in judged.truths], names)[judged.truth]
    counted = is_shown & (is_true | ~neutral)
    hits, said, true = (_by_site(judged, held) for held in (is_true & is_shown, counted, is_true))
    return names, hits, said, true


def _table(sets: Sequence[Labels], names: Sequence[str]) -> Bools:
    return np.array([[name in labels for name in names] for labels in sets], dtype=bool).reshape(
        len(sets), len(names)
    )


def _by_site(judged: Judged, held: Bools) -> Floats:
    """Return the events that have each label, sites × labels."""
    found = np.zeros((len(judged.sites), held.shape[1]))
    np.add.at(found, judged.site, held * judged.count[:, np.newaxis])
    return found


def _mean(samples: Floats) -> Floats:
    """Return the mean over labels of each sample; a label that a sample doesn't tell is left out."""
    told = ~np.isnan(samples)
    return divided(np.where(told, samples, 0.0).sum(axis=1), told.sum(axis=1).astype(np.float64))

"""Which verdicts are set aside before anything is learnt, each with its reason. None is dropped unsaid.

In this order, the first that applies counts:

- `superseded`: the same analyst judged the same state of the event again later.
- `conflict`: analysts disagree on the same state of an event; or on events of one habit. Of a habit all is
  set aside where some say that a category applies and others that none does: an attack isn't outvoted.
  Where they disagree on which, the few are set aside if nine in ten agree, else all.
- `flood`: more than `MOST_AT_ONCE` verdicts of one analyst in ten minutes; or most of the verdicts on a
  habit by one analyst within less than `FEWEST_DAYS` days.
- `suspect`: confident learning (Northcutt et al., JAIR 2021, by the package cleanlab) disputes it, or the
  judged class has a self-confidence below `UNLIKELY`, and in either case another class is likelier. The
  probabilities are the model's with what the other verdicts of the cell teach, so that a site's own habits
  are no suspects: only a verdict unlike its fellows is, and it takes `FELLOWS` to tell.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from adscribe.answer.outcome import Outcome
from adscribe.model.artefact import Artefact
from adscribe.model.softmax import Array
from adscribe.training.feedback.cases import Aside, Case, Gathered, agree, in_words, said
from adscribe.training.feedback.offsets import fitted, moved

MOST_AT_ONCE, AT_ONCE = 60, timedelta(minutes=10)
"""So many verdicts in so much time can be read: ten seconds each."""

MANY = 20
"""Verdicts on a habit from which on it counts who gave them."""

MOST_OF_ONE = 0.8
"""Share of a habit's verdicts that one analyst may give at once."""

FEWEST_DAYS = 3
"""Days on which an analyst alone must have come to the same verdict."""

CLEAR = 0.9
"""Share of a habit's verdicts that outvotes the others, where all or none say that a category applies."""

FELLOWS = 10
"""Verdicts on a cell from which on one can be unlike the others."""

UNLIKELY = 0.05
"""Self-confidence below which a verdict is suspect, however rare its class is."""

FOLDS = 5

_LOOSE = 3.0
"""Standard deviation of offsets where the verdicts alone are to speak: see `offsets.PRIOR`."""


class Sifted(NamedTuple):
    """A file of feedback after the quarantine.

    Attributes
    ----------
    cases : tuple of Case
        What can be learnt from.
    disputed : tuple of Case
        What could have been, but is set aside.
    aside : tuple of Aside
        All that is set aside, with the reasons, by line.
    """

    cases: tuple[Case, ...]
    disputed: tuple[Case, ...]
    aside: tuple[Aside, ...]


def quarantine(gathered: Gathered, artefact: Artefact | None) -> Sifted:
    """Part the verdicts that can be learnt from, and those that are set aside.

    Parameters
    ----------
    gathered : Gathered
        A file of feedback.
    artefact : Artefact or None
        The model whose answers were judged; without one nothing is suspect.
    """
    kept = list(gathered.cases)
    aside = list(gathered.aside)
    rules: list[Callable[[Sequence[Case]], Iterable[Aside]]] = [
        _superseded,
        _event_conflicts,
        _habit_conflicts,
        _bursts,
        _monologues,
    ]
    if artefact is not None:
        rules.append(lambda rest: _suspects(rest, artefact))
    for rule in rules:
        found = {one.line: one for one in rule(kept)}
        aside.extend(found.values())
        kept = [case for case in kept if case.line not in found]
    lines = {case.line for case in kept}
    return Sifted(
        tuple(kept),
        tuple(case for case in gathered.cases if case.line not in lines),
        tuple(sorted(aside, key=lambda one: one.line)),
    )


def _set_aside(case: Case, rule: str, why: str) -> Aside:
    return Aside(case.line, case.event, case.analyst, rule, why)


def _superseded(cases: Sequence[Case]) -> Iterator[Aside]:
    last: dict[tuple[str, int, str], Case] = {}
    for case in sorted(cases, key=lambda one: (one.at, one.line)):
        key = (case.event, case.revision, case.analyst)
        before = last.get(key)
        if before is not None:
            yield _set_aside(before, "superseded", f"the same analyst judged it again in line {case.line}")
        last[key] = case


def _event_conflicts(cases: Sequence[Case]) -> Iterator[Aside]:
    for group in _grouped(cases, lambda case: (case.event, case.revision)):
        if _disagree(group):
            told = _counted(group)
            for case in group:
                yield _set_aside(case, "conflict", f"analysts disagree on this event: {told}")


def _habit_conflicts(cases: Sequence[Case]) -> Iterator[Aside]:
    # An event may become another thing as it goes on; then its last state counts.
    last: dict[str, int] = {}
    for case in cases:
        last[case.event] = max(case.revision, last.get(case.event, 0))
    current = [case for case in cases if case.revision == last[case.event]]
    for group in _grouped(current, lambda case: case.habit):
        if not _disagree(group):
            continue
        told = _counted(group)
        with_category = sum(case.truth.is_category for case in group)
        if 0 < with_category < len(group):
            for case in group:
                why = f"on the same habit some see a category and others none: {told}"
                yield _set_aside(case, "conflict", why)
            continue
        most, number = Counter(case.truth for case in group).most_common(1)[0]
        outvoted = number >= CLEAR * len(group)
        for case in group:
            if not outvoted:
                yield _set_aside(case, "conflict", f"verdicts on the same habit disagree: {told}")
            elif not agree(case.truth, most):
                yield _set_aside(case, "conflict", f"unlike nearly all verdicts on the same habit: {told}")


def _bursts(cases: Sequence[Case]) -> Iterator[Aside]:
    for group in _grouped(cases, lambda case: case.analyst):
        ordered = sorted(group, key=lambda case: (case.at, case.line))
        flooded: dict[int, int] = {}
        first = 0
        for last, case in enumerate(ordered):
            while case.at - ordered[first].at > AT_ONCE:
                first += 1
            number = last - first + 1
            if number > MOST_AT_ONCE:
                for place in range(first, last + 1):
                    flooded[place] = max(flooded.get(place, 0), number)
        for place, number in flooded.items():
            why = f"{number} verdicts of one analyst within 10 minutes; {MOST_AT_ONCE} can be read in them"
            yield _set_aside(ordered[place], "flood", why)


def _monologues(cases: Sequence[Case]) -> Iterator[Aside]:
    for group in _grouped(cases, lambda case: case.habit):
        if len(group) < MANY:
            continue
        analyst, number = Counter(case.analyst for case in group).most_common(1)[0]
        own = [case for case in group if case.analyst == analyst]
        days = len({case.at.date() for case in own})
        if number > MOST_OF_ONE * len(group) and days < FEWEST_DAYS:
            why = (
                f"{number} of {len(group)} verdicts on this habit are by one analyst"
                f" on {days} day{'s' if days > 1 else ''}; it takes {FEWEST_DAYS}, or others"
            )
            yield from (_set_aside(case, "flood", why) for case in own)


def _suspects(cases: Sequence[Case], artefact: Artefact) -> Iterator[Aside]:
    cases = [
        case for group in _grouped(cases, lambda case: case.key) if len(group) >= FELLOWS for case in group
    ]
    groups = {_group(case.truth): 0 for case in cases}
    if len(groups) < 2:
        return
    from cleanlab.filter import find_label_issues  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra
    from cleanlab.rank import get_label_quality_scores  # type: ignore[import-untyped]  # noqa: PLC0415

    names = sorted(groups)
    labels = np.array([names.index(_group(case.truth)) for case in cases], dtype=np.intp)
    probabilities = _out_of_fold(cases, artefact)
    of_group = np.zeros((len(artefact.outcomes.outcomes), len(names) + 1))
    for row, outcome in enumerate(artefact.outcomes.outcomes):
        name = _group(outcome)
        of_group[row, names.index(name) if name in groups else -1] = 1
    by_group = probabilities.astype(np.float64) @ of_group
    by_group /= by_group.sum(axis=1, keepdims=True)
    issues = find_label_issues(labels, by_group, filter_by="low_self_confidence", n_jobs=1)
    issues |= get_label_quality_scores(labels, by_group, method="self_confidence") < UNLIKELY
    # What is likeliest is no suspect, however rare its rivals are.
    for place in np.flatnonzero(issues & (by_group.argmax(axis=1) != labels)).tolist():
        case, held = cases[place], float(by_group[place, labels[place]])
        best = int(by_group[place].argmax())
        other = names[best] if best < len(names) else "something else"
        why = (
            f"{in_words(case.truth)} is {held:.0%} probable by the model and the other verdicts,"
            f" {other} {by_group[place, best]:.0%}"
        )
        yield _set_aside(case, "suspect", why)


def _out_of_fold(cases: Sequence[Case], artefact: Artefact) -> Array:
    """Return the probabilities of the outcomes, each case's without its own verdict and its event's."""
    alone = said(artefact, cases)
    found = alone.copy()
    events = {event: place for place, event in enumerate(dict.fromkeys(case.event for case in cases))}
    fold = np.array([events[case.event] % FOLDS for case in cases])
    space, truths = artefact.outcomes, [case.truth for case in cases]
    for group in _places(cases, lambda case: case.key):
        for number in range(FOLDS):
            own, others = group[fold[group] == number], group[fold[group] != number]
            if len(own) and len(others):
                # Without the bound: here it is about verdicts, not about what they may change.
                taught = [truths[one] for one in others]
                offsets = fitted(space, alone[others], taught, bound=None, prior=_LOOSE)
                found[own] = moved(space, alone[own], offsets)
    return found


def _group(outcome: Outcome) -> str:
    """Return the class of a truth: its reason, or its tactics."""
    return outcome.reason or ", ".join(outcome.tactics)


def _disagree(group: Sequence[Case]) -> bool:
    truths = list(dict.fromkeys(case.truth for case in group))
    return any(not agree(one, other) for place, one in enumerate(truths) for other in truths[:place])


def _counted(group: Sequence[Case]) -> str:
    counts = Counter(in_words(case.truth) for case in group)
    return ", ".join(f"{number} say {name}" for name, number in counts.most_common(5))


def _grouped(cases: Sequence[Case], key: Callable[[Case], Hashable]) -> list[list[Case]]:
    return [[cases[place] for place in group] for group in _places(cases, key)]


def _places(cases: Sequence[Case], key: Callable[[Case], Hashable]) -> list[NDArray[np.intp]]:
    found: defaultdict[Hashable, list[int]] = defaultdict(list)
    for place, case in enumerate(cases):
        found[key(case)].append(place)
    return [np.array(group, dtype=np.intp) for group in found.values()]

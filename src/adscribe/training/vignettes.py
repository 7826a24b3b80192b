"""Scores a classifier on annotated vignettes: small cases, each an event in a site with an expert's answer.

The measures are those of the vignettes' own description. *Strict*: techniques, tactics and reason
are equal. *Acceptable*: what a colleague could defend, by the lists of each case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from adscribe.assign import Assignment, Classifier
from adscribe.errors import AdscribeError, Place
from adscribe.model.outcomes import Outcome
from adscribe.site import Site
from adscribe.training.baselines import StaticTable


class Answer(msgspec.Struct, frozen=True):
    """An annotated answer, with what else is acceptable."""

    techniques: frozenset[str]
    acceptable_techniques: frozenset[str]
    tactics: frozenset[str]
    acceptable_tactics: frozenset[str]
    no_category: str | None
    acceptable_no_category: frozenset[str]


class Case(msgspec.Struct, frozen=True):
    """A vignette: what comes in, at which site, and the answer after the last and the first report."""

    case: str
    site: str
    events: list[Any]
    answer: Answer
    difficulty: str
    kind: str
    answer_after_first: Answer | None = None


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a classifier said: ids of techniques, short names of tactics, or a reason."""

    techniques: frozenset[str]
    tactics: frozenset[str]
    no_category: str | None


@dataclass(frozen=True, slots=True)
class Scored:
    """One case with what was said after the first and the last report."""

    case: Case
    method: str
    submethod: str | None
    first: Prediction
    last: Prediction

    @property
    def strict(self) -> bool:
        """Whether the last answer is strictly right."""
        return is_strict(self.last, self.case.answer)

    @property
    def acceptable(self) -> bool:
        """Whether the last answer is acceptable."""
        return is_acceptable(self.last, self.case.answer)


def load(folder: Path) -> list[Case]:
    """Read the vignettes of a folder.

    Parameters
    ----------
    folder : Path
        Holds ``vignettes.jsonl`` and ``sites/``.

    Raises
    ------
    AdscribeError
        If a line is no vignette.
    """
    cases = []
    path = folder / "vignettes.jsonl"
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            cases.append(msgspec.json.decode(line, type=Case))
        except msgspec.MsgspecError as wrong:
            raise AdscribeError(f"is no vignette: {wrong}", place=Place(path.name, number)) from None
    return cases


def score(classifier: Classifier, folder: Path) -> list[Scored]:
    """Answer every vignette, each in a run of its own, and keep what was said."""
    sites: dict[str, Site] = {}
    scored = []
    for case in load(folder):
        if case.site not in sites:
            sites[case.site] = Site.load(folder / "sites" / f"{case.site}.yaml")
        answers = classifier.classify(case.events, site=sites[case.site], explain=False, rejects="raise")
        first, last = answers[0], answers[-1]
        if not isinstance(first, Assignment) or not isinstance(last, Assignment):
            raise AdscribeError(f"{case.case} has no answer")
        event = last.event
        scored.append(Scored(case, event.method, event.submethod, _prediction(first), _prediction(last)))
    return scored


def by_table(scored: Sequence[Scored], table: StaticTable) -> list[Scored]:
    """Return the same cases with what a table by method and submethod says, whatever the report holds."""
    said = table.answer([one.method for one in scored], [one.submethod for one in scored])
    return [
        replace(one, first=answer, last=answer)
        for one, answer in zip(scored, map(_of_outcome, said), strict=True)
    ]


def is_strict(said: Prediction, answer: Answer) -> bool:
    """Return whether techniques, tactics and reason are equal."""
    return (
        said.techniques == answer.techniques
        and said.tactics == answer.tactics
        and said.no_category == answer.no_category
    )


def is_acceptable(said: Prediction, answer: Answer) -> bool:
    """Return whether a colleague could defend what was said."""
    if said.no_category is not None:
        return said.no_category == answer.no_category or said.no_category in answer.acceptable_no_category
    if answer.techniques:
        if not said.techniques:
            return bool(said.tactics & answer.tactics)
        return _techniques_fit(said, answer) and _tactics_fit(said, answer)
    return (
        said.techniques <= answer.acceptable_techniques
        and said.tactics <= answer.acceptable_tactics
        and bool(said.techniques | said.tactics)
    )


def micro(
    scored: Sequence[Scored],
    said: Callable[[Prediction], frozenset[str]],
    right: Callable[[Answer], tuple[frozenset[str], frozenset[str]]],
) -> tuple[float, float, float]:
    """Return micro-averaged precision, recall and F1.

    Parameters
    ----------
    scored : sequence of Scored
        The cases.
    said : callable
        Labels of a prediction.
    right : callable
        Labels of an answer, and those that count neither for nor against.
    """
    hits = wrong = missed = 0
    for one in scored:
        labels, (truth, neutral) = said(one.last), right(one.case.answer)
        hits += len(labels & truth)
        wrong += len(labels - truth - neutral)
        missed += len(truth - labels)
    precision = hits / (hits + wrong) if hits + wrong else 0.0
    recall = hits / (hits + missed) if hits + missed else 0.0
    total = precision + recall
    return precision, recall, 2 * precision * recall / total if total else 0.0


def summary(scored: Sequence[Scored]) -> str:
    """Return the tables of a score as Markdown."""
    lines = ["| cases | n | strict | acceptable |", "|---|---:|---:|---:|", _shares("all", scored)]
    lines += [_shares(name, group) for name, group in _groups(scored, lambda one: one.case.kind)]
    lines += [_shares(name, group) for name, group in _groups(scored, lambda one: one.case.difficulty)]
    lines += ["", "| both right | n | strict | acceptable |", "|---|---:|---:|---:|"]
    lines += [_both("pairs, both members", _pairs(scored)), _both("updates, both states", _updates(scored))]
    lines += ["", "| labels | precision | recall | F1 |", "|---|---:|---:|---:|"]
    lines.append(_labels("techniques", micro(scored, lambda s: s.techniques, _techniques)))
    lines.append(_labels("tactics", micro(scored, lambda s: s.tactics, _tactics)))
    without = [one for one in scored if one.case.answer.no_category]
    with_category = [one for one in scored if not one.case.answer.no_category]
    alarms = sum(not one.last.no_category for one in without)
    missed = sum(bool(one.last.no_category) for one in with_category)
    lines += [
        "",
        f"Without category but shown one (the costly error): {alarms} of {len(without)}. "
        f"With a category but shown none: {missed} of {len(with_category)}.",
        "",
        "| method | n | strict | acceptable |",
        "|---|---:|---:|---:|",
    ]
    lines += [_shares(name, group) for name, group in _groups(scored, lambda one: one.method, sort=True)]
    return "\n".join(lines) + "\n"


def differences(scored: Iterable[Scored]) -> str:
    """Return what was said and what the answer is, for every case that isn't acceptable."""
    lines = []
    for one in scored:
        if not one.acceptable:
            lines.append(
                f"{one.case.case} {one.method}: said {_told(one.last)}, answer {_told(one.case.answer)}"
            )
        first = one.case.answer_after_first
        if first is not None and not is_acceptable(one.first, first):
            lines.append(
                f"{one.case.case} {one.method} (first): said {_told(one.first)}, answer {_told(first)}"
            )
    return "\n".join(lines)


def _prediction(answer: Assignment) -> Prediction:
    return Prediction(
        techniques=frozenset(technique.id for technique in answer.techniques),
        tactics=frozenset(tactic.shortname for tactic in answer.tactics),
        no_category=answer.no_category.reason if answer.no_category else None,
    )


def _of_outcome(outcome: Outcome) -> Prediction:
    return Prediction(
        techniques=frozenset(outcome.techniques),
        tactics=frozenset(outcome.tactics),
        no_category=outcome.reason,
    )


def _techniques_fit(said: Prediction, answer: Answer) -> bool:
    known = answer.techniques | answer.acceptable_techniques
    defensible = known | {_base(technique) for technique in known}
    if not said.techniques <= defensible:
        return False
    said_bases = {_base(technique) for technique in said.techniques}
    if all(_base(technique) in said_bases for technique in answer.techniques):
        return True
    return len(answer.techniques) == 1 and bool(said.techniques & answer.acceptable_techniques)


def _tactics_fit(said: Prediction, answer: Answer) -> bool:
    return bool(said.tactics) and said.tactics <= answer.tactics | answer.acceptable_tactics


def _base(technique: str) -> str:
    return technique.partition(".")[0]


def _techniques(answer: Answer) -> tuple[frozenset[str], frozenset[str]]:
    return answer.techniques, answer.acceptable_techniques


def _tactics(answer: Answer) -> tuple[frozenset[str], frozenset[str]]:
    return answer.tactics, answer.acceptable_tactics


def _pairs(scored: Sequence[Scored]) -> list[tuple[bool, bool]]:
    members = [one for one in scored if one.case.kind == "pair"]
    return [
        (first.strict and second.strict, first.acceptable and second.acceptable)
        for first, second in zip(members[::2], members[1::2], strict=True)
    ]


def _updates(scored: Sequence[Scored]) -> list[tuple[bool, bool]]:
    return [
        (
            one.strict and is_strict(one.first, one.case.answer_after_first),
            one.acceptable and is_acceptable(one.first, one.case.answer_after_first),
        )
        for one in scored
        if one.case.answer_after_first is not None
    ]


def _groups(
    scored: Sequence[Scored], key: Callable[[Scored], str], *, sort: bool = False
) -> list[tuple[str, list[Scored]]]:
    counts = Counter(key(one) for one in scored)
    names = sorted(counts) if sort else list(counts)
    return [(name, [one for one in scored if key(one) == name]) for name in names]


def _shares(name: str, scored: Sequence[Scored]) -> str:
    strict = sum(one.strict for one in scored)
    acceptable = sum(one.acceptable for one in scored)
    return f"| {name} | {len(scored)} | {_share(strict, len(scored))} | {_share(acceptable, len(scored))} |"


def _both(name: str, both: Sequence[tuple[bool, bool]]) -> str:
    strict, acceptable = sum(one for one, _ in both), sum(two for _, two in both)
    return f"| {name} | {len(both)} | {_share(strict, len(both))} | {_share(acceptable, len(both))} |"


def _share(number: int, of: int) -> str:
    return f"{number} ({number / of:.0%})" if of else "-"


def _labels(name: str, values: tuple[float, float, float]) -> str:
    precision, recall, f1 = values
    return f"| {name} | {precision:.3f} | {recall:.3f} | {f1:.3f} |"


def _told(said: Prediction | Answer) -> str:
    if said.no_category is not None:
        return said.no_category
    return f"{' '.join(sorted(said.techniques))} [{' '.join(sorted(said.tactics))}]"

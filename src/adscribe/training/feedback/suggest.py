"""Entries for the site file that verdicts suggest, for a person to review.

What analysts judged benign again and again could be `allowed`; what they called a misconfiguration could be
a known cause. Each proposal carries what it rests on and a word of confidence; weak ones are commented out,
and so is what has no cause yet. Nothing is ever applied by itself. The same verdicts give the same text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from adscribe.context.words import count
from adscribe.site.vocabulary import CAUSES
from adscribe.training.feedback.cases import Case, latest
from adscribe.training.feedback.quarantine import Sifted

FEWEST = 5
"""Judged events that a proposal needs."""

STRONG = 15
"""From which on it is a strong one, if several analysts agree."""

MOST_TARGETS = 4
"""Targets that are named one by one; with more the entry would be for any target, and is a weak proposal."""

LASTS = timedelta(days=90)
"""After the last verdict an entry ends: what is allowed wants to be looked at again."""

_SECTIONS = {"benign": "allowed", "misconfiguration": "known_causes"}
_WORDS = ("weak", "fair", "strong")


@dataclass(frozen=True, slots=True)
class Proposal:
    """An entry.

    Attributes
    ----------
    section : str
        ``allowed`` or ``known_causes``.
    entry : str
        YAML, on one line.
    strength : int
        0 weak, 1 fair, 2 strong.
    why : str
        What it rests on.
    """

    section: str
    entry: str
    strength: int
    why: str

    def __str__(self) -> str:
        line = f"  - {self.entry}  # {_WORDS[self.strength]}: {self.why}"
        return line if self.strength and self.section == "allowed" else f"#{line}"


def proposals(sifted: Sifted) -> tuple[Proposal, ...]:
    """Return what could become entries, by section and address.

    What a source does isn't proposed where any verdict on the same method of it sees a category, in
    quarantine or not.
    """
    by_source: defaultdict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in latest(sifted.cases):
        by_source[case.habit.method, case.habit.source].append(case)
    suspicious = {
        (case.habit.method, case.habit.source)
        for case in (*sifted.cases, *sifted.disputed)
        if case.truth.is_category
    }
    found: list[Proposal] = []
    for source in sorted(by_source.keys() - suspicious):
        for reason in _SECTIONS:
            own = [case for case in by_source[source] if case.truth.reason == reason]
            found.extend(_of_source(own, reason))
    return tuple(sorted(found, key=lambda one: (one.section, one.entry)))


def fragment(sifted: Sifted) -> str:
    """Return proposals as the text of a site file, to be moved there by hand."""
    return "\n".join(_lines(sifted)) + "\n"


def _lines(sifted: Sifted) -> Iterator[str]:
    found = proposals(sifted)
    yield f"# Proposed from {count(len(sifted.cases), 'verdict')}; {len(sifted.aside):,} more are set aside."
    yield "# Nothing here is in force: check each line and move what is right to the site file. What is"
    yield "# allowed is answered as benign without a look at the event. Weak proposals are commented out."
    for section in _SECTIONS.values():
        own = [one for one in found if one.section == section]
        active = any(not str(one).startswith("#") for one in own)
        if section == "known_causes" and own:
            yield f"# Choose a cause for each: {', '.join(sorted(CAUSES))}."
        yield f"{section}:" if active else f"{section}: []"
        yield from map(str, own)


def _of_source(cases: Sequence[Case], reason: str) -> Iterator[Proposal]:
    targets: defaultdict[str | None, list[Case]] = defaultdict(list)
    several = len({ip for case in cases for ip in case.habit.targets}) > MOST_TARGETS
    for case in cases:
        for ip in (None,) if several or not case.habit.targets else case.habit.targets:
            targets[ip].append(case)
    for target, own in targets.items():
        analysts, days = {case.analyst for case in own}, {case.at.date() for case in own}
        if len(own) < FEWEST or (len(analysts) < 2 and len(days) < 3):
            continue
        strength = 0 if target is None else 2 if len(own) >= STRONG and len(analysts) > 1 else 1
        first, last = min(case.at for case in own), max(case.at for case in own)
        why = (
            f"{count(len(own), 'event')} judged {reason} by {count(len(analysts), 'analyst')} on"
            f" {count(len(days), 'day')}, {first:%Y-%m-%d} to {last:%Y-%m-%d}, none otherwise"
        )
        if target is None:
            why += "; for any target"
        yield Proposal(_SECTIONS[reason], _entry(own, target, f"{last + LASTS:%Y-%m-%d}"), strength, why)


def _entry(cases: Sequence[Case], target: str | None, until: str) -> str:
    event = cases[0].reviewed.report
    parts = [] if cases[0].truth.reason == "benign" else ["cause: CHOOSE"]
    parts.append(f"method: {event.method}")
    submethods = {case.reviewed.report.submethod for case in cases}
    if len(submethods) == 1 and event.submethod:
        parts.append(f"submethod: {_quoted(event.submethod)}")
    parts.append(f"source: {_quoted(event.source.ip)}")
    if target is not None:
        parts.append(f"target: {_quoted(target)}")
    ports = {case.reviewed.report.ports for case in cases}
    if len(ports) == 1 and event.ports:
        parts.append(f"ports: [{', '.join(map(str, sorted(event.ports)))}]")
    parts.append(f"until: {until}")
    return f"{{{', '.join(parts)}}}"


def _quoted(text: str) -> str:
    """Return a text as YAML takes it in any case: names come from events, and those from anyone."""
    escaped = "".join(
        f"\\{letter}" if letter in '"\\' else letter if letter.isprintable() else f"\\U{ord(letter):08x}"
        for letter in text
    )
    return f'"{escaped}"'

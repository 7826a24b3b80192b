"""Reviewed events in their context, beside what is true by the verdict and what the model says of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array  # type: ignore[import-untyped]

from adscribe.answer.feedback import truth
from adscribe.answer.outcome import Outcome
from adscribe.answer.reviewed import LINE_LENGTH, Reviewed, read_lines
from adscribe.assign.decisions import decided_by_site
from adscribe.attack import Catalogue
from adscribe.context import Context, derive
from adscribe.errors import AdscribeError, FeedbackError
from adscribe.event import Event
from adscribe.features import Row
from adscribe.history import WINDOW, Record
from adscribe.model.artefact import Artefact
from adscribe.model.residual import Key, key_of
from adscribe.model.softmax import Array
from adscribe.site import Site


class Habit(NamedTuple):
    """What a host does again and again: events that differ in nothing but time and amount."""

    method: str
    source: str
    targets: tuple[str, ...]
    direction: str | None

    @classmethod
    def of(cls, event: Event) -> Habit:
        """Return the habit that an event belongs to."""
        targets = tuple(sorted(target.ip for target in event.targets))
        return cls(event.method, event.source.ip, targets, event.direction)


@dataclass(frozen=True, slots=True)
class Case:
    """A verdict that can be learnt from.

    Attributes
    ----------
    line : int
        Where it stands in the file.
    reviewed : Reviewed
        As it stands there.
    truth : Outcome
        What is true of the event by the verdict, in the model's versions of ATT&CK.
    context : Context
        Of the event.
    row : Row
        Its features.
    habit : Habit
        What it repeats.
    key : Key
        The cell of the residual that it belongs to.
    """

    line: int
    reviewed: Reviewed
    truth: Outcome
    context: Context
    row: Row
    habit: Habit
    key: Key

    @property
    def event(self) -> str:
        """Id of the event."""
        return self.reviewed.feedback.event.id

    @property
    def revision(self) -> int:
        """The state of the event that was judged."""
        return self.reviewed.feedback.event.revision

    @property
    def analyst(self) -> str:
        """Who judged."""
        return self.reviewed.feedback.analyst

    @property
    def at(self) -> datetime:
        """When."""
        return self.reviewed.feedback.at


@dataclass(frozen=True, slots=True)
class Aside:
    """A verdict that nothing is learnt from.

    Attributes
    ----------
    line : int
        Where it stands in the file.
    event, analyst : str
        What was judged, and by whom.
    rule : str
        Which rule set it aside.
    why : str
        In words.
    """

    line: int
    event: str
    analyst: str
    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """A file of feedback, read.

    Attributes
    ----------
    cases : tuple of Case
        What can be learnt from, in the order of the file.
    aside : tuple of Aside
        Verdicts that can't.
    rejects : tuple of FeedbackError
        Lines that can't be read.
    reviewed : tuple of Reviewed
        All lines that can.
    """

    cases: tuple[Case, ...]
    aside: tuple[Aside, ...]
    rejects: tuple[FeedbackError, ...]
    reviewed: tuple[Reviewed, ...]


class KnownHistory:
    """The earlier events that an answer knew.

    Parameters
    ----------
    records : sequence of Record
        All of them.
    """

    def __init__(self, records: Sequence[Record]) -> None:
        self._records = records

    def prior(self, ips: Iterable[str], *, until: datetime, exclude: str) -> tuple[Record, ...]:
        """Return the records; whose they are was told when they were noted."""
        return tuple(
            one for one in self._records if one.event_id != exclude and until - WINDOW <= one.at <= until
        )

    def remember(self, ips: Iterable[str], record: Record) -> None:
        """Keep nothing."""


def read_file(path: Path, artefact: Artefact, catalogue: Catalogue, site: Site) -> Gathered:
    """Read a file of feedback; see `gather`.

    Raises
    ------
    AdscribeError
        If the file can't be opened, or has too many lines.
    """
    try:
        with path.open("rb") as file:
            # Of a longer line enough is read to see that it is too long.
            lines = iter(lambda: file.readline(LINE_LENGTH + 2), b"")
            return gather(read_lines(lines, catalogue, file=str(path)), artefact, catalogue, site)
    except OSError as wrong:
        raise AdscribeError(f"{path}: can't be read: {wrong.strerror or 'unknown error'}") from None


def gather(
    lines: Iterable[tuple[int, Reviewed | FeedbackError]],
    artefact: Artefact,
    catalogue: Catalogue,
    site: Site,
) -> Gathered:
    """Put reviewed events in their context.

    Parameters
    ----------
    lines : iterable
        Number of each line and what it holds, see `adscribe.answer.reviewed.read_lines`.
    artefact : Artefact
        The model.
    catalogue : Catalogue
        The versions of ATT&CK.
    site : Site
        The site whose analysts judged.
    """
    cases: list[Case] = []
    aside: list[Aside] = []
    rejects: list[FeedbackError] = []
    everything: list[Reviewed] = []
    for line, reviewed in lines:
        if isinstance(reviewed, FeedbackError):
            rejects.append(reviewed)
            continue
        everything.append(reviewed)
        found = _case(line, reviewed, artefact, catalogue, site)
        if isinstance(found, Case):
            cases.append(found)
        else:
            aside.append(found)
    return Gathered(tuple(cases), tuple(aside), tuple(rejects), tuple(everything))


def _case(
    line: int, reviewed: Reviewed, artefact: Artefact, catalogue: Catalogue, site: Site
) -> Case | Aside:
    feedback, space = reviewed.feedback, artefact.outcomes

    def aside(rule: str, why: str) -> Aside:
        return Aside(line, feedback.event.id, feedback.analyst, rule, why)

    if reviewed.revoked_at is not None:
        return aside("revoked", "it was taken back")
    try:
        true = truth(
            feedback.verdict,
            reviewed.answer,
            catalogue,
            enterprise=space.enterprise.version,
            ics=space.ics.version,
        )
    except FeedbackError as wrong:
        return aside("unusable", wrong.message)
    context = derive(reviewed.report, site, KnownHistory(reviewed.history), event_id=feedback.event.id)
    decided = decided_by_site(context)
    if decided is not None and decided.no_category is not None:
        entry = decided.no_category.because[0].fact
        return aside("site", f"the site decides this event, not the model: {entry}")
    return Case(
        line=line,
        reviewed=reviewed,
        truth=true,
        context=context,
        row=artefact.features.row(context),
        habit=Habit.of(reviewed.report),
        key=key_of(context),
    )


def matrix(rows: Sequence[Row], columns: int) -> csr_array:
    """Return rows of features as a matrix, rows × columns."""
    lengths = [len(row.indices) for row in rows]
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    empty: list[Array] = [np.empty(0, dtype=np.float32)]
    indices = np.concatenate([row.indices for row in rows] or [np.empty(0, dtype=np.int32)])
    values = np.concatenate([row.values for row in rows] or empty)
    return csr_array((values, indices, starts), shape=(len(rows), columns))


def said(artefact: Artefact, cases: Sequence[Case]) -> Array:
    """Return what the model alone says of cases, cases × outcomes."""
    return artefact.softmax.predict(matrix([case.row for case in cases], len(artefact.features)))


def agree(one: Outcome, other: Outcome) -> bool:
    """Return whether two truths can both hold: they are equal, or one only says more than the other."""
    return one.labels <= other.labels or other.labels <= one.labels


def in_words(outcome: Outcome) -> str:
    """Return a truth as lists name it: ``benign``, ``T1048.002`` or ``T1046 + T1110``, tactics alone."""
    if outcome.reason is not None:
        return outcome.reason
    return " + ".join(outcome.techniques or outcome.tactics)


def latest(cases: Iterable[Case]) -> Iterator[Case]:
    """Yield one case an event: the last verdict on its last revision that was judged."""
    found: dict[str, Case] = {}
    for case in sorted(cases, key=lambda one: (one.revision, one.at, one.line)):
        found[case.event] = case
    yield from sorted(found.values(), key=lambda one: one.line)

"""Which verdicts a model may learn from, and which it is judged by: the last ones, by time.

Where the last part begins is settled by the file alone, before the quarantine, so that training and any
evaluation agree on it; as a file grows it moves only later. An event or a habit that somebody judged before
is nothing new: of it nothing is held out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from adscribe.training.feedback.cases import Case, Gathered, Habit

SHARE = 0.3
"""Of the verdicts, the last ones, that are held out."""


class Parted(NamedTuple):
    """Verdicts in two parts.

    Attributes
    ----------
    after : datetime or None
        The last time of the first part; ``None`` without verdicts.
    learnt : tuple of Case
        To learn from.
    held_out : tuple of Case
        To judge by.
    known : int
        Later verdicts on events or habits that were judged before; they are in neither part.
    """

    after: datetime | None
    learnt: tuple[Case, ...]
    held_out: tuple[Case, ...]
    known: int


def parted(gathered: Gathered, cases: Sequence[Case]) -> Parted:
    """Part verdicts by time.

    Parameters
    ----------
    gathered : Gathered
        All of a file.
    cases : sequence of Case
        Those of it that passed the quarantine.
    """
    times = sorted(one.feedback.at for one in gathered.reviewed)
    if not times:
        return Parted(None, (), (), 0)
    after = times[max(round(len(times) * (1 - SHARE)), 1) - 1]
    before = [one for one in gathered.reviewed if one.feedback.at <= after]
    events = {one.feedback.event.id for one in before}
    habits = {Habit.of(one.report) for one in before}
    later = [case for case in cases if case.at > after]
    new = tuple(case for case in later if case.event not in events and case.habit not in habits)
    return Parted(after, tuple(case for case in cases if case.at <= after), new, len(later) - len(new))

"""What a model is worth on what analysts judged last."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

import msgspec

from adscribe.errors import AdscribeError
from adscribe.site import Site
from adscribe.training.answering import Models
from adscribe.training.bootstrap import Draws
from adscribe.training.feedback.cases import Habit, latest, read_file
from adscribe.training.feedback.holdout import parted
from adscribe.training.feedback.quarantine import quarantine
from adscribe.training.judged import Judged, said
from adscribe.training.metrics import Tally, Whole, tallies, whole

PREFIX = "feedback_"


class FeedbackFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Figures on held-out feedback.

    Attributes
    ----------
    sha256 : str
        Of the events that count and their truths: the same for any model.
    after : datetime
        The last verdict that may be learnt from.
    events, habits : int
        That count.
    known : int
        Later verdicts on events or habits that were judged before; they don't count.
    whole : Whole
        The model's answers, with intervals over habits.
    tallies : dict of str to Tally
        Sums by habit, under names that begin with `PREFIX`.
    """

    sha256: str
    after: datetime
    events: int
    habits: int
    known: int
    whole: Whole
    tallies: dict[str, Tally]


def measured(models: Models, feedback: Path, site: Path | None, *, seed: int = 0) -> FeedbackFigures:
    """Measure a model, without a residual, on the last verdicts of a file.

    No verdict is suspect here: whether one is depends on the model.

    Parameters
    ----------
    models : Models
        The model.
    feedback : Path
        Reviewed events.
    site : Path, optional
        Site file that goes with them.
    seed : int
        Of the draws.

    Raises
    ------
    AdscribeError
        If a line can't be read, or nothing is held out.
    """
    network = Site.load(site) if site is not None else Site.default()
    gathered = read_file(feedback, models.artefact, models.catalogue, network)
    if gathered.rejects:
        raise gathered.rejects[0]
    parts = parted(gathered, quarantine(gathered, None).cases)
    cases = list(latest(parts.held_out))
    if parts.after is None or not cases:
        raise AdscribeError(
            f"{feedback} holds no verdict on an event and habit that weren't judged before",
            hint="evaluate without it, or collect more",
        )
    habits: dict[Habit, str] = {}
    names = [habits.setdefault(case.habit, f"habit {len(habits):05d}") for case in cases]
    truths = [case.truth for case in cases]
    told = [(case.event, case.revision, case.truth.text) for case in cases]
    answers = [said(models.learned.assess(case.context, explain=False, candidates=0)) for case in cases]
    judged = Judged.of(names, truths, answers)
    return FeedbackFigures(
        sha256=hashlib.sha256(msgspec.json.encode([parts.after, told])).hexdigest(),
        after=parts.after,
        events=len(cases),
        habits=len(habits),
        known=parts.known,
        whole=whole(judged, Draws.of(len(habits), seed=seed)),
        tallies={PREFIX + name: tally for name, tally in tallies(judged).items()},
    )

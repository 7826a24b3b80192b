"""The model that ships, asked about events in their order, with all that it thinks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from adscribe.answer import Verdict
from adscribe.answer.assignment import ModelReference
from adscribe.assign.rules import CodebookModel
from adscribe.assign.run import Run
from adscribe.context import Context
from adscribe.event.native import from_native
from adscribe.features import Row
from adscribe.model.artefact import Artefact
from adscribe.model.learned import LearnedModel
from adscribe.model.outcomes import Outcome
from adscribe.model.softmax import Array
from adscribe.site import Site
from adscribe.training.judged import said

Native = dict[str, Any]


class Asked(NamedTuple):
    """What was said of a report.

    Attributes
    ----------
    context : Context
        Of the event, as it stood after the report.
    row : Row
        As the model sees it.
    probabilities : array, outcomes
        What the model thinks.
    answer, codebook : Outcome
        What the model and the rules say.
    """

    context: Context
    row: Row
    probabilities: Array
    answer: Outcome
    codebook: Outcome


@dataclass(frozen=True)
class Student:
    """The model that ships, with the codebook beside it."""

    artefact: Artefact
    learned: LearnedModel
    codebook: CodebookModel

    def ask(self, context: Context) -> Asked:
        """Return what is said of an event."""
        row = self.artefact.features.row(context)
        return Asked(
            context,
            row,
            self.artefact.softmax.probabilities(row.indices, row.values),
            said(self.learned.assess(context, explain=False, candidates=0)),
            said(self.codebook.assess(context, explain=False, candidates=0)),
        )

    def run(self, natives: Iterable[Native], site: Site) -> list[Asked | None]:
        """Return what is said of reports in their order; ``None`` of one that the site decides."""
        recorder = _Recorder(self)
        run = Run(recorder, site, explain=False)
        found: list[Asked | None] = []
        for native in natives:
            recorder.asked = None
            run.answer(from_native(native, zone=site.timezone)[0])
            found.append(recorder.asked)
        return found

    def last(self, natives: Sequence[Native], site: Site) -> Asked:
        """Return what is said of the last of some reports, the others being its history."""
        asked = self.run(natives, site)[-1]
        assert asked is not None, "the site decides the event"
        return asked

    def labels(self, asked: Asked) -> Array:
        """Return the probabilities of all labels."""
        found: Array = self.artefact.outcomes.contains @ asked.probabilities
        return found

    def of(self, asked: Asked, label: str) -> float:
        """Return the probability of a label."""
        return float(self.labels(asked)[self.artefact.outcomes.labels[label]])

    def log_odds(self, asked: Asked, label: str) -> float:
        """Return the logit of a label."""
        probability = self.of(asked, label)
        return float(np.log(probability) - np.log1p(-probability))

    def likeliest(self, asked: Asked) -> Outcome:
        """Return what the model would say if it had to."""
        return self.artefact.outcomes.outcomes[int(asked.probabilities.argmax())]


class _Recorder:
    """The model, keeping what it was last asked."""

    def __init__(self, student: Student) -> None:
        self._student = student
        self.asked: Asked | None = None

    @property
    def reference(self) -> ModelReference:
        return self._student.learned.reference

    def assess(self, context: Context, *, explain: bool, candidates: int) -> Verdict:
        self.asked = self._student.ask(context)
        return self._student.learned.assess(context, explain=explain, candidates=candidates)


def moved(first: Asked, second: Asked) -> float:
    """Return the largest difference of an outcome's probability."""
    return float(np.abs(first.probabilities - second.probabilities).max())

"""The model that ships, asked about events in their order, with all that it thinks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

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


@dataclass(frozen=True)
class Asked:
    """What was said of a report.

    Attributes
    ----------
    context : Context
        Of the event, as it stood after the report.
    row : Row
        As the model sees it.
    probabilities : array, outcomes
        What the model thinks.
    answer : Outcome
        What it says.
    """

    context: Context
    row: Row
    probabilities: Array
    answer: Outcome
    _rules: CodebookModel

    @cached_property
    def codebook(self) -> Outcome:
        """What the rules say."""
        return said(self._rules.assess(self.context, explain=False, candidates=0))


@dataclass(frozen=True)
class Student:
    """The model that ships, with the codebook beside it."""

    artefact: Artefact
    learned: LearnedModel
    codebook: CodebookModel

    def ask(self, context: Context) -> Asked:
        """Return what is said of an event."""
        return self.asked(context, self.learned.assess(context, explain=False, candidates=0))

    def asked(self, context: Context, verdict: Verdict) -> Asked:
        """Return a verdict on an event with what the model thinks."""
        row = self.artefact.features.row(context)
        probabilities = self.artefact.softmax.probabilities(row.indices, row.values)
        return Asked(context, row, probabilities, said(verdict), self.codebook)

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
        verdict = self._student.learned.assess(context, explain=explain, candidates=candidates)
        self.asked = self._student.asked(context, verdict)
        return verdict


def moved(first: Asked, second: Asked) -> float:
    """Return the largest difference of an outcome's probability."""
    return float(np.abs(first.probabilities - second.probabilities).max())

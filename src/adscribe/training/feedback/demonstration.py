"""What verdicts change, from end to end: a simulated site whose backups look like exfiltration.

A site of the simulator lives as any other, and besides its servers copy to a store that nobody listed
(``datasets/demonstrations/backups.yaml``). The model answers all of it. Analysts, who know what happened,
judge what was shown with a category or left undetermined, in order, a few hours later, and err now and
then. What they said goes through the quarantine into a residual; all that comes after the last verdict is
answered once more with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from adscribe.answer.assignment import Assignment
from adscribe.answer.feedback import Feedback, JudgedRevision, Judgement, parse_verdict
from adscribe.answer.outcome import Outcome
from adscribe.answer.reviewed import Reviewed
from adscribe.assign import Classifier
from adscribe.attack import Catalogue
from adscribe.context import Context
from adscribe.event import Event
from adscribe.history import MemoryHistory, Record
from adscribe.model.learned import LearnedModel
from adscribe.model.residual import Residual
from adscribe.site import Site
from adscribe.training.feedback.cases import Aside, gather
from adscribe.training.feedback.quarantine import quarantine
from adscribe.training.feedback.residual import learn
from adscribe.training.judged import is_right
from adscribe.training.simulation.behaviours import load_library, with_more
from adscribe.training.simulation.emission import event_of
from adscribe.training.simulation.life import tell
from adscribe.training.simulation.told import Labelled, SitePlan
from adscribe.training.simulation.world import load_world

ANALYSTS = ("anna", "boris", "clara")
SHIFT = timedelta(hours=3)
"""After which an event is judged."""


@dataclass(frozen=True, slots=True)
class Told:
    """A report of the site with what was answered.

    Attributes
    ----------
    labelled : Labelled
        The report and its truth.
    event : Event
        The event as it stood then.
    history : tuple of Record
        What was known of its hosts.
    answer : Assignment
        Without a residual.
    """

    labelled: Labelled
    event: Event
    history: tuple[Record, ...]
    answer: Assignment

    @property
    def at(self) -> datetime:
        """When it was reported."""
        return self.event.reported_at

    @property
    def truth(self) -> Outcome:
        """What is true of the event."""
        truth = self.labelled.report.truth
        return Outcome(
            tuple(sorted(truth.techniques)),
            tuple(sorted(truth.tactics)),
            truth.reason,
            tuple(sorted(truth.ics_techniques)),
            tuple(sorted(truth.ics_tactics)),
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """Answers to the reports after the last verdict.

    Attributes
    ----------
    reports : int
        All, less those that the site decides.
    shown, wrong : int
        Shown with a category, and those of them that are wrong.
    wrong_backups : int
        Wrong ones among the copies to the store.
    attacks, missed : int
        Reports with a category in truth, and those of them that aren't shown one.
    all_clear, dangerous : int
        Answers `benign` and `misconfiguration`, and those of them whose truth is a category.
    """

    reports: int
    shown: int
    wrong: int
    wrong_backups: int
    attacks: int
    missed: int
    all_clear: int
    dangerous: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What came of it.

    Attributes
    ----------
    reviewed : tuple of Reviewed
        The verdicts.
    aside : tuple of Aside
        Those in quarantine.
    residual : Residual
        What was learnt.
    before, after : Counts
        Without it and with it.
    """

    reviewed: tuple[Reviewed, ...]
    aside: tuple[Aside, ...]
    residual: Residual
    before: Counts
    after: Counts


class _Noting(MemoryHistory):
    """Notes what was looked up."""

    last: tuple[Record, ...] = ()

    def prior(self, ips: Iterable[str], *, until: datetime, exclude: str) -> tuple[Record, ...]:
        self.last = super().prior(ips, until=until, exclude=exclude)
        return self.last


def lived(seed: int, reports: int, further: Path | None = None) -> tuple[tuple[Labelled, ...], Site]:
    """Return what a site tells, and its site file.

    Parameters
    ----------
    seed : int
        Decides everything.
    reports : int
        How many.
    further : Path, optional
        Behaviours that no other site has.
    """
    world = load_world()
    library = load_library()
    if further is not None:
        library = with_more(library, further, world)
    plan = SitePlan("site", np.random.SeedSequence(seed), "train", reports, 0.1, 0.2)
    told = tell(plan, library, world)
    return told.reports, Site.parse(told.site_file, name="site")


def answered(classifier: Classifier, reports: Iterable[Labelled], site: Site) -> Iterator[Told]:
    """Answer reports as a service would, and note what each answer knew."""
    seen: list[Context] = []
    history = _Noting()
    run = classifier.run(
        site=site, history=history, explain=False, observer=lambda context, _: seen.append(context)
    )
    for labelled in reports:
        answer = run.answer(event_of(labelled.report.native))
        yield Told(labelled, seen.pop().event, history.last, answer)


def verdicts(
    told: Sequence[Told], number: int, catalogue: Catalogue, *, slips: float = 0.02, seed: int = 0
) -> list[Reviewed]:
    """Return what analysts say of the first events that are worth a look, one verdict an event.

    Parameters
    ----------
    told : sequence of Told
        In order of time.
    number : int
        Verdicts.
    catalogue : Catalogue
        What they are checked against.
    slips : float
        Share of them that are wrong.
    seed : int
        Of the slips.
    """
    generator = np.random.default_rng(seed)
    found: dict[str, Reviewed] = {}
    for one in told:
        if len(found) == number:
            break
        answer = one.answer
        reason = answer.no_category
        if answer.event.id in found or (reason is not None and reason.reason != "undetermined"):
            continue
        verdict = _verdict(one, catalogue, slip=bool(generator.random() < slips))
        found[answer.event.id] = Reviewed(
            feedback=Feedback(
                event=JudgedRevision(id=answer.event.id, revision=answer.event.revision),
                analyst=ANALYSTS[int(generator.integers(len(ANALYSTS)))],
                verdict=verdict,
                at=one.at + SHIFT,
            ),
            report=one.event,
            answer=answer,
            history=one.history,
        )
    return list(found.values())


def _verdict(told: Told, catalogue: Catalogue, *, slip: bool) -> Judgement:
    """Return what an analyst says who knows what happened, or slips."""
    truth, answer = told.truth, told.answer
    if slip:
        said: dict[str, Any] = {
            "kind": "reason",
            "reason": "too_generic" if truth.reason == "benign" else "benign",
        }
    elif answer.no_category is None and is_right(_said(answer), truth):
        said = {"kind": "confirm"}
    elif truth.reason is not None:
        said = {"kind": "reason", "reason": truth.reason}
    else:
        said = {"kind": "correct", "techniques": list(truth.techniques), "tactics": list(truth.tactics)}
    return parse_verdict(said, catalogue, attack=answer.model.attack)


def demonstrate(classifier: Classifier, further: Path, *, seed: int, reports: int, number: int) -> Shown:
    """Let the site live, be judged, and be answered anew.

    Parameters
    ----------
    classifier : Classifier
        With a learnt model.
    further : Path
        Behaviours of the site.
    seed, reports, number : int
        Of the site; its reports; verdicts.
    """
    model = classifier.model
    if not isinstance(model, LearnedModel):
        raise TypeError("the rules learn nothing")
    labelled, site = lived(seed, reports, further)
    told = list(answered(classifier, labelled, site))
    reviewed = verdicts(told, number, classifier.catalogue, seed=seed)
    lines = enumerate(reviewed, start=1)
    found = gather(lines, model.artefact, classifier.catalogue, site)
    sifted = quarantine(found, model.artefact)
    residual = learn(sifted, model.artefact, site)
    taught = Classifier(model.with_residual(residual), classifier.catalogue)
    again = list(answered(taught, labelled, site))
    since = max(one.feedback.at for one in reviewed)
    own = frozenset(load_library().behaviours)
    return Shown(
        tuple(reviewed),
        sifted.aside,
        residual,
        counted((one for one in told if one.at > since), own),
        counted((one for one in again if one.at > since), own),
    )


def counted(told: Iterable[Told], usual: frozenset[str]) -> Counts:
    """Count answers.

    Parameters
    ----------
    told : iterable of Told
        Reports with their answers.
    usual : frozenset of str
        Behaviours that any site may have; the others are the backups.
    """
    number: dict[str, int] = dict.fromkeys(Counts.__dataclass_fields__, 0)
    for one in told:
        reason = one.answer.no_category
        if reason is not None and reason.basis == "site":
            continue
        shown, calm = reason is None, reason is not None and reason.reason in ("benign", "misconfiguration")
        wrong = shown and not is_right(_said(one.answer), one.truth)
        facts: dict[str, Any] = {
            "reports": True,
            "shown": shown,
            "wrong": wrong,
            "wrong_backups": wrong and one.labelled.behaviour not in usual,
            "attacks": one.truth.is_category,
            "missed": one.truth.is_category and not shown,
            "all_clear": calm,
            "dangerous": calm and one.truth.is_category,
        }
        for name, holds in facts.items():
            number[name] += bool(holds)
    return Counts(**number)


def _said(answer: Assignment) -> Outcome:
    reason = answer.no_category
    return Outcome(
        techniques=tuple(sorted(one.id for one in answer.techniques)),
        tactics=tuple(sorted(one.shortname for one in answer.tactics)),
        reason=reason.reason if reason else None,
    )

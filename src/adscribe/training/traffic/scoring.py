"""What is said of the events of captures, beside what is true of them.

Scored is the last report of each event, after all its updates, by the measure of the vignettes: could a
colleague defend everything that is shown. Events that one actor caused resemble one another, so the
actor is what is drawn for an interval; below `ENOUGH` actors there is none. Where all or none of the
events count, drawing tells nothing, and the interval is the exact one of as many trials as actors.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from adscribe.assign import Assignment, Classifier
from adscribe.errors import AdscribeError
from adscribe.event import Event
from adscribe.model.decoding import CALM
from adscribe.model.outcomes import Outcome
from adscribe.resources import shipped
from adscribe.training.bootstrap import LEVEL, Draws, Estimate, Floats, estimate
from adscribe.training.traffic.captures import Capture, Truth, load_captures, majority
from adscribe.training.traffic.recording import Recording, record
from adscribe.training.traffic.results import CaptureScore, Figures, Row, Said, Share, Traffic
from adscribe.training.traffic.table import FrozenTable, Tables
from adscribe.training.vignettes import Prediction, is_acceptable

ENOUGH = 5
"""Actors below which an interval would say nothing."""

MODEL, CODEBOOK = "model", "codebook"


def score(data: Path, model: Path | None = None, *, folder: Path | None = None) -> Traffic:
    """Let detectors report what captures hold, and score what is said of it.

    Parameters
    ----------
    data : Path
        Folder of the data sets that the captures lie in.
    model : Path, optional
        Folder of an artefact; without one table and codebook alone answer.
    folder : Path, optional
        Descriptions of the captures; ``datasets/traffic`` when not given.

    Raises
    ------
    AdscribeError
        If a description can't be understood, or a file is missing or another one.
    """
    where = folder or shipped("datasets", "traffic")
    captures = load_captures(where)
    classifiers = {MODEL: Classifier.load(str(model))} if model is not None else {}
    classifiers[CODEBOOK] = Classifier.load("codebook")
    counted = Tables.load(where)
    tables = {"table": counted.table, "mapping": counted.mapping}
    scored = [_scored(capture, record(capture, data), classifiers, tables) for capture in captures]
    rows = [(row, (one.name, row.actor)) for one in scored for row in one.rows]
    answered_by = {name: _reference(one) for name, one in classifiers.items()}
    answered_by["table"] = (
        f"method and submethod → most frequent outcome of simulated data {counted.data[:12]}"
    )
    answered_by["mapping"] = "method and submethod → most frequent category of the same data"
    return Traffic(
        frozen=_digest(where),
        answered_by=answered_by,
        captures=tuple(scored),
        together={name: figures(rows, name) for name in answered_by},
    )


def figures(rows: Sequence[tuple[Row, Hashable]], name: str) -> Figures:
    """Count what one who answers said.

    Parameters
    ----------
    rows : sequence of tuple
        Events, each with its actor.
    name : str
        Who.
    """

    def share(of: Callable[[Row, Said], bool], over: Callable[[Said], bool | None]) -> Share:
        return _share((actor, over(row.said[name])) for row, actor in rows if of(row, row.said[name]))

    return Figures(
        shown=share(lambda row, _: row.is_category, lambda said: bool(said.tactics)),
        tactics=share(lambda _, said: said.right_tactics is not None, lambda said: said.right_tactics),
        techniques=share(
            lambda _, said: said.right_techniques is not None, lambda said: said.right_techniques
        ),
        acceptable=share(lambda *_: True, lambda said: said.acceptable),
        undetermined=share(lambda *_: True, lambda said: said.no_category == "undetermined"),
        calm=share(lambda row, _: row.is_category, lambda said: said.no_category in CALM),
        invented=share(lambda row, _: not row.is_category, lambda said: bool(said.tactics)),
    )


def judged(said: Prediction, truth: Truth, basis: str | None = None) -> Said:
    """Return an answer beside the truth."""
    category = bool(truth.tactics)
    known = {*truth.techniques, *truth.acceptable_techniques}
    known |= {technique.partition(".")[0] for technique in known}
    return Said(
        techniques=tuple(sorted(said.techniques)),
        tactics=tuple(sorted(said.tactics)),
        no_category=said.no_category,
        basis=basis,
        right_techniques=said.techniques <= known if category and said.techniques else None,
        right_tactics=(
            said.tactics <= {*truth.tactics, *truth.acceptable_tactics} if category and said.tactics else None
        ),
        acceptable=is_acceptable(said, truth.answer),
    )


def _share(found: Iterable[tuple[Hashable, bool | None]]) -> Share:
    sums: dict[Hashable, list[int]] = {}
    for actor, holds in found:
        own = sums.setdefault(actor, [0, 0])
        own[0] += bool(holds)
        own[1] += 1
    over, under = (np.array([own[side] for own in sums.values()], dtype=np.float64) for side in (0, 1))
    told = _interval(over, under) if len(sums) >= ENOUGH else None
    return Share(over=int(over.sum()), under=int(under.sum()), estimate=told)


def _interval(over: Floats, under: Floats) -> Estimate | None:
    n = int(under.sum())
    share = float(over.sum()) / n
    if 0 < share < 1:
        return estimate(Draws.of(len(over)).ratio(over, under), n)
    unlikely = 1 - ((1 - LEVEL) / 2) ** (1 / len(over))
    return Estimate(share, 1 - unlikely, 1.0, n) if share else Estimate(share, 0.0, unlikely, n)


def _scored(
    capture: Capture,
    recording: Recording,
    classifiers: Mapping[str, Classifier],
    tables: Mapping[str, FrozenTable],
) -> CaptureScore:
    events = [detection.event for detection in recording.detections]
    answers = {name: _answers(one, events, capture) for name, one in classifiers.items()}
    # All classifiers merge reports alike, so any tells which event a report is of.
    ids = [answer.event.id for answer in answers[CODEBOOK]]
    last = {event_id: place for place, event_id in enumerate(ids)}
    alarms = dict.fromkeys((*classifiers, *tables), 0)
    actors: dict[str, int] = {}
    attackers: set[int] = set()
    rows = []
    for event_id, place in last.items():
        event = events[place]
        said = {name: _prediction(own[place]) for name, own in answers.items()}
        bases = {name: own[place].no_category for name, own in answers.items()}
        said |= {name: _from_table(one.answer(event.method, event.submethod)) for name, one in tables.items()}
        if event.detected_at.astimezone(capture.site.timezone).date() in recording.benign_days:
            for name, one in said.items():
                alarms[name] += bool(one.tactics)
        label = majority(recording.detections[place].labels)
        truth = capture.truth(event, label)
        if truth is None:
            continue
        acting = event.source.ip if truth.actor == "source" else event.targets[0].ip
        actor = actors.setdefault(acting, len(actors) + 1)
        if truth.tactics:
            attackers.add(actor)
        rows.append(
            Row(
                method=event.method,
                submethod=event.submethod,
                label=label,
                reports=ids.count(event_id),
                actor=actor,
                truth=Said(techniques=truth.techniques, tactics=truth.tactics, no_category=truth.no_category),
                said={
                    name: judged(one, truth, basis.basis if (basis := bases.get(name)) else None)
                    for name, one in said.items()
                },
            )
        )
    return CaptureScore(
        name=capture.name,
        title=capture.title,
        about=capture.about,
        flows=recording.flows,
        labels=dict(recording.labels),
        reports=len(events),
        events=len(last),
        unknown=len(last) - len(rows),
        actors=len(actors),
        attackers=len(attackers),
        rows=tuple(rows),
        figures={name: figures([(row, row.actor) for row in rows], name) for name in alarms},
        benign_days=len(recording.benign_days),
        false_alarms=alarms,
    )


def _answers(classifier: Classifier, events: Sequence[Event], capture: Capture) -> list[Assignment]:
    answers = classifier.classify(events, site=capture.site, explain=False, rejects="raise")
    found = [answer for answer in answers if isinstance(answer, Assignment)]
    if len(found) != len(events):
        raise AdscribeError(f"{capture.name} has reports without an answer")
    return found


def _prediction(answer: Assignment) -> Prediction:
    return Prediction(
        techniques=frozenset(technique.id for technique in answer.techniques),
        tactics=frozenset(tactic.shortname for tactic in answer.tactics),
        no_category=answer.no_category.reason if answer.no_category else None,
    )


def _from_table(outcome: Outcome) -> Prediction:
    return Prediction(frozenset(outcome.techniques), frozenset(outcome.tactics), outcome.reason)


def _reference(classifier: Classifier) -> str:
    reference = classifier.model.reference
    return f"{reference.name} {reference.version}, ATT&CK {reference.attack}"


def _digest(folder: Path) -> str:
    found = hashlib.sha256()
    for path in sorted(folder.glob("*.yaml")):
        found.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()

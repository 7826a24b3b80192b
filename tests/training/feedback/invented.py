"""An invented site whose servers copy to a store outside at night, and what its analysts say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from adscribe import Classifier, Site
from adscribe.answer.assignment import Assignment
from adscribe.answer.feedback import Feedback, JudgedRevision, parse_verdict
from adscribe.answer.reviewed import Reviewed
from adscribe.attack import Catalogue
from adscribe.event import Event
from adscribe.model.artefact import Artefact
from adscribe.model.learned import LearnedModel
from adscribe.sensors import Report, read
from adscribe.training.feedback.cases import Gathered, gather

CATALOGUE = Catalogue.load()
SITE_FILE = """\
timezone: Europe/Prague
hours: {days: mon-fri, from: "07:00", to: "19:00"}
filters:
  LAN: ["10.0.0.0/8"]
  Databases: ["10.1.0.10-10.1.0.29"]
  Files: ["10.1.0.30-10.1.0.49"]
  Staff: ["10.2.0.0/16"]
internal: LAN
roles: {database_server: Databases, file_server: Files, workstation: Staff}
forbidden:
  - {method: HIGHTRANSF, source: 10.1.0.29, target: 192.0.2.200, note: no copies to this one}
"""
SITE = Site.parse(SITE_FILE)
START = datetime(2026, 11, 2, 1, tzinfo=UTC)
EXFILTRATION = {
    "kind": "correct",
    "techniques": [{"id": "T1048", "tactics": ["exfiltration"]}],
    "attack": "enterprise 19",
}
BENIGN = {"kind": "reason", "reason": "benign"}


@lru_cache(maxsize=1)
def classifier() -> Classifier:
    """Return the classifier that ships."""
    return Classifier.load()


def model() -> LearnedModel:
    """Return its model."""
    found = classifier().model
    assert isinstance(found, LearnedModel)
    return found


def artefact() -> Artefact:
    """Return the parts of its model."""
    return model().artefact


def copy(number: int, *, source: str = "10.1.0.12", target: str = "203.0.113.9", port: int = 22) -> Event:
    """Return one of a server's copies to a store outside, an hour and a bit after the other."""
    sent = 3 * 2**30 + number * 2**22
    record = next(
        read(
            [
                {
                    "method": "HIGHTRANSF",
                    "source": {"ip": source},
                    "targets": [
                        {"ip": target, "country": "DE", "sent_bytes": sent, "received_bytes": sent // 250}
                    ],
                    "direction": "upload",
                    "ports": [port],
                    "protocols": [6],
                    "characteristics": {"transferred_bytes": sent + sent // 250, "top_peer_bytes": sent},
                    "detected_at": START + number * timedelta(minutes=70),
                }
            ]
        )
    )
    assert isinstance(record, Report)
    return record.event


def answered(events: Iterable[Event], with_model: Classifier | None = None) -> list[Assignment]:
    """Return the answers to events of the site, each on its own."""
    by = with_model or classifier()
    found = [by.classify([event], site=SITE)[0] for event in events]
    return [one for one in found if isinstance(one, Assignment)]


def judged(
    events: Sequence[Event],
    verdict: Mapping[str, Any] = BENIGN,
    *,
    analysts: Sequence[str] = ("anna", "boris"),
    pace: timedelta = timedelta(hours=1),
    start: datetime = START + timedelta(hours=12),
) -> Iterator[Reviewed]:
    """Return what analysts say in turn of events, at some pace."""
    for number, (event, answer) in enumerate(zip(events, answered(events), strict=True)):
        yield Reviewed(
            feedback=Feedback(
                event=JudgedRevision(id=answer.event.id, revision=answer.event.revision),
                analyst=analysts[number % len(analysts)],
                verdict=parse_verdict(verdict, CATALOGUE),
                at=start + number * pace,
            ),
            report=event,
            answer=answer,
        )


def gathered(reviewed: Iterable[Reviewed]) -> Gathered:
    """Return feedback in its context."""
    return gather(enumerate(reviewed, start=1), artefact(), CATALOGUE, SITE)

"""Reports to keep, and what a store holds of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from adscribe import Assignment, Classifier, Site
from adscribe.sensors import read
from adscribe.store import Store
from adscribe.store.schema import metadata

RULES = Classifier.load("codebook")
SITE = Site.parse('filters:\n  LAN: ["10.0.0.0/8"]\ninternal: LAN\nroles: {workstation: LAN}\n')
START = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)

Native = dict[str, Any]


def report(minutes: float = 0, *targets: str, **fields: Any) -> Native:
    """Return a report of guessed passwords, so many minutes after `START`."""
    return {
        "method": "SSHDICT",
        "submethod": "General",
        "source": {"ip": "10.1.0.5"},
        "targets": list(targets or ("10.3.0.7",)),
        "detected_at": (START + timedelta(minutes=minutes)).isoformat(),
        **fields,
    }


def keep(store: Store, *reports: Native, classifier: Classifier = RULES, **options: Any) -> list[Assignment]:
    """Keep reports that can all be read, as one body."""
    answers = store.answers(classifier, read(reports), **{"site": SITE, **options})
    return [answer for answer in answers if isinstance(answer, Assignment)]


def ids(answers: Iterable[Assignment]) -> list[str]:
    """Return the ids of the events that are answered."""
    return [answer.event.id for answer in answers]


def rows(store: Store) -> dict[str, int]:
    """Return how many rows each table has."""
    with store.engine.connect() as connection:
        return {
            name: connection.scalar(select(func.count()).select_from(table)) or 0
            for name, table in metadata.tables.items()
        }

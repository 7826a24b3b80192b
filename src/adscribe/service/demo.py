"""The day that a service shows before it has events of its own; see ``datasets/day``."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import islice
from pathlib import Path

import msgspec
import structlog

from adscribe.assign import Classifier
from adscribe.assign.drift import unwatched
from adscribe.event import Event
from adscribe.resources import shipped
from adscribe.sensors import Report, read
from adscribe.site import Site
from adscribe.store import Store

_log = structlog.get_logger("adscribe.service")

FILE = "demo.db"
"""Name of the file of its store."""

_BATCH = 25
"""Reports that are kept at a time: so many come after it was said that no more are wanted."""

_FOLDER = shipped("datasets", "day")


class Demo:
    """A simulated day in a store of its own: what is made up never meets the events of the service.

    Parameters
    ----------
    folder : Path
        Where its store is made.

    Attributes
    ----------
    store : Store
    site : Site
        What is known of the simulated company.
    """

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder / FILE)
        self.site = Site.load(_FOLDER / "site.yaml")
        self._over = threading.Event()

    def fill(self, classifier: Classifier) -> None:
        """Answer the day into its store.

        Raises
        ------
        StoreError
        """
        # It is no event of the service's: neither its drift nor its metrics count it.
        classifier = unwatched(classifier)
        reports = day(datetime.now(UTC).date(), self.site.timezone)
        while not self._over.is_set() and (batch := list(islice(reports, _BATCH))):
            for _ in self.store.answers(classifier, batch, site=self.site):
                pass
        _log.info("example events answered", complete=not self._over.is_set())

    def end(self) -> None:
        """Let no more of the day be answered."""
        self._over.set()


def day(today: date, zone: tzinfo) -> Iterator[Report]:
    """Yield the reports of the day as if they were of the last one from Monday to Friday before today."""
    wanted = today - timedelta(days=1)
    while wanted.isoweekday() > 5:
        wanted -= timedelta(days=1)
    found = read(gzip.decompress((_FOLDER / "events.ndjson.gz").read_bytes()), format="native", zone=zone)
    reports = [report for report in found if isinstance(report, Report)]
    moved = wanted - reports[0].event.detected_at.astimezone(zone).date()
    for report in reports:
        yield replace(report, event=_later(report.event, moved, zone))


def _later(event: Event, by: timedelta, zone: tzinfo) -> Event:
    """Return an event some days later, at the same time by the clock of its place."""

    def moved(at: datetime | None) -> datetime | None:
        return None if at is None else (at.astimezone(zone) + by).astimezone(UTC)

    times = {name: moved(getattr(event, name)) for name in ("detected_at", "first_flow_at", "updated_at")}
    return msgspec.structs.replace(event, **times)

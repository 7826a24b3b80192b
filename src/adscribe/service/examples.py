"""The shipped example events with their answers."""

from __future__ import annotations

from dataclasses import dataclass

from adscribe.assign import Assignment, Classifier
from adscribe.assign.drift import unwatched
from adscribe.event import Event
from adscribe.resources import shipped
from adscribe.sensors import Report, read
from adscribe.site import Site

_DEMO = shipped("datasets", "samples", "demo")
_FILES = ("events.ndjson", "events.cef")


@dataclass(frozen=True, slots=True)
class Example:
    """An example event, the record that it came in and its answer."""

    record: str
    event: Event
    answer: Assignment


def answered(classifier: Classifier) -> list[Example]:
    """Return the example events with their answers, read with the example site as one run."""
    site = Site.load(_DEMO / "site.yaml")
    records = [line for name in _FILES for line in (_DEMO / name).read_text("utf-8").splitlines()]
    reports = read(records, zone=site.timezone)
    answers = unwatched(classifier).classify(records, site=site)
    return [
        Example(record, report.event, answer)
        for record, report, answer in zip(records, reports, answers, strict=True)
        if isinstance(report, Report) and isinstance(answer, Assignment)
    ]

"""The page that shows what the service does: the shipped example events with their answers."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from adscribe.assign import Assignment, Classifier
from adscribe.assign.drift import unwatched
from adscribe.event import Event
from adscribe.resources import shipped
from adscribe.sensors import Report, read
from adscribe.service import bodies
from adscribe.service.settings import Settings
from adscribe.site import Site

_TEMPLATES = Path(__file__).parent / "templates"
_DEMO = shipped("datasets", "samples", "demo")
_EXAMPLES = ("events.ndjson", "events.cef")

STYLE = (_TEMPLATES / "style.css").read_bytes()

_environment = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_rendering = threading.Lock()

REASONS = {
    "too_generic": "too generic to tell",
    "no_technique": "no technique for it",
    "misconfiguration": "misconfiguration",
    "benign": "benign",
    "undetermined": "undetermined",
}
"""Reasons for no category in words."""


@dataclass(frozen=True, slots=True)
class Example:
    """An example event, the record that it came in and its answer."""

    record: str
    event: Event
    answer: Assignment


def examples(classifier: Classifier, settings: Settings) -> str:
    """Return the page as HTML; the same model gives the same page, so it is made once."""
    with _rendering:
        return _rendered(classifier, settings)


@lru_cache(maxsize=1)
def _rendered(classifier: Classifier, settings: Settings) -> str:
    return render(answered(classifier), classifier, settings)


def render(found: list[Example], classifier: Classifier, settings: Settings) -> str:
    """Return the page with these examples."""
    return _environment.get_template("examples.html").render(
        examples=found,
        days=sorted({example.event.detected_at.date() for example in found}),
        model=classifier.describe(),
        own_site=settings.site is not None,
        url=settings.url,
        reasons=REASONS,
        event=msgspec.json.encode(bodies.EVENT).decode(),
    )


def answered(classifier: Classifier) -> list[Example]:
    """Return the example events with their answers, read with the example site as one run."""
    site = Site.load(_DEMO / "site.yaml")
    records = [line for name in _EXAMPLES for line in (_DEMO / name).read_text("utf-8").splitlines()]
    reports = read(records, zone=site.timezone)
    answers = unwatched(classifier).classify(records, site=site)
    return [
        Example(record, report.event, answer)
        for record, report, answer in zip(records, reports, answers, strict=True)
        if isinstance(report, Report) and isinstance(answer, Assignment)
    ]

"""Detectors over flows that a test wrote."""

from __future__ import annotations

from collections.abc import Iterable

from adscribe.event import Event
from adscribe.flows import Flow
from adscribe.site import Site
from adscribe.training.detectors import Detection, Detectors, Thresholds

PC, OTHER, SERVER, PEER = "10.0.0.5", "10.0.0.6", "10.0.1.31", "203.0.113.9"


def reports(*recordings: Iterable[Flow], thresholds: Thresholds | None = None) -> list[Detection]:
    """Return all reports; private addresses are inside."""
    return list(Detectors(Site.default().is_internal, thresholds).detect(*recordings))


def events(*recordings: Iterable[Flow], method: str, thresholds: Thresholds | None = None) -> list[Event]:
    """Return the reports of one method."""
    found = [report.event for report in reports(*recordings, thresholds=thresholds)]
    return [event for event in found if event.method == method]


def event(*recordings: Iterable[Flow], method: str) -> Event:
    """Return the only report of a method."""
    (found,) = events(*recordings, method=method)
    return found

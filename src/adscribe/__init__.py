"""Reads network anomaly events in context: MITRE ATT&CK categories, or why none applies."""

from adscribe.assign import Assignment, Classifier
from adscribe.event import Event
from adscribe.sensors import Reject
from adscribe.site import Site

__all__ = ["Assignment", "Classifier", "Event", "Reject", "Site"]

"""Readers of events: a module a form, and one `read` that tells the forms apart."""

from adscribe.sensors.lines import Readable
from adscribe.sensors.reading import read
from adscribe.sensors.records import FORMATS, Format, Reject, Report

__all__ = ["FORMATS", "Format", "Readable", "Reject", "Report", "read"]

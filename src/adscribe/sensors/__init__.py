"""Readers of events: a module a form, and one `read` that tells the forms apart."""

from adscribe.sensors.records import FORMATS, Format, Reject, Report
from adscribe.sensors.reading import Readable, read

__all__ = ["FORMATS", "Format", "Readable", "Reject", "Report", "read"]

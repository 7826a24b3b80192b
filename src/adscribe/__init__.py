"""Reads network anomaly events in context: MITRE ATT&CK categories, or why none applies."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adscribe.answer.assignment import Assignment
    from adscribe.assign import Classifier
    from adscribe.event import Event
    from adscribe.sensors import Reject
    from adscribe.site import Site
else:
    # Loaded when asked for: a command that answers nothing needs no model.
    _PLACES = {
        "Assignment": "adscribe.answer.assignment",
        "Classifier": "adscribe.assign",
        "Event": "adscribe.event",
        "Reject": "adscribe.sensors",
        "Site": "adscribe.site",
    }

    def __getattr__(name: str) -> type:
        if name not in _PLACES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = getattr(import_module(_PLACES[name]), name)
        globals()[name] = found
        return found

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})


__all__ = ["Assignment", "Classifier", "Event", "Reject", "Site"]

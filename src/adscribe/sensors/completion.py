"""What the names and the detail of an event add to what its envelope says."""

from __future__ import annotations

from typing import Any

import msgspec

from adscribe.event import Event
from adscribe.sensors.cef import SENSOR
from adscribe.sensors.flowmon.detail import Detail, read_detail
from adscribe.sensors.flowmon.names import METHODS, find_method


def is_flowmon(event: Event) -> bool:
    """Return whether an event is Flowmon's: it says so, or it names no sensor and a method of Flowmon's."""
    if event.sensor is None:
        return find_method(event.method)[0].code in METHODS
    return event.sensor.partition(" ")[0] == SENSOR


def with_todays_names(event: Event) -> Event:
    """Return an event of Flowmon's with the method and submethod as today's version names them."""
    method, told = find_method(event.method)
    submethod = method.submethod(event.submethod) if event.submethod else None
    return msgspec.structs.replace(event, method=method.code, submethod=submethod or told or method.default)


def with_detail(event: Event) -> tuple[Event, Detail]:
    """Return the event with what its description adds, and how that was read. What was reported wins."""
    detail = read_detail(event.method, event.description or "")
    changes: dict[str, Any] = {
        "method": detail.method,
        "characteristics": {**detail.characteristics, **event.characteristics},
    }
    if event.submethod is None:
        changes["submethod"] = detail.submethod
    for name in ("ports", "protocols"):
        if not getattr(event, name):
            changes[name] = getattr(detail, name)
    for name in ("success", "direction", "target_count"):
        if getattr(event, name) is None:
            changes[name] = getattr(detail, name)
    return msgspec.structs.replace(event, **changes), detail

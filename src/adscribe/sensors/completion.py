"""What the names and the detail of an event add to what its envelope says."""

from __future__ import annotations

from typing import Any

import msgspec

from adscribe.event import Event
from adscribe.sensors.cef import SENSOR
from adscribe.sensors.flowmon.detail import Detail, read_detail
from adscribe.sensors.flowmon.names import METHODS, find_method


def with_todays_names(event: Event) -> Event:
    """Return the event with the method and submethod as today's version names them.

    Events of other sensors than Flowmon ADS are left alone; one that names no sensor is
    taken for Flowmon's when its method is.
    """
    if event.sensor is not None and not event.sensor.startswith(SENSOR):
        return event
    method, told = find_method(event.method)
    if event.sensor is None and method.code not in METHODS:
        return event
    submethod = event.submethod and method.submethod(event.submethod)
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

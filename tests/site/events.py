"""Events for the tests of the site."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from adscribe.event import Event, Source, Target

NOON = datetime(2026, 3, 11, 12, tzinfo=UTC)  # a Wednesday


def event(method: str, source: str, *targets: str, at: datetime = NOON, **fields: Any) -> Event:
    return Event(
        method=method,
        source=Source(ip=source),
        targets=tuple(Target(ip=ip) for ip in targets),
        detected_at=at,
        **fields,
    )

"""Which reports belong to one event.

The identity is what a detector of Flowmon's kind keeps an event under: sensor, source,
method, submethod, data feed and method instance. Targets are not part of it. Of the sensor
only its kind counts, so that an upgrade of the sensor doesn't split an event.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import msgspec

from adscribe.event.model import Event

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def identity(event: Event) -> str:
    """Return the identity of an event: 16 hexadecimal digits, the same in every run."""
    sensor = (event.sensor or "").partition(" ")[0]
    parts = (sensor, event.source.ip, event.method, event.submethod, event.data_feed, event.instance)
    return _digest(*("" if part is None else part for part in parts))


def event_id(event: Event) -> str:
    """Return the id of the event that this report opens: 16 hexadecimal digits, the same in every run."""
    return _digest(identity(event), event.detected_at.isoformat(), event.external_id or "")


def report_digest(event: Event) -> bytes:
    """Return what tells a report from all others: 24 bytes, the same in every run.

    Equal reports have equal digests. They begin with the time of detection, so that those of one time
    lie together in an index.
    """
    content = msgspec.json.encode(event, order="deterministic")
    moment = (event.detected_at - _EPOCH) // timedelta(microseconds=1)
    return moment.to_bytes(8, "big", signed=True) + hashlib.blake2b(content, digest_size=16).digest()


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]

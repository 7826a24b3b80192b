"""Flowmon ADS custom script, JSON: one object a line (assumed, see `KEYS`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from adscribe.errors import EventError
from adscribe.event import Event
from adscribe.sensors import keyed
from adscribe.sensors.keyed import Key

_SCRIPT = "vendor's Teams script"

KEYS: Mapping[str, Key] = {
    "id": Key("external_id", keyed.text, _SCRIPT),
    "timestamp": Key("detected_at", keyed.moment, _SCRIPT),
    "type": Key("method", keyed.text, _SCRIPT),
    "typeDesc": Key(None, keyed.text, _SCRIPT),
    "severity": Key("severity", keyed.priority, _SCRIPT),
    "source": Key("source", keyed.endpoint, _SCRIPT),
    "targets": Key("targets", keyed.endpoints, _SCRIPT),
    "detail": Key("description", keyed.detail, _SCRIPT),
    "perspective": Key("perspective", keyed.text, _SCRIPT),
    "netFlowSource": Key("data_feed", keyed.text, _SCRIPT),
    "userIdentity": Key("user", keyed.text, _SCRIPT),
}
"""Key of the object to what becomes of it."""

_IDS_KEYS = ("srcIp", "signatureName", "logSourceIp")


def is_ids(record: Mapping[str, Any]) -> bool:
    """Return whether an object is an event of the vendor's intrusion detection, which goes to scripts too."""
    return any(key in record for key in _IDS_KEYS)


def read_json(record: Mapping[str, Any], *, zone: tzinfo) -> tuple[Event, tuple[str, ...]]:
    """Return the event of one object, and the keys that were not used.

    Raises
    ------
    EventError
        It is no event, or one of the intrusion detection.
    """
    if is_ids(record):
        raise EventError("an IDS event, which is no event of network anomaly detection")
    return keyed.read_keys(record, KEYS, zone)

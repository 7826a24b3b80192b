"""Flowmon ADS REST API: an event as one document (assumed, see `KEYS`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from adscribe.event import Event
from adscribe.sensors import keyed
from adscribe.sensors.keyed import Key

_VENDOR = "vendor's scripts"
_OTHERS = "third-party client"
_GUESS = "no source: plausible name"

KEYS: Mapping[str, Key] = {
    "id": Key("external_id", keyed.text, _VENDOR),
    "type": Key("method", keyed.text, _VENDOR),
    "time": Key("detected_at", keyed.moment, _VENDOR),
    "flowStamp": Key("first_flow_at", keyed.moment, _OTHERS),
    "source": Key("source", keyed.endpoint, _VENDOR),
    "macAddress": Key("mac", keyed.text, _VENDOR),
    "targets": Key("targets", keyed.endpoints, _VENDOR),
    "detail": Key("description", keyed.detail, _VENDOR),
    "nfSource": Key("data_feed", keyed.named, _OTHERS),
    "perspectives": Key("perspective", keyed.first_named, _OTHERS),
    "priority": Key("severity", keyed.priority, _OTHERS),
    "status": Key("labels", keyed.status, _OTHERS),
    "labels": Key("labels", keyed.labels, _GUESS),
    "falsePositive": Key("labels", keyed.false_positive, _GUESS),
    "batch": Key(None, keyed.text, _OTHERS),
    "interest": Key(None, keyed.text, _OTHERS),
    "comments": Key(None, keyed.text, _VENDOR),
}
"""Key of the document to what becomes of it."""


def is_rest(record: Mapping[str, Any]) -> bool:
    """Return whether an object is a document of the API."""
    return "type" in record and (
        "time" in record or "nfSource" in record or isinstance(record.get("source"), Mapping)
    )


def read_rest(record: Mapping[str, Any], *, zone: tzinfo) -> tuple[Event, tuple[str, ...]]:
    """Return the event of one document, and the keys that were not used.

    Raises
    ------
    EventError
        It is no event.
    """
    return keyed.read_keys(record, KEYS, zone)

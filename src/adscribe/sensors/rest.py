"""Flowmon ADS REST API: an event as one document (assumed, see ``flowmon/api.yaml``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import Any

from adscribe.event import Event
from adscribe.sensors import keyed
from adscribe.sensors.flowmon import api
from adscribe.sensors.flowmon.api import EventKey
from adscribe.sensors.keyed import Key

_READERS: Mapping[EventKey, tuple[str | None, Callable[[Any, tzinfo], Any]]] = {
    "external_id": ("external_id", keyed.text),
    "method": ("method", keyed.text),
    "submethod": ("submethod", keyed.text),
    "instance": ("instance", keyed.by_name),
    "detected_at": ("detected_at", keyed.moment),
    "first_flow_at": ("first_flow_at", keyed.moment),
    "updated_at": ("updated_at", keyed.moment),
    "source": ("source", keyed.endpoint),
    "mac": ("mac", keyed.text),
    "user": ("user", keyed.text),
    "targets": ("targets", keyed.endpoints),
    "description": ("description", keyed.detail),
    "data_feed": ("data_feed", keyed.named),
    "perspective": ("perspective", keyed.first_named),
    "severity": ("severity", keyed.priority),
    "status": ("labels", keyed.status),
    "labels": ("labels", keyed.labels),
    "false_positive": ("labels", keyed.false_positive),
    "unused": (None, keyed.text),
}


def keys(entries: api.Entries) -> Mapping[str, Key]:
    """Return what becomes of each key of a document, as a mapping of the API says."""
    return {
        path[-1]: Key(*_READERS[entry.value], entry.source)
        for path, entry in entries.items()
        if path[:2] == ("events", "fields") and entry.value is not None
    }


KEYS = keys(api.shipped()[1])
"""Key of the document to what becomes of it; a sensor that names them otherwise has others."""


def is_rest(record: Mapping[str, Any]) -> bool:
    """Return whether an object is a document of the API."""
    return "type" in record and (
        "time" in record or "nfSource" in record or isinstance(record.get("source"), Mapping)
    )


def read_rest(
    record: Mapping[str, Any], *, zone: tzinfo, keys: Mapping[str, Key] = KEYS
) -> tuple[Event, tuple[str, ...]]:
    """Return the event of one document, and the keys that were not used.

    Raises
    ------
    EventError
        It is no event.
    """
    return keyed.read_keys(record, keys, zone)

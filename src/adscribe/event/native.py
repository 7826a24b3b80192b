"""adscribe's own form of an event: a JSON object, described in ``docs/sensors/formats.md``.

Only ``method``, ``source.ip`` and ``detected_at`` are required. What can't be
misunderstood is taken (an address instead of an object, a number as a string); what could
is refused with a JSON pointer. Keys that the form doesn't have are named, not refused, so
that a newer sender can talk to an older reader.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Any, cast, get_args

import msgspec

from adscribe.event import checks
from adscribe.event.model import Direction, Event, Severity, Source, Target

SEVERITIES: tuple[Severity, ...] = get_args(Severity)
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
PORT = 65_535
PROTOCOL = 255

_KEYS = frozenset(Event.__struct_fields__)
_SOURCE_KEYS = frozenset(Source.__struct_fields__)
_TARGET_KEYS = frozenset(Target.__struct_fields__)


def to_native(event: Event) -> dict[str, Any]:
    """Return an event as plain dicts and lists, as it stands in JSON; what isn't known is left out."""
    record: dict[str, Any] = msgspec.to_builtins(event)
    for key in ("targets", "labels", "ports", "protocols"):
        if key in record:
            record[key] = list(record[key])
    return record


def from_native(record: Mapping[str, Any], *, zone: tzinfo) -> tuple[Event, tuple[str, ...]]:
    """Return the event that a native record describes, and the keys that the form doesn't have.

    Parameters
    ----------
    record : mapping
        The record. Times may be texts or datetimes.
    zone : tzinfo
        Zone of times that don't name theirs.

    Raises
    ------
    EventError
        With a JSON pointer to what is wrong.
    """
    ignored = dict.fromkeys(str(key) for key in record if key not in _KEYS)
    get = record.get
    method = checks.text(get("method"), "/method")
    if method is None:
        raise checks.error("/method", "no method", "give the code of the detection method, such as SCANS")
    source = _source(get("source"), ignored)
    detected_at = checks.moment(get("detected_at"), "/detected_at", zone)
    if detected_at is None:
        raise checks.error("/detected_at", "no time of detection", "give it as ISO 8601")
    count = get("target_count")
    event = Event(
        method=method,
        source=source,
        detected_at=detected_at,
        submethod=checks.text(get("submethod"), "/submethod"),
        targets=_targets(get("targets"), ignored),
        target_count=None if count is None else checks.whole(count, "/target_count"),
        first_flow_at=checks.moment(get("first_flow_at"), "/first_flow_at", zone),
        updated_at=checks.moment(get("updated_at"), "/updated_at", zone),
        instance=checks.name(get("instance"), "/instance"),
        data_feed=checks.name(get("data_feed"), "/data_feed"),
        perspective=checks.name(get("perspective"), "/perspective"),
        external_id=checks.name(get("external_id"), "/external_id"),
        sensor=checks.text(get("sensor"), "/sensor"),
        severity=cast("Severity | None", checks.one_of(get("severity"), "/severity", SEVERITIES)),
        direction=cast("Direction | None", checks.one_of(get("direction"), "/direction", DIRECTIONS)),
        success=checks.flag(get("success"), "/success"),
        labels=_labels(get("labels")),
        characteristics=checks.characteristics(get("characteristics"), "/characteristics"),
        ports=checks.numbers(get("ports"), "/ports", most=PORT),
        protocols=checks.numbers(get("protocols"), "/protocols", most=PROTOCOL),
        description=checks.text(get("description"), "/description", limit=checks.DESCRIPTION_LENGTH),
    )
    return event, tuple(ignored)


def _source(value: Any, ignored: dict[str, None]) -> Source:
    if isinstance(value, str):
        return Source(ip=checks.ip(value, "/source"))
    if not isinstance(value, Mapping):
        raise checks.error("/source", "no source", 'give {"ip": …}')
    ignored.update(dict.fromkeys(f"source/{key}" for key in value if key not in _SOURCE_KEYS))
    user = checks.text(value.get("user"), "/source/user")
    return Source(
        ip=checks.ip(value.get("ip"), "/source/ip"),
        mac=checks.text(value.get("mac"), "/source/mac"),
        hostname=checks.text(value.get("hostname"), "/source/hostname"),
        user=None if user == "n/a" else user,
        country=checks.text(value.get("country"), "/source/country"),
    )


def _targets(value: Any, ignored: dict[str, None]) -> tuple[Target, ...]:
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise checks.error("/targets", "not a list", "give a list of addresses or of objects with an ip")
    if len(value) > checks.TARGETS:
        raise checks.error(
            "/targets", f"more than {checks.TARGETS:,} targets", "give the first of them and target_count"
        )
    return checks.distinct(_target(item, f"/targets/{index}", ignored) for index, item in enumerate(value))


def _target(value: Any, pointer: str, ignored: dict[str, None]) -> Target:
    if isinstance(value, str):
        return Target(ip=checks.ip(value, pointer))
    if not isinstance(value, Mapping):
        raise checks.error(pointer, "no target", 'give an address or {"ip": …}')
    ignored.update(dict.fromkeys(f"targets/{key}" for key in value if key not in _TARGET_KEYS))
    sent, received = value.get("sent_bytes"), value.get("received_bytes")
    return Target(
        ip=checks.ip(value.get("ip"), f"{pointer}/ip"),
        hostname=checks.text(value.get("hostname"), f"{pointer}/hostname"),
        country=checks.text(value.get("country"), f"{pointer}/country"),
        sent_bytes=None if sent is None else checks.whole(sent, f"{pointer}/sent_bytes"),
        received_bytes=None if received is None else checks.whole(received, f"{pointer}/received_bytes"),
    )


def _labels(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise checks.error("/labels", "not a list", "give a list of strings")
    if len(value) > checks.LABELS:
        raise checks.error("/labels", f"more than {checks.LABELS} labels")
    return tuple(_present(checks.text(label, f"/labels/{index}") for index, label in enumerate(value)))


def _present(labels: Iterable[str | None]) -> dict[str, None]:
    return dict.fromkeys(label for label in labels if label is not None)

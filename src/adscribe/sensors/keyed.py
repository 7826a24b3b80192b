"""JSON objects of Flowmon ADS, read by a table that says which key means what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from adscribe.errors import EventError, Place
from adscribe.event import Event, Severity, Source, Target, checks
from adscribe.event.native import SEVERITIES
from adscribe.sensors import fields
from adscribe.sensors.cef import SENSOR

FALSE_POSITIVE = "False positive"
"""The label that the sensor gives an event that is one."""


@dataclass(frozen=True, slots=True)
class Key:
    """What becomes of one key.

    Attributes
    ----------
    field : str or None
        Field of the event, or ``mac``, ``user`` of its source; ``None`` for what an event has no place for.
    value : callable
        From the value and the zone of times to the field's value.
    basis : str
        Where the key is known from.
    """

    field: str | None
    value: Callable[[Any, tzinfo], Any]
    basis: str


_NEEDED = frozenset({"method", "source", "detected_at", "first_flow_at", "targets", "description"})


def read_keys(
    record: Mapping[str, Any], keys: Mapping[str, Key], zone: tzinfo
) -> tuple[Event, tuple[str, ...]]:
    """Return the event of an object, with its detail as description, and the keys that were not used.

    Raises
    ------
    EventError
        What an event needs is missing or can't be read, with a JSON pointer.
    """
    found: dict[str, Any] = {}
    ignored: dict[str, None] = {}
    for name, given in record.items():
        key = keys.get(name)
        if key is None:
            ignored[str(name)] = None
        elif key.field is not None and given is not None:
            try:
                value = key.value(given, zone)
            except EventError as error:
                if key.field in _NEEDED:
                    pointer = checks.step(name) + (error.place.pointer or "")
                    raise EventError(error.message, place=Place(pointer=pointer), hint=error.hint) from None
                ignored[name] = None
                continue
            if key.field == "labels":
                value = tuple(dict.fromkeys((*found.get("labels", ()), *value)))
            if value is not None:
                found[key.field] = value
    for field in ("method", "source", "detected_at"):
        if field not in found:
            name = next(name for name, key in keys.items() if key.field == field)
            raise checks.error(checks.step(name), f"no {field.replace('_', ' ')}")
    source: Source = found.pop("source")
    found["source"] = Source(
        ip=source.ip,
        hostname=source.hostname,
        country=source.country,
        mac=found.pop("mac", None),
        user=found.pop("user", None),
    )
    found["targets"], found["target_count"] = fields.targets(found.get("targets", ()))
    return Event(sensor=SENSOR, **found), tuple(ignored)


def text(value: Any, _: tzinfo) -> str | None:
    """Read a text, or a number that stands for one; ``n/a`` is none."""
    content = checks.name(value, "")
    return None if content is None else fields.present(content)


def detail(value: Any, _: tzinfo) -> str | None:
    """Read the detail."""
    return checks.text(value, "", limit=checks.DESCRIPTION_LENGTH)


def moment(value: Any, zone: tzinfo) -> datetime:
    """Read a time."""
    return fields.moment(value, "this", zone)


def endpoint(value: Any, zone: tzinfo) -> Source:
    """Read the source: an address, or an object with one, a resolved name and a country."""
    if not isinstance(value, Mapping):
        return Source(ip=fields.source_ip(value))
    try:
        address = checks.ip(value.get("ip"), "/ip")
    except EventError as error:
        raise EventError("the source is no address", place=error.place) from None
    return Source(
        ip=address,
        hostname=_optional(value.get("resolved"), zone),
        country=_country(value.get("country")),
    )


def endpoints(value: Any, zone: tzinfo) -> tuple[Target, ...]:
    """Read the targets: a comma list, or a list of addresses or objects."""
    if isinstance(value, str):
        return tuple(fields.listed_targets(value))
    if not isinstance(value, list | tuple):
        raise EventError("neither a list nor a text")
    return tuple(_endpoints(value, zone))


def named(value: Any, zone: tzinfo) -> str | None:
    """Read what has an id and a name: the id, as in the syslog form."""
    if isinstance(value, Mapping):
        return text(value.get("id"), zone) or text(value.get("name"), zone)
    return text(value, zone)


def by_name(value: Any, zone: tzinfo) -> str | None:
    """Read what has an id and a name: the name, as in the syslog form."""
    if isinstance(value, Mapping):
        return text(value.get("name"), zone) or text(value.get("id"), zone)
    return text(value, zone)


def first_named(value: Any, zone: tzinfo) -> str | None:
    """Read the first of a list of what has an id."""
    if isinstance(value, list | tuple):
        return named(value[0], zone) if value else None
    return named(value, zone)


def priority(value: Any, _: tzinfo) -> Severity | None:
    """Read a priority: its name, or 1 (informational) to 5 (critical)."""
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= len(SEVERITIES):
        return SEVERITIES[value - 1]
    content = checks.text(value, "")
    if content is None:
        return None
    severity = fields.priority(content)
    if severity is None:
        raise EventError("no priority")
    return severity


def labels(value: Any, zone: tzinfo) -> tuple[str, ...]:
    """Read labels: a list of texts or of objects with a name."""
    if not isinstance(value, list | tuple) or len(value) > checks.LABELS:
        raise EventError("no list of labels")
    names = (text(item.get("name") if isinstance(item, Mapping) else item, zone) for item in value)
    return tuple(name for name in names if name is not None)


def false_positive(value: Any, _: tzinfo) -> tuple[str, ...]:
    """Read a flag that says whether the event is a false positive."""
    if not isinstance(value, bool | int):
        raise EventError("no flag")
    return (FALSE_POSITIVE,) if value else ()


def status(value: Any, _: tzinfo) -> tuple[str, ...]:
    """Read a status, of which only ``false_positive`` is kept."""
    return (FALSE_POSITIVE,) if value == "false_positive" else ()


def _endpoints(values: list[Any] | tuple[Any, ...], zone: tzinfo) -> Iterator[Target]:
    for index, value in enumerate(values):
        if not isinstance(value, Mapping):
            yield fields.target(value)
            continue
        try:
            address = checks.ip(value.get("ip"), f"/{index}/ip")
        except EventError as error:
            raise EventError("a target is no address", place=error.place) from None
        yield Target(
            ip=address,
            hostname=_optional(value.get("resolved"), zone),
            country=_country(value.get("country")),
        )


def _optional(value: Any, zone: tzinfo) -> str | None:
    return text(value, zone) if isinstance(value, str) else None


def _country(value: Any) -> str | None:
    """Return an ISO 3166 code; the API also says ``LAN``, which is no country."""
    return (
        value if isinstance(value, str) and len(value) == 2 and value.isascii() and value.isalpha() else None
    )

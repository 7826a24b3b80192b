"""Values of an event as they come from outside: taken where the meaning is plain, refused where it isn't.

Every check names its place by a JSON pointer (RFC 6901) and never repeats the value, since
errors end up in logs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from adscribe.errors import EventError, Place
from adscribe.event.address import canonical
from adscribe.event.model import Target, Value

TEXT_LENGTH = 1_000
"""Most characters of a name, a code or an id."""
DESCRIPTION_LENGTH = 32_768
"""Most characters of the detail."""
CHARACTERISTIC_LENGTH = 4_096
"""Most characters of one characteristic that is a text."""
CHARACTERISTICS = 200
"""Most characteristics of an event."""
ADDRESS_LENGTH = 100
"""Most characters of an address, the zone of a link included."""
TARGETS = 10_000
"""Most targets of an event."""
LABELS = 100
"""Most labels of an event."""
WHOLE = 2**64 - 1
"""Largest number: what counters of 64 bits hold."""

EARLIEST, LATEST = 1970, 9000
"""Years that a report can be of."""


def error(pointer: str, message: str, hint: str | None = None) -> EventError:
    """Return the error for a place in a record."""
    return EventError(message, place=Place(pointer=pointer), hint=hint)


def step(key: str) -> str:
    """Return a key as one step of a JSON pointer.

    Examples
    --------
    >>> step("a/b")
    '/a~1b'
    """
    return "/" + key.replace("~", "~0").replace("/", "~1")


def text(value: Any, pointer: str, *, limit: int = TEXT_LENGTH) -> str | None:
    """Return a text that any store and encoding can hold; ``None`` for nothing and blanks."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise error(pointer, "not a text", "give a string")
    if len(value) > limit:
        raise error(pointer, f"text is longer than {limit:,} characters")
    if "\0" in value:
        value = value.replace("\0", "")
    if not value.isascii():
        value = value.encode("utf-8", "replace").decode("utf-8")
    return value if value.strip() else None


def name(value: Any, pointer: str) -> str | None:
    """Return a text that some sensors give as a number, such as the id of a data feed."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= WHOLE:
        return str(value)
    return text(value, pointer)


def whole(value: Any, pointer: str, *, most: int = WHOLE) -> int:
    """Return a count: a whole number of at least 0."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # JSON has one kind of number
    if not isinstance(value, int) or isinstance(value, bool):
        raise error(pointer, "not a whole number", "give an integer without quotes")
    if not 0 <= value <= most:
        raise error(pointer, f"not between 0 and {most:,}")
    return value


def numbers(value: Any, pointer: str, *, most: int) -> tuple[int, ...]:
    """Return distinct numbers such as ports, given as integers or as numeric strings."""
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise error(pointer, "not a list", "give a list of integers")
    found: dict[int, None] = {}
    for index, item in enumerate(value):
        if isinstance(item, str) and item.isascii() and item.isdigit() and len(item) <= len(str(most)):
            item = int(item)  # noqa: PLW2901
        found[whole(item, f"{pointer}/{index}", most=most)] = None
    return tuple(found)


def flag(value: Any, pointer: str) -> bool | None:
    """Return true, false or not known."""
    if value is None or isinstance(value, bool):
        return value
    raise error(pointer, "not true, false or null", "leave it out where it isn't known")


def one_of(value: Any, pointer: str, allowed: Iterable[str]) -> str | None:
    """Return one of some words, whatever their case; ``None`` for nothing."""
    word = text(value, pointer)
    if word is None:
        return None
    if word.lower() not in allowed:
        raise error(pointer, "unknown value", f"one of {', '.join(allowed)}, or leave it out")
    return word.lower()


def ip(value: Any, pointer: str) -> str:
    """Return an address in its canonical text."""
    hint = "give one IPv4 or IPv6 address as a string"
    if not isinstance(value, str) or len(value) > ADDRESS_LENGTH:
        raise error(pointer, "no address", hint)
    try:
        return canonical(value)
    except ValueError:
        raise error(pointer, "no address", hint) from None


def moment(value: Any, pointer: str, zone: tzinfo) -> datetime | None:
    """Return a time in UTC, from ISO 8601 text or a datetime; without a zone it is taken in `zone`."""
    if value is None:
        return None
    hint = "give a date and time as ISO 8601, such as 2026-11-03T15:12:10Z"
    if isinstance(value, str):
        try:
            at = datetime.fromisoformat(value.strip())
        except ValueError:
            raise error(pointer, "no time", hint) from None
        if ":" not in value and "T" not in value:
            raise error(pointer, "a date without a time", hint)
    elif isinstance(value, datetime):
        at = value
    else:
        raise error(pointer, "no time", hint)
    return utc(at, pointer, zone)


def utc(at: datetime, pointer: str, zone: tzinfo) -> datetime:
    """Return a time in UTC; without a zone it is taken in `zone`."""
    # Far enough from the ends of the calendar that a window around it stays within.
    if not EARLIEST <= at.year <= LATEST:
        raise error(pointer, f"a time before {EARLIEST} or after {LATEST}")
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def characteristics(value: Any, pointer: str) -> dict[str, Value]:
    """Return the characteristics: names to texts, numbers and flags; what is null is not known."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise error(pointer, "not an object", "give names and values")
    if len(value) > CHARACTERISTICS:
        raise error(pointer, f"more than {CHARACTERISTICS} characteristics")
    found: dict[str, Value] = {}
    for key, item in value.items():
        if text(key, pointer) is None:
            raise error(pointer, "a characteristic without a name")
        place = pointer + step(key)
        match item:
            case None:
                continue
            case str():
                content = text(item, place, limit=CHARACTERISTIC_LENGTH)
                if content is not None:
                    found[key] = content
            case bool():
                found[key] = item
            case float() if not math.isfinite(item):
                raise error(place, "not a finite number")
            case int() if abs(item) > WHOLE:
                raise error(place, "a number beyond 64 bits")
            case int() | float():
                found[key] = item
            case _:
                raise error(place, "neither text, number nor flag", "give one value a name, nothing nested")
    return found


def distinct(targets: Iterable[Target]) -> tuple[Target, ...]:
    """Return each address once, in first order, with the first value known of everything."""
    found: dict[str, Target] = {}
    for target in targets:
        known = found.get(target.ip)
        found[target.ip] = target if known is None else _joined(known, target)
    return tuple(found.values())


def _joined(first: Target, second: Target) -> Target:
    return (
        first
        if first == second
        else Target(
            **{
                field: getattr(second, field) if getattr(first, field) is None else getattr(first, field)
                for field in Target.__struct_fields__
            }
        )
    )

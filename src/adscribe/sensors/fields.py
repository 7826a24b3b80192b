"""Values as Flowmon ADS writes them, whatever the envelope: times, lists, priorities, names.

What an event can't do without (method, source, time of detection) is an error when it is
missing or broken. What is only nice to have becomes unknown, and its name goes to the
ignored ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, tzinfo
from typing import Any

from adscribe.errors import EventError
from adscribe.event import Severity, Target, checks
from adscribe.event.native import PORT, PROTOCOL, SEVERITIES
from adscribe.sensors.flowmon.names import find_method

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED_TIME = re.compile(r"([A-Za-z]{3}) {1,2}(\d{1,2}) (\d{4}) (\d{2}):(\d{2}):(\d{2})", re.ASCII)
_UNIX_TIME = re.compile(r"\d{9,10}(?:\.\d{1,9})?", re.ASCII)
_UNIX_MILLISECONDS = re.compile(r"\d{13}", re.ASCII)

PROTOCOL_NUMBERS = {
    "icmp": 1,
    "igmp": 2,
    "tcp": 6,
    "udp": 17,
    "gre": 47,
    "esp": 50,
    "icmpv6": 58,
    "sctp": 132,
}
"""IANA numbers of the protocols that a column may name instead."""


def present(value: str) -> str | None:
    """Return a text column: ``None`` for blanks and for ``n/a``."""
    content = checks.text(value.strip(), "")
    return None if content == "n/a" else content


def calendar(year: int, month: str, day: str, clock: Iterable[str]) -> datetime:
    """Return a time from an English name of a month and digits.

    Raises
    ------
    ValueError
        There is no such month, day or time.
    """
    hour, minute, second = (int(part) for part in clock)
    return datetime(year, _MONTHS.index(month.lower()) + 1, int(day), hour, minute, second)


def moment(value: Any, what: str, zone: tzinfo) -> datetime:
    """Return a time in UTC from any of the sensor's forms.

    Parameters
    ----------
    value : str, int or float
        ``Nov 03 2025 15:12:10``, ``2025-11-03 15:12:10``, ISO 8601, or Unix time in seconds
        (milliseconds with 13 digits).
    what : str
        What it is the time of, for the error.
    zone : tzinfo
        Zone of a text that doesn't name its own.

    Raises
    ------
    EventError
        It is none of them.
    """
    try:
        content = str(value).strip() if isinstance(value, str | int | float) else ""
        if found := _NAMED_TIME.fullmatch(content):
            month, day, year, *clock = found.groups()
            return checks.utc(calendar(int(year), month, day, clock), "", zone)
        if _UNIX_TIME.fullmatch(content):
            return datetime.fromtimestamp(float(content), UTC)
        if _UNIX_MILLISECONDS.fullmatch(content):
            return datetime.fromtimestamp(int(content) / 1000, UTC)
        if at := checks.moment(content, "", zone):
            return at
    except (ValueError, OverflowError, OSError, EventError):
        pass
    raise EventError(f"{what} is no time that this form has")


def source_ip(value: Any) -> str:
    """Return the address of the source."""
    try:
        return checks.ip(value, "")
    except EventError:
        raise EventError("the source is no address") from None


def targets(values: Iterable[Target]) -> tuple[tuple[Target, ...], int | None]:
    """Return the distinct targets, and how many there are when they are more than an event holds."""
    found = checks.distinct(values)
    if len(found) <= checks.TARGETS:
        return found, None
    return found[: checks.TARGETS], len(found)


def listed_targets(value: str) -> Iterator[Target]:
    """Return the targets of a comma list; a list that was cut ends in ``...``."""
    for item in value.split(","):
        address = item.strip()
        if address and address != "...":
            yield target(address)


def target(value: Any) -> Target:
    """Return a target from its address."""
    try:
        return Target(ip=checks.ip(value, ""))
    except EventError:
        raise EventError("a target is no address") from None


def listed_numbers(value: str, most: int) -> tuple[int, ...] | None:
    """Return the numbers of a comma list, protocols also by name; ``None`` when one is neither."""
    found: dict[int, None] = {}
    for item in value.split(","):
        word = item.strip()
        if not word:
            continue
        number = PROTOCOL_NUMBERS.get(word.lower()) if most == PROTOCOL else None
        if number is None and word.isascii() and word.isdigit() and len(word) <= 5 and int(word) <= most:
            number = int(word)
        if number is None:
            return None
        found[number] = None
    return tuple(found)


def ports(value: str) -> tuple[int, ...] | None:
    """Return the ports of a comma list; ``None`` when it is none."""
    return listed_numbers(value, PORT)


def protocols(value: str) -> tuple[int, ...] | None:
    """Return the protocols of a comma list; ``None`` when it is none."""
    return listed_numbers(value, PROTOCOL)


def priority(value: str) -> Severity | None:
    """Return the severity that the name of a priority stands for; ``None`` when it is none."""
    word = value.strip().lower()
    return next((severity for severity in SEVERITIES if severity == word), None)


def is_address(value: str) -> bool:
    """Return whether a text is an address."""
    try:
        checks.ip(value, "")
    except EventError:
        return False
    return True


def is_submethod(method: str, value: str) -> bool:
    """Return whether a method is known to have such a submethod, in any version."""
    known, _ = find_method(method)
    return value in known.submethods or value in known.former

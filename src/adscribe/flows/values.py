"""Values of a flow record as the tools write them.

A value that can't be read raises ``ValueError`` with what is expected; never the value itself.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, tzinfo

from adscribe.event.address import canonical
from adscribe.flows.flow import ACK, FIN, ICMP, ICMP6, PSH, RST, SYN, TCP, UDP, URG

LATEST = 221_845_392_000.0
"""The year 9000 in seconds since 1970: later times are no times."""
MOST = 2**63 - 1
"""Largest count of packets or bytes."""
NAME_LENGTH = 255
"""Most characters of a name, a service or a label."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PROTOCOLS = {"tcp": TCP, "udp": UDP, "icmp": ICMP, "icmp6": ICMP6, "ipv6-icmp": ICMP6, "icmpv6": ICMP6}
_NAMED = {"igmp": 2, "ipv6": 41, "rsvp": 46, "gre": 47, "esp": 50, "ah": 51, "ospf": 89, "sctp": 132}
_FLAGS = {"F": FIN, "S": SYN, "R": RST, "P": PSH, "A": ACK, "U": URG}
_DAY_FIRST = ("%d/%m/%Y %I:%M:%S %p", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M")
_UNSET = ("", "-", "(empty)")


def address(text: str) -> str:
    """Return an address in its canonical text."""
    try:
        return canonical(text)
    except ValueError:
        raise ValueError("an address was expected") from None


def seconds(text: str) -> float:
    """Return seconds since 1970."""
    try:
        value = float(text)
    except ValueError:
        raise ValueError("seconds were expected") from None
    if not 0.0 <= value <= LATEST:
        raise ValueError("seconds since 1970 were expected")
    return value


def timestamp(text: str) -> float:
    """Return seconds since 1970, given as such or as ISO 8601."""
    return moment(text, UTC) if "T" in text else seconds(text)


def duration(text: str) -> float:
    """Return a duration in seconds; nothing is no time."""
    if text in _UNSET:
        return 0.0
    try:
        value = float(text)
    except ValueError:
        raise ValueError("a duration in seconds was expected") from None
    if not 0.0 <= value <= LATEST:
        raise ValueError("a duration in seconds was expected")
    return value


def moment(text: str, zone: tzinfo) -> float:
    """Return a date and time as seconds since 1970; ISO order, or day first with slashes."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        at = _day_first(text.strip())
    value = ((at if at.tzinfo else at.replace(tzinfo=zone)) - _EPOCH).total_seconds()
    if not 0.0 <= value <= LATEST:
        raise ValueError("a time since 1970 was expected")
    return value


def _day_first(text: str) -> datetime:
    for form in _DAY_FIRST:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    raise ValueError("a date and time was expected")


def count(text: str) -> int:
    """Return a count; nothing is none, and some tools write whole numbers with a point."""
    if text in _UNSET:
        return 0
    try:
        value = int(text)
    except ValueError:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not number.is_integer():
            raise ValueError("a whole number was expected") from None
        value = int(number)
    if not 0 <= value <= MOST:
        raise ValueError("a count was expected")
    return value


def port(text: str) -> int:
    """Return a port."""
    value = count(text)
    if value > 65_535:
        raise ValueError("a port was expected")
    return value


def icmp(text: str) -> tuple[int, int]:
    """Return type and code as nfdump writes them in place of a port: ``8.0``, or in one number."""
    kind, dot, code = text.partition(".")
    if dot:
        return port(kind) & 0xFF, port(code) & 0xFF
    both = port(text)
    return both >> 8, both & 0xFF


def protocol(text: str) -> int:
    """Return a protocol's number from its name or number."""
    known = _PROTOCOLS.get(text)
    if known is not None:
        return known
    word = text.strip().lower()
    if word.isascii() and word.isdigit() and len(word) <= 3 and int(word) <= 255:
        return int(word)
    if word in _PROTOCOLS:
        return _PROTOCOLS[word]
    if word in _NAMED:
        return _NAMED[word]
    raise ValueError("a protocol was expected")


def flags(text: str) -> int | None:
    """Return TCP flags from letters such as ``.AP.SF``, or from a hexadecimal number."""
    word = text.strip()
    if not word:
        return None
    if word[:2] in ("0x", "0X"):
        try:
            return int(word, 16) & 0x3F
        except ValueError:
            raise ValueError("TCP flags were expected") from None
    found = 0
    for letter in word.upper()[:16]:
        found |= _FLAGS.get(letter, 0)
    return found


def word(text: str) -> str | None:
    """Return a name, a service or a label; ``None`` for what stands for nothing."""
    return None if text in _UNSET else text[:NAME_LENGTH]


def host(text: str) -> str | None:
    """Return a host's name, without a port; ``None`` for an address, which is no name."""
    name = word(text)
    if name is None or name.startswith("["):
        return None
    name = name.partition(":")[0].rstrip(".")
    return None if not name or name.replace(".", "").isdigit() else name

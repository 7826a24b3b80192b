"""What can be asked of stored events: each field of a `Filter` is a parameter of the API and of commands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, get_args

import msgspec

from adscribe.answer.assignment import Basis, Reason
from adscribe.errors import AdscribeError
from adscribe.event.address import parse
from adscribe.event.checks import TEXT_LENGTH
from adscribe.event.native import SEVERITIES
from adscribe.store.words import MOST_WORDS, asked

MOST_VALUES = 20
"""Values that one field can have; an event has one of them."""

NONE = "none"
"""Stands for a severity that wasn't reported."""


class FilterError(AdscribeError):
    """A value that no event can have.

    Attributes
    ----------
    field : str
        Of the filter.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field} {message}")
        self.field = field
        self.detail = message


class Filter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which events are meant: those that meet every field; of several values of a field one.

    Attributes
    ----------
    since, until : datetime or None
        Detected then or later, and before then.
    method, submethod, data_feed : tuple of str
        As reported.
    source, target, address : tuple of str
        Addresses or ranges (CIDR) of the source, of a target, of either.
    host : tuple of str
        Host names of the source or of a target; case doesn't count.
    tactic : tuple of str
        Short names of tactics, whichever domain they are of.
    technique : tuple of str
        Ids; a technique includes what is below it.
    reason, basis : tuple of str
        Why there is no category, and what that rests on.
    severity : tuple of str
        ``none`` for events without one.
    reviewed : bool or None
        Whether an analyst has judged the event.
    text : str or None
        Words that the event's codes, names, labels and description hold, all of them, in any order.
    """

    since: datetime | None = None
    until: datetime | None = None
    method: tuple[str, ...] = ()
    submethod: tuple[str, ...] = ()
    data_feed: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    address: tuple[str, ...] = ()
    host: tuple[str, ...] = ()
    tactic: tuple[str, ...] = ()
    technique: tuple[str, ...] = ()
    reason: tuple[str, ...] = ()
    basis: tuple[str, ...] = ()
    severity: tuple[str, ...] = ()
    reviewed: bool | None = None
    text: str | None = None


FIELDS = Filter.__struct_fields__


def read_filter(given: Iterable[tuple[str, str]]) -> Filter:
    """Return the filter that names and values stand for.

    Parameters
    ----------
    given : iterable of pairs of str
        Names are `FIELDS`; one that takes several values may come again.

    Raises
    ------
    FilterError
        A name that isn't known, a value that can't be, or too many.

    Examples
    --------
    >>> read_filter([("method", "SCANS"), ("source", "10.0.0.0/8")])
    Filter(method=('SCANS',), source=('10.0.0.0/8',))
    """
    single: dict[str, Any] = {}
    several: dict[str, list[str]] = {}
    for name, value in given:
        if name not in _READERS:
            raise FilterError(name[:40], f"is not known; there are {', '.join(FIELDS)}")
        read = _READERS[name](name, value)
        if name in _SINGLE:
            if name in single:
                raise FilterError(name, "is given more than once")
            single[name] = read
        else:
            values = several.setdefault(name, [])
            values.append(read)
            if len(values) > MOST_VALUES:
                raise FilterError(name, f"has more than {MOST_VALUES} values")
    found = Filter(**{**single, **{name: tuple(dict.fromkeys(values)) for name, values in several.items()}})
    if found.since and found.until and found.since >= found.until:
        raise FilterError("until", "must be later than since")
    return found


def network(text: str) -> IPv4Network | IPv6Network:
    """Return the range that an address or a CIDR notation names.

    Raises
    ------
    ValueError
        It names none.
    """
    head, slash, bits = text.strip().partition("/")
    address = parse(head)
    if not slash:
        return ip_network(address)
    if not re.fullmatch(r"\d{1,3}", bits, re.ASCII):
        raise ValueError("no number of bits")
    return ip_network(f"{address}/{int(bits)}", strict=False)


def _time(name: str, text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text[:40].strip())
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise FilterError(name, "must be a time such as 2026-11-03T15:00:00Z") from None


def _name(name: str, text: str) -> str:
    if not text or len(text) > TEXT_LENGTH:
        raise FilterError(name, f"must be a text of at most {TEXT_LENGTH} characters")
    return text


def _range(name: str, text: str) -> str:
    try:
        found = network(text[:100])
    except ValueError:
        raise FilterError(name, "must be an address or a range such as 10.0.0.0/8 or 2001:db8::/32") from None
    return str(found.network_address) if found.prefixlen == found.max_prefixlen else str(found)


def _matching(pattern: str, meaning: str) -> Callable[[str, str], str]:
    def read(name: str, text: str) -> str:
        if not re.fullmatch(pattern, text, re.ASCII):
            raise FilterError(name, f"must be {meaning}")
        return text

    return read


def _one_of(*words: str) -> Callable[[str, str], str]:
    def read(name: str, text: str) -> str:
        if text not in words:
            raise FilterError(name, f"must be one of {', '.join(words)}")
        return text

    return read


def _flag(name: str, text: str) -> bool:
    if text not in ("true", "false"):
        raise FilterError(name, "must be true or false")
    return text == "true"


def _text(name: str, text: str) -> str:
    text = _name(name, text)
    words, others = asked(text)
    if others or not words:
        raise FilterError(name, "must be words, each with a letter; for addresses there are other filters")
    if len(words) > MOST_WORDS:
        raise FilterError(name, f"has more than {MOST_WORDS} words")
    return text


_SINGLE = ("since", "until", "reviewed", "text")

_READERS: dict[str, Callable[[str, str], Any]] = {
    "since": _time,
    "until": _time,
    "method": _name,
    "submethod": _name,
    "data_feed": _name,
    "source": _range,
    "target": _range,
    "address": _range,
    "host": _name,
    "tactic": _matching(r"[a-z]+(?:-[a-z]+){0,6}", "the short name of a tactic, such as lateral-movement"),
    "technique": _matching(r"T\d{4}(?:\.\d{3})?", "the id of a technique, such as T1021 or T1021.004"),
    "reason": _one_of(*get_args(Reason)),
    "basis": _one_of(*get_args(Basis)),
    "severity": _one_of(*SEVERITIES, NONE),
    "reviewed": _flag,
    "text": _text,
}

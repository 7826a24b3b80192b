"""Types of columns that mean the same in every database: times, addresses, words, severities."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address
from typing import Any

from sqlalchemy import BigInteger, Integer, LargeBinary, SmallInteger, String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from adscribe.event.address import canonical, parse
from adscribe.event.native import SEVERITIES

WORD_LENGTH = 255
"""Characters that a column of words keeps; the event's own document has the rest."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MAPPED = bytes(10) + b"\xff\xff"

Key = BigInteger().with_variant(Integer, "sqlite")
"""Keys that the database gives; SQLite counts only what it calls INTEGER."""


def packed(address: str) -> bytes:
    """Return an address as 16 bytes that sort as addresses do, IPv4 within IPv6 (``::ffff:10.0.0.1``).

    Examples
    --------
    >>> packed("10.0.0.1").hex()
    '00000000000000000000ffff0a000001'
    """
    found = parse(address)
    return found.packed if isinstance(found, IPv6Address) else _MAPPED + found.packed


def unpacked(address: bytes) -> str:
    """Return the canonical text of an address.

    Examples
    --------
    >>> unpacked(packed("10.0.0.1"))
    '10.0.0.1'
    """
    return canonical(str(IPv6Address(address)))


def instant(kept: int) -> datetime:
    """Return the time that a column of `Instant` keeps."""
    return EPOCH + kept * _MICROSECOND


class Instant(TypeDecorator[datetime]):
    """A time as whole microseconds since 1970 in UTC: it sorts, and no database moves it to another zone."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Return what the database keeps."""
        return None if value is None else (value - EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return the time."""
        return None if value is None else instant(value)


class Address(TypeDecorator[str]):
    """An address, kept as `packed` bytes; compare with texts."""

    impl = LargeBinary(16)
    cache_ok = True

    def process_bind_param(self, value: str | bytes | None, dialect: Dialect) -> Any:
        """Return what the database keeps; bytes, such as the ends of a range, stay as they are."""
        return packed(value) if isinstance(value, str) else value

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Return the canonical text."""
        return None if value is None else unpacked(value)


class Word(TypeDecorator[str]):
    """A name or code, cut to what any database can index; what it is compared with is cut as well."""

    impl = String(WORD_LENGTH)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        """Return what the database keeps."""
        return None if value is None else value.replace("\0", "")[:WORD_LENGTH]


class HostName(Word):
    """A host's name, in small letters: case doesn't count."""

    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        """Return what the database keeps."""
        return super().process_bind_param(None if value is None else value.lower(), dialect)


class Rank(TypeDecorator[str]):
    """A severity, kept as its place in `SEVERITIES`, so that it sorts; -1 where there is none."""

    impl = SmallInteger
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        """Return what the database keeps."""
        return -1 if value is None else SEVERITIES.index(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Return the severity."""
        return None if value is None else severity(value)


def severity(rank: int) -> str | None:
    """Return the severity that a rank stands for."""
    return None if rank < 0 else SEVERITIES[rank]

"""Sets of IP addresses as sorted ranges, and their algebra."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from adscribe.event.address import Address, parse

Range = tuple[int, int]
"""First and last address of a range, as numbers."""

LAST_V4 = 2**32 - 1
LAST_V6 = 2**128 - 1


@dataclass(frozen=True, slots=True)
class AddressSet:
    """A set of IPv4 and IPv6 addresses.

    Sum is ``a | b``, difference ``a - b``, intersection ``a & b`` and inverse ``~a``; the
    inverse is taken within all addresses of both versions.

    Attributes
    ----------
    v4, v6 : tuple of (int, int)
        Ranges in order, neither overlapping nor adjacent: equal sets are equal objects.

    Examples
    --------
    >>> office = AddressSet.of(v4=[(10, 20), (21, 30)])
    >>> office.v4, "0.0.0.25" in office, "0.0.0.25" in ~office
    (((10, 30),), True, False)
    """

    v4: tuple[Range, ...] = ()
    v6: tuple[Range, ...] = ()

    @classmethod
    def of(cls, v4: Iterable[Range] = (), v6: Iterable[Range] = ()) -> AddressSet:
        """Return the set of ranges in any order, overlapping or not."""
        return cls(_merged(v4), _merged(v6))

    @classmethod
    def union(cls, sets: Iterable[AddressSet]) -> AddressSet:
        """Return the sum of any number of sets."""
        members = tuple(sets)
        return cls.of((r for s in members for r in s.v4), (r for s in members for r in s.v6))

    def __contains__(self, address: str | Address) -> bool:
        if isinstance(address, str):
            address = parse(address)
        if isinstance(address, IPv4Address):
            return _holds(self.v4, int(address), LAST_V4)
        return _holds(self.v6, int(address), LAST_V6)

    def __or__(self, other: AddressSet) -> AddressSet:
        return AddressSet.union((self, other))

    def __and__(self, other: AddressSet) -> AddressSet:
        return AddressSet(_common(self.v4, other.v4), _common(self.v6, other.v6))

    def __invert__(self) -> AddressSet:
        return AddressSet(_inverse(self.v4, LAST_V4), _inverse(self.v6, LAST_V6))

    def __sub__(self, other: AddressSet) -> AddressSet:
        return self & ~other

    def __bool__(self) -> bool:
        return bool(self.v4 or self.v6)

    @property
    def range_count(self) -> int:
        """How many ranges the set is made of."""
        return len(self.v4) + len(self.v6)


class AddressIndex:
    """Which of many sets an address lies in, found by one search.

    Parameters
    ----------
    sets : sequence of AddressSet
        Bit ``1 << i`` of an answer stands for the i-th.
    """

    def __init__(self, sets: Iterable[AddressSet]) -> None:
        members = tuple(sets)
        self._v4 = _steps(s.v4 for s in members)
        self._v6 = _steps(s.v6 for s in members)

    def lookup(self, address: IPv4Address | IPv6Address) -> int:
        """Return the bits of the sets that hold the address."""
        starts, bits = self._v4 if isinstance(address, IPv4Address) else self._v6
        return bits[bisect_right(starts, int(address)) - 1]


def _merged(ranges: Iterable[Range]) -> tuple[Range, ...]:
    merged: list[Range] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple(merged)


def _holds(ranges: tuple[Range, ...], value: int, last: int) -> bool:
    position = bisect_right(ranges, (value, last)) - 1
    return position >= 0 and value <= ranges[position][1]


def _common(left: tuple[Range, ...], right: tuple[Range, ...]) -> tuple[Range, ...]:
    found: list[Range] = []
    i = j = 0
    while i < len(left) and j < len(right):
        first, last = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if first <= last:
            found.append((first, last))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return tuple(found)


def _inverse(ranges: tuple[Range, ...], last: int) -> tuple[Range, ...]:
    gaps: list[Range] = []
    free = 0
    for start, end in ranges:
        if free < start:
            gaps.append((free, start - 1))
        free = end + 1
    if free <= last:
        gaps.append((free, last))
    return tuple(gaps)


def _steps(sets: Iterable[tuple[Range, ...]]) -> tuple[list[int], list[int]]:
    """Return the addresses at which membership changes, and the membership from there on."""
    changes: dict[int, int] = {0: 0}
    for position, ranges in enumerate(sets):
        bit = 1 << position
        for first, last in ranges:
            changes[first] = changes.get(first, 0) ^ bit
            changes[last + 1] = changes.get(last + 1, 0) ^ bit
    starts = sorted(changes)
    bits: list[int] = []
    held = 0
    for start in starts:
        held ^= changes[start]
        bits.append(held)
    return starts, bits

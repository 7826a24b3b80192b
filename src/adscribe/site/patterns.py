"""Address patterns, as filters of Flowmon write them.

One address, CIDR, a range ``a-b`` (IPv4 and IPv6), and for each part of an IPv4 address
``[1-10]``, ``{1,3,20}`` or ``*``. The syntax is that of the Flowmon ADS user guide (Filters).
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from itertools import product

from adscribe.site.addresses import AddressSet, Range

MAX_RANGES = 65_536
"""Most ranges that one pattern may stand for."""

_NUMBER = r"(?:0|[1-9][0-9]{0,2})"
_PART = re.compile(
    rf"(?P<one>{_NUMBER})|(?P<any>\*)|\[(?P<first>{_NUMBER})-(?P<last>{_NUMBER})\]"
    rf"|\{{(?P<list>{_NUMBER}(?:,{_NUMBER})*)\}}"
)


class PatternError(ValueError):
    """A text that is no address pattern. The message says why, without the text."""


def parse_pattern(text: str) -> AddressSet:
    """Return the addresses that a pattern stands for.

    Raises
    ------
    PatternError
        The text is no pattern, or stands for more than `MAX_RANGES` ranges.

    Examples
    --------
    >>> "192.168.3.2" in parse_pattern("192.168.{1,3}.[1-10]")
    True
    >>> "fd00::1" in parse_pattern("fd00::/64")
    True
    """
    if any(sign in text for sign in "[{*"):
        return AddressSet.of(v4=_expand(text))
    if "/" in text:
        return _network(text)
    first_text, dash, last_text = text.partition("-")
    first = _address(first_text)
    last = _address(last_text) if dash else first
    if isinstance(first, IPv4Address) != isinstance(last, IPv4Address):
        raise PatternError("a range from one IP version to the other")
    if int(first) > int(last):
        raise PatternError("a range that ends before it begins")
    return _set(isinstance(first, IPv4Address), (int(first), int(last)))


def _set(is_v4: bool, addresses: Range) -> AddressSet:
    return AddressSet(v4=(addresses,)) if is_v4 else AddressSet(v6=(addresses,))


def _address(text: str) -> IPv4Address | IPv6Address:
    try:
        address = ip_address(text)
    except ValueError:
        raise PatternError("not an address, CIDR, range or pattern such as 10.0.0.[1-10]") from None
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            raise PatternError("an address with a zone: leave out the % and what follows")
        if address.ipv4_mapped is not None:
            raise PatternError("an IPv4 address inside IPv6: write the IPv4 address")
    return address


def _network(text: str) -> AddressSet:
    base, _, length = text.partition("/")
    address = _address(base)
    if not (
        length.isascii() and length.isdigit() and len(length) <= 3 and int(length) <= address.max_prefixlen
    ):
        raise PatternError(f"a prefix length that is no number from 0 to {address.max_prefixlen}")
    network = ip_network(f"{address}/{length}", strict=False)
    if network.network_address != address:
        raise PatternError("a network with host bits set: write its first address, or drop the prefix length")
    return _set(address.version == 4, (int(network.network_address), int(network.broadcast_address)))


def _expand(text: str) -> list[Range]:
    """Return the ranges of an IPv4 pattern; parts behind the last that narrows are one range."""
    parts = [_part(part) for part in text.split(".", 4)]
    if len(parts) != 4:
        raise PatternError("a pattern that has not four parts")
    while len(parts) > 1 and parts[-1] == [(0, 255)]:
        parts.pop()
    *leading, narrowing = parts
    count = len(narrowing)
    for part in leading:
        count *= sum(last - first + 1 for first, last in part)
    if count > MAX_RANGES:
        raise PatternError(f"a pattern that stands for {count:,} ranges, more than {MAX_RANGES:,}")
    size = 256 ** (4 - len(parts))
    ranges = []
    for numbers in product(
        *([n for first, last in part for n in range(first, last + 1)] for part in leading)
    ):
        base = int.from_bytes(bytes(numbers), "big") * 256
        ranges += [((base + first) * size, (base + last + 1) * size - 1) for first, last in narrowing]
    return ranges


def _part(text: str) -> list[Range]:
    """Return the numbers that one part of an IPv4 address can be, as ranges."""
    match = _PART.fullmatch(text)
    if match is None:
        raise PatternError("a part that is no number from 0 to 255, [a-b], {a,b,c} or *")
    if match["any"]:
        return [(0, 255)]
    if match["first"]:
        ranges = [(int(match["first"]), int(match["last"]))]
    else:
        ranges = [(int(n), int(n)) for n in (match["one"] or match["list"]).split(",")]
    if any(last > 255 or first > last for first, last in ranges):
        raise PatternError("a part that is beyond 255 or ends before it begins")
    return list(AddressSet.of(v4=ranges).v4)

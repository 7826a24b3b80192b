"""Addresses in their one canonical text."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

Address = IPv4Address | IPv6Address


@lru_cache(maxsize=65_536)
def parse(text: str) -> Address:
    """Return the address that a text names.

    Parameters
    ----------
    text : str
        IPv4 or IPv6 address. An IPv4 address inside IPv6 (``::ffff:10.0.0.1``) is that IPv4
        address; a zone (``fe80::1%eth0``) names a link of the sensor and is dropped.

    Raises
    ------
    ValueError
        The text is no address.
    """
    address = ip_address(text.strip().partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


@lru_cache(maxsize=65_536)
def canonical(text: str) -> str:
    """Return the canonical text of an address.

    Examples
    --------
    >>> canonical("FD20:0B4A::0001")
    'fd20:b4a::1'
    """
    return str(parse(text))

"""What the site file says of an address, and of what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, ip_address, summarize_address_range

import msgspec

from adscribe.site import Site
from adscribe.site.addresses import AddressSet
from adscribe.site.decisions import Entry


class PlacedFilter(msgspec.Struct, frozen=True, kw_only=True):
    """A filter that an address lies in.

    Attributes
    ----------
    name : str
    range : str
        The part of the filter that holds the address.
    relational : bool
        Whether it is made of other filters.
    assigned_to : tuple of str
        Methods, or instances of them, that this filter is assigned to.
    """

    name: str
    range: str
    relational: bool
    assigned_to: tuple[str, ...]


class PlacedRole(msgspec.Struct, frozen=True, kw_only=True):
    """A role that an address has, and the filter that gives it."""

    role: str
    filter: str


class PlacedDecision(msgspec.Struct, frozen=True, kw_only=True):
    """A decision that an event of an address could meet.

    Attributes
    ----------
    kind : {"allowed", "forbidden", "known_cause"}
    line : int
        Of the site file.
    text : str
        What it says.
    as_source, as_target : bool
        Whether for events that come from the address, and for those that go to it. It may ask for more.
    expired : bool
        Whether it decides nothing any more.
    """

    kind: str
    line: int
    text: str
    as_source: bool
    as_target: bool
    expired: bool


class PlacedAddress(msgspec.Struct, frozen=True, kw_only=True):
    """What the site file says of an address.

    Attributes
    ----------
    ip : str
        The address.
    internal : bool
        Whether it belongs to the monitored network.
    internal_filter : str or None
        The filter that is the monitored network; ``None``: no site file says, private addresses are.
    filters : tuple of PlacedFilter
        In file order.
    roles : tuple of PlacedRole
    services : tuple of str
        Kinds of outside service that it is.
    decisions : tuple of PlacedDecision
        In file order.
    """

    ip: str
    internal: bool
    internal_filter: str | None
    filters: tuple[PlacedFilter, ...]
    roles: tuple[PlacedRole, ...]
    services: tuple[str, ...]
    decisions: tuple[PlacedDecision, ...]


def placed(site: Site, ip: str) -> PlacedAddress:
    """Return what a site says of an address.

    Raises
    ------
    ValueError
        The text is no address.
    """
    content = site.content
    names = site.filters_of(ip)
    return PlacedAddress(
        ip=ip,
        internal=site.is_internal(ip),
        internal_filter=content.internal_name,
        filters=tuple(
            PlacedFilter(
                name=name,
                range=_range(content.filters[name], ip),
                relational=name in content.relational,
                assigned_to=assigned_to(site, name),
            )
            for name in names
        ),
        roles=tuple(
            PlacedRole(role=role, filter=name) for role, name in content.roles.items() if name in names
        ),
        services=tuple(sorted(site.peer_kinds(ip, None) - site.roles(ip))),
        decisions=tuple(_decisions(site, ip)),
    )


def assigned_to(site: Site, name: str) -> tuple[str, ...]:
    """Return the methods that a filter is assigned to."""
    return tuple(
        method if instance is None else f"{method} ({instance})"
        for (method, instance), assigned in site.content.assigned.items()
        if assigned == name
    )


def ranges(addresses: AddressSet) -> Iterator[str]:
    """Yield the ranges of a set, as CIDR where they are."""
    for first, last in addresses.v4:
        yield _written(IPv4Address(first), IPv4Address(last))
    for first, last in addresses.v6:
        yield _written(IPv6Address(first), IPv6Address(last))


def expired(entry: Entry, now: datetime) -> bool:
    """Return whether a decision no longer holds."""
    return entry.validity.end is not None and entry.validity.end < now


def _decisions(site: Site, ip: str) -> Iterator[PlacedDecision]:
    content, now = site.content, datetime.now(UTC)
    for entry in (*content.allowed, *content.forbidden, *content.known_causes):
        as_source = entry.source is not None and ip in entry.source.addresses
        as_target = entry.target is not None and ip in entry.target.addresses
        if as_source or as_target:
            yield PlacedDecision(
                kind=entry.kind,
                line=entry.line,
                text=str(entry),
                as_source=as_source,
                as_target=as_target,
                expired=expired(entry, now),
            )


def _range(addresses: AddressSet, ip: str) -> str:
    address = ip_address(ip)
    number = int(address)
    for first, last in addresses.v4 if isinstance(address, IPv4Address) else addresses.v6:
        if first <= number <= last:
            kind = type(address)
            return _written(kind(first), kind(last))
    raise ValueError("not in it")


def _written(first: IPv4Address | IPv6Address, last: IPv4Address | IPv6Address) -> str:
    if first == last:
        return str(first)
    networks = list(summarize_address_range(first, last))
    return str(networks[0]) if len(networks) == 1 else f"{first}-{last}"

"""What a site file says, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from adscribe.site.addresses import AddressSet
from adscribe.site.decisions import Entry
from adscribe.site.patterns import parse_pattern
from adscribe.site.services import Services
from adscribe.site.times import Week

PRIVATE = AddressSet.union(
    map(
        parse_pattern,
        (
            "10.0.0.0/8",  # RFC 1918
            "172.16.0.0/12",
            "192.168.0.0/16",
            "100.64.0.0/10",  # RFC 6598, carrier-grade NAT
            "169.254.0.0/16",  # RFC 3927, link-local
            "127.0.0.0/8",  # RFC 1122, loopback
            "fc00::/7",  # RFC 4193
            "fe80::/10",  # RFC 4291, link-local
            "::1/128",  # RFC 4291, loopback
        ),
    )
)
"""What counts as the monitored network where no site file says."""


@dataclass(frozen=True, slots=True)
class DataFeed:
    """A source of flows.

    Attributes
    ----------
    id : str
        As events name it.
    name : str or None
        As people name it; events may too.
    position : {"perimeter", "core", "ot"} or None
        Where it watches.
    """

    id: str
    name: str | None = None
    position: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a site file says. The default is what holds without one.

    Attributes
    ----------
    timezone : tzinfo
        Of times without a zone.
    hours : Week or None
        Working time.
    filters : mapping of str to AddressSet
        In file order.
    relational : frozenset of str
        Names of the filters that are made of others.
    internal, internal_name : AddressSet and str or None
        The monitored network, and the filter that it is.
    roles : mapping of str to str
        Role to filter.
    assigned : mapping of (str, str or None) to str
        Method and instance to filter; without an instance for the method as a whole.
    services : Services
        What outside names and addresses are.
    allowed, forbidden, known_causes : tuple of Entry
        In file order.
    feeds : tuple of DataFeed
        In file order.
    """

    timezone: tzinfo = UTC
    hours: Week | None = None
    filters: Mapping[str, AddressSet] = field(default_factory=dict)
    relational: frozenset[str] = frozenset()
    internal: AddressSet = PRIVATE
    internal_name: str | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    assigned: Mapping[tuple[str, str | None], str] = field(default_factory=dict)
    services: Services = field(default_factory=Services)
    allowed: tuple[Entry, ...] = ()
    forbidden: tuple[Entry, ...] = ()
    known_causes: tuple[Entry, ...] = ()
    feeds: tuple[DataFeed, ...] = ()

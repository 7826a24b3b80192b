"""The monitored network, as its site file describes it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from adscribe.errors import Place, SiteError
from adscribe.event import Event
from adscribe.event.address import parse as parse_address
from adscribe.site.addresses import AddressIndex, AddressSet
from adscribe.site.content import Content, DataFeed
from adscribe.site.decisions import Decision, explain, forbid
from adscribe.site.document import MAX_BYTES
from adscribe.site.reader import read_content
from adscribe.site.vocabulary import OUTSIDE_ROLES

_CACHED_ADDRESSES = 65_536


class _Placement(NamedTuple):
    """What is known of one address."""

    internal: bool
    filters: tuple[str, ...]
    roles: frozenset[str]
    kinds: frozenset[str]


class Site:
    """What is known of the monitored network. Immutable; safe to share between threads.

    Make one by `load`, `parse` or `default`. Methods that take an address take its text and raise
    ``ValueError`` for a text that is none; the addresses of an event always are.

    Attributes
    ----------
    name : str
        Of the file, or as given.
    sha256 : str or None
        Hexadecimal digest of the site file; ``None`` without one.
    content : Content
        What the file says.
    """

    def __init__(self, content: Content, *, name: str, sha256: str | None = None) -> None:
        self.content = content
        self.name = name
        self.sha256 = sha256
        self._filter_names = tuple(content.filters)
        self._service_kinds = tuple(content.services.addresses)
        self._index = AddressIndex(
            (content.internal, *content.filters.values(), *content.services.addresses.values())
        )
        self._place = lru_cache(maxsize=_CACHED_ADDRESSES)(self._locate)
        self._describe = lru_cache(maxsize=_CACHED_ADDRESSES)(self._placement)
        self._feeds = {feed.name: feed for feed in content.feeds if feed.name is not None}
        self._feeds.update((feed.id, feed) for feed in content.feeds)

    @classmethod
    def load(cls, path: str | Path) -> Site:
        """Read a site file.

        Raises
        ------
        SiteError
            The file can't be read, or says something that can't be understood or can't hold. Its
            `problems` are all that is wrong, each with its line.
        """
        try:
            with Path(path).open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise SiteError(
                f"can't be read: {error.strerror or 'unknown error'}", place=Place(str(path))
            ) from error
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise SiteError("no UTF-8 text", place=Place(str(path), line)) from None
        return cls._read(text, file=str(path), name=Path(path).name, digest=hashlib.sha256(data).hexdigest())

    @classmethod
    def parse(cls, text: str, *, name: str = "site") -> Site:
        """Read the text of a site file; as `load`."""
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        return cls._read(text, file=name, name=name, digest=digest)

    @classmethod
    def _read(cls, text: str, *, file: str, name: str, digest: str) -> Site:
        return cls(read_content(text, file), name=name, sha256=digest)

    @classmethod
    def default(cls) -> Site:
        """Return what holds without a site file: private addresses are monitored, nothing else is known."""
        return cls(Content(), name="default")

    @property
    def timezone(self) -> tzinfo:
        """Zone of times that have none."""
        return self.content.timezone

    @property
    def filters(self) -> Mapping[str, AddressSet]:
        """The named filters, in file order."""
        return self.content.filters

    @property
    def internal(self) -> AddressSet:
        """The monitored network."""
        return self.content.internal

    def is_internal(self, ip: str) -> bool:
        """Tell whether an address belongs to the monitored network."""
        return self._place(ip).internal

    def roles(self, ip: str) -> frozenset[str]:
        """Return what an address is; it can have several roles."""
        return self._place(ip).roles

    def filters_of(self, ip: str) -> tuple[str, ...]:
        """Return the names of the filters that an address lies in, in file order."""
        return self._place(ip).filters

    def assigned_filter(self, method: str, instance: str | None) -> str | None:
        """Return the name of the filter assigned to a method's instance, else to the method."""
        assigned = self.content.assigned
        by_instance = assigned.get((method, instance)) if instance is not None else None
        return by_instance or assigned.get((method, None))

    def peer_kinds(self, ip: str | None, hostname: str | None) -> frozenset[str]:
        """Return what an outside peer is, by its name, its address and its role; either can be unknown."""
        kinds = self.content.services.by_name(hostname) if hostname else frozenset()
        if ip is None:
            return kinds
        place = self._place(ip)
        return kinds | place.kinds | (place.roles & OUTSIDE_ROLES)

    def feed(self, data_feed: str | None) -> DataFeed | None:
        """Return a data feed by its id or else by its name."""
        return self._feeds.get(data_feed) if data_feed is not None else None

    def working_time(self, at: datetime) -> bool | None:
        """Tell whether people work at a time; ``None`` where the site gives no hours."""
        hours = self.content.hours
        return hours.holds(self._local(at)) if hours is not None else None

    def allowed(self, event: Event) -> Decision | None:
        """Return the entry of ``allowed`` that permits the event.

        The first in the file, or several that cover its targets together.
        """
        return explain(self.content.allowed, event, self._local(event.reported_at))

    def forbidden(self, event: Event) -> Decision | None:
        """Return the first entry of ``forbidden`` that rules out the event or a part of it."""
        return forbid(self.content.forbidden, event, self._local(event.reported_at))

    def known_cause(self, event: Event) -> Decision | None:
        """Return the entry of ``known_causes`` that explains the event, as `allowed` does."""
        return explain(self.content.known_causes, event, self._local(event.reported_at))

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self.timezone) if at.tzinfo is not None else at.replace(tzinfo=self.timezone)

    def _locate(self, ip: str) -> _Placement:
        return self._describe(self._index.lookup(parse_address(ip)))

    def _placement(self, bits: int) -> _Placement:
        internal = bool(bits & 1)
        bits >>= 1
        filters = tuple(name for i, name in enumerate(self._filter_names) if bits >> i & 1)
        bits >>= len(self._filter_names)
        kinds = frozenset(kind for i, kind in enumerate(self._service_kinds) if bits >> i & 1)
        roles = frozenset(role for role, name in self.content.roles.items() if name in filters)
        return _Placement(internal, filters, roles, kinds)

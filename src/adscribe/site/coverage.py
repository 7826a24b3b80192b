"""What a site file leaves open, seen against events, and what each gap costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_network
from typing import Literal, TypeVar

from adscribe.event import Event
from adscribe.site.decisions import Decision, Entry
from adscribe.site.site import Site

Topic = Literal["assigned_filter", "filter_mismatch", "address", "data_feed", "filter", "decision"]

TITLES: dict[Topic, str] = {
    "assigned_filter": "Methods without an assigned filter",
    "filter_mismatch": "Events outside their assigned filter",
    "address": "Inside addresses that nothing places",
    "data_feed": "Data feeds that are not described",
    "filter": "Filters never hit",
    "decision": "Decisions without effect",
}
"""Kind of gap to what it is called, in the order in which they are told."""

MAX_NETWORKS = 10_000
"""Most networks in which addresses that nothing places are counted."""

_MAX_ADDRESSES = 1_000  # of one network; a /64 has more than can be counted

_COSTS = {
    "HTTPDICT": "client and server can't be told apart",
    "DOS": "victim and attackers can't be told apart",
    "SIPFLOOD": "victim and attackers can't be told apart",
    "BPATTERNS": "the monitored end can't be told from the other",
    "L3ANOMALY": "a forged source can't be told from one that is routed wrongly",
    "ANOMALY": "the segment that deviates isn't known",
    "TOR": "a client that uses the onion network can't be told from a server that is reached through it",
}
_Key = TypeVar("_Key", str, tuple[str, str])

_USUAL_COST = "only the internal networks tell inside from outside"


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that the site file could say and doesn't, or says in vain.

    Attributes
    ----------
    topic : str
        What kind of gap.
    subject : str
        Method, network, data feed, filter or entry.
    events : int
        How many events it touches.
    cost : str
        What it costs, in words.
    """

    topic: Topic
    subject: str
    events: int
    cost: str

    def __str__(self) -> str:
        count = f"; {self.events:,} event{'s' if self.events != 1 else ''}" if self.events else ""
        return f"{self.subject}: {self.cost}{count}"


class Coverage:
    """Events held against a site file, one at a time.

    Memory is bounded: addresses are counted by network (/24, /64), in at most `MAX_NETWORKS`.
    """

    def __init__(self, site: Site) -> None:
        self.site = site
        self.events = 0
        # The whole network, and what is left of it when others are taken away, say nothing of an address.
        self._broad = {site.content.internal_name, *site.content.relational}
        self._by_instance = {method for method, instance in site.content.assigned if instance is not None}
        self._unassigned: Counter[tuple[str, str]] = Counter()
        self._mismatches: Counter[tuple[str, str]] = Counter()
        self._unplaced: dict[str, set[str]] = {}
        self._unplaced_events: Counter[str] = Counter()
        self._feeds: Counter[str] = Counter()
        self._filters_hit: set[str] = set()
        self._entries_hit: set[tuple[str, int]] = set()

    def add(self, event: Event) -> None:
        """Count one event."""
        self.events += 1
        ips = (event.source.ip, *(target.ip for target in event.targets))
        self._count_assigned(event, ips)
        networks = set()
        for ip in ips:
            filters = self.site.filters_of(ip)
            self._filters_hit.update(filters)
            if self.site.is_internal(ip) and not (self.site.roles(ip) or set(filters) - self._broad):
                networks.add(self._note_unplaced(ip))
        self._unplaced_events.update(network for network in networks if network is not None)
        if event.data_feed is not None and self.site.feed(event.data_feed) is None:
            self._feeds[event.data_feed] += 1
        for decision in (self.site.allowed(event), self.site.forbidden(event), self.site.known_cause(event)):
            self._note_decision(decision)

    def gaps(self) -> Iterator[Gap]:
        """Yield the gaps: by topic, what touches most events first."""
        for (method, label), count in _most(self._unassigned):
            yield Gap(
                "assigned_filter", label, count, f"no assigned filter, {_COSTS.get(method, _USUAL_COST)}"
            )
        for (label, name), count in _most(self._mismatches):
            cost = f"neither end lies in its assigned filter {name}"
            yield Gap("filter_mismatch", label, count, cost)
        for network, count in _most(self._unplaced_events):
            addresses = len(self._unplaced[network])
            amount = f"{addresses:,}{' or more' if addresses == _MAX_ADDRESSES else ''}"
            plural = "es" if addresses > 1 else ""
            cost = f"{amount} inside address{plural} without a role or a filter of their own"
            yield Gap("address", network, count, cost)
        for feed, count in _most(self._feeds):
            cost = "not among data_feeds, it isn't known whether it watches the perimeter or the core"
            yield Gap("data_feed", feed, count, cost)
        roles: dict[str, list[str]] = {}
        for role, name in self.site.content.roles.items():
            roles.setdefault(name, []).append(role)
        for name in self.site.filters:
            if name not in self._filters_hit:
                label = f"{name} ({', '.join(roles[name])})" if name in roles else name
                yield Gap("filter", label, 0, "no event had an address in it")
        for entry in _entries(self.site):
            if (entry.kind, entry.line) not in self._entries_hit:
                yield Gap("decision", f"line {entry.line}, {entry}", 0, "decided no event")

    def _count_assigned(self, event: Event, ips: tuple[str, ...]) -> None:
        by_instance = event.method in self._by_instance and event.instance is not None
        label = f"{event.method} of instance {event.instance}" if by_instance else event.method
        name = self.site.assigned_filter(event.method, event.instance)
        if name is None:
            self._unassigned[event.method, label] += 1
        elif not any(ip in self.site.filters[name] for ip in ips):
            self._mismatches[label, name] += 1

    def _note_unplaced(self, ip: str) -> str | None:
        """Count an address in its network; ``None`` when no more networks are counted."""
        network = str(ip_network(f"{ip}/{64 if ':' in ip else 24}", strict=False))
        if network not in self._unplaced and len(self._unplaced) >= MAX_NETWORKS:
            return None
        addresses = self._unplaced.setdefault(network, set())
        if len(addresses) < _MAX_ADDRESSES:
            addresses.add(ip)
        return network

    def _note_decision(self, decision: Decision | None) -> None:
        if decision is not None:
            self._entries_hit.update((decision.kind, line) for line in decision.lines)


def together(site: Site, now: datetime, coverage: Coverage | None = None) -> list[Gap]:
    """Return what a site file leaves open, by topic.

    Parameters
    ----------
    site : Site
    now : datetime
        What ended before has expired.
    coverage : Coverage, optional
        Events that were held against the site.
    """
    gaps = list(expired(site, now))
    past = {gap.subject for gap in gaps}
    gaps += (gap for gap in (coverage.gaps() if coverage else ()) if gap.subject not in past)
    order = list(TITLES)
    return sorted(gaps, key=lambda gap: order.index(gap.topic))


def expired(site: Site, now: datetime) -> Iterator[Gap]:
    """Yield the decisions that no longer hold."""
    for entry in _entries(site):
        if entry.validity.end is not None and entry.validity.end < now:
            yield Gap("decision", f"line {entry.line}, {entry}", 0, "expired, it decides nothing any more")


def _most(counter: Counter[_Key]) -> list[tuple[_Key, int]]:
    return sorted(counter.items(), key=lambda item: (-item[1], item[0]))


def _entries(site: Site) -> tuple[Entry, ...]:
    content = site.content
    return (*content.allowed, *content.forbidden, *content.known_causes)

"""Filters and roles that events suggest, for a person to review.

Every proposal carries what it rests on and a word of confidence. Weak ones are commented out;
nothing is ever applied by itself. The same events give the same text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Literal, get_args

from adscribe.event import Event
from adscribe.event.address import parse
from adscribe.site.signs import SIGNS, Sign
from adscribe.site.site import Site

MAX_HOSTS = 50_000
"""Most hosts, and most networks, that are kept in mind."""

MANY_NETWORKS = 8
"""More /24 networks of one /16 are proposed as the /16."""

_MAX_PEERS = 1_000  # of one host; more would prove nothing more
_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
Confidence = Literal["weak", "fair", "strong"]
_WORDS: tuple[Confidence, ...] = get_args(Confidence)
_NETWORK = "LAN"


@dataclass(slots=True)
class _Trail:
    """What was seen of one host under one sign."""

    events: int = 0
    peers: set[str] = field(default_factory=set)
    days: set[date] = field(default_factory=set)
    hours: Counter[int] = field(default_factory=Counter)

    def add(self, peers: Iterable[str], local: datetime) -> None:
        self.events += 1
        self.days.add(local.date())
        self.hours[local.hour] += 1
        for peer in peers:
            if len(self.peers) >= _MAX_PEERS:
                break
            self.peers.add(peer)

    def strength(self, sign: Sign) -> int | None:
        """Return the index of the word of confidence; ``None`` for no sign."""
        amount = {"peers": len(self.peers), "events": self.events, "days": len(self.days)}[sign.measure]
        reached = sum(amount >= threshold for threshold in sign.thresholds) - 1
        if reached < 0:
            return None
        busiest = max(self.hours[hour] + self.hours[(hour + 1) % 24] for hour in self.hours) / self.events
        if (sign.hours == "same" and busiest < 0.75) or (sign.hours == "spread" and len(self.hours) < 6):
            return 0
        return reached

    def words(self, sign: Sign) -> str:
        hosts, events, days = (
            _plural(n, noun)
            for n, noun in ((len(self.peers), "host"), (self.events, "event"), (len(self.days), "day"))
        )
        return sign.words.format(hosts=hosts, events=events, days=days)


@dataclass(frozen=True, slots=True)
class Proposal:
    """One line of a filter.

    Attributes
    ----------
    pattern : str
        Address or network.
    strength : int
        0 for a weak sign, which is told and not proposed, 1 for a fair one, 2 for a strong one.
    why : str
        What was seen.
    filter : str
        Name of the filter.
    role : str or None
        Of the filter; ``None`` for the monitored network.
    """

    pattern: str
    strength: int
    why: str
    filter: str
    role: str | None

    @property
    def confidence(self) -> Confidence:
        """The strength in a word."""
        return _WORDS[self.strength]

    def __str__(self) -> str:
        line = f'    - "{self.pattern}"  # {self.confidence}: {self.why}'
        return line if self.strength else f"#{line}"


class Suggester:
    """Events looked at for what their hosts are, one at a time, in bounded memory.

    Parameters
    ----------
    site : Site
        What is known already: it says what is inside, and roles that a host has are not proposed again.
    """

    def __init__(self, site: Site) -> None:
        self.site = site
        self.events = 0
        self.is_complete = True
        self._first: datetime | None = None
        self._last: datetime | None = None
        self._trails: dict[tuple[int, str], _Trail] = {}
        self._ot_peers: dict[str, set[str]] = {}
        self._networks: dict[IPv4Network | IPv6Network, set[str]] = {}

    def add(self, event: Event) -> None:
        """Look at one event."""
        self.events += 1
        local = event.detected_at.astimezone(self.site.timezone)
        self._first = min(self._first or local, local)
        self._last = max(self._last or local, local)
        for ip in (event.source.ip, *(target.ip for target in event.targets)):
            if self.site.is_internal(ip):
                self._note_network(ip)
        for number, sign in enumerate(SIGNS):
            for ip, peers in sign.find(event, self.site.is_internal):
                trail = self._trails.get((number, ip))
                if trail is None:
                    if len(self._trails) >= MAX_HOSTS:
                        self.is_complete = False
                        continue
                    trail = self._trails[number, ip] = _Trail()
                trail.add(peers, local)
        if event.method.startswith("OT"):
            for target in event.targets:
                self._note_ot(event.source.ip, target.ip)
                self._note_ot(target.ip, event.source.ip)

    def proposals(self) -> Iterator[Proposal]:
        """Yield all proposals: the monitored network first, then hosts with roles, each by address."""
        yield from self._internal()
        yield from sorted(self._roles(), key=lambda found: _order(found.pattern))

    def fragment(self) -> str:
        """Return the proposals as the text of a site file."""
        filters: dict[str, list[Proposal]] = {}
        roles: dict[str, str] = {}
        for proposal in self.proposals():
            filters.setdefault(proposal.filter, []).append(proposal)
            if proposal.role is not None:
                roles[proposal.role] = proposal.filter
        lines = [*self._head(), f"timezone: {self.site.timezone}", "filters:"]
        for name in (_NETWORK, *sorted(filters.keys() - {_NETWORK})):
            lines.append(f"  {name}:")
            lines += map(str, filters[name])
        lines += [f"internal: {_NETWORK}", "roles:" if roles else "roles: {}"]
        lines += [f"  {role}: {roles[role]}" for role in sorted(roles)]
        return "\n".join(lines) + "\n"

    def _head(self) -> Iterator[str]:
        span = f", {self._first:%Y-%m-%d} to {self._last:%Y-%m-%d}" if self._first and self._last else ""
        yield f"# Proposed from {_plural(self.events, 'event')}{span}. Nothing here is in force: check"
        yield "# each line and move what is right to the site file. Weak proposals are commented out."
        yield "# Public addresses of your own can't be told from those of others: add them to LAN."
        if not self.is_complete:
            yield f"# There were too many hosts to keep in mind; the first {MAX_HOSTS:,} were looked at."

    def _internal(self) -> Iterator[Proposal]:
        """Yield the inside ranges that were seen."""
        if not self._networks:
            for pattern in _PRIVATE:
                yield Proposal(pattern, 1, "private addresses; no inside address was seen", _NETWORK, None)
            return
        blocks: dict[IPv4Network | IPv6Network, list[IPv4Network | IPv6Network]] = {}
        for network in self._networks:
            block = network.supernet(new_prefix=16) if isinstance(network, IPv4Network) else network
            blocks.setdefault(block, []).append(network)
        for block, networks in sorted(blocks.items(), key=lambda item: _order(str(item[0].network_address))):
            if len(networks) > MANY_NETWORKS:
                why = f"addresses in {len(networks)} of its /24 networks were seen"
                yield Proposal(str(block), 1, why, _NETWORK, None)
                continue
            for network in sorted(networks, key=lambda one: _order(str(one.network_address))):
                count = len(self._networks[network])
                amount = (
                    f"{count:,} address{'es' if count > 1 else ''}"
                    if count < _MAX_PEERS
                    else "many addresses"
                )
                yield Proposal(str(network), 1, f"{amount} seen", _NETWORK, None)

    def _roles(self) -> Iterator[Proposal]:
        """Yield the hosts with roles; the strongest sign of a host speaks first."""
        found: dict[tuple[str, str, str], list[tuple[int, str]]] = {}
        for (number, ip), trail in self._trails.items():
            sign = SIGNS[number]
            strength = trail.strength(sign)
            if strength is not None:
                found.setdefault((sign.role, sign.filter, ip), []).append((strength, trail.words(sign)))
        for ip, role, name, strength, why in self._ot_roles():
            found.setdefault((role, name, ip), []).append((strength, why))
        for (role, name, ip), evidence in found.items():
            if role not in self.site.roles(ip):
                evidence.sort(key=lambda sign: (-sign[0], sign[1]))
                why = "; ".join(dict.fromkeys(words for _, words in evidence))
                yield Proposal(ip, evidence[0][0], why, name, role)

    def _ot_roles(self) -> Iterator[tuple[str, str, str, int, str]]:
        """Tell masters from devices: a master talks with many, a device with its masters."""
        masters = {ip for ip, peers in self._ot_peers.items() if len(peers) >= 3}
        for ip, peers in self._ot_peers.items():
            if not self.site.is_internal(ip):
                continue
            if ip in masters:
                strength = 2 if len(peers) >= 10 else 1
                yield ip, "ot_master", "OtMasters", strength, f"talks with {len(peers):,} hosts in OT events"
            elif peers & masters:
                yield ip, "ot_device", "OtDevices", 1, "talks in OT events with a host that talks with many"
            else:
                yield ip, "ot_device", "OtDevices", 0, "seen in OT events, as a device or as a master"

    def _note_network(self, ip: str) -> None:
        network = ip_network(f"{ip}/{64 if ':' in ip else 24}", strict=False)
        if network not in self._networks and len(self._networks) >= MAX_HOSTS:
            self.is_complete = False
            return
        addresses = self._networks.setdefault(network, set())
        if len(addresses) < _MAX_PEERS:
            addresses.add(ip)

    def _note_ot(self, ip: str, peer: str) -> None:
        if ip not in self._ot_peers and len(self._ot_peers) >= MAX_HOSTS:
            self.is_complete = False
            return
        peers = self._ot_peers.setdefault(ip, set())
        if len(peers) < _MAX_PEERS:
            peers.add(peer)


def _plural(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' if number != 1 else ''}"


def _order(pattern: str) -> tuple[int, int]:
    """Sort addresses and networks as numbers, IPv4 first."""
    address = parse(pattern.partition("/")[0])
    return address.version, int(address)

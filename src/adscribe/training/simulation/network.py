"""A random network: an address plan, the hosts in it, and the hosts outside that it meets."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from adscribe.training.simulation.draw import Draw, Weighted
from adscribe.training.simulation.texts import hardware_address, word
from adscribe.training.simulation.world import COUNTRIES, NetworkKind, OutsideKind, Zone

IPv4Network = ipaddress.IPv4Network
_RESERVED = tuple(
    IPv4Network(block)
    for block in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
        "203.0.113.0/24",
    )
)
_RANGES = tuple((int(block.network_address), int(block.broadcast_address)) for block in _RESERVED)


@dataclass(frozen=True, slots=True)
class Host:
    """An address and who answers there.

    Attributes
    ----------
    ip : str
        Canonical text.
    roles : frozenset of str
        What it is; ``customer`` is somebody else's host inside.
    zone, segment : str or None
        Where it stands; ``None`` outside.
    kind : str or None
        Kind of a host outside.
    hostname, mac, country, user : str or None
        As a sensor may see them.
    """

    ip: str
    roles: frozenset[str] = frozenset()
    zone: str | None = None
    segment: str | None = None
    kind: str | None = None
    hostname: str | None = None
    mac: str | None = None
    country: str | None = None
    user: str | None = None

    @property
    def six(self) -> bool:
        """Whether the address is of IPv6."""
        return ":" in self.ip


@dataclass(frozen=True, slots=True)
class Area:
    """A zone of one network.

    Attributes
    ----------
    name, segment : str
        As in the kind of network.
    network : IPv4Network
        Its addresses.
    six : IPv6Network or None
        Its addresses of IPv6.
    hosts : tuple of Host
        Who lives there.
    """

    name: str
    segment: str
    network: IPv4Network
    six: ipaddress.IPv6Network | None
    hosts: tuple[Host, ...]


class Network:
    """One network with its surroundings.

    Parameters
    ----------
    kind : NetworkKind
        What it is made after.
    outside : mapping of str to OutsideKind
        The kinds of hosts outside.
    draw : Draw
        Decides the rest.
    """

    def __init__(self, kind: NetworkKind, outside: dict[str, OutsideKind], draw: Draw) -> None:
        self.kind = kind.kind
        self.domain = f"{word(draw)}.example"
        self.outside = outside
        self._pools: dict[tuple[str, bool], list[Host]] = {}
        self._countries = {name: Weighted(entry.countries.items()) for name, entry in outside.items()}
        self.private = _block(kind, draw)
        self.public = public_block(draw, 20)
        self.six = ipaddress.IPv6Network((_global_six(draw), 48)) if draw.chance(0.15) else None
        self.areas = tuple(self._areas(kind, draw))
        self.hosts = tuple(host for area in self.areas for host in area.hosts)

    @cached_property
    def by_role(self) -> dict[str, tuple[Host, ...]]:
        """The hosts of each role, in the order of their zones."""
        found: dict[str, list[Host]] = {}
        for host in self.hosts:
            for role in sorted(host.roles):
                found.setdefault(role, []).append(host)
        return {role: tuple(hosts) for role, hosts in found.items()}

    @cached_property
    def area_of(self) -> dict[str, Area]:
        """Zone by name."""
        return {area.name: area for area in self.areas}

    def with_roles(self, roles: Iterable[str]) -> tuple[Host, ...]:
        """Return the hosts that have any of some roles."""
        found = {host.ip: host for role in roles for host in self.by_role.get(role, ())}
        return tuple(found.values())

    def met(self, kind: str, draw: Draw, six: bool = False) -> Host:
        """Return a host outside: one that the network meets often, or a new one."""
        entry = self.outside[kind]
        pool = self._pools.setdefault((kind, six), [])
        if len(pool) < entry.pool and not (pool and draw.chance(0.5)):
            host = self._stranger(entry, draw, six)
            pool.append(host)
            return host
        return self._stranger(entry, draw, six) if draw.chance(entry.fresh) else draw.pick(pool)

    def pooled(self, kind: str) -> tuple[Host, ...]:
        """Return the hosts of a kind that the network meets often, so far."""
        return tuple(host for (name, _), pool in self._pools.items() if name == kind for host in pool)

    def newcomer(self, area: Area, draw: Draw) -> Host:
        """Return a device at an address of a zone that nobody has."""
        return Host(
            ip=draw.pick(self.spare(area, draw)),
            roles=frozenset(("unknown",)),
            zone=area.name,
            segment=area.segment,
            hostname=f"{word(draw)}-{draw.whole(1, 99)}" if draw.chance(0.4) else None,
            mac=hardware_address(draw, randomised=draw.chance(0.3)),
        )

    def spare(self, area: Area, draw: Draw, number: int = 8) -> list[str]:
        """Return some addresses of a zone that no host has."""
        taken = {host.ip for host in area.hosts}
        size = area.network.num_addresses - 2
        first = int(area.network.network_address)
        found: dict[str, None] = {}
        for _ in range(number * 6):
            ip = str(ipaddress.IPv4Address(first + 1 + int(draw.random() * size)))
            if ip not in taken:
                found[ip] = None
            if len(found) == number:
                break
        return list(found) or [str(area.network.broadcast_address)]

    def _areas(self, kind: NetworkKind, draw: Draw) -> Iterable[Area]:
        cuts = {False: _Cutter(self.private), True: _Cutter(self.public)}
        for number, zone in enumerate(draw.shuffled(kind.zones)):
            if not draw.chance(zone.chance):
                continue
            counts = {role: draw.whole(low, high) for role, (low, high) in zone.hosts.items()}
            total = sum(counts.values())
            if total == 0:
                continue
            network = cuts[draw.chance(zone.public)].cut(total, draw)
            six = None
            if self.six is not None and zone.segment in ("user", "server", "guest", "customers"):
                six = ipaddress.IPv6Network((int(self.six.network_address) + (number << 64), 64))
            yield Area(zone.name, zone.segment, network, six, self._hosts(zone, counts, network, six, draw))

    def _hosts(
        self,
        zone: Zone,
        counts: dict[str, int],
        network: IPv4Network,
        six: ipaddress.IPv6Network | None,
        draw: Draw,
    ) -> tuple[Host, ...]:
        addresses = _addresses(zone, network, sum(counts.values()), draw)
        hosts = []
        # In no order: an address must not tell what its host is.
        for four, role in zip(addresses, draw.shuffled(list(_each(counts))), strict=True):
            ip = four
            if six is not None and draw.chance(0.2):
                ip = str(ipaddress.IPv6Address(int(six.network_address) + draw.whole(1, 2**40)))
            private = zone.segment in ("guest",) or role in ("byod", "mobile")
            hosts.append(
                Host(
                    ip=ip,
                    roles=frozenset((role,)),
                    zone=zone.name,
                    segment=zone.segment,
                    hostname=self._hostname(role, draw),
                    mac=hardware_address(draw, randomised=private and draw.chance(0.6)),
                    user=f"{draw.letters(1)}.{word(draw)}" if zone.segment == "user" else None,
                )
            )
        return tuple(hosts)

    def _hostname(self, role: str, draw: Draw) -> str | None:
        """Return a name that tells nothing: names must not decide an answer."""
        if role in ("guest", "customer") or draw.chance(0.15):
            return None
        return f"{word(draw)}{draw.whole(1, 99)}.{self.domain}"

    def _stranger(self, entry: OutsideKind, draw: Draw, six: bool) -> Host:
        fixed = draw.whole(0, len(entry.addresses) - 1) if entry.addresses and not six else None
        if fixed is not None:
            ip = entry.addresses[fixed]
        elif six:
            ip = str(ipaddress.IPv6Address(_global_six(draw) + draw.whole(1, 2**50)))
        else:
            ip = public_address(draw)
        country: str | None = self._countries[entry.kind].draw(draw)
        if country in ("any", "none"):
            country = draw.pick(COUNTRIES) if country == "any" else None
        name = None
        if entry.names and draw.chance(entry.named):
            name = draw.pick(entry.names) if fixed is None else entry.names[fixed]
            while "{w}" in name:
                name = name.replace("{w}", word(draw), 1)
            name = name.replace("{n}", str(draw.whole(1, 99)))
        return Host(ip=ip, kind=entry.kind, hostname=name, country=country)


def _each(counts: dict[str, int]) -> Iterable[str]:
    """Yield each role as often as it is there."""
    for role, number in counts.items():
        yield from (role for _ in range(number))


def _addresses(zone: Zone, network: IPv4Network, number: int, draw: Draw) -> list[str]:
    """Return addresses of a zone: strewn where they are leased, else in a row from anywhere."""
    first, size = int(network.network_address) + 2, network.num_addresses - 3
    if zone.segment in ("user", "guest", "customers", "iot"):
        offsets = draw.some(range(size), number)
    else:
        begin = draw.whole(0, size - number)
        offsets = list(range(begin, begin + number))
    return [str(ipaddress.IPv4Address(first + offset)) for offset in offsets]


class _Cutter:
    """Cuts zones from a block, one after the other, with gaps."""

    def __init__(self, block: IPv4Network) -> None:
        self._block = block
        self._next = int(block.network_address)

    def cut(self, hosts: int, draw: Draw) -> IPv4Network:
        """Return the next network with room for some hosts; it wraps where the block is full."""
        prefix = 24
        while 2 ** (32 - prefix) < hosts * 1.3 + 12 and prefix > self._block.prefixlen + 1:
            prefix -= 1
        size = 2 ** (32 - prefix)
        start = -(-self._next // size) * size
        if start + size > int(self._block.broadcast_address) + 1:
            raise ValueError("the block is too small for the zones")
        room = int(self._block.broadcast_address) + 1 - start - size
        gap = size * draw.whole(0, 3) if room > 24 * 1024 else 0
        self._next = start + size + gap
        return IPv4Network((start, prefix))


def _block(kind: NetworkKind, draw: Draw) -> IPv4Network:
    """Return what the address plan is cut from: a /16, as most organisations of the size have."""
    outer = IPv4Network(draw.pick(kind.blocks))
    number = 2 ** (16 - outer.prefixlen)
    return IPv4Network((int(outer.network_address) + draw.whole(0, number - 1) * 2**16, 16))


def public_block(draw: Draw, prefix: int) -> IPv4Network:
    """Return a random network of the Internet."""
    return IPv4Network((int(ipaddress.IPv4Address(public_address(draw))), prefix), strict=False)


def public_address(draw: Draw) -> str:
    """Return a random unicast address of the Internet."""
    while True:
        number = (draw.whole(1, 223) << 24) + draw.whole(1, 2**24 - 2)
        if not any(first <= number <= last for first, last in _RANGES):
            return f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def _global_six(draw: Draw) -> int:
    """Return the first address of a random /48 of global unicast space that the registries give out."""
    return (
        (draw.pick((0x2A00, 0x2A01, 0x2A02, 0x2600, 0x2001)) << 112)
        + (draw.whole(0x1000, 0xFFFF) << 96)
        + (draw.whole(1, 0xFFFE) << 80)
    )

"""Who takes part: addresses for the ends of an event."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address

from adscribe.training.simulation.definitions import Ends
from adscribe.training.simulation.draw import Draw
from adscribe.training.simulation.network import Area, Host, Network
from adscribe.training.simulation.truth import expand


class NoSuchHost(Exception):  # noqa: N818 - nothing is wrong: the network has no such hosts
    """The network has no hosts for a part."""


def cast(
    ends: Ends, number: int, network: Network, draw: Draw, *, other: Host | None = None
) -> tuple[list[Host], int]:
    """Return hosts for one end of an event, and how many they stand for.

    Parameters
    ----------
    ends : Ends
        Which.
    number : int
        How many are wanted; of inside hosts there may be fewer.
    network : Network
        Where.
    draw : Draw
        Decides.
    other : Host, optional
        The other end, whose family of addresses and zone count.

    Raises
    ------
    NoSuchHost
        There is none.
    """
    number = max(number, 1)
    if ends.sweep is not None:
        return _swept(ends, number, network, draw, other)
    kinds = (ends.outside,) if isinstance(ends.outside, str) else tuple(ends.outside)
    if not kinds:
        return _inside(ends, number, network, draw, other)
    if not ends.roles or (number == 1 and draw.chance(ends.share_outside)):
        return _outside(kinds, number, ends.listed, network, draw, other)
    if number == 1:
        return _inside(ends, number, network, draw, other)
    away = min(max(round(number * ends.share_outside), 1), number - 1)
    near, near_count = _inside(ends, number - away, network, draw, other)
    far, far_count = _outside(kinds, away, ends.listed, network, draw, other)
    return near[: max(ends.listed - len(far), 1)] + far, near_count + far_count


def candidates(ends: Ends, network: Network) -> tuple[Host, ...]:
    """Return all hosts inside that an end can be."""
    roles = _expanded(ends.roles if isinstance(ends.roles, str) else tuple(ends.roles))
    hosts = network.hosts if "any" in roles else network.with_roles(roles)
    return tuple(host for host in hosts if host.segment in ends.segments) if ends.segments else hosts


@lru_cache(maxsize=1024)
def _expanded(roles: str | tuple[str, ...]) -> tuple[str, ...]:
    return expand(roles if isinstance(roles, str) else list(roles), known=("customer", "any"))


def _inside(
    ends: Ends, number: int, network: Network, draw: Draw, other: Host | None
) -> tuple[list[Host], int]:
    hosts: Sequence[Host] = candidates(ends, network)
    if ends.new:
        zones = list(dict.fromkeys(host.zone for host in hosts if host.zone))
        if not zones:
            raise NoSuchHost
        return [network.newcomer(network.area_of[draw.pick(zones)], draw)], 1
    if other is not None:
        hosts = [host for host in hosts if host.six == other.six and host.ip != other.ip]
        if ends.near and other.zone is not None:
            hosts = [host for host in hosts if host.zone == other.zone]
    if not hosts:
        raise NoSuchHost
    number = min(number, len(hosts))
    return draw.some(hosts, min(number, ends.listed)), number


def _outside(
    kinds: tuple[str, ...], number: int, listed: int, network: Network, draw: Draw, other: Host | None
) -> tuple[list[Host], int]:
    six = other is not None and other.six
    hosts = {
        host.ip: host
        for host in (network.met(draw.pick(kinds), draw, six) for _ in range(min(number, listed)))
    }
    return list(hosts.values()), number if number > listed else len(hosts)


def _swept(
    ends: Ends, number: int, network: Network, draw: Draw, other: Host | None
) -> tuple[list[Host], int]:
    areas = _areas(ends, network, draw, other)
    known = {host.ip: host for host in network.hosts}
    room = sum(area.network.num_addresses - 2 for area in areas)
    number = min(number, room)
    listed = min(number, ends.listed)
    found: list[Host] = []
    for area, share in zip(
        areas, _shared(listed, [area.network.num_addresses - 2 for area in areas]), strict=True
    ):
        size = area.network.num_addresses - 2
        step = max(min(size // max(share, 1), 1 + number // max(listed, 1)), 1)
        start = int(area.network.network_address) + 1 + draw.whole(0, max(size - share * step, 0))
        for index in range(share):
            ip = str(IPv4Address(start + index * step))
            if other is None or ip != other.ip:
                found.append(known.get(ip) or Host(ip=ip, zone=area.name, segment=area.segment))
    if not found:
        raise NoSuchHost
    return found, max(number, len(found))


def _areas(ends: Ends, network: Network, draw: Draw, other: Host | None) -> list[Area]:
    """Return the zones that a sweep reaches: from outside those with public addresses first."""
    areas = [area for area in network.areas if not ends.segments or area.segment in ends.segments]
    if not areas:
        raise NoSuchHost
    if other is None or other.zone is None:
        public = [area for area in areas if area.network.subnet_of(network.public)]
        exposed = public or [area for area in areas if area.segment in ("dmz", "server")]
        return [draw.pick(exposed or areas)]
    if ends.sweep == "near":
        own = network.area_of[other.zone]
        return [own if own in areas else draw.pick(areas)]
    return draw.some(areas, draw.whole(1, min(len(areas), 4)))


def _shared(number: int, sizes: Sequence[int]) -> list[int]:
    shares = [number // len(sizes)] * len(sizes)
    shares[0] += number - sum(shares)
    return [min(share, size) for share, size in zip(shares, sizes, strict=True)]

"""Networks are plausible: addresses of their zones, and site files that know more or less."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from ipaddress import ip_address

import numpy as np
import pytest

from adscribe.event.address import canonical
from adscribe.site import Site
from adscribe.training.simulation.draw import Draw
from adscribe.training.simulation.knowledge import SelfKnowledge, site_file
from adscribe.training.simulation.network import Network, public_address
from adscribe.training.simulation.world import load_world


def networks(number: int) -> list[tuple[Network, Draw]]:
    world = load_world()
    drawn = [Draw(np.random.SeedSequence(seed)) for seed in range(number)]
    return [(Network(world.networks.draw(draw), world.outside, draw), draw) for draw in drawn]


def test_hosts_have_distinct_addresses_of_their_zone() -> None:
    for network, _ in networks(25):
        addresses = [host.ip for host in network.hosts]
        assert len(addresses) == len(set(addresses))
        assert all(canonical(address) == address for address in addresses)
        for area in network.areas:
            for host in area.hosts:
                within = area.six if host.six else area.network
                assert within is not None
                assert ip_address(host.ip) in within


def test_zones_do_not_overlap() -> None:
    for network, _ in networks(25):
        for index, area in enumerate(network.areas):
            assert not any(area.network.overlaps(other.network) for other in network.areas[index + 1 :])


def test_all_kinds_of_networks_occur() -> None:
    kinds = Counter(network.kind for network, _ in networks(80))
    assert set(kinds) == {"office", "campus", "isp", "factory", "datacentre", "hospital"}


def test_hosts_outside_are_on_the_internet_and_some_are_met_again() -> None:
    draw = Draw(np.random.SeedSequence(5))
    assert all(ip_address(public_address(draw)).is_global for _ in range(500))
    network, draw = networks(1)[0]
    met = Counter(network.met("partner", draw).ip for _ in range(60))
    assert max(met.values()) > 5


def test_a_newcomer_has_an_address_that_nobody_had() -> None:
    for network, draw in networks(10):
        for area in network.areas:
            newcomer = network.newcomer(area, draw)
            assert newcomer.ip not in {host.ip for host in network.hosts}
            assert ip_address(newcomer.ip) in area.network


def test_a_site_file_says_of_hosts_what_they_are_or_nothing() -> None:
    told = Counter[str]()
    for network, draw in networks(30):
        known = SelfKnowledge.drawn(network, draw)
        text, bare = site_file(network, known, datetime(2026, 3, 2, tzinfo=UTC), 7, draw)
        site, stripped = Site.parse(text), Site.parse(bare)
        for host in network.hosts:
            assert site.is_internal(host.ip)
            assert site.roles(host.ip) <= host.roles
            assert not stripped.roles(host.ip)
            told[known.level] += bool(site.roles(host.ip))
    assert told["good"] > 0
    assert told["bare"] == 0


def test_an_address_says_nothing_of_what_its_host_is() -> None:
    """Servers stand in a row somewhere in their zone, in no order."""
    places: dict[str, list[int]] = {"dns_server": [], "domain_controller": [], "backup_server": []}
    first = Counter[str]()
    for network, _ in networks(40):
        hosts = [host for host in network.area_of["servers"].hosts if not host.six]
        first.update(min(hosts, key=lambda host: ip_address(host.ip)).roles)
        for host in hosts:
            for role in host.roles & places.keys():
                places[role].append(int(ip_address(host.ip)) % 256)
    assert len(first) > 8
    for octets in places.values():
        assert np.std(octets) > 40
        assert np.mean(octets) == pytest.approx(128, abs=30)


def test_groups_and_strays_are_of_no_country_and_resolvers_have_their_own_names() -> None:
    network, draw = networks(1)[0]
    for kind in ("multicast_group", "stray"):
        assert all(network.met(kind, draw).country is None for _ in range(20))
    met = [net.met("public_resolver", draw) for net, draw in networks(20) for _ in range(10)]
    names = {(host.ip, host.hostname) for host in met if host.hostname}
    assert ("8.8.8.8", "dns.google") in names
    assert len(names) == len({ip for ip, _ in names}) == 6

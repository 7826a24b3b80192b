"""The same events with other names, addresses, times and numbers of no meaning."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from ipaddress import ip_address

import msgspec

from adscribe.context.knowledge import load_peers
from adscribe.site import Site
from tests.student.asking import Native

Changed = tuple[list[Native], str]
"""Events and site file."""

_ADDRESS = re.compile(r"(?<![\d.:-])(\d{1,3}(?:\.\d{1,3}){2})\.(\d{1,3})(?![\d./:-])")
_TOKEN = re.compile(r"[A-Za-z0-9._:-]*[A-Za-z0-9]")
_DAY = re.compile(r"\b\d{4}-\d\d-\d\d(?=T)")
_TIMES = ("detected_at", "first_flow_at", "updated_at")
_SEVERITIES = ("informational", "low", "medium", "high", "critical")
_SPARE = 8
"""Addresses of each network that nothing has so far and that can be moved to."""


def renamed(natives: Iterable[Native], text: str, seed: int) -> Changed:
    """Give hosts and users other names, and other MACs of the same kind.

    Names that tell what a peer is stay.
    """
    draw, site = random.Random(seed), Site.parse(text)
    events = list(natives)
    names: dict[str, str] = {}
    for native in events:
        source = native["source"]
        ends = (source, *(end for end in native.get("targets", ()) if isinstance(end, dict)))
        for name in filter(None, (end.get("hostname") for end in ends)):
            if not site.peer_kinds(None, name) and load_peers().kind(None, name) is None:
                names.setdefault(name, ".".join(_word(draw) for _ in name.split(".")))
        for mac in filter(None, (source.get("mac"), native["characteristics"].get("device_mac"))):
            names.setdefault(mac, mac[:2] + "".join(f":{draw.randrange(256):02x}" for _ in range(5)))
        if user := source.get("user"):
            names.setdefault(user, _word(draw))
    return [_replaced(native, names) for native in events], text


def moved_within_filters(natives: Iterable[Native], text: str, seed: int) -> Changed:
    """Exchange addresses for others of their /24 that the site places alike.

    That is: in the same filters, with the same roles, as the same kinds of peers. Networks outside of
    which the site knows nothing lie elsewhere altogether.
    """
    draw, site = random.Random(seed), Site.parse(text)
    events = list(natives)
    seen: dict[str, set[int]] = defaultdict(set)
    for network, last in _ADDRESS.findall(msgspec.json.encode(events).decode() + text):
        seen[network].add(int(last))
    free = _free(seen, draw)
    others: dict[str, str] = {}
    for network, hosts in seen.items():
        spare = draw.sample([last for last in range(1, 255) if last not in hosts], _SPARE)
        alike: dict[object, list[str]] = defaultdict(list)
        for last in (*sorted(hosts), *spare):
            alike[_placement(site, f"{network}.{last}")].append(f"{network}.{last}")
        away = len(alike) == 1 and _is_unknown(site, f"{network}.{spare[0]}")
        elsewhere = next(free) if away else network
        for addresses in alike.values():
            places = [elsewhere + one.removeprefix(network) for one in draw.sample(addresses, len(addresses))]
            others.update(zip(addresses, places, strict=True))
    moved = [_replaced(native, others) for native in events]
    return moved, _ADDRESS.sub(lambda found: others.get(found[0], found[0]), text)


def weeks_later(natives: Iterable[Native], text: str, seed: int) -> Changed:
    """Shift the clock by whole weeks, at the same time of the day where the site is."""
    zone, by = Site.parse(text).timezone, timedelta(weeks=seed)
    found = []
    for native in natives:
        times = {
            name: (datetime.fromisoformat(native[name]).astimezone(zone) + by).isoformat()
            for name in _TIMES
            if name in native
        }
        found.append(native | times)
    return found, _DAY.sub(lambda day: (datetime.fromisoformat(day[0]) + by).date().isoformat(), text)


def permuted(natives: Iterable[Native], text: str, seed: int) -> Changed:
    """List targets in another order."""
    draw = random.Random(seed)
    found = []
    for native in natives:
        targets = native.get("targets", ())
        found.append(native | {"targets": draw.sample(targets, len(targets))})
    return found, text


def numbered_anew(natives: Iterable[Native], text: str, seed: int) -> Changed:
    """Give events another severity, other ids and perspectives, and other data feeds.

    Feeds of which the site says where they lie stay.
    """
    draw, site = random.Random(seed), Site.parse(text)
    found = []
    for native in natives:
        other = native | {"severity": draw.choice(_SEVERITIES), "perspective": str(draw.randrange(9))}
        if "external_id" in native:
            other["external_id"] = f"{seed}{native['external_id']}"
        if "data_feed" in native and site.feed(native["data_feed"]) is None:
            other["data_feed"] = f"feed {native['data_feed']}"
        found.append(other)
    return found, text


def _word(draw: random.Random) -> str:
    return "".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randrange(5, 12)))


def _replaced(native: Native, others: Mapping[str, str]) -> Native:
    """Return an event with texts exchanged wherever they stand alone, in descriptions as well."""
    said = msgspec.json.encode(native).decode()
    found: Native = msgspec.json.decode(_TOKEN.sub(lambda token: others.get(token[0], token[0]), said))
    return found


def _placement(site: Site, address: str) -> object:
    return (
        site.is_internal(address),
        site.filters_of(address),
        site.roles(address),
        site.peer_kinds(address, None),
        # What everybody knows stays where it is.
        address if load_peers().kind(address, None) is not None else None,
    )


def _is_unknown(site: Site, address: str) -> bool:
    ip = ip_address(address)
    public = ip.is_global and not ip.is_multicast
    return public and not site.is_internal(address) and not site.filters_of(address)


def _free(taken: Mapping[str, object], draw: random.Random) -> Iterator[str]:
    """Yield public networks, each once."""
    used = set(taken)
    while True:
        network = f"{draw.randrange(60, 90)}.{draw.randrange(256)}.{draw.randrange(256)}"
        if network not in used:
            used.add(network)
            yield network

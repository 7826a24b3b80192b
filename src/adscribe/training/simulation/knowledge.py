"""What a site knows of itself: the site file of a network, complete or with gaps."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import yaml

from adscribe.site.vocabulary import CORE_ROLES
from adscribe.training.simulation.draw import Draw, Weighted
from adscribe.training.simulation.naming import Naming
from adscribe.training.simulation.network import Area, Network

LEVELS = Weighted((("good", 0.45), ("fair", 0.35), ("poor", 0.13), ("bare", 0.07)))
"""How well sites know themselves: all roles, most, few, none. Our assumption; the card counts them."""

_ROLES_KNOWN = {"good": 1.0, "fair": 0.9, "poor": 0.4, "bare": 0.0}
_FINER_KNOWN = {"good": 0.85, "fair": 0.45, "poor": 0.0, "bare": 0.0}
_HOSTS_KNOWN = {"good": 1.0, "fair": 0.95, "poor": 0.8, "bare": 0.0}
_PARTS_KNOWN = {"good": 0.9, "fair": 0.65, "poor": 0.3, "bare": 0.1}
_ZONES = Weighted(
    (
        *(("Europe/Prague", 5.0), ("Europe/Berlin", 2.0), ("Europe/London", 1.0), ("America/New_York", 1.0)),
        *(("America/Chicago", 0.5), ("Asia/Singapore", 0.5), ("UTC", 1.0)),
    )
)
_HOURS = (("07:00", "19:00"), ("06:00", "18:00"), ("08:00", "17:00"), ("07:30", "20:00"))
_ASSIGNED = {
    "SCANS": "lan",
    "UPLOAD": "user",
    "RANDOMDOMAIN": "lan",
    "DNSQUERY": "lan",
    "DIRINET": "user",
    "HIGHTRANSF": "lan",
    "DIVCOM": "lan",
    "ALIENDEV": "lan",
    "ANOMALY": "lan",
    "HTTPDICT": "web",
    "OTCLANOM": "ot",
    "OTSMANOM": "ot",
}
"""Filters that the documentation advises for a method's instance: own addresses, clients, web servers, OT."""

_POLICIES: tuple[tuple[str, str | None, str], ...] = (
    ("TEAMVIEWER", "server", "servers are administered from jump hosts only"),
    ("TEAMVIEWER", "user", "no remote-support tools on clients"),
    ("VPN", "user", "private tunnels are forbidden"),
    ("TOR", "lan", "no anonymising networks"),
    ("DOHDET", "lan", "names are resolved by our own servers"),
    ("DNSANOMALY", "lan", "names are resolved by our own servers"),
    ("WEBSHARE", "server", "servers use no sharing sites"),
    ("WEBSHARE", "user", "sharing sites are forbidden"),
    ("VOIP", "user", "only the company's phone system"),
    ("MULTICAST", "user", "no group traffic among clients"),
    ("BITTORRENT", "lan", "no peer-to-peer"),
    ("DIRINET", "lan", "the proxy is the only way out"),
)


@dataclass
class SelfKnowledge:
    """What goes into the site file of a network.

    Attributes
    ----------
    level : str
        ``good``, ``fair``, ``poor`` or ``bare``.
    timezone : str
        IANA name.
    hours : tuple of str
        Begin and end of work from Monday to Friday.
    roles : frozenset of str
        Those that the site has written down.
    allowed, forbidden, known_causes : list of dict
        Entries, as they stand in the file.
    """

    level: str
    timezone: str
    hours: tuple[str, str]
    roles: frozenset[str]
    allowed: list[dict[str, Any]] = field(default_factory=list)
    forbidden: list[dict[str, Any]] = field(default_factory=list)
    known_causes: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def drawn(cls, network: Network, draw: Draw) -> SelfKnowledge:
        """Return what a random site knows of its network, before anything was decided."""
        level = LEVELS.draw(draw)
        finer = draw.chance(_FINER_KNOWN[level])
        roles = frozenset(
            role
            for role in sorted(network.by_role)
            if role != "customer" and (role in CORE_ROLES or finer) and draw.chance(_ROLES_KNOWN[level])
        )
        return cls(level, _ZONES.draw(draw), draw.pick(_HOURS), roles)

    def decides(self, draw: Draw) -> bool:
        """Return whether the site would write down a decision that is called for."""
        return draw.chance(_PARTS_KNOWN[self.level])


def site_file(
    network: Network, known: SelfKnowledge, start: datetime, days: int, draw: Draw
) -> tuple[str, str]:
    """Return the text of a site file, and that of the same site when nobody knew the roles.

    Parameters
    ----------
    network : Network
        The monitored network.
    known : SelfKnowledge
        What has been decided; policies and learning times are added.
    start, days : datetime, int
        The time that is simulated.
    draw : Draw
        Decides what is missing.
    """
    naming = Naming(draw)
    filters = _zone_filters(network, known, naming, draw)
    ends = _ends(network, filters, naming)
    roles = _roles(network, known, filters, naming, draw)
    known.forbidden.extend(_policies(known, ends, draw))
    known.known_causes.extend(_learning(network, known, start, days, draw))
    document: dict[str, Any] = {"timezone": known.timezone}
    if known.decides(draw):
        document["hours"] = {"days": "mon-fri", "from": known.hours[0], "to": known.hours[1]}
    document["filters"] = filters
    document["internal"] = ends["lan"]
    document["roles"] = roles
    document["assigned_filters"] = [
        {"method": method, "filter": ends[end]}
        for method, end in _ASSIGNED.items()
        if end in ends and draw.chance(0.5 * _PARTS_KNOWN[known.level])
    ]
    document["services"] = _services(network, known, draw)
    document["allowed"] = known.allowed
    document["forbidden"] = known.forbidden
    document["known_causes"] = known.known_causes
    if known.decides(draw):
        document["data_feeds"] = {
            "1": {"name": naming.feed("perimeter"), "position": "perimeter"},
            "2": {"name": naming.feed("core"), "position": "core"},
            "3": {"name": naming.feed("ot"), "position": "ot"},
        }
    kept = {name: part for name, part in document.items() if part}
    bare = {name: part for name, part in kept.items() if name not in ("roles", "services", "hours")}
    return _dump(kept), _dump(bare)


def _dump(document: dict[str, Any]) -> str:
    return yaml.dump(document, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=110)


class _Plain(yaml.SafeDumper):
    """Writes no anchors: a site file is read by people."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _zone_filters(network: Network, known: SelfKnowledge, naming: Naming, draw: Draw) -> dict[str, list[str]]:
    whole = [str(network.private)]
    if any(area.network.subnet_of(network.public) for area in network.areas):
        whole.append(str(network.public))
    if network.six is not None:
        whole.append(str(network.six))
    filters = {naming.zone("lan", None): whole}
    for area in network.areas:
        if draw.chance(max(_PARTS_KNOWN[known.level], 0.3)):
            filters[naming.zone(area.name, area.segment)] = _ranges(area)
    return filters


def _ranges(area: Area) -> list[str]:
    return [str(area.network)] if area.six is None else [str(area.network), str(area.six)]


def _ends(network: Network, filters: dict[str, list[str]], naming: Naming) -> dict[str, str]:
    """Return what stands for the ends that decisions speak of: the name of a filter that the file has."""
    ends = {"lan": naming.zone("lan", None)}
    for area in network.areas:
        name = naming.zone(area.name, area.segment)
        if name in filters:
            ends.setdefault(area.segment, name)
            if area.name == "dmz":
                ends["web"] = name
    return ends


def _roles(
    network: Network, known: SelfKnowledge, filters: dict[str, list[str]], naming: Naming, draw: Draw
) -> dict[str, str]:
    zones = {tuple(host.ip for host in area.hosts): area for area in network.areas}
    roles: dict[str, str] = {}
    for role in sorted(known.roles):
        hosts = network.by_role[role]
        area = zones.get(tuple(host.ip for host in hosts))
        name = naming.zone(area.name, area.segment) if area else ""
        if area is None or name not in filters:
            listed = [host.ip for host in hosts if draw.chance(_HOSTS_KNOWN[known.level])]
            if not listed:
                continue
            name = naming.role(role)
            filters[name] = listed
        roles[role] = name
    return roles


def _services(network: Network, known: SelfKnowledge, draw: Draw) -> dict[str, list[str]]:
    services: dict[str, list[str]] = {}
    for kind, entry in sorted(network.outside.items()):
        if entry.listed is None:
            continue
        for _ in range(entry.pool * 3):
            network.met(kind, draw)
        if known.decides(draw):
            services[entry.listed] = sorted({host.ip for host in network.pooled(kind)})
    return services


def _policies(known: SelfKnowledge, ends: dict[str, str], draw: Draw) -> list[dict[str, Any]]:
    return [
        {"method": method, "source": ends[end], "note": note}
        for method, end, note in _POLICIES
        if end in ends and draw.chance(0.2 * _PARTS_KNOWN[known.level])
    ]


def _learning(
    network: Network, known: SelfKnowledge, start: datetime, days: int, draw: Draw
) -> list[dict[str, Any]]:
    """Return the methods that are still learning in the first days."""
    methods = ["ANOMALY", "BROKENSEN", "ALIENDEV"]
    if "ot_device" in network.by_role:
        methods += ["OTCLANOM", "OTPAANOM", "OTSMANOM"]
    until = start + timedelta(hours=draw.whole(12, min(24 * days, 72)))
    return [
        {"cause": "learning", "method": method, "from": stamp(start), "to": stamp(until)}
        for method in methods
        if draw.chance(0.15 * _PARTS_KNOWN[known.level])
    ]


def stamp(at: datetime) -> str:
    """Return a time as files have it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

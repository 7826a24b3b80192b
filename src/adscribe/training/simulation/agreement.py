"""What one part of a report says of another: counts, times and ends that belong together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from adscribe.training.simulation.network import Host
from adscribe.training.simulation.values import DefinitionError

_COUNTRIES = {
    **{"Belize": "BZ", "Brazil": "BR", "China": "CN", "Egypt": "EG", "India": "IN", "Indonesia": "ID"},
    **{"Ireland": "IE", "Kazakhstan": "KZ", "Moldova": "MD", "Netherlands": "NL", "Nigeria": "NG"},
    **{"Panama": "PA", "Seychelles": "SC", "Singapore": "SG", "Sweden": "SE", "Thailand": "TH"},
    **{"Turkey": "TR", "Ukraine": "UA", "Vietnam": "VN"},
}
"""ISO 3166 codes of the countries that definitions name."""

_SERVICES = {
    **{22: "ssh", 25: "smtp", 53: "dns", 69: "tftp", 80: "http", 111: "portmap", 123: "ntp", 162: "snmptrap"},
    **{389: "ldap", 427: "slp", 443: "https", 445: "smb", 514: "syslog", 1900: "ssdp", 2055: "netflow"},
    **{161: "snmp", 1433: "ms-sql", 3389: "rdp", 5432: "postgresql", 9100: "jetdirect"},
    **{5001: "iperf", 5004: "rtp", 8080: "http-alt", 11211: "memcached", 27015: "steam"},
}
"""Names of services on ports (IANA, and what those use who have none there)."""

_TUNNELS = {
    **{"OpenVPN": "OpenVPN", "IPSec": "IPsec", "MSPPTP": "PPTP", "Hamachi": "Hamachi"},
    **{"InternetTunnel": "generic tunnel", "BehavioralDetection": "VPN-like traffic"},
}
"""What a report on a tunnel calls it, by submethod."""

_ONE_A_TARGET = ("flows_count", "emails_count")
"""Counts of what each target got at least once."""


def at_least_targets(name: str, value: Any, count: int) -> Any:
    """Return a value that isn't below the number of targets where each of them was counted."""
    return max(value, count) if name in _ONE_A_TARGET else value


def attempts(characteristics: Mapping[str, Any]) -> int | None:
    """Return how many attempts a report counts, which is the most targets that it can have had."""
    if "unsuccessful_count" in characteristics and "flows_count" not in characteristics:
        return int(characteristics.get("successful_count", 0) + characteristics["unsuccessful_count"])
    return next((int(characteristics[name]) for name in _ONE_A_TARGET if name in characteristics), None)


def named(native: dict[str, Any]) -> None:
    """Let the names in a report be those of its submethod, its ports and its device.

    A listed domain is seen in queries; whatever else is listed was contacted.
    """
    method, characteristics = native["method"], native["characteristics"]
    if method == "VPN" and native.get("submethod") in _TUNNELS:
        characteristics["application"] = _TUNNELS[native["submethod"]]
    if method in ("DOS", "REFLECTDOS", "SRVNA") and "service" in characteristics and native.get("ports"):
        port = native["ports"][0]
        characteristics["service"] = _SERVICES.get(port, characteristics["service"])
    if method == "BLACKLIST" and native.get("submethod") != "Domain":
        characteristics["communication"] = "direct"
    if method == "ALIENDEV" and "device_mac" in characteristics:
        native["source"]["mac"] = characteristics["device_mac"]


def as_told(ends: Sequence[Host], characteristics: Mapping[str, Any]) -> list[Host]:
    """Return the ends, those outside in the country and at the site that the report speaks of."""
    country, site = characteristics.get("country"), characteristics.get("site")
    if country is not None and country not in _COUNTRIES:
        raise DefinitionError(f"{country} is no country that has a code here", hint="add it to agreement.py")
    return [_placed(host, _COUNTRIES.get(country or ""), site) for host in ends]


def _placed(host: Host, country: str | None, site: str | None) -> Host:
    if host.zone is not None:
        return host
    if country is not None:
        host = replace(host, country=country)
    if site is not None and host.hostname is not None:
        host = replace(host, hostname=f"{host.hostname.partition('.')[0]}.{site}")
    return host


def goes_on(characteristics: dict[str, Any], elapsed: int) -> bool:
    """Let what has a pace go on at it; return whether it has one."""
    pace = characteristics.get("average_interval_seconds")
    if not pace:
        return False
    characteristics["duration_seconds"] = round(characteristics["duration_seconds"] + elapsed, 3)
    characteristics["flows_count"] += round(elapsed / pace)
    return True


def shares(number: int, characteristics: Mapping[str, Any]) -> list[float]:
    """Return what part of the data each target has: the busiest first, as the report says of it."""
    if number == 1:
        return [1.0]
    top, total = characteristics.get("top_peer_bytes"), characteristics.get("transferred_bytes")
    first = min(max(top / total, 1 / number), 1.0) if top and total else 0.7
    left, found = 1.0 - first, [first]
    for index in range(1, number):
        share = left if index == number - 1 else min(left * 0.7, first)
        left -= share
        found.append(share)
    return found

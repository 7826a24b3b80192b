"""What in an event is a sign that a host has a role.

What each method's source and targets are is taken from the Flowmon ADS user guide. How many
hosts, events or days make a sign weak, fair or strong is adscribe's own choice; the numbers
only order proposals that a person reviews.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from adscribe.event import Event

Inside = Callable[[str], bool]
Finding = tuple[str, tuple[str, ...]]
"""A host, and the peers that make the event a sign of its role."""

PROBING = frozenset({"SCANS", "SIPSCAN", "HONEYPOT", "DIVCOM", "ICMPANOM", "DOS", "SIPFLOOD", "L3ANOMALY"})
"""Methods whose targets need not offer what they are asked for."""

MANY_TARGETS = 20
"""Targets of one event from which on a host sweeps the network."""

_MAIL_PORTS = {25, 465, 587}
_WEB_PORTS = {80, 443, 8080, 8443}


@dataclass(frozen=True, slots=True)
class Sign:
    """A kind of evidence for a role.

    Attributes
    ----------
    role, filter : str
        The role, and the name of the filter to propose for it.
    words : str
        What was seen, with places for ``{hosts}`` (the peers), ``{events}`` and ``{days}``: ``12 hosts``.
    find : callable
        Event and a test for inside addresses to the hosts that it is a sign for.
    measure : {"peers", "events", "days"}
        What the thresholds count.
    thresholds : tuple of int
        From how many on it is weak, fair and strong; a sign with one threshold is never more than weak.
    hours : {"same", "spread"} or None
        Whether the events must come at one hour of the day, or at all hours, to be more than weak.
    """

    role: str
    filter: str
    words: str
    find: Callable[[Event, Inside], Iterator[Finding]]
    measure: Literal["peers", "events", "days"]
    thresholds: tuple[int, ...]
    hours: Literal["same", "spread"] | None = None


def _inside_targets(event: Event, inside: Inside) -> Iterator[Finding]:
    for target in event.targets:
        if inside(target.ip):
            yield target.ip, (event.source.ip,)


def _inside_source(event: Event, inside: Inside) -> Iterator[Finding]:
    if inside(event.source.ip):
        yield event.source.ip, tuple(target.ip for target in event.targets)


def _asked_for_names(event: Event, inside: Inside) -> Iterator[Finding]:
    if event.method == "DNSQUERY" or _serves(event, {53}):
        yield from _inside_targets(event, inside)


def _usual_resolver(event: Event, inside: Inside) -> Iterator[Finding]:
    listed = event.characteristics.get("usual_servers")
    if event.method == "DNSANOMALY" and isinstance(listed, str):
        for text in listed.split(","):
            ip = text.strip()
            if _is_inside(ip, inside):
                yield ip, (event.source.ip,)


def _sent_mail_to(event: Event, inside: Inside) -> Iterator[Finding]:
    if event.method == "SMTPANOMALY" or _serves(event, _MAIL_PORTS):
        yield from _inside_targets(event, inside)


def _sends_much_mail(event: Event, inside: Inside) -> Iterator[Finding]:
    if event.method == "SMTPANOMALY" and _target_count(event) >= 10:
        yield from _inside_source(event, inside)


def _login_form(event: Event, inside: Inside) -> Iterator[Finding]:
    if event.method == "HTTPDICT":
        yield from _inside_targets(event, inside)


def _visited_from_outside(event: Event, inside: Inside) -> Iterator[Finding]:
    if event.method != "HTTPDICT" and _serves(event, _WEB_PORTS) and not inside(event.source.ip):
        yield from _inside_targets(event, inside)


def _hands_out_addresses(event: Event, inside: Inside) -> Iterator[Finding]:
    if event.method == "DHCPANOM" and (event.submethod or "").startswith("Server"):
        yield from _inside_source(event, inside)
    elif event.method == "DHCPANOM" and (event.submethod or "").startswith("OversendingClient"):
        yield from _inside_targets(event, inside)


def _called_fake(event: Event, inside: Inside) -> Iterator[Finding]:
    if event.method == "DHCPANOM" and event.submethod == "FakeServer":
        yield from _inside_source(event, inside)


def _scans_much(event: Event, inside: Inside) -> Iterator[Finding]:
    if event.method == "SCANS" and _target_count(event) >= MANY_TARGETS:
        yield from _inside_source(event, inside)


def _pings_much(event: Event, inside: Inside) -> Iterator[Finding]:
    if event.method == "ICMPANOM" and event.submethod == "ICMPScan" and _target_count(event) >= MANY_TARGETS:
        yield from _inside_source(event, inside)


def _trap(event: Event, inside: Inside) -> Iterator[Finding]:
    if event.method == "HONEYPOT":
        yield from _inside_targets(event, inside)


def _translates(event: Event, inside: Inside) -> Iterator[Finding]:
    if event.method == "NATDET":
        yield from _inside_source(event, inside)


def _tunnels_end_at(event: Event, inside: Inside) -> Iterator[Finding]:
    if event.method == "VPN" and not inside(event.source.ip):
        yield from _inside_targets(event, inside)


def _tunnels_to_many(event: Event, inside: Inside) -> Iterator[Finding]:
    if event.method == "VPN":
        for ip, peers in _inside_source(event, inside):
            outside = tuple(peer for peer in peers if not inside(peer))
            if outside:
                yield ip, outside


def _serves(event: Event, ports: set[int]) -> bool:
    """Tell whether the targets were asked for a service, and for no other."""
    return (
        event.method not in PROBING | {"DNSANOMALY"} and bool(event.ports) and ports.issuperset(event.ports)
    )


def _target_count(event: Event) -> int:
    return max(len(event.targets), event.target_count or 0)


def _is_inside(ip: str, inside: Inside) -> bool:
    try:
        return inside(ip)
    except ValueError:  # the sensor's text, not an address that a reader has checked
        return False


SIGNS: tuple[Sign, ...] = (
    Sign(
        "dns_server",
        "DnsServers",
        "named as a usual DNS server in {events}, by {hosts}",
        _usual_resolver,
        "events",
        (1, 1, 5),
    ),
    Sign("dns_server", "DnsServers", "asked for names by {hosts}", _asked_for_names, "peers", (2, 3, 10)),
    Sign(
        "dhcp_server",
        "DhcpServers",
        "server in {events} of DHCP",
        _hands_out_addresses,
        "events",
        (1, 1, 5),
    ),
    Sign(
        "dhcp_server",
        "DhcpServers",
        "reported as a fake DHCP server in {events}, so either a server that the sensor "
        "does not know of or a rogue one",
        _called_fake,
        "events",
        (1,),
    ),
    Sign("mail_server", "MailServers", "mail sent to it by {hosts}", _sent_mail_to, "peers", (2, 3, 10)),
    Sign(
        "mail_server",
        "MailServers",
        "mail to {hosts} on {days}, so either a mail server or a sender of spam",
        _sends_much_mail,
        "days",
        (1,),
    ),
    Sign("web_server", "WebServers", "login form tried by {hosts}", _login_form, "peers", (1, 3, 10)),
    Sign(
        "web_server",
        "WebServers",
        "web port used by {hosts} outside",
        _visited_from_outside,
        "peers",
        (2, 3, 10),
    ),
    Sign("honeypot", "Honeypots", "trap address touched by {hosts}", _trap, "peers", (1, 2, 5)),
    Sign(
        "vulnerability_scanner",
        "Scanners",
        "scanned {hosts} on {days}",
        _scans_much,
        "days",
        (2, 3, 5),
        "same",
    ),
    Sign(
        "monitoring_station",
        "MonitoringStations",
        "pinged many hosts on {days}",
        _pings_much,
        "days",
        (2, 3, 7),
        "spread",
    ),
    Sign(
        "nat_gateway",
        "NatGateways",
        "several devices behind it on {days}",
        _translates,
        "days",
        (1, 3, 7),
    ),
    Sign(
        "vpn_gateway",
        "VpnGateways",
        "tunnels from {hosts} outside",
        _tunnels_end_at,
        "peers",
        (2, 3, 10),
    ),
    Sign(
        "vpn_gateway",
        "VpnGateways",
        "tunnels to {hosts} outside",
        _tunnels_to_many,
        "peers",
        (5, 10, 30),
    ),
)
"""All signs but those of OT roles, which need more than one event: see `adscribe.site.suggest`."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from datetime import timedelta

import pytest

from adscribe.event import Event
from adscribe.site import Site
from adscribe.site.suggest import Suggester
from tests.site.events import NOON, event


def fragment(events: Iterable[Event], site: Site | None = None) -> str:
    suggester = Suggester(site or Site.default())
    for one in events:
        suggester.add(one)
    return suggester.fragment()


def uncommented(text: str) -> str:
    return re.sub(r"^#( +- )", r"\1", text, flags=re.MULTILINE)


def clients(count: int) -> list[str]:
    return [f"10.5.0.{i + 1}" for i in range(count)]


def outsiders(count: int) -> list[str]:
    return [f"203.0.113.{i + 1}" for i in range(count)]


def nightly_scans(days: int, *, spread: bool = False) -> list[Event]:
    targets = [f"10.1.0.{i}" for i in range(30)]
    return [
        event(
            "SCANS",
            "10.9.0.20",
            *targets,
            at=NOON + timedelta(days=day, hours=7 * day if spread else 0),
        )
        for day in range(days)
    ]


MANY = [f"10.7.0.{i}" for i in range(1, 31)]
NAT = [event("NATDET", "10.0.0.1", at=NOON + timedelta(days=day)) for day in range(4)]
PINGS = [
    event("ICMPANOM", "10.9.0.10", *MANY, submethod="ICMPScan", at=NOON + timedelta(hours=11 * i))
    for i in range(9)
]


@pytest.mark.parametrize(
    ("events", "role", "ip", "word"),
    [
        ([event("DNSQUERY", ip, "10.1.0.53") for ip in clients(12)], "dns_server", "10.1.0.53", "strong"),
        (
            [event("UPLOAD", ip, "10.1.0.53", ports=(53,)) for ip in clients(3)],
            "dns_server",
            "10.1.0.53",
            "fair",
        ),
        (
            [event("UPLOAD", ip, "10.1.0.53", ports=(53,)) for ip in clients(2)],
            "dns_server",
            "10.1.0.53",
            "weak",
        ),
        (
            [
                event(
                    "DNSANOMALY",
                    "10.5.0.1",
                    "10.6.0.6",
                    characteristics={"usual_servers": "10.1.0.53, x, 192.0.2.1"},
                )
            ],
            "dns_server",
            "10.1.0.53",
            "fair",
        ),
        ([event("SMTPANOMALY", ip, "10.1.0.25") for ip in clients(4)], "mail_server", "10.1.0.25", "fair"),
        ([event("SMTPANOMALY", "10.1.0.25", *outsiders(12))], "mail_server", "10.1.0.25", "weak"),
        ([event("HTTPDICT", ip, "10.1.0.80") for ip in outsiders(3)], "web_server", "10.1.0.80", "fair"),
        (
            [event("BLACKLIST", ip, "10.1.0.80", ports=(443,)) for ip in outsiders(11)],
            "web_server",
            "10.1.0.80",
            "strong",
        ),
        ([event("DHCPANOM", "10.1.0.67", submethod="ServerChange")], "dhcp_server", "10.1.0.67", "fair"),
        ([event("DHCPANOM", "10.1.0.67", submethod="FakeServer")] * 9, "dhcp_server", "10.1.0.67", "weak"),
        (nightly_scans(6), "vulnerability_scanner", "10.9.0.20", "strong"),
        (nightly_scans(6, spread=True), "vulnerability_scanner", "10.9.0.20", "weak"),
        ([event("HONEYPOT", ip, "10.6.6.6") for ip in clients(2)], "honeypot", "10.6.6.6", "fair"),
        (NAT, "nat_gateway", "10.0.0.1", "fair"),
        ([event("VPN", ip, "10.0.0.5") for ip in outsiders(5)], "vpn_gateway", "10.0.0.5", "fair"),
        (PINGS, "monitoring_station", "10.9.0.10", "fair"),
        ([event("OTSMANOM", "10.8.0.5", ip) for ip in MANY], "ot_master", "10.8.0.5", "strong"),
        ([event("OTSMANOM", ip, "10.8.0.5") for ip in MANY], "ot_device", "10.7.0.9", "fair"),
        ([event("OTSMANOM", "10.8.0.5", "10.7.0.1")], "ot_device", "10.8.0.5", "weak"),
    ],
)
def test_roles_are_suggested_with_a_word_of_confidence(
    events: list[Event], role: str, ip: str, word: str
) -> None:
    text = fragment(events)
    assert (role in Site.parse(text, name="as printed").roles(ip)) == (word != "weak")
    assert role in Site.parse(uncommented(text), name="uncommented").roles(ip)
    (line,) = [line for line in text.splitlines() if f'"{ip}"' in line]
    assert f"# {word}: " in line
    assert line.startswith("#") == (word == "weak")


@pytest.mark.parametrize(
    "events",
    [
        [
            event("SCANS", ip, "10.1.0.53", ports=(53,)) for ip in clients(20)
        ],  # a scan finds what does not answer
        [
            event("DNSANOMALY", ip, "10.1.0.53", submethod="ForbiddenServer", ports=(53,))
            for ip in clients(20)
        ],
        [event("HTTPDICT", ip, "203.0.113.80") for ip in clients(20)],  # not ours
        [event("UPLOAD", ip, "10.1.0.80", ports=(22, 53)) for ip in clients(20)],
        nightly_scans(1),
        [event("SCANS", "10.9.0.20", "10.1.0.1", at=NOON + timedelta(days=day)) for day in range(9)],
        [event("SCANS", "203.0.113.1", *MANY, at=NOON + timedelta(days=day)) for day in range(9)],
    ],
)
def test_no_role_where_nothing_shows_one(events: list[Event]) -> None:
    assert "roles: {}" in fragment(events)


def test_inside_ranges_that_were_seen() -> None:
    seen = [event("SCANS", f"10.3.{i}.1", f"10.3.{i}.2", "203.0.113.9") for i in range(9)]
    seen += [event("SCANS", "192.168.5.1", "fd00:0:0:7::1")]
    site = Site.parse(fragment(seen))
    expected = Site.parse(
        'filters: {LAN: ["10.3.0.0/16", "192.168.5.0/24", "fd00:0:0:7::/64"]}\ninternal: LAN\n'
    )
    assert site.internal == expected.internal


def test_without_events_the_private_ranges_stand() -> None:
    site = Site.parse(fragment([]))
    assert site.is_internal("192.168.1.1")
    assert not site.is_internal("203.0.113.1")


def test_the_same_events_give_the_same_text() -> None:
    events = [
        *nightly_scans(6),
        *NAT,
        *PINGS,
        *(event("DNSQUERY", ip, "10.1.0.53", "10.1.0.54") for ip in clients(12)),
    ]
    text = fragment(events)
    assert text == fragment(events)
    shuffled = list(events)
    random.Random(1).shuffle(shuffled)
    assert text == fragment(shuffled)
    assert text.startswith(f"# Proposed from {len(events)} events, 2026-03-11 to 2026-03-16. ")


def test_what_a_site_knows_is_not_suggested_again() -> None:
    known = Site.parse("""\
filters:
  LAN: ["10.0.0.0/8"]
  Dns: ["10.1.0.53"]
internal: LAN
roles: {dns_server: Dns}
""")
    events = [event("DNSQUERY", ip, "10.1.0.53", "10.1.0.54") for ip in clients(12)]
    site = Site.parse(fragment(events, known))
    assert site.roles("10.1.0.53") == frozenset()
    assert site.roles("10.1.0.54") == {"dns_server"}


def test_texts_of_the_sensor_do_not_reach_the_proposal() -> None:
    hostile = "10.1.0.53\ninternal: Evil\n#"
    seen = event("DNSANOMALY", "10.5.0.1", characteristics={"usual_servers": hostile})
    assert "Evil" not in fragment([seen])

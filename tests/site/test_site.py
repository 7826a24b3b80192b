from __future__ import annotations

import pytest

from adscribe.site import DataFeed, Site
from tests.site.events import event

SITE = Site.parse("""\
filters:
  LAN: ["10.0.0.0/8", "2001:db8:1::/48", "203.0.113.0/28"]
  Servers: ["10.1.0.0/24", "203.0.113.5"]
  Dns: ["10.1.0.[10-11]", "2001:db8:1::53"]
  Backup: ["198.51.100.128/28"]
  Seized: ["192.0.2.250"]
internal: LAN
roles:
  dns_server: Dns
  domain_controller: Dns
  web_server: Servers
  approved_cloud: Backup
  sinkhole: Seized
assigned_filters:
  - {method: HTTPDICT, filter: Servers}
  - {method: HTTPDICT, instance: DMZ, filter: LAN}
  - {method: UPLOAD, instance: Night, filter: Servers}
services:
  cloud_storage: ["*.files.example", "content.store.example", "203.0.113.64/28"]
  code_repo: ["git.files.example"]
  known_bad: ["198.51.100.130"]
data_feeds:
  "1": {name: Uplink, position: perimeter}
  2: {position: core}
  "3":
""")


def test_an_address_has_all_its_roles_and_filters() -> None:
    assert SITE.roles("10.1.0.10") == {"dns_server", "domain_controller", "web_server"}
    assert SITE.filters_of("10.1.0.10") == ("LAN", "Servers", "Dns")
    assert SITE.roles("2001:DB8:1:0::53") == {"dns_server", "domain_controller"}
    assert SITE.roles("10.9.9.9") == frozenset()
    assert SITE.filters_of("192.0.2.1") == ()


def test_inside_is_what_internal_says_private_or_not() -> None:
    assert SITE.is_internal("203.0.113.5")
    assert SITE.is_internal("2001:db8:1::1")
    assert SITE.is_internal("::ffff:10.0.0.1")
    assert not SITE.is_internal("192.168.1.1")
    assert "10.0.0.1" in SITE.internal
    with pytest.raises(ValueError, match="does not appear"):
        SITE.is_internal("host.example")


def test_the_filter_of_an_instance_wins_over_that_of_the_method() -> None:
    assert SITE.assigned_filter("HTTPDICT", None) == "Servers"
    assert SITE.assigned_filter("HTTPDICT", "Default") == "Servers"
    assert SITE.assigned_filter("HTTPDICT", "DMZ") == "LAN"
    assert SITE.assigned_filter("UPLOAD", "Night") == "Servers"
    assert SITE.assigned_filter("UPLOAD", None) is None
    assert SITE.assigned_filter("SCANS", "DMZ") is None


@pytest.mark.parametrize(
    ("ip", "hostname", "kinds"),
    [
        ("192.0.2.1", "a.b.files.example", {"cloud_storage"}),
        ("192.0.2.1", "files.example", {"cloud_storage"}),
        ("192.0.2.1", "Content.Store.EXAMPLE.", {"cloud_storage"}),
        ("192.0.2.1", "git.files.example", {"cloud_storage", "code_repo"}),
        ("192.0.2.1", "x.content.store.example", set()),
        ("192.0.2.1", "badfiles.example", set()),
        ("192.0.2.1", "files.example.net", set()),
        ("192.0.2.1", "a" * 100_000 + ".files.example", set()),
        ("192.0.2.1", None, set()),
        ("203.0.113.70", None, {"cloud_storage"}),
        ("192.0.2.250", "git.files.example", {"sinkhole", "cloud_storage", "code_repo"}),
        ("198.51.100.130", None, {"approved_cloud", "known_bad"}),
        ("10.1.0.10", None, set()),
    ],
)
def test_what_a_peer_is(ip: str, hostname: str | None, kinds: set[str]) -> None:
    assert SITE.peer_kinds(ip, hostname) == kinds


def test_feeds_are_found_by_id_and_by_name() -> None:
    assert SITE.feed("1") == SITE.feed("Uplink") == DataFeed("1", "Uplink", "perimeter")
    assert SITE.feed("2") == DataFeed("2", None, "core")
    assert SITE.feed("3") == DataFeed("3")
    assert SITE.feed("4") is None
    assert SITE.feed(None) is None


def test_without_a_file_private_addresses_are_inside_and_nothing_else_is_known() -> None:
    site = Site.default()
    inside = [
        "10.1.1.1",
        "172.31.0.1",
        "192.168.0.1",
        "169.254.1.1",
        "100.64.0.1",
        "127.0.0.1",
        "::1",
        "fe80::1",
    ]
    assert [ip for ip in [*inside, "fd00::1"] if not site.is_internal(ip)] == []
    outside = ["8.8.8.8", "172.32.0.1", "100.128.0.1", "203.0.113.1", "2001:db8::1", "::2"]
    assert [ip for ip in outside if site.is_internal(ip)] == []
    assert site.sha256 is None
    assert dict(site.filters) == {}
    seen = event("SCANS", "10.0.0.1", "10.0.0.2")
    assert (site.allowed(seen), site.forbidden(seen), site.known_cause(seen)) == (None, None, None)
    assert site.working_time(seen.reported_at) is None

"""Each key of the vocabulary, from event, site and history."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from adscribe.context import Context, derive
from adscribe.context.vocabulary import load_vocabulary
from adscribe.event import Event
from adscribe.history import MemoryHistory, Record
from adscribe.sensors import Report, read
from adscribe.site import Site

SITE = Site.parse(
    """
timezone: Europe/Prague
hours: {days: mon-fri, from: "07:00", to: "19:00"}
filters:
  LAN: ["10.0.0.0/8", "192.0.2.0/24", "fd00::/8"]
  Clients: ["10.1.0.0/16"]
  GuestWifi: ["10.2.0.0/16"]
  ServerRoom: ["10.3.0.0/16"]
  Portal: ["192.0.2.80"]
  Resolvers: ["10.3.0.53"]
  Backups: ["10.3.0.40"]
  Monitoring: ["10.3.0.9"]
  Web: ["10.3.0.80"]
  Masters: ["10.4.0.1"]
  Offsite: ["198.51.100.0/28"]
internal: LAN
roles:
  workstation: Clients
  dns_server: Resolvers
  backup_server: Backups
  monitoring_station: Monitoring
  web_server: Web
  ot_master: Masters
  partner: Offsite
services:
  cloud_storage: ["*.share.example"]
assigned_filters:
  - {method: HTTPDICT, instance: DMZ, filter: Portal}
  - {method: UPLOAD, filter: Clients}
allowed:
  - {method: TEAMVIEWER, source: Clients, note: help desk}
forbidden:
  - {method: TOR, source: Clients}
known_causes:
  - {cause: maintenance, source: ServerRoom, from: 2026-03-01T00:00:00Z, to: 2026-03-02T00:00:00Z}
data_feeds:
  "9": {name: Plant, position: ot}
"""
)

CLIENT, OTHER, SERVER, RESOLVER, BACKUP = "10.1.0.5", "10.1.0.6", "10.3.0.7", "10.3.0.53", "10.3.0.40"
MONITOR, WEB, MASTER, GUEST = "10.3.0.9", "10.3.0.80", "10.4.0.1", "10.2.0.8"
OUTSIDE, PARTNER, PORTAL = "203.0.113.9", "198.51.100.3", "192.0.2.80"


def event(method: str, source: str, targets: list[Any] | None = None, **fields: Any) -> Event:
    document = {
        "method": method,
        "source": {"ip": source},
        "targets": targets or [],
        "detected_at": "2026-03-10T10:00:00Z",
        **fields,
    }
    (record,) = read([document], format="native")
    assert isinstance(record, Report), record
    return record.event


def context(method: str, source: str, targets: list[Any] | None = None, **fields: Any) -> Context:
    return derive(event(method, source, targets, **fields), SITE)


def many(number: int) -> list[str]:
    return [f"10.1.{n // 250}.{n % 250 + 1}" for n in range(number)]


CASES: list[tuple[str, Context, tuple[str, ...]]] = [
    ("source", context("SCANS", CLIENT, [SERVER]), ("inside",)),
    ("source", context("SCANS", OUTSIDE, [SERVER]), ("outside",)),
    ("targets", context("SCANS", CLIENT, [SERVER, OUTSIDE]), ("mixed",)),
    ("targets", context("SCANS", CLIENT, []), ()),
    ("source_role", context("SCANS", MONITOR, [CLIENT]), ("monitoring_station",)),
    ("source_role", context("SCANS", SERVER, [CLIENT]), ()),
    ("target_role", context("UPLOAD", CLIENT, [BACKUP]), ("backup_server",)),
    ("target_role", context("SCANS", CLIENT, [BACKUP, OTHER, SERVER]), ()),
    (
        "target_role",
        context("HIGHTRANSF", CLIENT, [{"ip": SERVER, "sent_bytes": 5}, {"ip": BACKUP, "sent_bytes": 9}]),
        ("backup_server",),
    ),
    ("role_fit", context("SCANS", MONITOR, [CLIENT], ports=[443, 161]), ("yes",)),
    ("role_fit", context("SCANS", MONITOR, [CLIENT], ports=[445]), ("no",)),
    ("role_fit", context("UPLOAD", BACKUP, [PARTNER], ports=[443]), ("yes",)),
    ("role_fit", context("UPLOAD", BACKUP, [OUTSIDE], ports=[443]), ("no",)),
    ("role_fit", context("SCANS", CLIENT, [OTHER], ports=[445]), ()),
    ("segment", context("BITTORRENT", GUEST, [OUTSIDE]), ("guest",)),
    ("segment", context("BITTORRENT", SERVER, [OUTSIDE]), ("server",)),
    ("segment", context("SCANS", OUTSIDE, [CLIENT]), ("user",)),
    ("segment", context("SCANS", "10.9.9.9", [CLIENT], data_feed="9"), ("ot",)),
    ("authorised", context("TEAMVIEWER", CLIENT, [OUTSIDE]), ("yes",)),
    ("authorised", context("TOR", CLIENT, [OUTSIDE]), ("no",)),
    ("authorised", context("TOR", SERVER, [OUTSIDE]), ()),
    ("known_cause", context("SRVNA", SERVER, [], detected_at="2026-03-01T10:00:00Z"), ("maintenance",)),
    ("known_cause", context("SRVNA", SERVER, []), ()),
    ("fp_label", context("SCANS", CLIENT, [SERVER], labels=["False positive"]), ("yes",)),
    ("success", context("SSHDICT", OUTSIDE, [SERVER], success=True), ("yes",)),
    ("success", context("SSHDICT", OUTSIDE, [SERVER], characteristics={"downloaded_bytes": 9}), ()),
    ("success", context("TELNET", OUTSIDE, [SERVER], characteristics={"downloaded_max_bytes": 0}), ("no",)),
    (
        "success",
        context("BLACKLIST", CLIENT, [OUTSIDE], submethod="Host", characteristics={"downloaded_bytes": 70}),
        ("yes",),
    ),
    ("distributed", context("SSHDICT", OUTSIDE, [SERVER], characteristics={"distributed": True}), ("yes",)),
    (
        "scan_shape",
        context("SCANS", CLIENT, [SERVER], characteristics={"scan_shape": "Vertical"}),
        ("vertical",),
    ),
    ("target_scale", context("SCANS", CLIENT, [SERVER]), ("single",)),
    ("target_scale", context("SCANS", CLIENT, [SERVER], target_count=100), ("massive",)),
    ("target_scale", context("SCANS", CLIENT, many(12), target_count=3), ("many",)),
    ("port_scale", context("SCANS", CLIENT, [SERVER], ports=[22, 80]), ("few",)),
    (
        "port_scale",
        context("HONEYPOT", CLIENT, [], ports=[22], characteristics={"ports_count": 198}),
        ("many",),
    ),
    (
        "client_scale",
        context("SRVNA", SERVER, [], characteristics={"clients_unsuccessful_count": 20}),
        ("many",),
    ),
    ("id_scale", context("SIPSCAN", OUTSIDE, [SERVER], characteristics={"identifiers_count": 9}), ("few",)),
    (
        "attempts",
        context("SSHDICT", OUTSIDE, [SERVER], characteristics={"attempts_total_count": 1000}),
        ("high",),
    ),
    (
        "attempts",
        context(
            "SCANS", OUTSIDE, [SERVER], characteristics={"successful_count": 3, "unsuccessful_count": 16}
        ),
        ("low",),
    ),
    (
        "attempts_per_target",
        context("SSHDICT", OUTSIDE, many(20), characteristics={"attempts_total_count": 60}),
        ("low",),
    ),
    (
        "interval",
        context("DICTATTACK", CLIENT, [SERVER], characteristics={"average_interval_seconds": 30}),
        ("slow",),
    ),
    (
        "interval",
        context("DICTATTACK", CLIENT, [SERVER], characteristics={"duration_seconds": 60, "flows_count": 31}),
        ("fast",),
    ),
    ("packets", context("DOS", SERVER, [OUTSIDE], characteristics={"packets_count": 100_000}), ("large",)),
    (
        "upload",
        context("UPLOAD", CLIENT, [OUTSIDE], characteristics={"uploaded_bytes": 50 * 2**20}),
        ("large",),
    ),
    ("upload", context("UPLOAD", CLIENT, [{"ip": OUTSIDE, "sent_bytes": 6 * 2**30}]), ("huge",)),
    ("download", context("UPLOAD", CLIENT, [OUTSIDE], characteristics={"downloaded_bytes": 0}), ("none",)),
    (
        "flow_balance",
        context("UPLOAD", CLIENT, [OUTSIDE], characteristics={"uploaded_bytes": 50, "downloaded_bytes": 10}),
        ("upload",),
    ),
    (
        "flow_balance",
        context("UPLOAD", CLIENT, [OUTSIDE], characteristics={"uploaded_bytes": 49, "downloaded_bytes": 10}),
        ("balanced",),
    ),
    ("direction", context("WEBSHARE", CLIENT, [OUTSIDE], direction="upload"), ("upload",)),
    (
        "direction",
        context("HIGHTRANSF", CLIENT, [{"ip": SERVER, "sent_bytes": 5, "received_bytes": 900}]),
        ("download",),
    ),
    (
        "response_ratio",
        context("SCANS", CLIENT, [SERVER], characteristics={"successful_count": 8, "unsuccessful_count": 2}),
        ("high",),
    ),
    (
        "response_ratio",
        context("SCANS", CLIENT, [SERVER], characteristics={"successful_count": 6, "unsuccessful_count": 4}),
        (),
    ),
    (
        "change",
        context("PEERS", CLIENT, [SERVER], characteristics={"current_count": 10, "compared_count": 1000}),
        ("extreme",),
    ),
    ("change", context("BROKENSEN", CLIENT, [SERVER], characteristics={"difference_ratio": 1.5}), ("mild",)),
    (
        "change",
        context("SIPFLOOD", SERVER, [CLIENT], characteristics={"request_response_ratio": 412.6}),
        ("extreme",),
    ),
    (
        "increase",
        context(
            "OTSMANOM",
            MASTER,
            [],
            characteristics={"actual_value": 2, "expected_min_value": 5, "expected_max_value": 25},
        ),
        ("down",),
    ),
    ("service", context("SCANS", CLIENT, [SERVER], ports=[22, 3389]), ("ssh", "rdp")),
    ("service", context("DICTATTACK", CLIENT, [SERVER], submethod="SambaProtocol"), ("smb",)),
    ("service", context("REFLECTDOS", SERVER, [OUTSIDE], characteristics={"service": "ntp"}), ("ntp",)),
    ("protocol", context("DOS", SERVER, [OUTSIDE], protocols=[17]), ("udp",)),
    ("protocol", context("DOS", SERVER, [OUTSIDE], protocols=[6, 17]), ()),
    (
        "peer_kind",
        context("UPLOAD", CLIENT, [{"ip": OUTSIDE, "hostname": "a.share.example"}]),
        ("cloud_storage",),
    ),
    ("peer_kind", context("UPLOAD", CLIENT, [PARTNER]), ("partner",)),
    ("peer_kind", context("DNSANOMALY", CLIENT, ["8.8.8.8"]), ("public_resolver",)),
    (
        "peer_kind",
        context("WEBSHARE", CLIENT, [OUTSIDE], characteristics={"site": "pastebin.com"}),
        ("text_storage",),
    ),
    (
        "peer_kind",
        context("BLACKLIST", CLIENT, [OUTSIDE], characteristics={"list_description": "Sinkholed domains"}),
        ("sinkhole",),
    ),
    (
        "list_kind",
        context("BLACKLIST", CLIENT, [OUTSIDE], characteristics={"blacklist_names": "PhishingDomains"}),
        ("phishing",),
    ),
    (
        "list_kind",
        context("BLACKLIST", CLIENT, [OUTSIDE], characteristics={"blacklist_names": "Custom list 7"}),
        (),
    ),
    ("comm", context("BLACKLIST", CLIENT, [OUTSIDE], characteristics={"communication": "dns"}), ("dns",)),
    ("family", context("BPATTERNS", CLIENT, [OUTSIDE], submethod="USER_LockBitRansomware"), ("ransomware",)),
    ("family", context("BPATTERNS", CLIENT, [OUTSIDE], submethod="USER_cobaltstrike"), ("c2_malware",)),
    ("family", context("THREATS", CLIENT, [OUTSIDE], submethod="Pinkslipbot"), ("banking",)),
    ("family", context("THREATS", CLIENT, [OUTSIDE], submethod="TookPS"), ()),
    ("family", context("SCANS", CLIENT, [OUTSIDE], description="a ransomware scan"), ()),
    (
        "target_feature",
        context("HTTPDICT", OUTSIDE, [WEB], characteristics={"login_form": True}),
        ("login_form",),
    ),
    (
        "probability",
        context("TEAMVIEWER", SERVER, [OUTSIDE], characteristics={"probability_ratio": 0.7}),
        ("high",),
    ),
    (
        "activity",
        context("TEAMVIEWER", SERVER, [OUTSIDE], characteristics={"activity": "screen shared"}),
        ("session",),
    ),
    (
        "domains",
        context("RANDOMDOMAIN", CLIENT, [], characteristics={"domains": "a.org, b.org"}),
        ("several",),
    ),
    ("device_count", context("NATDET", CLIENT, [], characteristics={"hidden_devices_count": 3}), ("many",)),
    (
        "device_count",
        context("NATDET", CLIENT, [], characteristics={"hidden_devices_count": 2**64 - 1}),
        ("invalid",),
    ),
    ("addr_kind", context("L3ANOMALY", "172.16.1.1", [OUTSIDE]), ("private_unlisted",)),
    ("addr_kind", context("L3ANOMALY", "224.0.0.251", [OUTSIDE]), ("bogon",)),
    ("addr_kind", context("L3ANOMALY", OUTSIDE, [SERVER]), ("public_foreign",)),
    (
        "mac_kind",
        context("ALIENDEV", CLIENT, [], characteristics={"device_mac": "DA:A1:19:00:00:01"}),
        ("randomised",),
    ),
    (
        "mac_kind",
        context("ALIENDEV", CLIENT, [], characteristics={"device_mac": "00:1B:21:00:00:01"}),
        ("global",),
    ),
    ("ot_end", context("SCANS", CLIENT, [MASTER]), ("yes",)),
    ("schedule", context("HIGHTRANSF", CLIENT, [SERVER], detected_at="2026-03-10T17:30:00Z"), ("expected",)),
    ("schedule", context("HIGHTRANSF", CLIENT, [SERVER], detected_at="2026-03-10T18:30:00Z"), ("off_hours",)),
    (
        "ot_metric",
        context("OTCLANOM", MASTER, [], characteristics={"differing_metrics": "undefined requests count"}),
        ("undefined",),
    ),
    (
        "ot_metric",
        context(
            "OTCLANOM", MASTER, [], characteristics={"write_requests_count": 610, "read_requests_count": 30}
        ),
        ("write",),
    ),
]


@pytest.mark.parametrize(
    ("key", "seen", "values"), CASES, ids=lambda part: part if isinstance(part, str) else ""
)
def test_a_key_is_what_event_and_site_tell(key: str, seen: Context, values: tuple[str, ...]) -> None:
    assert seen.values(key) == values


def test_every_key_of_the_vocabulary_is_derived() -> None:
    shown = {key for key, _, values in CASES if values} | {"prior"}
    assert shown == set(load_vocabulary().keys)


def test_every_fact_has_a_value_of_the_vocabulary_a_source_and_words() -> None:
    keys = load_vocabulary().keys
    for _, seen, _ in CASES:
        for fact in seen.facts.values():
            assert fact.text
            assert fact.basis.partition(":")[0] in ("event", "site", "history", "codebook", "ATT&CK")
            if fact.key in keys:
                assert set(fact.values) <= set(keys[fact.key].values)


def test_the_end_in_the_assigned_filter_is_the_monitored_one_even_if_it_is_not_internal() -> None:
    site = Site.parse(
        "filters: {LAN: ['10.0.0.0/8'], Customers: ['198.51.100.0/24']}\n"
        "internal: LAN\nassigned_filters: [{method: SCANS, filter: Customers}]\n"
    )
    seen = derive(event("SCANS", OUTSIDE, ["198.51.100.7"]), site)
    assert (seen.values("source"), seen.values("targets")) == (("outside",), ("inside",))
    assert derive(event("DOS", OUTSIDE, ["198.51.100.7"]), site).values("targets") == ("outside",)


def test_neither_end_in_the_assigned_filter_is_a_fact_of_its_own() -> None:
    assert context("UPLOAD", SERVER, [OUTSIDE]).values("filter_mismatch") == ("yes",)
    assert context("UPLOAD", CLIENT, [OUTSIDE]).values("filter_mismatch") == ()


def test_the_assigned_filter_tells_client_from_server() -> None:
    as_client = context("HTTPDICT", OUTSIDE, [PORTAL], instance="DMZ")
    as_server = context("HTTPDICT", PORTAL, [OUTSIDE], instance="DMZ")
    for seen in (as_client, as_server):
        assert (seen.values("source"), seen.values("targets")) == (("outside",), ("inside",))
    assert (as_client.actor, as_client.victim) == ("source", "targets")
    assert (as_server.actor, as_server.victim) == ("targets", "source")


def test_the_source_of_a_flood_is_its_victim() -> None:
    seen = context("DOS", SERVER, [OUTSIDE], submethod="SYNFlood")
    assert (seen.actor, seen.victim) == ("targets", "source")


def test_targets_on_both_sides_are_also_seen_side_by_side_with_their_own_bytes() -> None:
    seen = context(
        "HIGHTRANSF",
        SERVER,
        [
            {"ip": BACKUP, "sent_bytes": 2 * 2**30, "received_bytes": 1000},
            {"ip": OUTSIDE, "sent_bytes": 1000, "received_bytes": 9 * 2**30},
        ],
    )
    inside, outside = seen.parts
    assert (inside.values("target_role"), inside.values("direction")) == (("backup_server",), ("upload",))
    assert (outside.values("upload"), outside.values("direction")) == (("tiny",), ("download",))
    assert context("SCANS", CLIENT, [SERVER]).parts == ()


def test_earlier_events_of_the_host_are_known_by_their_kind() -> None:
    history = MemoryHistory()
    at = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
    record = Record(event_id="scan-1", at=at, kinds=frozenset(("scan",)), method="SCANS")
    history.remember((CLIENT,), record)
    seen = derive(event("TELNET", CLIENT, [SERVER]), SITE, history, event_id="telnet-1")
    assert (seen.values("prior"), seen.history) == (("scan",), 1)
    assert derive(event("TELNET", CLIENT, [SERVER]), SITE, history, event_id="scan-1").history == 0
    assert derive(event("TELNET", OTHER, [SERVER]), SITE, history).values("prior") == ()


def test_host_names_and_the_order_of_targets_change_nothing() -> None:
    plain = context("SCANS", CLIENT, [SERVER, OUTSIDE, OTHER])
    other = context(
        "SCANS", CLIENT, [{"ip": OTHER, "hostname": "x"}, {"ip": SERVER, "hostname": "y"}, {"ip": OUTSIDE}]
    )
    assert {k: f.values for k, f in plain.facts.items()} == {k: f.values for k, f in other.facts.items()}


def test_severity_is_no_evidence() -> None:
    plain, severe = (
        context("SCANS", CLIENT, [SERVER]),
        context("SCANS", CLIENT, [SERVER], severity="critical"),
    )
    assert plain.facts == severe.facts
    assert plain.measures == severe.measures


def test_a_number_without_end_is_no_number() -> None:
    seen = context("SSHDICT", OUTSIDE, [SERVER])
    endless = replace(seen.event, characteristics={"attempts_total_count": float("inf")})
    assert derive(endless, SITE).values("attempts") == ()

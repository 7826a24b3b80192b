"""DOS, HIGHTRANSF, UPLOAD, DNSQUERY, DIVCOM, PEERS and ICMPANOM from flows."""

from __future__ import annotations

from typing import Any

import pytest

from adscribe.flows import Flow
from tests.flows.making import ICMP, UDP, flow, unanswered
from tests.training.detectors.running import OTHER, PC, PEER, SERVER, event, events

GIB = 1024**3
MIB = 1024**2


def echo(
    source: str, target: str, at: float = 0.0, packets: int = 4, payload: int = 56, **fields: Any
) -> Flow:
    usual: dict[str, Any] = {
        "source_port": 8,
        "protocol": ICMP,
        "flags": None,
        "sent_packets": packets,
        "received_packets": packets,
        "sent_bytes": packets * (payload + 28),
        "received_bytes": packets * (payload + 28),
    }
    return flow(source, target, 0, at=at, **(usual | fields))


def test_a_flood_of_half_open_connections_names_the_victim_as_source() -> None:
    attackers = [f"198.51.100.{place}" for place in range(1, 11)]
    flood = [unanswered(attackers[place % 10], SERVER, 443, at=place / 10) for place in range(1_200)]
    found = event(flood, method="DOS")
    assert (found.submethod, found.source.ip, found.target_count) == ("SYNFlood", SERVER, 10)
    assert found.characteristics["packets_count"] == 1_200
    assert found.ports == (443,)


def test_unanswered_attempts_on_many_ports_are_no_flood() -> None:
    scan = [unanswered(PEER, SERVER, port, at=port / 100) for port in range(1, 3_000)]
    assert events(scan, method="DOS") == []


def test_half_closed_connections_in_mass_are_told() -> None:
    held = [flow(PEER, SERVER, 80, at=place / 10, half_closed=True) for place in range(600)]
    assert event(held, method="DOS").submethod == "FIN2WAIT"


def test_many_packets_that_nobody_answers_are_a_volumetric_flood() -> None:
    flood = [
        unanswered(PEER, SERVER, 9_999, at=place, protocol=UDP, flags=None, sent_packets=20_000)
        for place in range(6)
    ]
    found = event(flood, method="DOS")
    assert (found.submethod, found.source.ip) == ("Volumetric", SERVER)
    assert found.characteristics["packets_count"] == 120_000
    assert found.characteristics["current_ratio"] == 120_000


def test_answers_that_nobody_asked_for_flood_the_one_who_seems_to_have_asked() -> None:
    reflected = [
        flow(PC, f"203.0.113.{place}", 53, protocol=UDP, flags=None, sent_packets=0, received_packets=12_000)
        for place in range(1, 11)
    ]
    found = event(reflected, method="DOS")
    assert (found.source.ip, found.target_count) == (PC, 10)


def test_a_download_is_no_flood() -> None:
    download = flow(PC, PEER, sent_packets=70_000, received_packets=140_000, received_bytes=200 * MIB)
    assert events([download], method="DOS") == []


def test_a_large_transfer_has_its_busiest_peers_as_targets_and_no_direction() -> None:
    flows = [
        flow(PC, SERVER, 445, received_bytes=3 * GIB),
        flow(PC, PEER, sent_bytes=40_000),
        flow(PC, "203.0.113.10", sent_bytes=10 * MIB),
    ]
    found = {event.source.ip: event for event in events(flows, method="HIGHTRANSF")}
    assert set(found) == {PC, SERVER}
    assert [target.ip for target in found[PC].targets] == [SERVER]
    assert found[PC].characteristics["top_peer_bytes"] == 3 * GIB + 1_000
    assert found[PC].direction is None
    assert found[PC].targets[0].sent_bytes is None


def test_a_transfer_of_an_outside_host_is_that_of_the_inside_one() -> None:
    found = event([flow(PEER, PC, sent_bytes=2 * GIB)], method="HIGHTRANSF")
    assert (found.source.ip, found.targets[0].ip) == (PC, PEER)


def test_more_sent_than_received_by_a_client_is_an_upload() -> None:
    flows = [
        flow(PC, PEER, sent_bytes=30 * MIB, received_bytes=1 * MIB),
        flow(PC, SERVER, sent_bytes=30 * MIB, received_bytes=25 * MIB),
        flow(OTHER, PEER, sent_bytes=30 * 1024, received_bytes=100),
    ]
    found = event(flows, method="UPLOAD")
    assert (found.source.ip, [target.ip for target in found.targets]) == (PC, [PEER])
    assert found.characteristics == {"uploaded_bytes": 30 * MIB, "downloaded_bytes": MIB}


def test_what_a_server_sends_to_its_clients_is_no_upload_of_its() -> None:
    assert events([flow(PEER, SERVER, sent_bytes=1_000, received_bytes=500 * MIB)], method="UPLOAD") == []


def queries(client: str, number: int, **fields: Any) -> list[Flow]:
    return [
        flow(client, "10.0.0.53", 53, at=3 * place, protocol=UDP, flags=None, sent_packets=1, **fields)
        for place in range(number)
    ]


def test_far_more_queries_than_the_others_ask() -> None:
    flows = [*queries(PC, 1_100), *queries(OTHER, 30), *queries("10.0.0.7", 10)]
    found = event(flows, method="DNSQUERY")
    assert found.source.ip == PC
    assert (found.characteristics["current_count"], found.characteristics["compared_count"]) == (1_100, 20.0)
    assert found.characteristics["peak_count"] == 100
    assert found.characteristics["duration_seconds"] == 3_600


def test_queries_of_a_busy_network_are_usual_there() -> None:
    alike = [query for client in (PC, OTHER, "10.0.0.7") for query in queries(client, 1_100)]
    assert events(alike, method="DNSQUERY") == []


def test_many_targets_and_ports_are_diverse_communication() -> None:
    diverse = [flow(PC, f"203.0.113.{place % 60}", 1_000 + place) for place in range(300)]
    found = event(diverse, method="DIVCOM")
    assert (found.target_count, found.characteristics["ports_count"]) == (60, 300)
    usual = [flow(PC, f"203.0.113.{place % 60}", 443) for place in range(300)]
    assert events(usual, method="DIVCOM") == []


def test_partners_are_compared_with_the_hosts_own_habit() -> None:
    hour = 3_600.0
    quiet = [flow(PC, f"203.0.113.{place}", at=number * hour) for number in range(6) for place in range(10)]
    busy = [flow(PC, f"198.51.100.{place}", at=6 * hour) for place in range(80)]
    found = event(quiet + busy, method="PEERS")
    assert found.characteristics == {"current_count": 80, "compared_count": 10.0, "increase_ratio": 7.0}
    always = [flow(PC, f"203.0.113.{place}", at=number * hour) for number in range(7) for place in range(80)]
    assert events(always, method="PEERS") == []
    assert events(busy, method="PEERS") == []


def test_echo_requests_to_many_hosts_are_a_scan() -> None:
    found = event([echo(PC, f"10.0.2.{place}") for place in range(1, 21)], method="ICMPANOM")
    assert (found.submethod, len(found.targets)) == ("ICMPScan", 20)
    assert events([echo(PC, SERVER, at=place) for place in range(20)], method="ICMPANOM") == []


def test_echo_requests_in_mass_are_a_flood_of_the_host_that_gets_them() -> None:
    found = event([echo(PC, SERVER, packets=5_000), echo(PC, OTHER)], method="ICMPANOM")
    assert (found.submethod, [target.ip for target in found.targets]) == ("PingFlood", [SERVER])
    assert found.characteristics == {"packets_count": 5_000}


def test_echo_to_a_broadcast_address_is_a_smurf_attack() -> None:
    found = event([echo(PEER, "10.0.0.255", packets=4_000, received_packets=90_000)], method="ICMPANOM")
    assert found.submethod == "SmurfAttack"
    assert found.characteristics["received_packets_count"] == 90_000


def test_large_echo_packets_are_told_with_what_is_usual() -> None:
    others = [echo(f"10.0.0.{place}", SERVER) for place in range(20, 30)]
    found = event([*others, echo(PC, PEER, packets=400, payload=1_400)], method="ICMPANOM")
    assert found.submethod == "LargePayload"
    assert found.characteristics == {
        "current_bytes": 1_400,
        "compared_bytes": 56,
        "icmp_type": "8",
        "packets_count": 400,
    }


def errors(source: str, number: int, at: float = 0.0) -> list[Flow]:
    return [
        unanswered(source, PEER, 3, at=at + place / 100, protocol=ICMP, source_port=3, flags=None)
        for place in range(number)
    ]


def test_a_burst_of_unreachable_messages_against_the_other_hosts_and_against_the_own_habit() -> None:
    network = event(errors(PC, 200) + errors(OTHER, 4), method="ICMPANOM")
    assert network.submethod == "DestinationUnreachNetwork"
    assert network.characteristics == {"current_count": 200, "compared_count": 4.0}
    habit = [message for window in range(6) for message in errors(PC, 3, at=300.0 * window)]
    own = event(habit + errors(PC, 200, at=1_800.0), method="ICMPANOM")
    assert own.submethod == "DestinationUnreachIP"
    assert own.characteristics == {"current_count": 200, "compared_count": pytest.approx(3.0)}

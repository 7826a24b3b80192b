"""SCANS, DICTATTACK, SSHDICT, RDPDICT, HTTPDICT and TELNET from flows."""

from __future__ import annotations

from typing import Any

import pytest

from adscribe.flows import Flow
from tests.flows.making import UDP, flow, unanswered
from tests.training.detectors.running import OTHER, PC, PEER, SERVER, event, events

FIN, PSH, ACK, URG = 1, 8, 16, 32


def hosts(number: int) -> list[str]:
    return [f"10.0.2.{place}" for place in range(1, number + 1)]


def guess(source: str, target: str, port: int, at: float, **fields: Any) -> Flow:
    usual = {"sent_bytes": 1_700, "received_bytes": 2_400, "seconds": 2.0}
    return flow(source, target, port, at=at, **(usual | fields))


def test_a_sweep_of_one_port_is_a_horizontal_scan_with_its_answers() -> None:
    flows = [unanswered(PC, host, 445) for host in hosts(40)]
    answered = [
        flow(PC, "10.0.3.1", 445, sent_bytes=84, received_bytes=44, sent_packets=2, received_packets=1)
    ]
    found = event(flows + answered, method="SCANS")
    assert (found.submethod, found.source.ip, found.target_count) == ("TCPSYN", PC, 41)
    assert found.characteristics == {
        "scan_shape": "horizontal",
        "successful_count": 1,
        "unsuccessful_count": 40,
    }
    assert (found.ports, found.protocols) == ((445,), (6,))


def test_many_ports_of_one_host_are_a_vertical_scan_and_many_of_many_a_chaotic_one() -> None:
    vertical = event([unanswered(PC, SERVER, port) for port in range(1, 60)], method="SCANS")
    assert vertical.characteristics["scan_shape"] == "vertical"
    chaotic = event(
        [unanswered(PC, host, port) for host in hosts(25) for port in range(20, 26)], method="SCANS"
    )
    assert chaotic.characteristics["scan_shape"] == "chaotic"


def test_use_of_many_servers_is_no_scan() -> None:
    use = [flow(PC, host, sent_bytes=9_000, received_bytes=90_000) for host in hosts(200)]
    few = [unanswered(PC, host, 443) for host in hosts(29)]
    assert events(use + few, method="SCANS") == []


def test_one_server_that_does_not_answer_is_no_scan() -> None:
    assert events([unanswered(PC, SERVER, 445, at=place) for place in range(200)], method="SCANS") == []


@pytest.mark.parametrize(
    ("flags", "submethod"),
    [
        (FIN, "TCPFIN"),
        (FIN | PSH | URG, "TCPXmas"),
        (0, "TCPNull"),
        (None, "PortBased"),
    ],
)
def test_the_flags_tell_the_kind_of_a_scan(flags: int | None, submethod: str) -> None:
    probes = [unanswered(PC, host, 22, flags=flags, sent_bytes=40) for host in hosts(40)]
    assert event(probes, method="SCANS").submethod == submethod


def test_segments_of_open_connections_are_no_scan() -> None:
    rest = [unanswered(PC, host, 443, flags=ACK) for host in hosts(100)]
    assert events(rest, method="SCANS") == []


def test_datagrams_to_many_hosts_are_a_scan_but_not_those_to_groups() -> None:
    probes = [unanswered(PC, host, 161, protocol=UDP, flags=None) for host in hosts(40)]
    assert event(probes, method="SCANS").submethod == "UDP"
    groups = [unanswered(PC, f"239.0.0.{place}", 1900, protocol=UDP, flags=None) for place in range(60)]
    assert events(groups, method="SCANS") == []


def test_an_event_grows_as_windows_pass_and_keeps_its_identity() -> None:
    first = [unanswered(PC, host, 445) for host in hosts(40)]
    second = [unanswered(PC, f"10.0.4.{place}", 445, at=400) for place in range(1, 51)]
    opened, update = events(first + second, method="SCANS")
    assert opened.updated_at is None and update.updated_at is not None
    assert update.detected_at == opened.detected_at < update.updated_at
    assert (opened.target_count, update.target_count) == (40, 90)
    assert update.characteristics["unsuccessful_count"] == 90


def test_what_comes_an_hour_later_is_another_event() -> None:
    again = [unanswered(PC, host, 445, at=at) for at in (0, 4_000) for host in hosts(40)]
    first, second = events(again, method="SCANS")
    assert second.updated_at is None and second.detected_at > first.detected_at


def test_regular_connections_to_a_login_are_a_dictionary_attack() -> None:
    found = event([guess(PC, SERVER, 21, 2.0 * place) for place in range(31)], method="DICTATTACK")
    assert found.submethod == "FTPProtocol"
    assert found.characteristics["flows_count"] == 31
    assert found.characteristics["average_interval_seconds"] == pytest.approx(62 / 30, abs=0.01)
    assert found.target_count == 1


def test_connections_of_all_sizes_are_use_of_a_service() -> None:
    sizes = [2_000 * 2 ** (place % 8) for place in range(60)]
    use = [guess(PC, SERVER, 443, 2.0 * place, received_bytes=size) for place, size in enumerate(sizes)]
    assert events(use, method="DICTATTACK") == []


def test_refused_connections_guess_nothing() -> None:
    refused = [guess(PC, SERVER, 21, place, outcome="refused") for place in range(60)]
    assert events(refused, method="DICTATTACK") == []


def test_ssh_guessing_that_ends_in_a_session_succeeds_while_the_event_goes_on() -> None:
    guesses = [guess(PC, SERVER, 22, 5.0 * place) for place in range(40)]
    session = guess(PC, SERVER, 22, 1_000.0, seconds=600.0, sent_bytes=90_000, received_bytes=700_000)
    opened, update = events([*guesses, session], method="SSHDICT")
    assert (opened.success, update.success) == (False, True)
    assert opened.characteristics["attempts_total_count"] == 40
    assert update.characteristics["attempts_current_count"] == 0
    assert update.characteristics["uploaded_max_bytes"] == 90_000


def test_a_session_on_another_host_is_no_success_of_the_guessing() -> None:
    guesses = [guess(PC, SERVER, 22, 5.0 * place) for place in range(40)]
    elsewhere = guess(PC, PEER, 22, 300.0, seconds=600.0, sent_bytes=90_000, received_bytes=700_000)
    assert event([*guesses, elsewhere], method="SSHDICT").success is False


def test_a_banner_is_no_attempt() -> None:
    banners = [guess(PC, host, 22, 0.0, sent_bytes=440, received_bytes=500) for host in hosts(60)]
    assert events(banners, method="SSHDICT") == []


def test_ssh_on_another_port_is_known_where_the_recorder_recognised_it() -> None:
    hidden = [guess(PC, SERVER, 902, 5.0 * place, service="ssh") for place in range(40)]
    assert event(hidden, method="SSHDICT").ports == (902,)


def test_an_attack_that_several_sources_share_is_distributed() -> None:
    sources = [f"198.51.100.{place}" for place in range(1, 4)]
    shared = [guess(source, SERVER, 3389, 5.0 * place) for source in sources for place in range(25)]
    assert [found.characteristics["distributed"] for found in events(shared, method="RDPDICT")] == [True] * 3
    alone = [guess(PC, SERVER, 3389, 5.0 * place) for place in range(25)]
    found = event(alone, method="RDPDICT")
    assert found.characteristics["distributed"] is False
    assert found.success is None


def test_a_page_of_the_same_size_again_and_again_is_form_guessing() -> None:
    replies = [
        guess(PEER, SERVER, 80, place, received_bytes=4_836, received_packets=8) for place in range(70)
    ]
    others = [guess(PEER, SERVER, 80, place, received_bytes=9_000 + 90 * place) for place in range(70)]
    found = event(replies + others, method="HTTPDICT")
    assert (found.source.ip, [target.ip for target in found.targets]) == (PEER, [SERVER])
    assert found.characteristics["repetitions_count"] == 70
    assert found.characteristics["reply_bytes"] == pytest.approx(4_836 - 8 * 40, abs=32)
    assert events(others, method="HTTPDICT") == []


def test_telnet_is_several_attempts_or_one_session() -> None:
    found = event([unanswered(PEER, SERVER, 23, at=place) for place in range(5)], method="TELNET")
    assert found.characteristics["flows_count"] == 5
    assert found.characteristics["downloaded_max_bytes"] == 0
    session = [flow(OTHER, SERVER, 23, seconds=120, sent_bytes=4_000, received_bytes=30_000)]
    assert event(session, method="TELNET").characteristics["downloaded_max_bytes"] == 30_000
    assert events([unanswered(PEER, SERVER, 23)], method="TELNET") == []

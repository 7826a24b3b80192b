"""Flows fill what events lack."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adscribe.context import derive
from adscribe.event import Event, Source, Target
from adscribe.flows import Flow, FlowError, FlowIndex, PeerName, completed
from adscribe.flows.ordering import by_end
from adscribe.site import Site
from tests.flows.making import NOON, flow, unanswered

PC, SERVER, PEER = "10.0.0.5", "10.0.1.31", "203.0.113.9"


def event(method: str, *targets: str | Target, source: str = PC, **fields: Any) -> Event:
    listed = tuple(Target(ip=target) if isinstance(target, str) else target for target in targets)
    at = datetime.fromtimestamp(NOON + 60, UTC)
    return Event(method=method, source=Source(ip=source), detected_at=at, targets=listed, **fields)


def index(*records: Flow | PeerName) -> FlowIndex:
    found = FlowIndex()
    for record in records:
        found.add(record)
    return found


def guesses(number: int, port: int = 22) -> list[Flow]:
    return [
        flow(PC, SERVER, port, at=2 * place, sent_bytes=1_500, received_bytes=2_000)
        for place in range(number)
    ]


def test_a_transfer_gets_its_bytes_and_direction() -> None:
    flows = index(
        flow(PC, PEER, sent_bytes=9_000_000, received_bytes=20_000),
        flow(PC, PEER, sent_bytes=1_000_000, received_bytes=10_000, at=30),
    )
    found = completed(event("HIGHTRANSF", PEER), flows)
    assert found.targets[0].sent_bytes == 10_000_000
    assert found.targets[0].received_bytes == 30_000
    assert derive(found, Site.default()).values("direction") == ("upload",)


def test_bytes_are_those_of_the_events_source_whoever_opened_the_conversation() -> None:
    flows = index(flow(PEER, PC, 443, sent_bytes=50_000, received_bytes=7_000_000))
    found = completed(event("HIGHTRANSF", PEER), flows)
    assert (found.targets[0].sent_bytes, found.targets[0].received_bytes) == (7_000_000, 50_000)


def test_what_the_sensor_said_stays() -> None:
    said = event(
        "HIGHTRANSF",
        Target(ip=PEER, hostname="a.example.net", sent_bytes=1, received_bytes=2),
        direction="download",
        success=False,
    )
    flows = index(flow(PC, PEER, sent_bytes=9_000_000, name="b.example.net"))
    assert completed(said, flows) is said


def test_flows_of_other_hosts_times_and_ports_do_not_count() -> None:
    hours = 3_600.0
    flows = index(
        flow("10.0.0.6", PEER),
        flow(PC, "203.0.113.10"),
        flow(PC, PEER, at=-2 * hours),
        flow(PC, PEER, at=2 * hours),
        flow(PC, PEER, 80),
    )
    said = event("UPLOAD", PEER, ports=(443,), protocols=(6,))
    assert completed(said, flows) is said


def test_a_conversation_that_began_long_before_and_goes_on_counts() -> None:
    flows = index(flow(PC, PEER, at=-7_200, seconds=9_000, sent_bytes=5_000_000))
    assert completed(event("UPLOAD", PEER), flows).targets[0].sent_bytes == 5_000_000


def test_the_time_of_an_event_begins_with_its_first_flow_and_ends_after_its_update() -> None:
    flows = index(flow(PC, PEER, at=-3_000, sent_bytes=1_000), flow(PC, PEER, at=3_000, sent_bytes=2_000))
    said = event("UPLOAD", PEER)
    assert completed(said, flows) is said
    first = said.detected_at - timedelta(hours=1)
    longer = event("UPLOAD", PEER, first_flow_at=first, updated_at=said.detected_at + timedelta(hours=1))
    assert completed(longer, flows).targets[0].sent_bytes == 3_000


def test_a_long_session_after_many_short_attempts_is_a_success() -> None:
    session = flow(PC, SERVER, 22, at=60, seconds=300, sent_bytes=90_000, received_bytes=400_000)
    said = event("DICTATTACK", SERVER, submethod="SSHProtocol")
    assert completed(said, index(*guesses(20), session)).success is True
    assert completed(said, index(*guesses(20))).success is None
    assert completed(said, index(session)).success is None


def test_a_session_on_another_host_is_not_the_success_of_an_attack() -> None:
    elsewhere = flow(PC, PEER, 22, at=60, seconds=300, sent_bytes=90_000, received_bytes=400_000)
    said = event("DICTATTACK", SERVER, submethod="SSHProtocol")
    assert completed(said, index(*guesses(20), elsewhere)).success is None


def test_who_was_never_answered_did_not_get_in() -> None:
    flows = index(*(unanswered(PC, SERVER, 3389, at=place) for place in range(30)))
    assert completed(event("RDPDICT", SERVER), flows).success is False


def test_a_listed_peer_was_reached_or_not() -> None:
    said = event("BLACKLIST", PEER, submethod="Host")
    assert completed(said, index(flow(PC, PEER))).success is True
    assert completed(said, index(unanswered(PC, PEER, 443))).success is False
    assert completed(said, index()).success is None


def test_a_name_that_was_only_asked_for_is_not_reached_by_the_answer_of_the_resolver() -> None:
    said = event("BLACKLIST", "10.0.0.53", submethod="Domain")
    assert completed(said, index(flow(PC, "10.0.0.53", 53))).success is None


def test_a_scan_gets_its_answers_only_where_all_its_targets_are_listed() -> None:
    flows = index(flow(PC, SERVER, 22), unanswered(PC, "10.0.1.32", 22), unanswered(PC, "10.0.1.33", 22))
    targets = (SERVER, "10.0.1.32", "10.0.1.33")
    counted = completed(event("SCANS", *targets, target_count=3), flows).characteristics
    assert counted == {"successful_count": 1, "unsuccessful_count": 2}
    cut = event("SCANS", *targets, target_count=254)
    assert completed(cut, flows) is cut


def test_a_peer_gets_the_name_that_the_source_asked_for() -> None:
    names = index(
        PeerName(PC, PEER, "files.example.net"),
        PeerName("10.0.0.6", PEER, "other.example.net"),
        flow(PC, "203.0.113.10", name="up.example.net"),
    )
    found = completed(event("UPLOAD", PEER, "203.0.113.10"), names)
    assert [target.hostname for target in found.targets] == ["files.example.net", "up.example.net"]


def test_no_target_is_added() -> None:
    flows = index(flow(PC, PEER), flow(PC, SERVER))
    assert [target.ip for target in completed(event("HIGHTRANSF", PEER), flows).targets] == [PEER]


def test_more_flows_than_are_kept_are_refused_with_what_to_do() -> None:
    small = FlowIndex(limit=2)
    small.add(flow(PC, PEER))
    small.add(flow(PC, PEER))
    with pytest.raises(FlowError, match=r"more than 2 flows \(give the flows of the hours"):
        small.add(flow(PC, PEER))


def test_flows_come_in_the_order_of_their_ends_as_far_as_some_can_be_held() -> None:
    ends = [5.0, 1.0, 4.0, 2.0, 9.0, 3.0]
    flows = [flow(PC, PEER, at=0, seconds=end) for end in ends]
    assert [item.seconds for item in by_end(flows)] == sorted(ends)
    assert [item.seconds for item in by_end(flows, held=2)] == [1.0, 2.0, 4.0, 3.0, 5.0, 9.0]

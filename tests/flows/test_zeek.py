"""Zeek's logs as flows."""

from __future__ import annotations

import io
import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adscribe.flows import Flow, FlowError, PeerName, read_flows
from adscribe.flows.reading import LINE_LENGTH
from adscribe.sensors import Reject
from tests.flows.making import NOON, zeek
from tests.shared import shared_path


def read(text: str) -> list[Flow | PeerName | Reject]:
    return list(read_flows(io.BytesIO(text.encode())))


def one(**row: Any) -> Flow:
    (found,) = read(zeek(row))
    assert isinstance(found, Flow)
    return found


def test_a_connection_is_read_with_the_bytes_of_whole_packets() -> None:
    found = one(service="ssl")
    assert (found.source, found.target, found.target_port) == ("10.0.0.5", "203.0.113.9", 443)
    assert (found.sent_bytes, found.received_bytes) == (760, 1_120)
    assert (found.start, found.seconds, found.service) == (NOON, 2.5, "ssl")
    assert found.outcome == "answered"


@pytest.mark.parametrize(
    ("state", "history", "outcome"),
    [
        ("S0", "S", "unanswered"),
        ("SH", "SF", "unanswered"),
        ("REJ", "Sr", "refused"),
        ("S1", "ShAD", "answered"),
        ("RSTO", "ShR", "answered"),
        ("RSTR", "ShADadr", "answered"),
    ],
)
def test_the_state_tells_what_became_of_an_attempt(state: str, history: str, outcome: str) -> None:
    assert one(conn_state=state, history=history).outcome == outcome


def test_a_datagram_is_answered_when_something_came_back() -> None:
    assert one(proto="udp", conn_state="SF", history="Dd").outcome == "answered"
    assert (
        one(proto="udp", conn_state="S0", history="D", resp_pkts=0, resp_ip_bytes=0).outcome == "unanswered"
    )


def test_a_fin_without_a_syn_is_told_from_an_opening() -> None:
    syn, fin = 2, 1
    opening = one(conn_state="S0", history="S").flags
    probe = one(conn_state="OTH", history="F", resp_pkts=0).flags
    assert opening is not None and opening & syn
    assert probe == fin


def test_one_side_that_closed_alone_is_told() -> None:
    assert one(conn_state="S2").half_closed
    assert not one(conn_state="SF").half_closed


def test_what_a_recorder_left_open_counts_as_nothing() -> None:
    found = one(
        duration="-", orig_bytes="-", resp_bytes="-", orig_pkts="-", orig_ip_bytes="-", resp_ip_bytes="-"
    )
    assert (found.seconds, found.sent_bytes, found.received_bytes) == (0.0, 0, 0)


def test_payload_stands_in_for_packets_that_were_not_counted() -> None:
    assert one(orig_ip_bytes="-", resp_ip_bytes="-").sent_bytes == 500


@pytest.mark.parametrize(
    ("names", "cells", "label"),
    [
        ("\tlabel\tdetailedlabel", "\tMalicious\tCC", "Malicious/CC"),
        ("\tlabel\tdetailedlabel", "\tBackground\t(empty)", "Background"),
        # The labelled logs of IoT-23 put three spaces between the last columns.
        (
            "   label   detailed-label",
            "   Malicious   PartOfAHorizontalPortScan",
            "Malicious/PartOfAHorizontalPortScan",
        ),
        ("   label   detailed-label", "   Benign   -", "Benign"),
    ],
)
def test_labels_stay_beside_the_flow(names: str, cells: str, label: str) -> None:
    (found,) = read(zeek({"extra": cells}, extra=names))
    assert isinstance(found, Flow)
    assert found.label == label


def test_json_says_the_same_as_columns() -> None:
    record = {
        "ts": "2026-11-03T12:00:00.000000Z",
        "id.orig_h": "10.0.0.5",
        "id.orig_p": 40_000,
        "id.resp_h": "203.0.113.9",
        "id.resp_p": 443,
        "proto": "tcp",
        "duration": 2.5,
        "conn_state": "SF",
        "history": "ShADadFf",
        "orig_pkts": 6,
        "orig_ip_bytes": 760,
        "resp_pkts": 5,
        "resp_ip_bytes": 1_120,
        "id.resp_h_name.vals": ["files.example.net", "other.example.net"],
    }
    (found,) = read(json.dumps(record) + "\n")
    assert isinstance(found, Flow)
    assert found.name == "files.example.net"
    (plain,) = read(zeek({}))
    assert isinstance(plain, Flow)
    for field in ("start", "end", "source", "target", "sent_bytes", "received_bytes", "outcome", "flags"):
        assert getattr(found, field) == getattr(plain, field)


def test_a_log_of_handshakes_or_requests_names_peers() -> None:
    tls = (
        "#fields\tts\tid.orig_h\tid.resp_h\tserver_name\n"
        "1.0\t10.0.0.5\t203.0.113.9\tfiles.example.net\n"
        "1.0\t10.0.0.5\t203.0.113.9\t-\n"
    )
    assert read(tls) == [PeerName("10.0.0.5", "203.0.113.9", "files.example.net")]
    web = {"id.orig_h": "10.0.0.5", "id.resp_h": "203.0.113.9", "host": "files.example.net:8080"}
    assert read(json.dumps(web)) == [PeerName("10.0.0.5", "203.0.113.9", "files.example.net")]


def test_an_address_in_place_of_a_name_is_no_name() -> None:
    web = {"id.orig_h": "10.0.0.5", "id.resp_h": "203.0.113.9", "host": "203.0.113.9"}
    assert read(json.dumps(web)) == []


def test_a_line_that_cannot_be_read_costs_that_line_only_and_is_not_repeated_in_the_reason() -> None:
    found = read(zeek({}, {"id.resp_h": "203.0.113.999"}, {"ts": "nan"}, {"orig_pkts": "-5"}, {}))
    assert [type(record) for record in found] == [Flow, Reject, Reject, Reject, Flow]
    rejects = [record for record in found if isinstance(record, Reject)]
    assert [reject.line for reject in rejects] == [5, 6, 7]
    assert all("999" not in reject.reason for reject in rejects)


def test_a_line_without_an_end_is_not_kept() -> None:
    lines = zeek({}).replace("#close\n", "x" * (3 * LINE_LENGTH) + "\n") + zeek({}).splitlines()[3] + "\n"
    found = read(lines)
    assert [type(record) for record in found] == [Flow, Reject, Flow]


def test_a_file_of_another_kind_is_named_with_what_would_do() -> None:
    with pytest.raises(FlowError, match=r"no known form of flows.*Zeek"):
        read("one,two\n1,2\n")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=5))
def test_no_line_breaks_the_reader(lines: list[str]) -> None:
    content = zeek({}) + "\n".join(lines) + "\n" + zeek({})
    found = read(content)
    assert sum(isinstance(record, Flow) for record in found) >= 1


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["ts", "proto", "id.orig_h", "id.resp_h", "duration", "host"]),
        st.text() | st.floats() | st.lists(st.integers()),
    )
)
def test_no_object_breaks_the_reader(record: dict[str, Any]) -> None:
    for found in read(json.dumps(record) + "\n"):
        assert isinstance(found, Flow | PeerName | Reject)


def test_a_whole_labelled_capture_is_read() -> None:
    path = shared_path("data", "iot23-capture-34-1", "conn.log.labeled.gz")
    flows = list(read_flows(path))
    labels = Counter(flow.label for flow in flows if isinstance(flow, Flow))
    assert labels == {
        "Malicious/DDoS": 14_394,
        "Malicious/C&C": 6_706,
        "Benign": 1_923,
        "Malicious/PartOfAHorizontalPortScan": 122,
    }


def test_a_capture_in_json_is_read() -> None:
    name = "002-zeek-scenario-port-scanning__conn.log.gz"
    flows = list(read_flows(shared_path("data", "stratosphere-zeek-labeled", name)))
    assert len(flows) == 4_504
    assert all(isinstance(flow, Flow) for flow in flows)

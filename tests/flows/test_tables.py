"""Tables of nfdump and CICFlowMeter as flows."""

from __future__ import annotations

import gzip
import io
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adscribe.flows import Flow, FlowError, pairing, read_flows
from adscribe.sensors import Reject
from tests.flows.making import NOON, flow
from tests.shared import shared_path

SHORT = "ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt,opkt,obyt\n"
SUMMARY = "Summary\nflows,bytes,packets,avg_bps,avg_pps,avg_bpp\n2,3000,20,100,1,150\n"


def nfdump(*rows: tuple[object, ...]) -> str:
    """Return a table of (seconds after noon, source, target, ports, protocol, flags, packets, bytes)."""
    lines = []
    for second, source, target, source_port, target_port, protocol, flags, packets, size in rows:
        at = f"2026-11-03 12:00:{second:02d}"
        cells = (
            at,
            at,
            "0.000",
            source,
            target,
            source_port,
            target_port,
            protocol,
            flags,
            0,
            0,
            packets,
            size,
            0,
            0,
        )
        lines.append(",".join(map(str, cells)))
    return SHORT + "\n".join(lines) + "\n" + SUMMARY


def read(text: str, zone: str = "UTC") -> list[Flow]:
    found = list(read_flows(io.BytesIO(text.encode()), zone=ZoneInfo(zone)))
    flows = [record for record in found if isinstance(record, Flow)]
    assert flows == found
    return flows


def test_the_two_directions_of_a_conversation_become_one_flow() -> None:
    (found,) = read(
        nfdump(
            (1, "203.0.113.9", "10.0.0.5", 443, 40_000, "TCP", "...AP.SF", 8, 9_000),
            (0, "10.0.0.5", "203.0.113.9", 40_000, 443, "TCP", "...AP.SF", 6, 700),
        )
    )
    assert (found.source, found.target, found.target_port) == ("10.0.0.5", "203.0.113.9", 443)
    assert (found.sent_bytes, found.received_bytes) == (700, 9_000)
    assert (found.start, found.end) == (NOON, NOON + 1)
    assert found.outcome == "answered"


def test_of_records_that_began_at_once_the_one_to_the_service_is_the_request() -> None:
    (found,) = read(
        nfdump(
            (0, "203.0.113.9", "10.0.0.5", 53, 40_000, "UDP", "........", 1, 200),
            (0, "10.0.0.5", "203.0.113.9", 40_000, 53, "UDP", "........", 1, 60),
        )
    )
    assert (found.source, found.target_port, found.sent_bytes) == ("10.0.0.5", 53, 60)


def test_a_reset_in_answer_is_a_refusal() -> None:
    (found,) = read(
        nfdump(
            (0, "10.0.0.5", "10.0.0.9", 40_000, 22, "TCP", "......S.", 1, 44),
            (0, "10.0.0.9", "10.0.0.5", 22, 40_000, "TCP", "...A.R..", 1, 40),
        )
    )
    assert found.outcome == "refused"


def test_a_record_without_its_answer_stands_alone() -> None:
    probe, open_connection = read(
        nfdump(
            (0, "10.0.0.5", "10.0.0.9", 40_000, 22, "TCP", "......S.", 1, 44),
            (0, "10.0.0.5", "10.0.0.8", 40_001, 22, "TCP", "...AP.S.", 9, 1_400),
        )
    )
    assert (probe.outcome, open_connection.outcome) == ("unanswered", "answered")


def test_an_answer_without_its_request_is_turned_round() -> None:
    (found,) = read(nfdump((0, "203.0.113.9", "10.0.0.5", 53, 40_000, "UDP", "........", 3, 4_000)))
    assert (found.source, found.target, found.target_port) == ("10.0.0.5", "203.0.113.9", 53)
    assert (found.sent_bytes, found.received_bytes) == (0, 4_000)


def test_icmp_type_and_code_stand_where_ports_do() -> None:
    (found,) = read(
        nfdump(
            (0, "10.0.0.5", "10.0.0.9", 0, "8.0", "ICMP", "........", 4, 336),
            (1, "10.0.0.9", "10.0.0.5", 0, "0.0", "ICMP", "........", 4, 336),
        )
    )
    assert (found.source, found.source_port, found.target_port) == ("10.0.0.5", 8, 0)
    assert found.received_packets == 4


def test_records_that_have_both_directions_stay_as_they_are() -> None:
    times = "2026-11-03 12:00:00,2026-11-03 12:00:05,5.0"
    text = f"{SHORT}{times},10.0.0.5,203.0.113.9,40000,443,TCP,...AP.SF,0,0,6,700,8,9000\n"
    (found,) = read(text)
    assert (found.sent_bytes, found.received_bytes, found.seconds) == (700, 9_000, 5.0)


def test_long_column_names_and_several_tables_in_a_file() -> None:
    table = (
        "firstSeen,duration,proto,srcAddr,srcPort,dstAddr,dstPort,packets,bytes,flows\n"
        "2026-11-03 12:00:00.250,1.500,TCP,10.0.0.5,40000,203.0.113.9,443,6,700,1\n"
    )
    found = read(table + SUMMARY + table)
    assert [flow.start for flow in found] == [NOON + 0.25] * 2
    assert found[0].seconds == 1.5


def test_times_without_a_zone_take_the_one_given() -> None:
    (found,) = read(
        nfdump((0, "10.0.0.5", "10.0.0.9", 40_000, 22, "TCP", "......S.", 1, 44)), "Europe/Prague"
    )
    assert found.start == NOON - 3600


NEW = (
    "Src IP,Src Port,Dst IP,Dst Port,Protocol,Timestamp,Flow Duration,Total Fwd Packet,Total Bwd packets,"
    "Total Length of Fwd Packet,Total Length of Bwd Packet,SYN Flag Count,RST Flag Count,Label\n"
)
OLD = (
    "Flow ID, Source IP, Source Port, Destination IP, Destination Port, Protocol, Timestamp, Flow Duration,"
    " Total Fwd Packets, Total Backward Packets,Total Length of Fwd Packets, Total Length of Bwd Packets,"
    " Label\n"
)


@pytest.mark.parametrize(
    "table",
    [
        NEW + "10.0.0.5,40000,203.0.113.9,443,6,2026-11-03 12:00:00.000000,2500000,4,3,100,50,1,0,BENIGN\n",
        OLD + "a-b,10.0.0.5,40000,203.0.113.9,443,6,3/11/2026 12:00,2500000,4,3,100.0,50.0,BENIGN\n",
        OLD + "a-b,10.0.0.5,40000,203.0.113.9,443,6,03/11/2026 12:00:00 PM,2500000,4,3,100,50,BENIGN\n",
    ],
)
def test_payloads_of_cicflowmeter_become_bytes_of_packets(table: str) -> None:
    (found,) = read(table)
    assert (found.start, found.seconds) == (NOON, 2.5)
    assert (found.sent_bytes, found.received_bytes) == (100 + 4 * 40, 50 + 3 * 40)
    assert found.payload_bytes == 150
    assert (found.outcome, found.label) == ("answered", "BENIGN")


def test_a_row_of_another_width_or_kind_is_rejected_by_its_line() -> None:
    text = NEW + "1,2,3\n" + "10.0.0.5,40000,203.0.113.9,99999,6,2026-11-03 12:00:00,0,1,0,0,0,1,0,X\n"
    found = list(read_flows(io.BytesIO(text.encode())))
    assert [(record.line, record.reason) for record in found if isinstance(record, Reject)] == [
        (2, "not as many columns as the header has"),
        (3, "a port was expected"),
    ]


def test_quotes_that_hold_a_line_end_cost_their_row_only() -> None:
    row = "10.0.0.5,40000,203.0.113.9,443,6,2026-11-03 12:00:00,0,1,0,0,0,1,0,X\n"
    found = list(read_flows(io.BytesIO((NEW + '1,"a"\rb,3\n' + row.replace("X", '"X"')).encode())))
    assert [type(record) for record in found] == [Reject, Flow]


def test_a_compressed_file_is_read_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    whole = gzip.compress(nfdump((0, "10.0.0.5", "10.0.0.9", 40_000, 22, "TCP", "......S.", 1, 44)).encode())
    (tmp_path / "flows.csv.gz").write_bytes(whole)
    assert len(list(read_flows(tmp_path / "flows.csv.gz"))) == 1
    (tmp_path / "half.csv.gz").write_bytes(whole[:-12])
    with pytest.raises(FlowError, match=r"half\.csv\.gz"):
        list(read_flows(tmp_path / "half.csv.gz"))


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(FlowError, match=r"nowhere\.log: flows can't be read: No such file"):
        list(read_flows("nowhere.log"))


def test_a_published_table_is_read_whole() -> None:
    path = shared_path("data", "cicids2017-improved-sample", "flows.csv.gz")
    labels = Counter(flow.label for flow in read_flows(path) if isinstance(flow, Flow))
    assert labels.total() == 43_419
    assert labels["FTP-Patator"] == 3_972


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from([SHORT, NEW, OLD]),
    st.lists(
        st.lists(
            st.sampled_from(
                ["10.0.0.5", "2026-11-03 12:00:00", "TCP", "icmp", "8.0", "-1", "1e400", "nan", '"']
            )
            | st.text(max_size=8),
            max_size=16,
        ).map(",".join),
        max_size=6,
    ),
)
def test_no_row_breaks_the_reader(header: str, rows: list[str]) -> None:
    for record in read_flows(io.BytesIO((header + "\n".join(rows) + "\n").encode("utf-8", "replace"))):
        assert isinstance(record, Flow | Reject)


def test_records_that_wait_for_their_answer_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairing, "HELD", 3)
    waiting = pairing.Pairing()
    records = [flow("10.0.0.5", "203.0.113.9", port, received_packets=0) for port in range(1, 11)]
    done = [done for record in records for done in waiting.add(record)]
    assert [item.target_port for item in done] == list(range(1, 8))
    assert len(list(waiting.rest())) == 3

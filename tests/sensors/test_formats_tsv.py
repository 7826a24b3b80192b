from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adscribe.sensors import Reject, Report, read

STANDARD = [
    "142857",
    "2026-02-03 15:12:10",
    "2026-02-03 15:01:00",
    "UPLOAD",
    "Upload anomaly",
    "Security issues",
    "High",
    "Uploaded: 5 GiB, downloaded: 9.77 KiB, port(s): 443.",
    "443, 8443",
    "6",
    "192.0.2.7",
    "pc-7.example.net",
    "198.51.100.1, 198.51.100.2",
    "Head office",
    "n/a",
]
EXTENDED = [*STANDARD[:5], "General", "Sum of uploads", *STANDARD[5:]]


def report(row: list[str]) -> Report:
    (answer,) = read("\t".join(row))
    assert isinstance(answer, Report), answer
    return answer


def reject(row: list[str]) -> Reject:
    (answer,) = read("\t".join(row))
    assert isinstance(answer, Reject), answer
    return answer


def changed(row: list[str], **values: str) -> list[str]:
    places = {
        "time": 1,
        "first": 2,
        "method": 3,
        "priority": 6,
        "ports": 8,
        "protocol": 9,
        "source": 10,
        "targets": 12,
    }
    row = row.copy()
    for name, value in values.items():
        row[places[name]] = value
    return row


def test_every_column_has_its_place() -> None:
    answer = report(STANDARD)
    event = answer.event
    assert (answer.format, answer.ignored, answer.detail_form) == ("flowmon-tsv", (), "phrase")
    assert (event.external_id, event.method, event.severity) == ("142857", "UPLOAD", "high")
    assert event.detected_at == datetime(2026, 2, 3, 15, 12, 10, tzinfo=UTC)
    assert event.first_flow_at == datetime(2026, 2, 3, 15, 1, tzinfo=UTC)
    assert (event.source.ip, event.source.hostname, event.source.user) == (
        "192.0.2.7",
        "pc-7.example.net",
        None,
    )
    assert [target.ip for target in event.targets] == ["198.51.100.1", "198.51.100.2"]
    assert (event.data_feed, event.perspective, event.sensor) == (
        "Head office",
        "Security issues",
        "flowmon-ads",
    )
    assert event.characteristics["uploaded_bytes"] == 5 * 2**30


def test_columns_win_over_the_detail() -> None:
    assert report(STANDARD).event.ports == (443, 8443)
    assert report(changed(STANDARD, ports=" ")).event.ports == (443,)


def test_the_extended_form_is_the_same_event() -> None:
    standard, extended = report(STANDARD), report(EXTENDED)
    assert extended.event == standard.event
    assert extended.ignored == ("column 7",)


def test_an_inserted_column_is_a_submethod_only_if_it_names_one() -> None:
    method = {"method": "SCANS"}
    row = changed(STANDARD, **method)
    row[7] = " "
    assert report([*row[:5], "UDP", "Scan by UDP", *row[5:]]).event.submethod == "UDP"
    other = report([*row[:5], "Default", "UDP", *row[5:]])
    assert (other.event.submethod, other.ignored) == ("UDP", ("column 6",))
    neither = report([*row[:5], "Default", "Something", *row[5:]])
    assert (neither.event.submethod, neither.ignored) == (None, ("column 6", "column 7"))


def test_empty_columns_are_unknown() -> None:
    row = [column if index in (1, 3, 10) else " " for index, column in enumerate(STANDARD)]
    event = report(row).event
    unknown = (event.external_id, event.first_flow_at, event.severity, event.data_feed, event.description)
    assert unknown == (None,) * 5
    assert (event.targets, event.ports, event.source.hostname) == ((), (), None)


def test_a_time_may_be_unix_time() -> None:
    event = report(changed(STANDARD, time="1770131530", first="1770130860")).event
    assert event == report(STANDARD).event


def test_what_an_event_can_do_without_is_ignored_and_named() -> None:
    answer = report(changed(STANDARD, ports="443, many", protocol="TCP", priority="Urgent"))
    assert answer.ignored == ("ports", "priority")
    assert (answer.event.protocols, answer.event.severity) == ((6,), None)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (changed(STANDARD, source="pc-7"), "the source is no address"),
        (changed(STANDARD, source=" "), "the source is no address"),
        (changed(STANDARD, targets="198.51.100.1, x"), "a target is no address"),
        (changed(STANDARD, time="yesterday"), "the detection time is no time"),
        (changed(STANDARD, method=" "), "no method"),
        (STANDARD[:-1], "a row of 14 columns, not of 15 or 17"),
        ([*STANDARD, " "], "a row of 16 columns"),
        ([*EXTENDED, " ", " ", " "], "a row of more columns"),
    ],
)
def test_a_row_that_is_no_event_says_why(row: list[str], reason: str) -> None:
    answer = reject(row)
    assert reason in answer.reason
    assert "192.0.2.7" not in answer.reason


def test_a_row_of_an_ids_event_is_told_apart() -> None:
    row = [
        "7",
        "2026-02-03 15:12:10",
        " ",
        "192.0.2.7",
        "40000",
        "198.51.100.1",
        "445",
        "TCP",
        " ",
        "ET SCAN",
    ]
    assert "IDS event" in reject([*row, " ", " ", " ", "High"]).reason

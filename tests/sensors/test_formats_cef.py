from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from adscribe.event import Event
from adscribe.sensors import Reject, Report, read
from tests.shared import shared_path

HEAD = "CEF:0|Flowmon Networks|Flowmon ADS Ultimate|13.00.00|SCANS|Port scanning|6|"
LINE = (
    "Nov  3 15:12:10 flow ADS[2039]: "
    + HEAD
    + "src=192.0.2.7 smac=0c:70:00:00:00:01 start=Nov 03 2025 15:01:00 "
    "msg={Submethod:'TCPSYN';TargetCount:'2';PortList:'445, 3389';Protocol:'6'} "
    "cs4=198.51.100.1, 198.51.100.2, 198.51.100.1 cs4Label=dstIPv4list "
    "cs2=Default cs2Label=MethodInstanceName cn2=1 cn2Label=DataFeedID cn3=2 cn3Label=PerspectiveID"
)


def report(line: str, **options: object) -> Report:
    (answer,) = read([line], **options)  # type: ignore[arg-type]
    assert isinstance(answer, Report), answer
    return answer


def event(line: str, **options: object) -> Event:
    return report(line, **options).event


def reject(line: str) -> Reject:
    (answer,) = read([line])
    assert isinstance(answer, Reject), answer
    return answer


def targets(line: str) -> list[str]:
    return [target.ip for target in event(line).targets]


def test_every_part_of_a_message_has_its_place() -> None:
    answer = report(LINE)
    seen = answer.event
    assert (answer.line, answer.format, answer.detail_form, answer.ignored) == (
        1,
        "flowmon-cef",
        "machine",
        (),
    )
    assert (seen.method, seen.submethod, seen.severity) == ("SCANS", "TCPSYN", "medium")
    assert (seen.source.ip, seen.source.mac) == ("192.0.2.7", "0c:70:00:00:00:01")
    assert [target.ip for target in seen.targets] == ["198.51.100.1", "198.51.100.2"]
    assert seen.detected_at == datetime(2025, 11, 3, 15, 12, 10, tzinfo=UTC)
    assert seen.first_flow_at == datetime(2025, 11, 3, 15, 1, tzinfo=UTC)
    assert (seen.instance, seen.data_feed, seen.perspective) == ("Default", "1", "2")
    assert (seen.sensor, seen.external_id) == ("flowmon-ads 13.0", None)
    assert (seen.ports, seen.protocols, seen.target_count) == ((445, 3389), (6,), 2)
    assert seen.description == "{Submethod:'TCPSYN';TargetCount:'2';PortList:'445, 3389';Protocol:'6'}"


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("Nov  3 15:12:10 host ADS: ", datetime(2025, 11, 3, 15, 12, 10)),
        ("<134>Nov 13 15:12:10 host ADS[1]: ", datetime(2025, 11, 13, 15, 12, 10)),
        ("<134>1 2025-11-03T15:12:10Z host ADS 2039 - - ", datetime(2025, 11, 3, 15, 12, 10)),
        ("2025-11-03T16:12:10.250+01:00 host ADS: ", datetime(2025, 11, 3, 15, 12, 10, 250_000)),
        ("Nov  3 15:14:00 relay Nov  3 15:12:10 host ADS: ", datetime(2025, 11, 3, 15, 12, 10)),
        ("", datetime(2025, 11, 3, 15, 1)),
    ],
    ids=["rfc 3164", "priority", "rfc 5424", "iso", "relayed", "no syslog"],
)
def test_what_syslog_puts_before_a_message(prefix: str, expected: datetime) -> None:
    assert event(prefix + LINE[LINE.index("CEF:") :]).detected_at == expected.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "start", "year"),
    [
        ("Jan  1 00:05:00", "Dec 31 2025 23:50:00", 2026),
        ("Dec 31 23:59:00", "Jan 01 2026 00:01:00", 2025),
        ("Mar 15 14:53:02", "Mar 15 2016 14:57:30", 2016),
        ("Feb 29 10:00:00", "Feb 28 2024 09:00:00", 2024),
    ],
    ids=["over new year", "clock behind", "start after the header", "leap day"],
)
def test_the_year_of_a_syslog_time_is_that_of_the_first_flow(header: str, start: str, year: int) -> None:
    seen = event(f"{header} host ADS: {HEAD}src=192.0.2.7 start={start} msg=x dst=198.51.100.1")
    assert seen.detected_at.year == year


def test_without_a_first_flow_the_year_is_told_or_the_latest_that_fits() -> None:
    line = f"Dec 31 10:00:00 host ADS: {HEAD}src=192.0.2.7 msg=x dst=198.51.100.1"
    assert event(line, year=2019).detected_at == datetime(2019, 12, 31, 10, tzinfo=UTC)
    age = datetime.now(UTC) - event(line).detected_at
    assert -1 <= age.days <= 366


def test_times_are_in_the_zone_of_the_site() -> None:
    seen = event(LINE, zone=ZoneInfo("Europe/Prague"))
    assert seen.detected_at == datetime(2025, 11, 3, 14, 12, 10, tzinfo=UTC)
    assert seen.first_flow_at == datetime(2025, 11, 3, 14, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "name"),
    [
        *[("2", "informational"), ("4", "low"), ("6", "medium"), ("8", "high"), ("10", "critical")],
        *[("0", "informational"), ("5", "low"), ("9", "high"), ("Very-High", "critical")],
    ],
)
def test_severity(number: str, name: str) -> None:
    assert event(LINE.replace("scanning|6|", f"scanning|{number}|")).severity == name


def test_an_unknown_severity_is_ignored_and_named() -> None:
    answer = report(LINE.replace("scanning|6|", "scanning|11|"))
    assert answer.event.severity is None
    assert answer.ignored == ("severity",)


@pytest.mark.parametrize(
    ("version", "sensor"),
    [
        ("13.00.00", "13.0"),
        ("12.05.00", "12.5"),
        ("11.00.04", "11.0"),
        ("9.01.01", "9.01"),
        ("6.07.07", "6.07"),
    ],
)
def test_sensor(version: str, sensor: str) -> None:
    assert event(LINE.replace("13.00.00", version)).sensor == f"flowmon-ads {sensor}"


def test_ipv6() -> None:
    line = LINE.replace("src=192.0.2.7", "c6a2=2001:DB8::A1 c6a2Label=srcIPv6").replace(
        "cs4=198.51.100.1, 198.51.100.2, 198.51.100.1 cs4Label=dstIPv4list",
        "cs6=2001:db8::2, 2001:db8::3 cs6Label=dstIPv6list",
    )
    assert event(line).source.ip == "2001:db8::a1"
    assert targets(line) == ["2001:db8::2", "2001:db8::3"]
    single = line.replace(
        "cs6=2001:db8::2, 2001:db8::3 cs6Label=dstIPv6list", "c6a3=2001:db8::9 c6a3Label=dstIPv6"
    )
    assert targets(single) == ["2001:db8::9"]


@pytest.mark.parametrize(
    ("ending", "expected"),
    [
        ("targetList: 198.51.100.2, 198.51.100.2, 198.51.100.3, ... cn1=785731 cn1Label=EventID", 2),
        ("target=198.51.100.2 cn1=785731 cn1Label=EventID", 1),
        ("target=198.51.100.2", 1),
        ("targetList:  cn1=785731 cn1Label=EventID", 0),
    ],
)
def test_versions_before_11_1_put_targets_behind_the_text(ending: str, expected: int) -> None:
    seen = event(
        "Nov 21 14:16:41 217 ADS: CEF:0|INVEA-TECH|FlowMon ADS Business|6.07.07|TELNET|Telnet anomaly|4|"
        f"src=192.0.2.7 start=Nov 21 2014 14:12:18 msg=Something happened. {ending}"
        " deviceCustomString1=flow.example.net deviceCustomString1Label=ADSHostName"
    )
    assert len(seen.targets) == expected
    assert seen.description == "Something happened."
    assert seen.external_id == ("785731" if "cn1" in ending else None)


@pytest.mark.parametrize(
    "text",
    [
        "ratio=1.5, see rule=7 in query a=b",
        "{Submethod:'General';Domains:'src=10.0.0.1 dst=10.0.0.2 cs4=10.0.0.3 cn2=9 msg=x'}",
        "a start=of something and a second msg=text",
    ],
)
def test_what_looks_like_a_key_in_the_detail_is_text(text: str) -> None:
    seen = report(
        f"Nov  3 15:12:10 host ADS: {HEAD}src=192.0.2.7 start=Nov 03 2025 15:12:10 msg={text} "
        "cs4=198.51.100.1 cs4Label=dstIPv4list cn2=1 cn2Label=DataFeedID"
    )
    assert seen.event.description == text
    assert [target.ip for target in seen.event.targets] == ["198.51.100.1"]
    assert (seen.event.data_feed, seen.ignored) == ("1", ())


def test_escapes() -> None:
    seen = event(
        r"Nov  3 15:12:10 host ADS: CEF:0|Flowmon Networks|Flowmon ADS \| Ultimate \\|13.00.00|SCANS|Port|6|"
        r"src=192.0.2.7 start=Nov 03 2025 15:12:10 msg=a\=b \\ c\nd dst=198.51.100.1 "
        r"cs2=In \= out cs2Label=MethodInstanceName"
    )
    assert seen.description == "a=b \\ c\nd"
    assert seen.instance == "In = out"


def test_keys_that_no_table_knows_are_named() -> None:
    answer = report(LINE + " cat=Scan rt=1762182730 cs1=x cs1Label=Other")
    assert set(answer.ignored) == {"cat", "rt", "cs1"}
    assert answer.event.perspective == "2"


def test_a_custom_field_under_another_label_is_not_taken_for_ours() -> None:
    answer = report(LINE.replace("cs2Label=MethodInstanceName", "cs2Label=Department"))
    assert answer.event.instance is None
    assert answer.ignored == ("cs2",)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("src=192.0.2.7", "src=192.0.2.777", "the source is no address"),
        ("src=192.0.2.7 ", "", "no source"),
        ("198.51.100.2,", "host,", "a target is no address"),
        ("start=Nov 03 2025", "start=Nov 33 2025", "start is no time"),
        ("Nov  3 15:12:10", "Nov 33 15:12:10", "the syslog time is no date"),
        ("|SCANS|", "||", "no method"),
        ("Flowmon ADS Ultimate", "Firewall", "another product"),
        ("|Port scanning|6|", "|Port scanning 6 ", "the CEF header is cut short"),
        (LINE[LINE.index("src=") :], "", "no source"),
        (LINE[LINE.index("src=") :], "no keys here", "no source"),
    ],
)
def test_a_message_that_is_no_event_says_why_without_its_addresses(old: str, new: str, reason: str) -> None:
    answer = reject(LINE.replace(old, new))
    assert reason in answer.reason
    assert "192.0.2" not in repr(answer)
    assert answer.text.startswith("Nov")


def test_more_targets_than_an_event_holds_are_counted() -> None:
    many = ", ".join(f"10.{a}.{b}.{c}" for a in range(2) for b in range(30) for c in range(200))
    seen = event(f"Nov  3 15:12:10 host ADS: {HEAD}src=192.0.2.7 msg=x cs4={many} cs4Label=dstIPv4list")
    assert (len(seen.targets), seen.target_count) == (10_000, 12_000)


def test_no_line_of_the_vendors_samples_is_rejected() -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for path in sorted(shared_path("data", "flowmon-ads-samples").glob("*/*.txt")):
        version = path.parent.name.removeprefix("ADS_")
        for answer in read(path):
            assert isinstance(answer, Report), (path.name, answer)
            seen = answer.event
            assert seen.targets, (path.name, answer.line)
            assert not answer.ignored, (path.name, answer.line)
            assert seen.sensor == f"flowmon-ads {version}"
            assert seen.first_flow_at is not None
            assert abs((seen.detected_at - seen.first_flow_at).total_seconds()) < 3600
            counts[version, _mode(path)] += 1
    # Lines as the files hold them; four of the files have no newline behind the last.
    assert sum(counts.values()) == 24_276
    assert counts["13.0", "list"] == 4 * 160
    assert counts["13.0", "single"] == 4 * 960


def _mode(path: Path) -> str:
    return "single" if "single" in path.name else "list"


def test_the_messages_of_one_target_each_add_up_to_the_list() -> None:
    folder = shared_path("data", "flowmon-ads-samples", "ADS_13.0")

    def gathered(name: str) -> dict[tuple[str, str], set[str]]:
        found: dict[tuple[str, str], set[str]] = {}
        for answer in read(folder / name):
            assert isinstance(answer, Report)
            seen = answer.event
            found.setdefault((seen.method, seen.source.ip), set()).update(t.ip for t in seen.targets)
        return found

    assert gathered("single_target_per_event_max5.txt") == gathered("multiple_targets_per_event.txt")


def test_every_event_of_the_vignettes_is_read() -> None:
    lines = shared_path("vignettes", "vignettes.jsonl").read_bytes().splitlines()
    events = [event for line in lines for event in msgspec.json.decode(line)["events"]]
    answers = list(read(events))
    assert len(answers) == len(events)
    assert [answer for answer in answers if isinstance(answer, Reject)] == []
    assert {answer.format for answer in answers if isinstance(answer, Report)} == {"flowmon-cef", "native"}

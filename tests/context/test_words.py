"""What facts say: a sentence with what is measured, its unit, and the names that people use."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from adscribe.context import derive
from adscribe.history import MemoryHistory, Record
from tests.context.test_facts import (
    BACKUP,
    CLIENT,
    MASTER,
    MONITOR,
    OTHER,
    OUTSIDE,
    RESOLVER,
    SERVER,
    SITE,
    context,
    event,
)


def told(key: str, method: str, targets: list[Any], **details: Any) -> str:
    return context(method, details.pop("source", CLIENT), targets, **details).facts[key].text


COMPARED = [
    ("SMTPANOMALY", None, {"emails_count": 9120, "compared_count": 41}, "9,120 e-mails against the usual 41"),
    (
        "DNSQUERY",
        "QueriesCount",
        {"current_count": 71200, "compared_count": 840},
        "71,200 DNS queries against the usual 840",
    ),
    (
        "ANOMALY",
        "SentBytes",
        {"current_bytes": 2**31, "compared_bytes": 2**30, "difference_ratio": 1.0},
        "2 GiB of data sent against the predicted 1 GiB",
    ),
    (
        "ANOMALY",
        "PercentUnpaired",
        {"current_ratio": 0.2, "compared_ratio": 0.05},
        "share of connections without an answer 20 % against the predicted 5 %",
    ),
    (
        "GEODIST",
        "EnthropyChange",
        {"current_ratio": 3.9, "compared_ratio": 2.6},
        "entropy of the partners' countries 3.9 against the allowed 2.6",
    ),
    (
        "BROKENSEN",
        "Period",
        {"current_seconds": 600, "compared_seconds": 60},
        "time between transmissions 10 min against the usual 1 min",
    ),
    ("BROKENSEN", "Packets", {"difference_ratio": 0.8}, "80 % above the usual number of packets"),
    ("BROKENSEN", "Bytes", {"difference_ratio": -0.45}, "45 % below the usual amount of data"),
    ("PEERS", "PeersIncrease", {"increase_ratio": 10}, "11 times the usual number of partners"),
    ("COUNTRY", None, {"increase_ratio": 0.5}, "50 % above the usual amount of data"),
    ("SIPFLOOD", None, {"request_response_ratio": 412.6}, "413 requests for each response"),
    (
        "OTSMANOM",
        "IEC104",
        {"actual_value": 148, "expected_min_value": 12, "expected_max_value": 40},
        "a value of 148 where 12 to 40 was learned",
    ),
    ("LIGHTHOUSE", None, {"current_count": 5, "compared_count": 2}, "5 counted against the usual 2"),
]


@pytest.mark.parametrize(("method", "submethod", "values", "text"), COMPARED)
def test_a_comparison_tells_what_is_compared(
    method: str, submethod: str | None, values: dict[str, float], text: str
) -> None:
    assert told("change", method, [SERVER], submethod=submethod, characteristics=values) == text


@pytest.mark.parametrize(
    ("counted", "listed", "scale", "lies"),
    [
        (1, [SERVER], "a single target", f"{SERVER} lies inside the monitored network"),
        (2, [SERVER, OTHER], "2 targets", "both targets lie inside the monitored network"),
        (
            40,
            [SERVER],
            "40 targets, 1 of them listed",
            f"the one listed target, {SERVER}, lies inside the monitored network",
        ),
        (
            1200,
            [SERVER, OTHER, BACKUP],
            "1,200 targets, 3 of them listed",
            "the 3 listed targets lie inside the monitored network",
        ),
        (3, [SERVER, OTHER, BACKUP], "3 targets", "all 3 targets lie inside the monitored network"),
        (
            3,
            [SERVER, OUTSIDE, "198.51.100.99"],
            "3 targets",
            "1 target lies inside, 2 outside the monitored network",
        ),
    ],
)
def test_targets_are_counted_and_placed(counted: int, listed: list[str], scale: str, lies: str) -> None:
    assert told("target_scale", "SCANS", listed, target_count=counted) == scale
    assert told("targets", "SCANS", listed, target_count=counted) == lies


@pytest.mark.parametrize(
    ("attempts", "targets", "text"),
    [
        (1, [SERVER], "1 attempt"),
        (1874, [SERVER], "1,874 attempts"),
        (10, [SERVER, OTHER, BACKUP], "10 attempts, 3.33 for each target"),
    ],
)
def test_attempts_are_told_with_what_they_mean_for_a_target(
    attempts: int, targets: list[str], text: str
) -> None:
    assert told("attempts_per_target", "SCANS", targets, characteristics={"flows_count": attempts}) == text


@pytest.mark.parametrize(
    ("ports", "text"),
    [
        ([443], "service HTTPS (port 443)"),
        ([445, 3389], "services SMB and RDP (ports 445 and 3389)"),
        ([22, 25, 53, 80, 443], "services SSH, SMTP, DNS, HTTP and 1 more"),
    ],
)
def test_services_have_the_names_that_people_use(ports: list[int], text: str) -> None:
    assert told("service", "SCANS", [SERVER], ports=ports) == text


@pytest.mark.parametrize(
    ("sent", "received", "text"),
    [
        (5 * 2**30, 10_004, "5 GiB sent, 9.8 KiB received"),
        (1126, 0, "1.1 KiB sent, nothing received"),
        (0, 10, "nothing sent, 10 B received"),
    ],
)
def test_no_data_is_nothing(sent: int, received: int, text: str) -> None:
    values = {"uploaded_bytes": sent, "downloaded_bytes": received}
    assert told("flow_balance", "UPLOAD", [OUTSIDE], characteristics=values) == text


def test_roles_and_what_they_do() -> None:
    assert told("source_role", "SCANS", [SERVER], source=RESOLVER) == f"{RESOLVER} is known as a DNS server"
    assert told("target_role", "SCANS", [MONITOR]) == f"{MONITOR} is known as a monitoring station"
    assert (
        told("target_role", "SCANS", [CLIENT, OTHER, SERVER])
        == "most of 3 targets are each known as a workstation"
    )
    assert told("target_role", "SCANS", [CLIENT, OTHER]) == "both targets are each known as a workstation"
    assert told("segment", "SCANS", [SERVER], source=MASTER).endswith("is in an OT segment")


@pytest.mark.parametrize(
    ("details", "key", "text"),
    [
        (
            {"blacklist_names": "BotnetDomains", "list_description": "Domains\nused by botnets"},
            "list_kind",
            "it matched a list of botnets: Domains used by botnets",
        ),
        ({"list_description": "Sinkholed domains"}, "peer_kind", "the peer is a sinkhole"),
    ],
)
def test_lists_and_peers(details: dict[str, str], key: str, text: str) -> None:
    assert told(key, "BLACKLIST", [OUTSIDE], characteristics=details) == text


def test_a_list_that_only_the_description_names_has_no_empty_tail() -> None:
    said = told("list_kind", "BLACKLIST", [OUTSIDE], description="a host of a botnet")
    assert said == "it matched a list of botnets"


@pytest.mark.parametrize(
    ("submethod", "text"),
    [("CryptocurrencyMining", "stands for a miner"), ("PhishingWave", "stands for phishing")],
)
def test_what_the_name_of_a_threat_stands_for(submethod: str, text: str) -> None:
    assert told("family", "BPATTERNS", [OUTSIDE], submethod=submethod) == f"{submethod} {text}"


def test_history_is_told_by_what_the_host_showed() -> None:
    history = MemoryHistory()
    at = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
    for number, (kind, method) in enumerate((("scan", "SCANS"), ("bruteforce", "SSHDICT"))):
        kinds = frozenset((kind,))
        history.remember((CLIENT,), Record(event_id=str(number), at=at, kinds=kinds, method=method))
    said = derive(event("TELNET", CLIENT, [SERVER]), SITE, history, event_id="telnet").facts["prior"].text
    assert said.startswith("in the last 24 hours the same host showed ")
    assert {"scanning", "guessing", "(SCANS"} <= set(said.replace(" and ", " ").split())


def test_a_number_of_devices_that_overflowed_is_no_number() -> None:
    said = told("device_count", "NATDET", [SERVER], characteristics={"hidden_devices_count": 2**64 - 1})
    assert said == "a number of devices that overflowed"


def test_what_a_report_brings_along_is_cut_to_a_line() -> None:
    long = "x" * 4000
    for details in ({"list_description": f"botnet {long}"}, {"blacklist_names": f"botnet\n{long}"}):
        assert len(told("list_kind", "BLACKLIST", [OUTSIDE], characteristics=details)) < 150
    said = told("activity", "TEAMVIEWER", [OUTSIDE], characteristics={"activity": f"session {long}"})
    assert len(said) < 100

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from adscribe.sensors import Reject, Report, read

SCRIPT: dict[str, Any] = {
    "id": "142857",
    "timestamp": "2026-02-03 15:12:10",
    "type": "UPLOAD",
    "typeDesc": "Upload anomaly",
    "severity": "High",
    "source": "192.0.2.7",
    "targets": "198.51.100.1, 198.51.100.2",
    "detail": "Uploaded: 5 GiB, downloaded: 9.77 KiB, port(s): 443.",
    "perspective": "Security issues",
    "netFlowSource": "Head office",
    "userIdentity": "EXAMPLE\\j.doe",
}
REST: dict[str, Any] = {
    "id": 142857,
    "type": "UPLOAD",
    "time": "2026-02-03 15:12:10",
    "flowStamp": "2026-02-03 15:01:00",
    "batch": 1770131400,
    "detail": "{Submethod:'General';UploadedData:'5 GiB';DownloadedData:'9.77 KiB';PortList:'443'}",
    "interest": 0.75,
    "priority": 4,
    "nfSource": {"id": 6, "name": "Head office", "virtual": 0},
    "perspectives": [{"id": 2, "name": "Security issues", "priority": 4}],
    "source": {"blacklisted": 0, "country": "LAN", "ip": "192.0.2.7", "resolved": "pc-7.example.net"},
    "targets": [
        {"blacklisted": 0, "country": "NZ", "ip": "198.51.100.1", "resolved": "files.example.org"},
        {"blacklisted": 0, "country": "LAN", "ip": "198.51.100.2", "resolved": ""},
    ],
    "macAddress": "0c:70:00:00:00:01",
    "comments": [],
}


def report(record: dict[str, Any]) -> Report:
    (answer,) = read(msgspec.json.encode(record))
    assert isinstance(answer, Report), answer
    return answer


def reject(record: dict[str, Any]) -> Reject:
    (answer,) = read([record])
    assert isinstance(answer, Reject), answer
    return answer


def test_a_line_of_a_script() -> None:
    answer = report(SCRIPT)
    event = answer.event
    assert (answer.format, answer.ignored, answer.detail_form) == ("flowmon-json", (), "phrase")
    assert (event.external_id, event.method, event.severity) == ("142857", "UPLOAD", "high")
    assert event.detected_at == datetime(2026, 2, 3, 15, 12, 10, tzinfo=UTC)
    assert (event.source.ip, event.source.user) == ("192.0.2.7", "EXAMPLE\\j.doe")
    assert [target.ip for target in event.targets] == ["198.51.100.1", "198.51.100.2"]
    assert (event.data_feed, event.perspective, event.ports) == ("Head office", "Security issues", (443,))


def test_a_document_of_the_rest_api() -> None:
    answer = report(REST)
    event = answer.event
    assert (answer.format, answer.ignored, answer.detail_form) == ("flowmon-rest", (), "machine")
    assert (event.external_id, event.severity, event.data_feed, event.perspective) == (
        "142857",
        "high",
        "6",
        "2",
    )
    assert event.first_flow_at == datetime(2026, 2, 3, 15, 1, tzinfo=UTC)
    assert (event.source.hostname, event.source.mac, event.source.country) == (
        "pc-7.example.net",
        "0c:70:00:00:00:01",
        None,
    )
    first, second = event.targets
    assert (first.hostname, first.country) == ("files.example.org", "NZ")
    assert (second.hostname, second.country) == (None, None)
    assert (event.submethod, event.characteristics["uploaded_bytes"]) == ("General", 5 * 2**30)


@pytest.mark.parametrize(
    "extra", [{"status": "false_positive"}, {"labels": ["False positive"]}, {"falsePositive": True}]
)
def test_a_false_positive_has_its_label(extra: dict[str, Any]) -> None:
    assert report(REST | extra).event.labels == ("False positive",)
    assert report(REST | {"status": "open", "falsePositive": False}).event.labels == ()


def test_keys_that_no_table_knows_are_named() -> None:
    assert report(REST | {"method": "HEUR", "mitre": []}).ignored == ("method", "mitre")
    assert report(SCRIPT | {"ports": "443"}).ignored == ("ports",)


def test_a_value_that_an_event_can_do_without_is_ignored_and_named() -> None:
    answer = report(REST | {"priority": 9, "nfSource": [], "labels": "x"})
    assert set(answer.ignored) == {"priority", "nfSource", "labels"}
    assert answer.event.severity is None


@pytest.mark.parametrize(
    ("record", "pointer"),
    [
        (REST | {"source": {"ip": "pc-7"}}, "/source/ip"),
        (REST | {"source": 7}, "/source"),
        (REST | {"targets": [{"ip": "198.51.100.1"}, {"ip": None}]}, "/targets/1/ip"),
        (REST | {"targets": {}}, "/targets"),
        (REST | {"time": "soon"}, "/time"),
        (REST | {"time": None}, "/time"),
        (REST | {"detail": ["x"]}, "/detail"),
        (SCRIPT | {"source": "pc-7"}, "/source"),
        (SCRIPT | {"targets": "198.51.100.1, pc-8"}, "/targets"),
        (SCRIPT | {"timestamp": {}}, "/timestamp"),
        (SCRIPT | {"type": ""}, "/type"),
    ],
)
def test_what_an_event_needs_is_refused_with_its_place(record: dict[str, Any], pointer: str) -> None:
    answer = reject(record)
    assert answer.pointer == pointer
    assert "pc-" not in answer.reason


def test_an_ids_event_is_told_apart() -> None:
    ids = {
        "id": 1,
        "firstSeen": "2026-02-03",
        "category": "x",
        "srcIp": "192.0.2.7",
        "signatureName": "ET SCAN",
    }
    assert "IDS event" in reject(ids).reason
    assert "IDS event" in reject(ids | {"type": "alert"}).reason

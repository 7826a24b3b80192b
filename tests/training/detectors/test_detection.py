"""All detectors together: captures, labels, bounds, and what comes out of real recordings."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from dataclasses import fields
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adscribe.assign import Assignment, Classifier
from adscribe.cli.main import app
from adscribe.codebook import Codebook
from adscribe.event.characteristics import CHARACTERISTICS
from adscribe.flows import Flow, read_flows
from adscribe.site import Site
from adscribe.training.detectors import Detectors, Thresholds, detection, detector
from adscribe.training.detectors.detection import DETECTORS
from tests.flows.making import flow, unanswered, zeek
from tests.shared import ROOT, shared_path
from tests.training.detectors.running import PC, PEER, SERVER, reports

STRATOSPHERE = ("data", "stratosphere-zeek-labeled")


def scan(source: str = PC, at: float = 0.0, label: str | None = None) -> list[Flow]:
    return [unanswered(source, f"10.0.2.{place}", 445, at=at, label=label) for place in range(1, 41)]


def flows_of(*parts: str) -> list[Flow]:
    return [record for record in read_flows(shared_path(*parts)) if isinstance(record, Flow)]


def test_every_method_is_one_of_the_codebooks_and_reports_its_characteristics() -> None:
    known = Codebook.load().rules
    assert {kind.method for kind in DETECTORS} <= set(known)
    guesses = [flow(PC, SERVER, 22, at=place, sent_bytes=1_500) for place in range(30)]
    for report in reports(scan() + guesses):
        assert set(report.event.characteristics) <= set(CHARACTERISTICS)


def test_labels_are_counted_beside_the_event_and_change_nothing_in_it() -> None:
    (labelled,) = reports(scan(label="Malicious"))
    (plain,) = reports(scan())
    assert labelled.event == plain.event
    assert (labelled.labels, plain.labels) == ({"Malicious": 40}, {})


def test_the_order_of_a_recording_changes_nothing() -> None:
    mixed = scan() + [flow(PC, PEER, at=place, sent_bytes=40_000_000) for place in range(900)]
    shuffled = random.Random(1).sample(mixed, len(mixed))
    assert [report.event.characteristics for report in reports(mixed)] == [
        report.event.characteristics for report in reports(shuffled)
    ]


def test_recordings_that_follow_each_other_are_one_and_an_earlier_one_is_another_capture() -> None:
    following = reports(scan(), scan(at=400))
    assert [report.event.updated_at is None for report in following] == [True, False]
    apart = reports(scan(at=86_400), scan())
    assert [report.event.updated_at is None for report in apart] == [True, True]


def test_reports_come_in_the_order_of_their_times() -> None:
    many = []
    for place in range(5):
        many += scan(source=f"10.0.9.{place}", at=700.0 * place)
        many.append(flow(f"10.0.9.{place}", PEER, at=650.0 * place, sent_bytes=40_000_000))
    times = [report.event.reported_at for report in reports(many)]
    assert times == sorted(times)
    assert len(times) == 10


def test_a_full_window_leaves_sources_out_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detector, "MAX_TALLIES", 2)
    detectors = Detectors(Site.default().is_internal)
    flows = [probe for place in range(4) for probe in scan(source=f"10.0.9.{place}")]
    found = [report for report in detectors.detect(flows) if report.event.method == "SCANS"]
    assert len(found) == 2
    assert detectors.left_out >= 80


def test_windows_close_when_they_hold_too_many_flows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detection, "MAX_FLOWS", 40)
    opened, update = reports(scan(), scan(at=1))
    assert opened.event.updated_at is None
    assert update.event.updated_at is not None


def test_thresholds_can_be_set() -> None:
    assert reports(scan(), thresholds=Thresholds(scan_attempts=41)) == []


def test_an_updated_event_is_one_event_for_the_classifier() -> None:
    found = reports(scan(), scan(at=400), scan(at=800))
    answers = Classifier.load("codebook").classify([report.event for report in found])
    assert [answer.event.revision for answer in answers if isinstance(answer, Assignment)] == [1, 2, 3]


def test_the_page_holds_every_threshold_with_its_value_and_every_method() -> None:
    page = (ROOT / "docs" / "flows.md").read_text(encoding="utf-8")
    told = {
        name: float(value.replace(",", "")) for name, value in re.findall(r"\| `(\w+)` \| ([\d,.]+) ", page)
    }
    assert told == {field.name: float(getattr(Thresholds(), field.name)) for field in fields(Thresholds)}
    rules = page[page.index("### The rules") : page.index("### The thresholds")]
    assert all(kind.method in rules for kind in DETECTORS)
    assert all(f"`{name}`" in rules for name in told)


def test_a_port_scan_of_three_networks_is_found_and_attributed() -> None:
    found = reports(flows_of(*STRATOSPHERE, "002-zeek-scenario-port-scanning__conn.log.gz"))
    seen = {(report.event.method, report.event.submethod, report.event.source.ip) for report in found}
    nmap = "172.16.1.11"
    assert {("SCANS", "TCPSYN", nmap), ("SCANS", "UDP", nmap), ("ICMPANOM", "ICMPScan", nmap)} <= seen
    assert not any(report.event.method == "SSHDICT" for report in found)


def test_a_bots_flood_is_found_with_its_victim() -> None:
    found = reports(flows_of("data", "iot23-capture-34-1", "conn.log.labeled.gz"))
    (flood,) = [report for report in found if report.event.method == "DOS"]
    assert flood.event.submethod == "SYNFlood"
    assert [target.ip for target in flood.event.targets] == ["192.168.1.195"]
    assert set(flood.labels) == {"Malicious/DDoS"}


def test_guessing_of_a_published_table_is_found_by_its_services() -> None:
    found = reports(flows_of("data", "cicids2017-improved-sample", "flows.csv.gz"))
    attacks: Counter[tuple[str, str | None]] = Counter()
    for report in found:
        if max(report.labels, key=lambda label: report.labels[label]) in ("FTP-Patator", "SSH-Patator"):
            attacks[report.event.method, report.event.submethod] += 1
    assert set(attacks) == {
        ("DICTATTACK", "FTPProtocol"),
        ("DICTATTACK", "SSHProtocol"),
        ("SSHDICT", "General"),
    }


def command(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["data", "events-from-flows", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_command_writes_events_that_classify_reads_and_labels_line_by_line(tmp_path: Path) -> None:
    rows = [
        {
            "id.resp_h": f"10.0.2.{place}",
            "id.resp_p": 445,
            "conn_state": "S0",
            "history": "S",
            "resp_pkts": 0,
            "extra": "\tMalicious\tPortScan",
        }
        for place in range(1, 41)
    ]
    log, out, labels = tmp_path / "conn.log", tmp_path / "events.ndjson", tmp_path / "labels.ndjson"
    log.write_text(zeek(*rows, extra="\tlabel\tdetailedlabel"), encoding="utf-8")
    said = command(str(log), "--out", str(out), "--labels", str(labels), "--data-feed", "lab")
    assert said == "flows 40, events 1, reports 1: SCANS 1\n"
    (event,) = map(json.loads, out.read_text(encoding="utf-8").splitlines())
    assert (event["method"], event["data_feed"], event["target_count"]) == ("SCANS", "lab", 40)
    assert "Malicious" not in out.read_text(encoding="utf-8")
    assert json.loads(labels.read_text(encoding="utf-8")) == {"line": 1, "labels": {"Malicious/PortScan": 40}}
    answered = CliRunner().invoke(app, ["classify", str(out), "--model", "codebook"], catch_exceptions=False)
    assert json.loads(answered.stdout)["techniques"][0]["id"] == "T1046"


def test_a_line_that_is_no_flow_ends_the_command_with_3_and_its_place(tmp_path: Path) -> None:
    log = tmp_path / "conn.log"
    log.write_text(zeek({}, {"id.resp_h": "10.9.9.999"}), encoding="utf-8")
    arguments = ["data", "events-from-flows", str(log), "--out", str(tmp_path / "events.ndjson")]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 3
    assert "conn.log, line 5: an address was expected" in result.stderr
    assert "10.9.9.999" not in result.stderr


def test_the_command_helps_with_an_example() -> None:
    assert "Example: adscribe data events-from-flows" in command("--help")

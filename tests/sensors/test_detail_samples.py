"""Every detail of the vendor's samples and of our own is read, and the two forms of one event agree."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from adscribe.event import Value
from adscribe.sensors import Report
from adscribe.sensors import read as read_events
from adscribe.sensors.flowmon.detail import Detail, read_detail
from adscribe.sensors.flowmon.names import METHODS
from tests.shared import ROOT, shared_path

OWN = ROOT / "datasets" / "samples" / "flowmon"
TODAY = [(code, name) for code, m in METHODS.items() if m.retired is None for name in m.submethods]

FREE_TEXTS = {"ALIENDEV", "DNSREVERSE", "INSTMSG", "IPV6TUNNEL", "WEBSHARE"}
"""Methods of which a former version has a text that is nothing but the sensor's own words (``%1.``)."""

TELLS_NO_SUBMETHOD = {"BLACKLIST", "VPN"}
"""Methods whose text is the same for several submethods."""

ONLY_MACHINE: dict[str, set[str]] = {
    "ANOMALY": {"device_count", "protocols"},  # a new device is no number in the text
    "BLACKLIST": {"blacklist_names", "uploaded_bytes", "downloaded_bytes", "ports", "protocols"},
    "BPATTERNS": {"target_count"},
    "DICTATTACK": {"target_count"},
    "DNSANOMALY": {"flows_count", "uploaded_bytes", "downloaded_bytes", "success", "usual_servers"},
    "DOHDET": {"target_count"},
    "DOS": {"packets_count"},
    "MULTICAST": {"ports", "protocols"},
    "RDPDICT": {"ports", "protocols"},
    "REFLECTDOS": {"protocols"},
    "SCANS": {"ports", "protocols", "scan_shape"},  # of ARP and PortBased
    "SMTPANOMALY": {"ports", "protocols", "service", "suspicion", "target_count"},  # of SpammingClient
    "SRVNA": {"clients_successful_count", "connections_successful_count", "connections_unanswered_count"},
    "SSHDICT": {"ports", "protocols"},
    "THREATS": {"ports", "protocols"},
    "WEBSHARE": {"direction", "uploaded_bytes", "downloaded_bytes"},  # of SiteVisit
}
ONLY_TEXT: dict[str, set[str]] = {
    "BPATTERNS": {"threat"},
    "DHCPANOM": {"device_mac"},
    "DNSQUERY": {"peak_count"},
    "L3ANOMALY": {"multicast_groups"},
    "OTCLANOM": {"differing_metrics"},
    "RDPDICT": {"attempts_total_count", "targets_current_count", "uploaded_bytes"}
    | {"uploaded_current_bytes", "uploaded_max_current_bytes"},
    "SSHDICT": {"attempts_current_count", "targets_current_count", "uploaded_bytes"}
    | {"uploaded_current_bytes", "uploaded_max_current_bytes"},
    "TELNET": {"uploaded_bytes", "downloaded_bytes"},
    "THREATS": {"threat", "responses_count", "sent_packets_count", "received_packets_count"},
}
"""Meanings that one form of 12.5 and 13.0 carries and the other doesn't, by method."""


def _details(file: Path) -> Iterator[tuple[str, str, str]]:
    """Yield method, source and detail of each line of a sample file."""
    for line in file.read_text(encoding="utf-8").splitlines():
        fields = line.split("|", 7)
        source = re.match(r"(?:src|c6a2)=(\S+) ", fields[7])
        assert source is not None
        detail = fields[7].partition(" msg=")[2]
        detail = re.split(r" (?:cs[246]|dst|c6a3|cn[123])=| ?targetList: | ?target=", detail, maxsplit=1)[0]
        yield fields[4], source[1], detail


@cache
def _read(method: str, text: str) -> Detail:
    return read_detail(method, text)


def test_every_line_of_the_vendors_samples_is_read_by_a_known_table() -> None:
    lines = 0
    for file in sorted(shared_path("data", "flowmon-ads-samples").glob("ADS_*/*.txt")):
        for method, _, text in _details(file):
            lines += 1
            detail = _read(method, text)
            assert detail.method in METHODS
            if detail.form == "text":
                assert detail.method in FREE_TEXTS
                assert re.fullmatch(r"%\d\.", text), text
            else:
                assert detail.unknown == (), (method, text)
    assert lines >= 24_272


def _values(detail: Detail) -> dict[str, Value | tuple[int, ...]]:
    fields = ("ports", "protocols", "success", "direction", "target_count")
    told = {name: getattr(detail, name) for name in fields if getattr(detail, name) not in ((), None)}
    return detail.characteristics | told


Pair = tuple[str, Detail, Detail]


def _pairs(human: Path, machine: Path) -> list[Pair]:
    texts = {(method, source): text for method, source, text in _details(human)}
    records = {(method, source): text for method, source, text in _details(machine)}
    assert texts.keys() == records.keys()
    return [(key[0], _read(key[0], texts[key]), _read(key[0], records[key])) for key in texts]


def _vendors_pairs() -> list[Pair]:
    pairs = []
    for version in ("12.5", "13.0"):
        for prefix in ("", "ipv6_"):
            name = f"{prefix}multiple_targets_per_event"
            folder = shared_path("data", "flowmon-ads-samples", f"ADS_{version}")
            pairs += _pairs(folder / f"{name}.txt", folder / f"{name}_machine_readable.txt")
    assert len(pairs) == 2 * (154 + 160)
    return pairs


def _own_pairs() -> list[Pair]:
    texts, records = (list(_details(OWN / name)) for name in ("human.cef", "machine.cef"))
    return [
        (text[0], _read(text[0], text[2]), _read(record[0], record[2]))
        for text, record in zip(texts, records, strict=True)
    ]


@pytest.mark.parametrize("pairs", [_vendors_pairs, _own_pairs])
def test_both_forms_of_an_event_agree(pairs: Callable[[], list[Pair]]) -> None:
    for method, human, machine in pairs():
        assert human.form == "phrase"
        if human.submethod is None and method in TELLS_NO_SUBMETHOD:
            assert machine.submethod != "Domain"
        else:
            assert human.submethod == machine.submethod
        told, recorded = _values(human), _values(machine)
        for name in told.keys() & recorded.keys():
            assert told[name] == recorded[name], (method, machine.submethod, name)


def test_what_only_one_form_carries_is_known_by_name() -> None:
    only_text: dict[str, set[str]] = defaultdict(set)
    only_machine: dict[str, set[str]] = defaultdict(set)
    for method, human, machine in _vendors_pairs():
        told, recorded = _values(human), _values(machine)
        only_text[method] |= told.keys() - recorded.keys()
        only_machine[method] |= recorded.keys() - told.keys()
    counters = only_machine.pop("OTCLANOM")
    assert {method: names for method, names in only_text.items() if names} == ONLY_TEXT
    assert {method: names for method, names in only_machine.items() if names} == ONLY_MACHINE
    assert len(counters) > 30
    assert all(name.endswith(("_count", "_bytes", "_seconds")) for name in counters)


def test_names_that_differ_between_the_forms_are_different_figures() -> None:
    pairs = {method: (_values(human), _values(machine)) for method, human, machine in _vendors_pairs()}
    told, recorded = pairs["SSHDICT"]
    assert (recorded["attempts_total_count"], told["attempts_current_count"]) == (100, 50)
    assert (recorded["uploaded_max_bytes"], told["uploaded_bytes"]) == (100_004, 0)
    told, recorded = pairs["RDPDICT"]
    assert (recorded["attempts_current_count"], told["attempts_total_count"]) == (55, 100)
    assert (recorded["target_count"], told["targets_current_count"]) == (15, 0)
    told, recorded = pairs["TELNET"]
    assert (recorded["uploaded_max_bytes"], told["uploaded_bytes"]) == (15_002, 10_004)


def _reports(name: str) -> list[Report]:
    with (OWN / name).open("rb") as stream:
        reports = list(read_events(stream))
    assert all(isinstance(report, Report) for report in reports)
    return [report for report in reports if isinstance(report, Report)]


@pytest.mark.parametrize(("name", "form"), [("human.cef", "phrase"), ("machine.cef", "machine")])
def test_own_samples_hold_every_submethod_of_13_0_in_order(name: str, form: str) -> None:
    for report, (method, submethod) in zip(_reports(name), TODAY, strict=True):
        event = report.event
        assert (event.method, report.detail_form, report.unknown) == (method, form, ())
        if event.submethod is None:
            assert (name, method) in {("human.cef", code) for code in TELLS_NO_SUBMETHOD}
        else:
            assert event.submethod == submethod
        assert event.targets


@pytest.mark.parametrize(
    ("name", "formats"),
    [
        ("variants.cef", {"flowmon-cef"}),
        ("script.tsv", {"flowmon-tsv"}),
        ("script.ndjson", {"flowmon-json"}),
        ("rest.json", {"flowmon-rest"}),
        ("native.ndjson", {"native"}),
    ],
)
def test_own_samples_of_other_forms_are_read_whole(name: str, formats: set[str]) -> None:
    reports = _reports(name)
    assert {report.format for report in reports} == formats
    for report in reports:
        assert report.unknown == ()
        assert report.detail_form != "text"
        method = METHODS[report.event.method]
        assert report.event.submethod is None or method.knows(report.event.submethod)


def test_variants_hold_ipv6_fragments_and_former_versions() -> None:
    events = [report.event for report in _reports("variants.cef")]
    assert {6.07, 8.0, 9.01, 10.0, 12.5, 13.0} == {float(str(e.sensor).rpartition(" ")[2]) for e in events}
    assert sum(":" in event.source.ip for event in events) >= 3
    fragments = [event for event in events if event.method == "ICMPANOM"]
    assert [len(event.targets) for event in fragments] == [1, 1, 1, 1, 1, 3]
    assert {event.target_count for event in fragments} == {8}


def test_every_vignette_is_read() -> None:
    lines = shared_path("vignettes", "vignettes.jsonl").read_text(encoding="utf-8").splitlines()
    details = 0
    for line in lines:
        for event in json.loads(line)["events"]:
            if isinstance(event, str):
                (report,) = read_events([event])
                assert isinstance(report, Report)
                assert (report.unknown, report.detail_form != "text") == ((), True), line
                details += 1
    assert details > 150

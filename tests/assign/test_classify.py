"""What a user gets back: the contract of an answer, and what decides it, by the rules of the codebook."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import pandas as pd
import pytest

from adscribe import Assignment, Classifier, Reject, Site
from adscribe.errors import CatalogueError, EventError, ModelError
from adscribe.event import Event
from tests.shared import shared_path

CLASSIFIER = Classifier.load("codebook")

SITE = """
filters:
  LAN: ["10.0.0.0/8"]
  Clients: ["10.1.0.0/16"]
  Servers: ["10.3.0.0/16"]
  Plant: ["10.4.0.0/16"]
  Offsite: ["198.51.100.0/28"]
internal: LAN
roles: {workstation: Clients, database_server: Servers, ot_device: Plant}
"""


def event(method: str, source: str, targets: list[Any] | None = None, **fields: Any) -> dict[str, Any]:
    return {
        "method": method,
        "source": {"ip": source},
        "targets": targets or [],
        "detected_at": "2026-03-10T10:00:00Z",
        **fields,
    }


def answer(*events: dict[str, Any], site: str = SITE, **options: Any) -> Assignment:
    answers = CLASSIFIER.classify(events, site=Site.parse(site), **options)
    assert isinstance(answers[-1], Assignment)
    return answers[-1]


def ids(said: Assignment) -> list[str]:
    return [technique.id for technique in said.techniques]


def reason(said: Assignment) -> tuple[str, str] | None:
    return (said.no_category.reason, said.no_category.basis) if said.no_category else None


def ssh(minute: int, **fields: Any) -> dict[str, Any]:
    characteristics = {"attempts_total_count": 900, "distributed": False}
    return event(
        "SSHDICT",
        "10.1.0.5",
        ["10.3.0.7"],
        submethod="General",
        detected_at=f"2026-03-10T10:{minute:02}:00Z",
        ports=[22],
        **{"characteristics": characteristics, **fields},
    )


def test_an_answer_holds_what_the_contract_says() -> None:
    said = answer(ssh(0, success=False), ssh(20, success=True, external_id="142857")).to_dict()
    assert list(said) == [
        "event",
        "techniques",
        "tactics",
        "no_category",
        "ics",
        "changed",
        "model",
        "context",
    ]
    assert said["event"] | {"id": "", "identity": ""} == {
        "id": "",
        "identity": "",
        "revision": 2,
        "fragment": False,
        "method": "SSHDICT",
        "submethod": "General",
        "source": "10.1.0.5",
        "external_id": "142857",
    }
    guessing, remote = said["techniques"]
    assert (guessing["id"], guessing["parent"], guessing["tactics"]) == (
        "T1110.001",
        "T1110",
        ["credential-access"],
    )
    assert (remote["id"], remote["name"], remote["domain"]) == ("T1021.004", "SSH", "enterprise")
    assert [(tactic["id"], tactic["shortname"]) for tactic in said["tactics"]] == [
        ("TA0006", "credential-access"),
        ("TA0008", "lateral-movement"),
    ]
    assert said["changed"] == {
        "added": ["T1021.004"],
        "removed": [],
        "evidence": ["success"],
        "cause": "update",
    }
    assert said["model"] == {
        "name": "codebook",
        "version": "1",
        "attack": "enterprise 19",
        "risk": None,
        "calm_risk": None,
    }
    assert said["context"]["site"].startswith("sha256:")
    assert said["no_category"] is None
    assert said["ics"] is None


def test_reasons_name_facts_with_their_targets_and_weights_that_add_up() -> None:
    said = answer(ssh(0, success=True))
    because = said.techniques[0].because
    assert any("10.1.0.5 lies inside" in evidence.fact for evidence in because)
    groups = [evidence.targets for evidence in because if evidence.targets]
    assert [(group.count, group.sample, group.side) for group in groups] == [(1, ("10.3.0.7",), "inside")]
    probability = said.techniques[0].probability
    logit = math.log(probability / (1 - probability))
    assert sum(evidence.weight for evidence in because) == pytest.approx(logit, abs=0.01)
    assert answer(ssh(0, success=True), explain=False).techniques[0].because == ()


def test_one_event_fed_in_pieces_is_answered_piece_by_piece_as_one_revision() -> None:
    pieces = [ssh(0) | {"targets": [f"10.3.0.{n}"]} for n in range(1, 7)]
    answers = CLASSIFIER.classify(pieces, site=Site.parse(SITE))
    events = [said.event for said in answers if isinstance(said, Assignment)]
    assert len({said.id for said in events}) == 1
    assert [said.revision for said in events] == [1] * 6
    assert [said.fragment for said in events] == [False] + [True] * 5


def test_the_single_target_export_of_the_vendor_is_a_sixth_as_many_events_as_lines() -> None:
    path = shared_path("data", "flowmon-ads-samples", "ADS_13.0", "single_target_per_event_max5.txt")
    answers = CLASSIFIER.classify(path)
    events = [said.event for said in answers if isinstance(said, Assignment)]
    assert len(events) == len(answers) == 960
    assert len({said.id for said in events}) == 160
    assert sum(not said.fragment for said in events) == 160
    assert {said.revision for said in events} == {1}


def test_targets_on_both_sides_carry_two_tactics() -> None:
    said = answer(event("SCANS", "10.1.0.5", ["10.3.0.7", "203.0.113.9"], submethod="TCPSYN"))
    assert ids(said) == ["T1046", "T1595.001"]
    assert {tactic.shortname for tactic in said.tactics} == {"discovery", "reconnaissance"}


def test_what_one_side_of_the_targets_shows_is_not_hidden_by_the_other() -> None:
    transfer = event(
        "HIGHTRANSF",
        "10.3.0.7",
        [
            {"ip": "10.3.0.8", "sent_bytes": 40 * 2**30, "received_bytes": 2**20},
            {"ip": "203.0.113.9", "sent_bytes": 30 * 2**30, "received_bytes": 2**20},
        ],
        submethod="General",
    )
    said = answer(transfer)
    assert ids(said) == ["T1048"]
    groups = [evidence.targets for evidence in said.techniques[0].because if evidence.targets]
    assert {(group.count, group.side) for group in groups} == {(1, "outside")}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("allowed: [{method: SSHDICT, source: Clients, note: nightly audit}]", "benign"),
        ("known_causes: [{cause: maintenance, source: Clients}]", "benign"),
        ("known_causes: [{cause: stale_credentials, source: Clients}]", "misconfiguration"),
    ],
)
def test_the_site_decides_before_the_model_and_names_the_entry(entry: str, expected: str) -> None:
    said = answer(ssh(0, success=True), site=SITE + entry)
    assert reason(said) == (expected, "site")
    assert said.no_category is not None
    assert said.no_category.probability == 1.0
    line = SITE.count("\n") + 1
    assert f"line {line}" in said.no_category.because[0].fact


def test_a_false_positive_label_is_law_too() -> None:
    said = answer(ssh(0, labels=["False positive"]))
    assert reason(said) == ("benign", "site")


def test_what_the_site_has_allowed_is_no_evidence_against_the_host() -> None:
    scan = event("SCANS", "10.1.0.5", ["10.3.0.7"], submethod="TCPSYN", detected_at="2026-03-10T09:00:00Z")
    telnet = event("TELNET", "10.1.0.5", ["10.3.0.7"], submethod="PortBased", success=True)
    assert ids(answer(scan, telnet)) == ["T1021"]
    allowed = SITE + "allowed: [{method: SCANS, source: Clients}]"
    assert reason(answer(scan, telnet, site=allowed)) == ("no_technique", "decided")


def test_a_method_that_nobody_knows_is_undetermined_and_says_so() -> None:
    said = answer(event("QUANTUMDET", "10.1.0.5"))
    assert reason(said) == ("undetermined", "unfamiliar")
    assert (said.techniques, said.tactics) == ((), ())


def test_events_of_operational_technology_have_an_answer_in_the_ics_domain() -> None:
    writes = event(
        "OTCLANOM",
        "10.1.0.5",
        ["10.4.0.9"],
        submethod="Modbus",
        characteristics={"differing_metrics": "write requests count"},
    )
    said = answer(writes)
    assert reason(said) == ("no_technique", "decided")
    assert said.ics is not None
    assert [(technique.id, technique.domain) for technique in said.ics.techniques] == [("T0855", "ics")]
    scan = answer(event("SCANS", "10.1.0.5", ["10.4.0.9"], submethod="TCPSYN"))
    assert scan.ics is not None
    assert [technique.id for technique in scan.ics.techniques] == ["T0846"]
    quiet = answer(event("OTPAANOM", "10.4.0.5", ["10.4.0.9"], submethod="IEC104"))
    assert quiet.ics is not None
    assert quiet.ics.no_category is not None


def test_answers_can_be_had_in_another_version_of_attack() -> None:
    said = answer(ssh(0, success=True), attack_version="18.1")
    assert said.model.attack == "enterprise 18.1"
    assert ids(said) == ["T1110.001", "T1021.004"]
    with pytest.raises(CatalogueError, match="17"):
        answer(ssh(0), attack_version="17")


def test_a_promise_can_only_be_asked_of_a_model_that_makes_one() -> None:
    with pytest.raises(ModelError, match="promises no error rate"):
        answer(ssh(0), risk=0.1)
    with pytest.raises(ModelError, match="promises no error rate"):
        Classifier.load("codebook", risk=0.1)
    with pytest.raises(ModelError, match="no model 'oracle'"):
        Classifier.load("oracle")


def test_candidates_are_named_on_request_most_probable_first() -> None:
    said = answer(event("HIGHTRANSF", "10.1.0.5", ["203.0.113.9"], submethod="General"), candidates=3)
    assert reason(said) == ("too_generic", "decided")
    assert said.candidates
    probabilities = [candidate.probability for candidate in said.candidates]
    assert len(probabilities) == 3
    assert probabilities == sorted(probabilities, reverse=True)
    assert "T1048" in {candidate.id for candidate in said.candidates}
    shown = answer(ssh(0, success=True), candidates=2)
    assert shown.candidates
    assert {candidate.id for candidate in shown.candidates} == set(ids(shown))
    assert "candidates" not in answer(ssh(0)).to_dict()


def test_one_bad_line_costs_one_line() -> None:
    lines = [ssh(0), {"method": "SSHDICT"}, ssh(10, success=True)]
    first, bad, last = CLASSIFIER.classify(lines, site=Site.parse(SITE))
    assert isinstance(bad, Reject)
    assert bad.line == 2
    assert isinstance(first, Assignment)
    assert isinstance(last, Assignment)
    assert (last.event.id, last.event.revision) == (first.event.id, 2)
    with pytest.raises(EventError, match="line 2"):
        CLASSIFIER.classify(lines, rejects="raise")


def test_the_same_run_twice_gives_the_same_answers() -> None:
    events = [ssh(0), event("SCANS", "10.1.0.5", ["203.0.113.9"], submethod="UDP"), ssh(30, success=True)]
    first, second = (
        [
            said.to_json()
            for said in CLASSIFIER.classify(events, site=Site.parse(SITE))
            if isinstance(said, Assignment)
        ]
        for _ in range(2)
    )
    assert first == second
    assert len(first) == 3


def test_a_swapped_direction_changes_the_answer() -> None:
    inwards = answer(event("SCANS", "203.0.113.9", ["10.3.0.7"], submethod="TCPSYN"))
    outwards = answer(event("SCANS", "10.3.0.7", ["203.0.113.9"], submethod="TCPSYN"))
    inside = answer(event("SCANS", "10.3.0.7", ["10.1.0.5"], submethod="TCPSYN"))
    assert {tactic.shortname for tactic in inwards.tactics} == {"reconnaissance"}
    assert ids(outwards) == ["T1595"]
    assert ids(inside) == ["T1046"]


def test_an_event_is_read_alike_whether_it_comes_as_an_object_or_as_its_fields() -> None:
    fields = {
        "method": "SSHDICT",
        "source": {"ip": "203.0.113.7"},
        "targets": [{"ip": "10.0.0.12"}],
        "success": True,
        "detected_at": "2026-11-03T15:12:10Z",
        "characteristics": {"attempts_total_count": 900},
    }
    one = msgspec.convert(fields, Event, strict=False)
    assert one.submethod is None
    from_event, from_fields = (Classifier.load("codebook").classify([given])[0] for given in (one, fields))
    assert isinstance(from_event, Assignment)
    assert from_event.event.submethod == "General"
    assert from_event == from_fields


def test_frames_in_frames_out() -> None:
    frame = pd.DataFrame(
        [ssh(0, success=True), event("VOIP", "10.1.0.5", submethod="General"), {"method": "VOIP"}]
    )
    frame.index = pd.Index(["a", "b", "c"])
    said = CLASSIFIER.classify_frame(frame, site=Site.parse(SITE))
    assert list(said.index) == ["a", "b", "c"]
    assert said.loc["a", "techniques"] == ["T1110.001", "T1021.004"]
    assert said.loc["b", "no_category"] == "benign"
    assert "source" in str(said.loc["c", "reject"])

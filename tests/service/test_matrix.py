"""The matrix over HTTP: in a version, compared, and as a layer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from adscribe.attack import Catalogue
from adscribe.service.attack_version import AttackVersion
from adscribe.service.settings import Settings
from tests.service.harness import Service
from tests.service.test_openapi import validator
from tests.service.test_problems import problem
from tests.shared import ROOT

DEMO = ROOT / "datasets" / "samples" / "demo"
ENTERPRISE = "/v1/attack/matrix?domain=enterprise"
DEFENCE = {"stealth", "defense-impairment"}


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with the events of the demonstration, answered in both versions; not to be written to."""
    store = tmp_path_factory.mktemp("matrix") / "adscribe.db"
    settings = Settings(model="codebook", store=str(store), site=DEMO / "site.yaml")
    with Service(settings) as running:
        for version, name in (("19", "events.ndjson"), ("18.1", "events.cef")):
            answer = running.request(
                "POST",
                f"/v1/events?attack_version={version}",
                content=(DEMO / name).read_bytes(),
                headers={"Content-Type": "application/x-ndjson"},
            )
            assert answer.status_code == 200
        yield running


def cells(matrix: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (one["technique"], tactic): cell
        for one in matrix["techniques"]
        for tactic, cell in one["tactics"].items()
    }


@pytest.mark.parametrize("version", ["18.1", "19"])
def test_a_version_has_its_own_names_alone(stocked: Service, version: str) -> None:
    found = stocked.get(f"{ENTERPRISE}&version={version}").json()
    validator("Matrix").validate(found)
    assert (found["domain"], found["version"]) == ("enterprise", version)
    tactics = {one["tactic"] for one in found["tactics"]}
    assert len(tactics) > 4
    assert not tactics & (DEFENCE if version == "18.1" else {"defense-evasion"})
    assert {tactic for _, tactic in cells(found)} <= tactics
    assert all(one["name"] for one in found["techniques"])


def test_without_a_domain_names_are_as_they_were_answered(stocked: Service) -> None:
    both = stocked.get("/v1/attack/matrix").json()
    assert (both["domain"], both["version"], both["compared"]) == (None, None, None)
    assert {one["domain"] for one in both["tactics"]} == {"enterprise", "ics"}


def test_a_version_counts_every_event_once(stocked: Service) -> None:
    newer, older = (stocked.get(f"{ENTERPRISE}&version={one}").json() for one in ("19", "18.1"))
    assert newer["events"] == older["events"] > 10
    for found in (newer, older):
        for tactic in found["tactics"]:
            assert 0 < tactic["expected"] <= tactic["events"] <= found["events"]
        for (technique, tactic), cell in cells(found).items():
            assert cell["events"] <= next(
                one["events"] for one in found["techniques"] if one["technique"] == technique
            ), tactic
    # What the versions have under the same names is the same in both.
    same = {one["tactic"]: one for one in newer["tactics"] if one["tactic"] not in DEFENCE}
    assert same == {one["tactic"]: one for one in older["tactics"] if one["tactic"] in same}


@pytest.mark.parametrize(
    ("version", "answered", "told"),
    [
        ("19", ("T1110.001", ("credential-access",)), [("T1110.001", "T1110", ("credential-access",))]),
        ("19", ("T1562.004", ("defense-evasion",)), [("T1686", None, ("defense-impairment",))]),
        ("19", ("T1078", ("defense-evasion", "persistence")), [("T1078", None, ("persistence", "stealth"))]),
        ("18.1", ("T1078", ("stealth",)), [("T1078", None, ("defense-evasion",))]),
        ("18.1", ("T1685.005", ("defense-impairment",)), [("T1070.001", "T1070", ("defense-evasion",))]),
        ("19", ("T9999", ("impact",)), []),
    ],
)
def test_a_technique_is_told_as_the_version_has_it(version: str, answered: Any, told: list[Any]) -> None:
    found = AttackVersion(Catalogue.load(), "enterprise", version).technique(*answered)
    assert list(found) == told


def test_a_tactic_that_was_split_stands_for_its_parts() -> None:
    newer, older = (AttackVersion(Catalogue.load(), "enterprise", one) for one in ("19", "18.1"))
    assert newer.tactic("defense-evasion") == ("stealth", "defense-impairment")
    assert older.tactic("stealth") == older.tactic("defense-impairment") == ("defense-evasion",)
    assert newer.tactic("impact") == ("impact",)
    assert newer.tactic("mischief") == ()


def test_ics_is_a_domain_of_its_own(stocked: Service) -> None:
    found = stocked.get("/v1/attack/matrix?domain=ics").json()
    assert found["version"] == "18.1"
    assert {one["domain"] for one in found["techniques"]} == {"ics"}
    assert all(one["technique"].startswith("T0") for one in found["techniques"])


def test_two_hosts_compared(stocked: Service) -> None:
    first, second = (one["ip"] for one in stocked.get("/v1/hosts?limit=2").json()["hosts"])
    both = stocked.get(f"{ENTERPRISE}&source={first}&compare.source={second}").json()
    for ip, found in ((first, both), (second, both["compared"])):
        alone = stocked.get(f"{ENTERPRISE}&source={ip}").json()
        assert [found[name] for name in ("counted", "events", "tactics", "techniques")] == [
            alone[name] for name in ("counted", "events", "tactics", "techniques")
        ]
    assert both["compared"]["techniques"] != both["techniques"]


def test_two_times_compared(stocked: Service) -> None:
    early, late = "2026-11-03T09:00:00Z", "2026-11-03T14:00:00Z"
    span = f"since={late}&compare.since={early}&compare.until={late}&method=SCANS&method=UPLOAD"
    both = stocked.get(f"{ENTERPRISE}&{span}").json()
    before = stocked.get(f"{ENTERPRISE}&since={early}&until={late}&method=SCANS&method=UPLOAD").json()
    assert both["compared"]["techniques"] == before["techniques"] != []


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("domain=mobile", "domain"),
        ("version=7", "version"),
        ("version=zero", "version"),
        ("domain=ics&version=19", "version"),
        ("compare.source=nobody", "compare.source"),
        ("compare.colour=red", "compare.colour"),
        ("compare.technique=T9999", "technique"),
        ("since=2026-11-03&compare.until=2026-11-02", "compare.until"),
        ("compare.", "compare."),
        ("domain=ics&domain=ics", "domain"),
    ],
)
def test_what_can_not_be_asked(stocked: Service, query: str, parameter: str) -> None:
    for path in ("/v1/attack/matrix", "/v1/attack/matrix/layer"):
        document = problem(stocked.get(f"{path}?{query}"), 422, "invalid-parameter")
        assert [error["parameter"] for error in document["errors"]] == [parameter]


@pytest.mark.parametrize("query", ["", "domain=ics", "version=18.1&method=SCANS&method=L3ANOMALY"])
def test_a_layer_is_the_view(stocked: Service, query: str) -> None:
    response = stocked.get(f"/v1/attack/matrix/layer?{query}")
    layer = response.json()
    domain = "ics" if "ics" in query else "enterprise"
    matrix = stocked.get(f"/v1/attack/matrix?{query}&{'' if 'ics' in query else 'domain=enterprise'}").json()
    assert layer["domain"] == f"{domain}-attack"
    assert layer["versions"]["attack"] == matrix["version"]
    assert layer["versions"]["layer"] == "4.5"
    assert f"adscribe-{domain}-{matrix['version']}.json" in response.headers["content-disposition"]
    scores = {(one["techniqueID"], one["tactic"]): one["score"] for one in layer["techniques"]}
    assert scores == {place: cell["expected"] for place, cell in cells(matrix).items()} != {}
    gradient = layer["gradient"]
    assert (gradient["minValue"], gradient["maxValue"]) == (0, max(scores.values()))
    assert all(colour.startswith("#") and len(colour) == 7 for colour in gradient["colors"])
    for one in layer["techniques"]:
        cell = cells(matrix)[one["techniqueID"], one["tactic"]]
        assert one["comment"].startswith(f"{cell['events']} event")


def test_a_layer_of_a_comparison_has_the_differences(stocked: Service) -> None:
    first, second = (one["ip"] for one in stocked.get("/v1/hosts?limit=2").json()["hosts"])
    query = f"domain=enterprise&source={first}&compare.source={second}"
    layer = stocked.get(f"/v1/attack/matrix/layer?{query}").json()
    matrix = stocked.get(f"/v1/attack/matrix?{query}").json()
    here, there = cells(matrix), cells(matrix["compared"])
    scores = {(one["techniqueID"], one["tactic"]): one["score"] for one in layer["techniques"]}
    assert set(scores) == {*here, *there}
    nothing = {"expected": 0}
    for place, score in scores.items():
        assert score == pytest.approx(
            here.get(place, nothing)["expected"] - there.get(place, nothing)["expected"]
        )
    assert layer["gradient"]["minValue"] == -layer["gradient"]["maxValue"] < 0
    assert {"name": "source", "value": first} in layer["metadata"]


def test_nothing_makes_an_empty_layer(stocked: Service) -> None:
    layer = stocked.get("/v1/attack/matrix/layer?source=192.0.2.77").json()
    assert layer["techniques"] == []
    assert layer["gradient"]["maxValue"] > layer["gradient"]["minValue"]

"""The site file over HTTP: addresses in it, another file checked, gaps and suggestions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adscribe.service.settings import Settings
from tests.service.harness import Service
from tests.service.test_openapi import validator
from tests.service.test_problems import problem
from tests.shared import ROOT

DEMO = ROOT / "datasets" / "samples" / "demo"
TEXT = (DEMO / "site.yaml").read_text("utf-8")


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with the events of the demonstration; not to be written to."""
    store = tmp_path_factory.mktemp("site") / "adscribe.db"
    settings = Settings(model="codebook", store=str(store), site=DEMO / "site.yaml")
    with Service(settings) as running:
        for path in sorted(DEMO.glob("events.*")):
            headers = {"Content-Type": "application/x-ndjson"}
            running.request("POST", "/v1/events", content=path.read_bytes(), headers=headers)
        yield running


def test_an_address_is_told_with_what_it_rests_on(stocked: Service) -> None:
    found = stocked.get("/v1/site/address/10.40.1.10").json()
    validator("PlacedAddress").validate(found)
    assert (found["ip"], found["internal"], found["internal_filter"]) == ("10.40.1.10", True, "LAN")
    assert {one["name"]: one["range"] for one in found["filters"]} == {
        "LAN": "10.40.0.0/16",
        "Servers": "10.40.1.0/24",
        "Resolvers": "10.40.1.10/31",
    }
    assert {(one["role"], one["filter"]) for one in found["roles"]} == {
        ("dns_server", "Resolvers"),
        ("domain_controller", "Resolvers"),
    }


def test_an_address_outside_is_in_the_inverse(stocked: Service) -> None:
    found = stocked.get("/v1/site/address/198.51.100.130").json()
    assert not found["internal"]
    assert [one["name"] for one in found["filters"]] == ["OffsiteBackup", "Internet"]
    assert [one["relational"] for one in found["filters"]] == [False, True]
    assert any(one["as_target"] and not one["as_source"] for one in found["decisions"])


def test_what_is_no_address_is_not_found(stocked: Service) -> None:
    problem(stocked.get("/v1/site/address/nobody"), 404, "not-found")
    problem(stocked.get("/v1/site/address/10.0.0.1?since=2026-01-01"), 422, "invalid-parameter")


def check(service: Service, text: str | bytes, kind: str = "text/yaml") -> dict[str, object]:
    response = service.request("POST", "/v1/site/check", content=text, headers={"Content-Type": kind})
    assert response.status_code == 200, response.text
    found: dict[str, object] = response.json()
    validator("CheckedSite").validate(found)
    return found


def test_a_file_is_checked_before_it_is_used(stocked: Service) -> None:
    before = stocked.get("/v1/site").json()
    found = check(stocked, TEXT)
    assert (found["valid"], found["problems"], found["counts"]) == (True, [], before["counts"])
    wrong = check(stocked, TEXT.replace("internal: LAN", "internal: LON").replace("roles:", "rolls:"))
    assert not wrong["valid"]
    lines = [one["line"] for one in wrong["problems"]]  # type: ignore[attr-defined]
    expected = [
        number for number, line in enumerate(TEXT.splitlines(), 1) if line.startswith(("internal:", "roles:"))
    ]
    assert lines == expected
    assert stocked.get("/v1/site").json() == before


@pytest.mark.parametrize("text", [b"", b"\xff\xfe", b"a: &a [*a]", b"[" * 1000, b"\x00"])
def test_a_file_of_any_kind_is_told_with_a_line(stocked: Service, text: bytes) -> None:
    found = check(stocked, text, "application/octet-stream")
    assert not found["valid"]
    assert all(one["line"] for one in found["problems"])  # type: ignore[attr-defined]


def test_a_file_that_is_too_large_or_of_another_type_is_refused(stocked: Service) -> None:
    large = stocked.request("POST", "/v1/site/check", content=b"#" * (2**20 + 1))
    problem(large, 413, "body-too-large")
    problem(stocked.request("POST", "/v1/site/check", json={}), 415, "unsupported-media-type")


def test_gaps_are_those_of_the_stored_events(stocked: Service) -> None:
    found = stocked.get("/v1/site/gaps").json()
    validator("SiteGaps").validate(found)
    listed = stocked.get("/v1/events?limit=1000").json()["events"]
    assert (found["events"], found["counted"]["complete"]) == (len(listed), True)
    assert found["gaps"]
    scans = stocked.get("/v1/site/gaps?method=SCANS").json()
    assert scans["events"] == sum(one["method"] == "SCANS" for one in listed)


def test_without_a_site_file_events_suggest_one(tmp_path_factory: pytest.TempPathFactory) -> None:
    with Service(Settings(model="codebook")) as running:
        assert running.get("/v1/site/suggestions").json()["proposals"] == []
        for path in sorted(DEMO.glob("events.*")):
            headers = {"Content-Type": "application/x-ndjson"}
            running.request("POST", "/v1/events", content=path.read_bytes(), headers=headers)
        found = running.get("/v1/site/suggestions").json()
        validator("SiteSuggestions").validate(found)
    networks = [one for one in found["proposals"] if one["role"] is None]
    assert any(one["pattern"].startswith("10.40.") for one in networks)
    assert found["proposals"][: len(networks)] == networks

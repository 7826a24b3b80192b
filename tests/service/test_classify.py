from __future__ import annotations

import json

import pytest

from adscribe.service.bodies import TSV_LINE
from adscribe.service.settings import Settings
from tests.service.harness import EVENT, OUTSIDE, Service, event

CEF = (
    "Nov  3 15:12:14 fm ADS[204848]: CEF:0|Flowmon Networks|Flowmon ADS|13.00.00|SCANS|Port scanning|6|"
    "src=10.1.2.3 start=Nov 03 2026 15:12:10 msg={Submethod:'ARP';TargetCount:'60';Protocol:'0'} "
    "cs4=10.1.2.4, 10.1.2.5 cs4Label=dstIPv4list cs2=Default cs2Label=MethodInstanceName"
)


def lines(*records: object) -> bytes:
    texts = (record if isinstance(record, str) else json.dumps(record) for record in records)
    return "\n".join(texts).encode()


def test_one_event_is_answered_by_one_assignment(service: Service) -> None:
    response = service.classify(OUTSIDE)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    answer = response.json()
    assert answer["event"]["method"] == "SCANS"
    assert [technique["id"] for technique in answer["techniques"]] == ["T1595.001"]
    assert answer["techniques"][0]["because"]
    assert answer["context"]["site"] is None


@pytest.mark.parametrize("base", ["", "/events"])
def test_each_event_of_a_list_has_its_place(service: Service, base: str) -> None:
    bad = event(source={"ip": "nowhere"})
    events = [EVENT, bad, 17, "", {"events": []}, {"events": [EVENT]}, event(source={"ip": "10.1.2.9"})]
    response = service.classify({"events": events} if base else events)
    answer = response.json()
    assert response.status_code == 200
    assert [one and one["event"]["source"] for one in answer["assignments"]] == [
        "10.1.2.3",
        *[None] * 5,
        "10.1.2.9",
    ]
    assert [(reject["index"], reject["pointer"]) for reject in answer["rejects"]] == [
        (1, f"{base}/1/source/ip"),
        *((index, f"{base}/{index}") for index in (2, 3, 4, 5)),
    ]
    assert all(reject["reason"] for reject in answer["rejects"])


def test_an_empty_list_has_no_answers(service: Service) -> None:
    assert service.classify([]).json() == {"assignments": [], "rejects": []}


@pytest.mark.parametrize(
    "kind", ["application/x-ndjson", "text/plain; charset=utf-8", "application/octet-stream"]
)
def test_lines_of_any_form_are_answered_line_by_line(service: Service, kind: str) -> None:
    response = service.classify(lines(EVENT, "no event", CEF), kind=kind)
    assert response.headers["content-type"] == "application/x-ndjson"
    first, second, third = (json.loads(line) for line in response.text.splitlines())
    assert first["event"]["submethod"] == "TCPSYN"
    assert second["reject"]["line"] == 2
    assert second["reject"]["reason"]
    assert third["event"]["submethod"] == "ARP"


def test_a_body_without_a_type_is_lines(service: Service) -> None:
    response = service.request("POST", "/v1/classify", content=lines(CEF))
    assert json.loads(response.text)["event"]["submethod"] == "ARP"


def test_tab_separated_rows_are_read_as_such(service: Service) -> None:
    response = service.classify(TSV_LINE.encode(), kind="text/tab-separated-values")
    assert json.loads(response.text)["event"]["method"] == "UPLOAD"


def test_a_body_is_one_run_and_the_next_body_another(service: Service) -> None:
    update = event(updated_at="2026-11-03T15:20:00Z", external_id="7")
    body = [event(external_id="7"), update]
    for _ in range(2):
        first, second = service.classify(body).json()["assignments"]
        assert (first["event"]["revision"], second["event"]["revision"]) == (1, 2)
        assert first["event"]["id"] == second["event"]["id"]


def test_a_long_body_gives_the_same_answers_as_a_short_one(service: Service) -> None:
    events = [event(source={"ip": f"10.1.{n // 200}.{n % 200 + 1}"}) for n in range(400)]
    answer = service.classify(events).json()
    assert [one["event"]["source"] for one in answer["assignments"]] == [
        one["source"]["ip"] for one in events
    ]
    alone = service.classify(events[300]).json()
    assert answer["assignments"][300]["techniques"] == alone["techniques"]


def test_explanations_can_be_left_out(service: Service) -> None:
    answer = service.classify(OUTSIDE, query="?explain=false").json()
    assert answer["techniques"][0]["because"] == []


def test_candidates_are_named_on_request(service: Service) -> None:
    assert "candidates" not in service.classify(EVENT).json()
    assert 0 < len(service.classify(EVENT, query="?candidates=3").json()["candidates"]) <= 3


def test_the_risk_is_that_of_the_service_unless_a_request_says_another() -> None:
    with Service(Settings(risk=0.05)) as strict:
        assert strict.get("/v1/model").json()["risk"] == 0.05
        assert strict.classify(EVENT).json()["model"]["risk"] == 0.05
        assert strict.classify(EVENT, query="?risk=0.2").json()["model"]["risk"] == 0.2


def test_the_model_says_what_can_be_asked_of_it(service: Service) -> None:
    told = service.get("/v1/model").json()
    assert (told["name"], told["risk"]) == ("adscribe", 0.1)
    for step in told["promises"]["steps"]:
        response = service.classify(EVENT, query=f"?risk={step['risk']}")
        assert response.status_code == (422 if step["threshold"] is None else 200)


def test_an_older_attack_version_can_be_asked_for(service: Service) -> None:
    answer = service.classify(EVENT, query="?attack_version=18.1").json()
    assert answer["model"]["attack"] == "enterprise 18.1"


def test_a_single_bad_event_is_a_problem_with_its_place(service: Service) -> None:
    response = service.classify(event(targets=["10.1.9.1", {"ip": "10.1.9.2", "sent_bytes": -1}]))
    problem = response.json()
    assert response.status_code == 422
    assert problem["type"] == "urn:adscribe:problem:invalid-event"
    assert [error["pointer"] for error in problem["errors"]] == ["/targets/1/sent_bytes"]

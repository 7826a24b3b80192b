from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from adscribe.service.settings import Settings
from tests.service.harness import EVENT, Service, event


def problem(response: httpx.Response, status: int, name: str) -> dict[str, Any]:
    """Return the problem that a response reports, which must be of a kind."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert document["type"] == f"urn:adscribe:problem:{name}"
    assert document["status"] == status
    assert document["title"]
    assert document["detail"]
    assert all(error["detail"] for error in document["errors"])
    return document


def test_an_unknown_path(service: Service) -> None:
    problem(service.get("/v2/classify"), 404, "not-found")
    problem(service.get("/v1/model/"), 404, "not-found")


def test_a_method_that_the_path_does_not_answer(service: Service) -> None:
    response = service.get("/v1/classify")
    problem(response, 405, "method-not-allowed")
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("body", "offset"),
    [
        (b'{"method": "SCANS",}', 19),
        (b"", 0),
        (b'[{"method": "SC', 15),
        (b'{"a": "\xff"}', 7),
        (b"\xef\xbb\xbf{}", 0),
    ],
)
def test_malformed_json_is_told_with_the_byte(service: Service, body: bytes, offset: int) -> None:
    document = problem(service.classify(body, kind="application/json"), 400, "malformed-json")
    assert [error["offset"] for error in document["errors"]] == [offset]


def test_deeply_nested_json_is_refused(service: Service) -> None:
    problem(service.classify(b"[" * 100_000, kind="application/json"), 400, "malformed-json")


@pytest.mark.parametrize("body", [b"17", b'"SCANS"', b"null"])
def test_json_without_events(service: Service, body: bytes) -> None:
    document = problem(service.classify(body, kind="application/json"), 422, "invalid-body")
    assert [error["pointer"] for error in document["errors"]] == [""]


@pytest.mark.parametrize(
    "kind",
    [
        "application/xml",
        "application/x-www-form-urlencoded",
        "text/plain; charset=latin-1",
        "multipart/form-data",
    ],
)
def test_a_type_that_is_not_read(service: Service, kind: str) -> None:
    problem(service.classify(b"x", kind=kind), 415, "unsupported-media-type")


def test_a_compressed_body_is_not_read(service: Service) -> None:
    headers = {"Content-Type": "text/plain", "Content-Encoding": "gzip"}
    response = service.request("POST", "/v1/classify", content=b"x", headers=headers)
    problem(response, 415, "unsupported-media-type")
    assert response.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("?format=xml", "format"),
        ("?format=flowmon-cef", "format"),
        ("?attack_version=3", "attack_version"),
        ("?attack_version=", "attack_version"),
        ("?candidates=51", "candidates"),
        ("?candidates=-1", "candidates"),
        ("?candidates=1_0", "candidates"),
        ("?candidates=" + "9" * 5000, "candidates"),
        ("?explain=maybe", "explain"),
        ("?risk=0.3", "risk"),
        ("?risk=nan", "risk"),
        ("?candidate=5", "candidate"),
        ("?explain=true&explain=false", "explain"),
    ],
)
def test_a_parameter_that_can_not_be_used(service: Service, query: str, parameter: str) -> None:
    document = problem(service.classify(EVENT, query=query), 422, "invalid-parameter")
    assert [error["parameter"] for error in document["errors"]] == [parameter]


def test_the_codebook_promises_no_error_rate() -> None:
    with Service(Settings(model="codebook")) as rules:
        problem(rules.classify(EVENT, query="?risk=0.1"), 422, "risk-not-promised")
        assert rules.get("/v1/model").json()["promises"] is None


def test_a_body_that_is_too_large_is_refused_before_it_is_read() -> None:
    with Service(Settings(model="codebook", body_bytes=2000)) as small:
        problem(small.classify(b"x" * 2001, kind="text/plain"), 413, "body-too-large")
        assert small.classify(b"x" * 2000, kind="text/plain").status_code == 200


def test_the_body_is_counted_while_it_arrives() -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1000
            yield b"x" * 1000

    with Service(Settings(model="codebook", body_bytes=2000)) as small:
        # Without Content-Length: the transport sends chunks.
        problem(small.classify(endless(), kind="text/plain"), 413, "body-too-large")
    assert sent == 3000


@pytest.mark.parametrize("kind", ["application/json", "text/plain"])
def test_a_body_with_too_many_events(kind: str) -> None:
    with Service(Settings(model="codebook", records=2)) as small:
        records = [json.dumps(EVENT)] * 3
        body = f"[{','.join(records)}]" if kind == "application/json" else "\n".join(records)
        problem(small.classify(body.encode(), kind=kind), 413, "too-many-records")


def test_a_body_that_does_not_arrive() -> None:
    async def stuck() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(60)

    with Service(Settings(model="codebook", request_seconds=0.1)) as quick:
        problem(quick.classify(stuck(), kind="application/json"), 408, "body-timeout")


def test_events_that_take_too_long() -> None:
    many = [event(source={"ip": f"10.{n % 250}.{n // 250}.7"}) for n in range(9000)]
    with Service(Settings(model="codebook", request_seconds=0.1)) as quick:
        problem(quick.classify(many), 503, "timeout")


def test_requests_beyond_the_limit_are_told_to_come_back() -> None:
    with Service(Settings(model="codebook", concurrency=1)) as narrow:
        arrived = asyncio.Event()

        async def slow() -> AsyncIterator[bytes]:
            yield b"["
            await arrived.wait()
            yield b"]"

        async def both() -> tuple[httpx.Response, httpx.Response]:
            headers = {"Content-Type": "application/json"}
            first = asyncio.create_task(narrow.client.post("/v1/classify", content=slow(), headers=headers))
            await asyncio.sleep(0.02)
            second = await narrow.client.post("/v1/classify", json=EVENT)
            arrived.set()
            return await first, second

        first, second = narrow.run(both())
        assert first.status_code == 200
        problem(second, 503, "busy")
        assert second.headers["retry-after"] == "1"
        assert narrow.classify(EVENT).status_code == 200


def test_without_a_model_the_service_says_why_it_is_not_ready() -> None:
    with Service(Settings(model="nothing"), wait=False) as broken:
        broken.until(lambda: "can't be loaded" in broken.get("/health/ready").text)
        problem(broken.get("/health/ready"), 503, "not-ready")
        problem(broken.classify(EVENT), 503, "not-ready")
        assert broken.get("/health/live").status_code == 200


def test_a_failure_leaks_nothing_of_its_inside(capsys: pytest.CaptureFixture[str]) -> None:
    with Service() as failing:

        async def fail() -> None:
            raise KeyError("10.9.8.7 of /etc/adscribe")

        failing.app.get("/fail")(fail)
        response = failing.get("/fail")
        problem(response, 500, "internal")
        assert "10.9.8.7" not in response.text
        assert "Traceback" not in response.text
        output = capsys.readouterr()
        log = output.out + output.err
        assert "KeyError" in log
        assert response.headers["x-request-id"] in log
        assert "10.9.8.7" not in log


def test_a_site_file_that_can_not_be_used_from_the_start(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text("filters:\n  LAN: [nowhere]\ninternal: LAN\n")
    with Service(Settings(site=path), wait=False) as broken:
        broken.until(lambda: "line 2" in broken.get("/health/ready").text)
        problem(broken.get("/health/ready"), 503, "not-ready")

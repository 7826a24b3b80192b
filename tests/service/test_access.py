from __future__ import annotations

import pytest

from adscribe.service.settings import Settings
from tests.service.harness import EVENT, Service, event

PATHS = [
    "/",
    "/examples",
    "/static/base.css",
    "/v1/model",
    "/health/live",
    "/metrics",
    "/openapi.json",
    "/nothing",
]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_has_the_headers_of_security(service: Service, path: str) -> None:
    headers = service.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "unsafe" not in headers["content-security-policy"]
    assert "access-control-allow-origin" not in headers
    if not path.startswith("/static/"):
        assert headers["cache-control"] == "no-store"


def test_other_origins_are_not_let_in(service: Service) -> None:
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    response = service.request("OPTIONS", "/v1/classify", headers=asked)
    assert response.status_code == 405
    assert "access-control-allow-origin" not in response.headers


def test_a_request_keeps_the_id_that_it_came_with(service: Service) -> None:
    assert service.get("/health/live", headers={"X-Request-ID": "a-1"}).headers["x-request-id"] == "a-1"


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "a\u00e9".encode("latin-1").decode("latin-1")])
def test_an_id_that_could_harm_a_log_is_replaced(service: Service, given: str) -> None:
    response = service.get("/health/live", headers={"X-Request-ID": given.encode("latin-1")})
    assert len(response.headers["x-request-id"]) == 32


def test_a_token_opens_what_is_closed_without_it() -> None:
    with Service(Settings(model="codebook", token="s3cret"), wait=False) as closed:
        closed.until(lambda: closed.get("/health/ready").status_code == 200)
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "s3cret"}):
            for path in ("/v1/model", "/metrics", "/", "/openapi.json", "/nothing"):
                response = closed.get(path, headers=headers)
                assert response.status_code == 401
                assert response.headers["www-authenticate"] == "Bearer"
                assert response.json()["type"] == "urn:adscribe:problem:unauthorized"
        opened = {"Authorization": "Bearer s3cret"}
        assert closed.get("/v1/model", headers=opened).status_code == 200
        assert closed.request("POST", "/v1/classify", json=EVENT, headers=opened).status_code == 200


def test_the_log_names_no_address_host_or_user(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    told = event(
        source={"ip": "10.77.66.55", "hostname": "secret-host", "user": "secret-user"},
        targets=["10.77.66.56"],
    )
    assert service.classify(told).status_code == 200
    assert service.classify(event(source={"ip": "10.77.66.999"})).status_code == 422
    assert service.get("/10.77.66.57").status_code == 404
    output = capsys.readouterr()
    log = output.out + output.err
    assert "/v1/classify" in log
    assert "10.77" not in log
    assert "secret" not in log

from __future__ import annotations

from adscribe.service.settings import Settings
from tests.service.harness import EVENT, Service, event

RULES = Settings(model="codebook")


def test_requests_events_and_rejects_are_counted() -> None:
    with Service(RULES) as fresh:
        fresh.classify([EVENT, event(method="NEVER-SEEN"), event(source={"ip": "nowhere"})])
        fresh.classify(b"no event", kind="text/plain")
        fresh.get("/v1/nothing")
        metrics = fresh.get("/metrics").text
    assert 'adscribe_http_requests_total{route="/v1/classify",status="200"} 2.0' in metrics
    assert 'adscribe_http_requests_total{route="other",status="404"} 1.0' in metrics
    assert 'adscribe_http_request_seconds_count{route="/v1/classify"} 2.0' in metrics
    assert 'adscribe_events_total{method="SCANS",outcome="category"} 1.0' in metrics
    assert 'adscribe_events_total{method="other",' in metrics
    assert "NEVER-SEEN" not in metrics
    assert 'adscribe_rejects_total{format="auto"} 2.0' in metrics


def test_two_services_in_one_process_count_apart() -> None:
    with Service(RULES) as one, Service(RULES) as other:
        one.classify(EVENT)
        assert "adscribe_events_total{" not in other.get("/metrics").text

from __future__ import annotations

import json
import re
import time
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi import checks

from adscribe.service import bodies, openapi
from adscribe.service.app import create_app
from tests.service.harness import EVENT, Service, event

DOCUMENT = openapi.document()


def validator(name: str) -> Any:
    """Return a validator of one of the document's schemas."""
    return jsonschema_rs.validator_for(
        {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}, validate_formats=True
    )


def test_the_served_document_is_this_one(service: Service) -> None:
    assert service.get("/openapi.json").json() == json.loads(json.dumps(DOCUMENT))


def test_it_describes_every_route_and_no_other() -> None:
    served = {
        (route.path, method.lower())
        for route in create_app().routes
        if isinstance(route, APIRoute) and route.include_in_schema
        for method in route.methods or ()
    }
    described = {(path, method) for path, item in DOCUMENT["paths"].items() for method in item}
    assert described == served


def test_its_examples_fit_their_schemas(service: Service) -> None:
    content = DOCUMENT["paths"]["/v1/classify"]["post"]["requestBody"]["content"]
    for example in content["application/json"]["examples"].values():
        response = service.classify(example["value"])
        assert response.status_code == 200
        assert not response.json().get("rejects")
    for kind, body in content.items():
        if kind != "application/json":
            response = service.classify(body["example"].encode(), kind=kind)
            assert '"reject"' not in response.text
            assert '"event"' in response.text
    validator("Event").validate(bodies.EVENT)
    validator("Assignment").validate(bodies.ASSIGNMENT)


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("/v1/model", "Model"),
        ("/v1/shadow", "Shadow"),
        ("/v1/site", "Site"),
        ("/health/live", "Live"),
        ("/health/ready", "Ready"),
    ],
)
def test_what_is_served_fits_its_schema(service: Service, path: str, schema: str) -> None:
    validator(schema).validate(service.get(path).json())


def test_answers_fit_their_schema(service: Service) -> None:
    validator("Assignment").validate(service.classify(EVENT, query="?candidates=3").json())
    validator("Assignments").validate(service.classify([EVENT, event(targets=7)]).json())
    validator("Problem").validate(service.classify(event(targets=7)).json())
    validator("Problem").validate(service.get("/nothing").json())


OPERATIONS = [(path, method.upper()) for path, item in DOCUMENT["paths"].items() for method in item]


@pytest.fixture(scope="module")
def api() -> Any:
    """The document as the application serves it."""
    for _ in range(20):
        # In some versions of CPython two threads that parse source at a time can fail
        # (python/cpython#106905), and servers of tests before this one may still be stopping.
        try:
            return schemathesis.openapi.from_asgi("/openapi.json", create_app())
        except SystemError:
            time.sleep(0.5)
    raise AssertionError("the document could not be loaded")


def wait(api: Any) -> None:
    """Wait until the application can answer: it begins anew with each test."""
    ready = api["/health/ready"]["GET"]
    for _ in range(500):
        if ready.Case().call().status_code == 200:
            return
        time.sleep(0.01)
    raise AssertionError("it did not become ready")


UNSAID = {"risk", "attack_version", "format", "tactic", "technique"}
UNSAID |= {"source", "target", "address", "text", "until", "after", "before", "limit", "version"}


def excused(case: schemathesis.Case[Any]) -> list[Any]:
    """Return the checks that don't apply to a case, for what the document says in words."""
    excluded: list[Any] = []
    fraction = re.search(r"\d\.0\b|\de\+", json.dumps(case.body, default=str))
    asked = {name.removeprefix("compare.") for name in case.query or {}}
    if fraction or UNSAID & asked or case.method == "DELETE":
        # Which of their values can be used is up to the model, the versions at hand and the body, or said
        # in words, as that one of two places must name who takes something back. And JSON Schema takes
        # 1.0 for a whole number, where a count must be written as one.
        excluded.append(checks.positive_data_acceptance)
    wrong = (
        {place for place, part in case.meta.components.items() if part.mode.is_negative}
        if case.meta
        else set()
    )
    if wrong <= {"body"}:
        # Readers of events take more than the document asks for, and answer lists and lines one by one.
        excluded.append(checks.negative_data_rejection)
    return excluded


@pytest.mark.parametrize(
    ("path", "method", "mode"),
    [
        *((path, method, schemathesis.GenerationMode.POSITIVE) for path, method in OPERATIONS),
        # The others take nothing that could be wrong.
        ("/v1/classify", "POST", schemathesis.GenerationMode.NEGATIVE),
        ("/v1/events", "POST", schemathesis.GenerationMode.NEGATIVE),
        ("/v1/events/{event_id}", "GET", schemathesis.GenerationMode.NEGATIVE),
        ("/v1/events", "GET", schemathesis.GenerationMode.NEGATIVE),
        ("/v1/events/facets", "GET", schemathesis.GenerationMode.NEGATIVE),
        ("/v1/hosts", "GET", schemathesis.GenerationMode.NEGATIVE),
    ],
)
def test_every_operation_keeps_the_document(
    api: Any, path: str, method: str, mode: schemathesis.GenerationMode
) -> None:
    @given(case=api[path][method].as_strategy(generation_mode=mode))
    @settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def holds(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(excluded_checks=excused(case))

    wait(api)
    holds()

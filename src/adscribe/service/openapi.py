"""The OpenAPI 3.1 document: every path, parameter and body of the service."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version

import msgspec

from adscribe.assign import Assignment
from adscribe.model.drift import Drift
from adscribe.model.promises import Promises
from adscribe.sensors import FORMATS
from adscribe.service import (
    bodies,
    body,
    events,
    openapi_feedback,
    openapi_reading,
    openapi_reassess,
    openapi_review,
    openapi_site,
)
from adscribe.service.disagreements import Disagreement
from adscribe.service.matrix import Matrix
from adscribe.service.measures import Measured
from adscribe.service.operations import EVENT_ID, REF, Json, content, parameter, problems, ref
from adscribe.service.placed import PlacedAddress
from adscribe.service.problems import KINDS, Document
from adscribe.service.review import Review
from adscribe.service.site_reading import CheckedSite, SiteGaps, SiteSuggestions
from adscribe.store import StoredEvent
from adscribe.store.counts import Facets
from adscribe.store.hosts import Host, Hosts
from adscribe.store.jobs import Job
from adscribe.store.listing import Page


def _get(operation: str, summary: str, ok: Json, *more: str, description: str = "Done.") -> Json:
    return {
        "get": {
            "operationId": operation,
            "summary": summary,
            "responses": {
                "200": {"description": description, "content": ok},
                **problems("unauthorized", *more, "internal"),
            },
        }
    }


_ELSEWHERE = frozenset(
    {"not-found", "method-not-allowed", "store-unavailable", "no-previous-model", "invalid-form"}
)
"""Problems that `/v1/classify` doesn't have."""

_CLASSIFY: Json = {
    "post": {
        "operationId": "classify",
        "summary": "Answer events: one, a list, or lines",
        "description": (
            "One body is one run: history and updates are what the body holds. Nothing is stored. "
            "Each event is answered in its place; one that can't be read costs no other."
        ),
        "parameters": [
            parameter(
                "format",
                {"enum": ["auto", *FORMATS], "default": "auto"},
                "Form of the events; `auto` tells it for each.",
            ),
            parameter(
                "attack_version",
                {"type": "string", "minLength": 1, "maxLength": 40},
                "ATT&CK version of the answers, such as `18.1`; default: the model's.",
            ),
            parameter(
                "risk",
                {"enum": list(body.RISKS)},
                "Largest share of wrong categories among the events shown with one; default: the service's. "
                "Refused where the model doesn't promise it.",
            ),
            parameter(
                "candidates",
                {"type": "integer", "minimum": 0, "maximum": body.MOST_CANDIDATES, "default": 0},
                "How many of the most probable techniques to list, shown or not.",
            ),
            parameter(
                "explain", {"type": "boolean", "default": True}, "Whether answers say what they rest on."
            ),
        ],
        "requestBody": {
            "required": True,
            "content": {
                body.JSON: {
                    "schema": {
                        "oneOf": [
                            ref("Event"),
                            {"type": "array", "items": ref("Event")},
                            ref("Events"),
                        ]
                    },
                    "examples": {
                        "event": {"summary": "One event", "value": bodies.EVENT},
                        "list": {"summary": "A list", "value": [bodies.EVENT, bodies.SECOND_EVENT]},
                        "events": {"summary": "A list by name", "value": {"events": [bodies.EVENT]}},
                    },
                },
                **{
                    kind: {
                        "schema": {"type": "string"},
                        "example": msgspec.json.encode(bodies.EVENT).decode() + "\n",
                    }
                    for kind in body.LINES
                    if kind != body.TSV
                },
                body.TSV: {"schema": {"type": "string"}, "example": bodies.TSV_LINE},
            },
        },
        "responses": {
            "200": {
                "description": (
                    "An assignment for one event; for a list an object with `assignments` and `rejects`; "
                    'for lines a line for each record: an assignment or `{"reject": …}`.'
                ),
                "content": {
                    body.JSON: {
                        "schema": {"anyOf": [ref("Assignment"), ref("Assignments")]},
                        "examples": {"event": {"summary": "One event", "value": bodies.ASSIGNMENT}},
                    },
                    "application/x-ndjson": {
                        "schema": {"type": "string"},
                        "example": msgspec.json.encode(bodies.REJECTED_LINE).decode() + "\n",
                    },
                },
            },
            **problems(*(name for name in KINDS if name not in _ELSEWHERE)),
        },
    }
}

_KEEP: Json = {
    "post": {
        **_CLASSIFY["post"],
        "operationId": "keep",
        "summary": "Answer events and keep them",
        "description": (
            "As `/v1/classify`, with all that is kept as the past: a report is an update of the event that "
            "it belongs to, and the earlier events of its hosts count. A report that comes again is known: "
            "what it was answered comes back. What was answered is kept; after a problem send the body again."
        ),
        "responses": {
            "200": _CLASSIFY["post"]["responses"]["200"],
            **problems(*(name for name in KINDS if name not in _ELSEWHERE - {"store-unavailable"})),
        },
    }
}

_STORED: Json = {
    "get": {
        "operationId": "stored",
        "summary": "An event that is kept, with its revisions",
        "parameters": [
            EVENT_ID,
            parameter(
                "after",
                {"type": "string", "pattern": r"^[0-9]{1,9}\.[0-9]{1,9}$"},
                "The page after a revision: what `next` of the page before says.",
            ),
            parameter(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": events.MOST, "default": events.PAGE},
                "Most revisions of the page. One of large events is shorter.",
            ),
        ],
        "responses": {
            "200": {"description": "The event.", "content": content(ref("StoredEvent"))},
            **problems(
                "unauthorized", "not-found", "invalid-parameter", "internal", "store-unavailable", "busy"
            ),
        },
    }
}

_ROLLBACK: Json = {
    "post": {
        "operationId": "rollBack",
        "summary": "Let the model before answer again",
        "description": (
            "What answered stays out until its source names another model. Asked again, it comes back."
        ),
        "responses": {
            "200": {"description": "The model that answers now.", "content": content(ref("Model"))},
            **problems("unauthorized", "cross-origin", "no-previous-model", "internal", "not-ready"),
        },
    }
}

_PATHS: Json = {
    "/v1/classify": _CLASSIFY,
    **openapi_reading.PATHS,
    **openapi_feedback.PATHS,
    **openapi_reassess.PATHS,
    **openapi_site.PATHS,
    **openapi_review.PATHS,
    "/v1/events": {**openapi_reading.PATHS["/v1/events"], **_KEEP},
    "/v1/events/{event_id}": _STORED,
    "/v1/model": _get("model", "The model that answers", content(ref("Model")), "not-ready"),
    "/v1/model/measures": _get(
        "measures", "What was measured of the model that answers", content(ref("Measured")), "not-ready"
    ),
    "/v1/model/rollback": _ROLLBACK,
    "/v1/shadow": _get(
        "shadow",
        "How the challenger's answers compare with those that were given",
        content(ref("Shadow")),
        "not-ready",
    ),
    "/v1/drift": _get(
        "drift",
        "Whether events and answers of the last 30 days are like those of the training, and those before",
        content(ref("Drift")),
        "not-ready",
    ),
    "/v1/site": _get(
        "site", "The site file in use, without its addresses", content(ref("Site")), "not-ready"
    ),
    "/health/live": _get("live", "Whether the process answers", content(ref("Live"))),
    "/health/ready": _get("ready", "Whether events can be answered", content(ref("Ready")), "not-ready"),
    "/metrics": _get("metrics", "Metrics for Prometheus", content({"type": "string"}, "text/plain")),
    "/openapi.json": _get("document", "This document", content({"type": "object"})),
}


_DESCRIBED = (
    *(CheckedSite, PlacedAddress, SiteGaps, SiteSuggestions),
    *(Assignment, Disagreement, Document, Drift, Facets, Host, Hosts, Job, Matrix, Measured),
    *(Page, Promises, Review, StoredEvent),
)
"""Classes whose schemas stand in the document."""


@cache
def document() -> Json:
    """Return the OpenAPI document."""
    _, schemas = msgspec.json.schema_components(_DESCRIBED, ref_template=REF)
    for schema in schemas.values():
        # Of a docstring only the first paragraph: the rest is for those who read the code.
        schema["description"] = " ".join(schema.get("description", "").partition("\n\n")[0].split())
    schemas["Problem"] = schemas.pop("Document")
    # What an event is bodies say, and more exactly.
    del schemas["Event"]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "adscribe",
            "version": version("adscribe"),
            "summary": "MITRE ATT&CK categories of network anomaly events, in their context",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": _PATHS,
        "components": {
            "schemas": {**schemas, **bodies.SCHEMAS, **openapi_feedback.SCHEMAS, **openapi_reassess.SCHEMAS},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        # Without a token in the settings none is asked for.
        "security": [{}, {"token": []}],
    }

"""The OpenAPI document of events that are answered again."""

from __future__ import annotations

from adscribe.service import body
from adscribe.service.openapi_reading import FILTERS
from adscribe.service.operations import Json, content, in_path, parameter, problems, ref

_JOB_ID: Json = in_path("job_id", {"type": "string", "pattern": "^[0-9a-f]{16}$"}, "The job's `id`.")
_STORE = ("internal", "store-unavailable", "busy")

SCHEMAS: Json = {
    "Jobs": {
        "type": "object",
        "properties": {"jobs": {"type": "array", "items": ref("Job")}},
        "required": ["jobs"],
        "description": "The jobs that are kept, the latest first.",
    }
}
"""Name to JSON Schema."""

PATHS: Json = {
    "/v1/reassess": {
        "post": {
            "operationId": "reassess",
            "summary": "Answer stored events again",
            "description": (
                "Begins a job that answers the events that meet the filter with the model, the site file and "
                "the version of ATT&CK as they are now, as revisions of their own. Those that were answered "
                "so already are left as they are. One job is in work at a time."
            ),
            "parameters": [
                {**FILTERS[0], "required": True},
                *FILTERS[1:],
                parameter(
                    "dry_run",
                    {"type": "boolean", "default": False},
                    "Whether to write nothing: `progress` shows what would change.",
                ),
                parameter(
                    "attack_version",
                    {"type": "string", "minLength": 1, "maxLength": 40},
                    "ATT&CK version of the answers; default: the model's.",
                ),
                parameter(
                    "risk",
                    {"enum": list(body.RISKS)},
                    "Largest share of wrong categories; default: the service's.",
                ),
            ],
            "responses": {
                "202": {
                    "description": "The job has begun.",
                    "content": content(ref("Job")),
                    "headers": {"Location": {"schema": {"type": "string"}, "description": "Its path."}},
                },
                **problems(
                    *("unauthorized", "conflict", "invalid-parameter", "risk-not-promised"),
                    *("not-ready", *_STORE),
                ),
            },
        },
        "get": {
            "operationId": "reassess_jobs",
            "summary": "Jobs that answer events again",
            "responses": {
                "200": {"description": "Done.", "content": content(ref("Jobs"))},
                **problems("unauthorized", "invalid-parameter", *_STORE),
            },
        },
    },
    "/v1/reassess/{job_id}": {
        "get": {
            "operationId": "reassess_job",
            "summary": "How far a job has come",
            "parameters": [_JOB_ID],
            "responses": {
                "200": {"description": "The job.", "content": content(ref("Job"))},
                **problems("unauthorized", "not-found", "invalid-parameter", *_STORE),
            },
        },
        "delete": {
            "operationId": "cancel_reassess_job",
            "summary": "Cancel a job",
            "description": "It ends after its next step; what it has answered stays.",
            "parameters": [_JOB_ID],
            "responses": {
                "200": {"description": "The job.", "content": content(ref("Job"))},
                **problems("unauthorized", "not-found", "invalid-parameter", *_STORE),
            },
        },
    },
}
"""Path to operations."""

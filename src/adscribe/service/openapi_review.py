"""The OpenAPI document of the queue of what to judge next."""

from __future__ import annotations

from adscribe.service.openapi_reading import FILTERS
from adscribe.service.operations import Json, content, in_path, parameter, problems, ref
from adscribe.service.query import MOST
from adscribe.service.review import FILTERS as NAMES
from adscribe.service.review import GROUPS

_FILTERS = [one for one in FILTERS if one["name"] in NAMES]
_STORE = ("invalid-parameter", "internal", "not-ready", "store-unavailable", "busy")

PATHS: Json = {
    "/v1/review": {
        "get": {
            "operationId": "review",
            "summary": "What to judge next",
            "description": (
                "Unsure events that nobody has judged, similar ones together; first those whose verdict "
                "teaches most. And what verdicts have come to."
            ),
            "parameters": [
                *_FILTERS,
                parameter(
                    "limit",
                    {"type": "integer", "minimum": 1, "maximum": MOST, "default": GROUPS},
                    "Most groups.",
                ),
            ],
            "responses": {
                "200": {"description": "The groups.", "content": content(ref("Review"))},
                **problems("unauthorized", *_STORE),
            },
        }
    },
    "/v1/review/{group_id}": {
        "get": {
            "operationId": "reviewGroup",
            "summary": "Similar events to be judged together",
            "parameters": [
                in_path(
                    "group_id",
                    {"type": "string", "pattern": "^[0-9a-f]{16}$"},
                    "The `id` of a group that `/v1/review` told.",
                ),
                *_FILTERS,
            ],
            "responses": {
                "200": {"description": "The group.", "content": content(ref("Group"))},
                **problems("unauthorized", "not-found", *_STORE),
            },
        }
    },
}

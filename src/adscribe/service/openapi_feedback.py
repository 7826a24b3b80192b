"""The OpenAPI document of what analysts say."""

from __future__ import annotations

from adscribe.answer.feedback import ANALYST_LENGTH, COMMENT_LENGTH, MOST_LABELS, MOST_REVISIONS
from adscribe.answer.outcome import REASONS
from adscribe.service.feedback import ANALYST
from adscribe.service.openapi_reading import FILTERS
from adscribe.service.operations import EVENT_ID, Json, content, in_path, parameter, problems, ref
from adscribe.service.query import FORMS

_ID: Json = {"type": "string", "description": "Id of a technique, such as `T1048.002`."}
_TACTICS: Json = {
    "type": "array",
    "items": {"type": "string"},
    "maxItems": MOST_LABELS,
    "description": "Short names or ids of tactics.",
}
_TECHNIQUES: Json = {
    "type": "array",
    "maxItems": MOST_LABELS,
    "items": {
        "anyOf": [
            _ID,
            {"type": "object", "properties": {"id": _ID, "tactics": _TACTICS}, "required": ["id"]},
        ]
    },
    "description": "With those of their tactics that apply; the id alone where ATT&CK lists only one.",
}
_LABELS: Json = {
    "techniques": _TECHNIQUES,
    "tactics": _TACTICS,
    "attack": {"type": "string", "description": "Version of the ids; that of the answer by default."},
}
_ICS: Json = {
    "type": ["object", "null"],
    "properties": _LABELS,
    "description": "Of an OT event, what applies in the ICS domain.",
}


def _verdict(kind: str, properties: Json, *required: str) -> Json:
    return {
        "type": "object",
        "properties": {"kind": {"const": kind}, **properties},
        "required": ["kind", *required],
        "additionalProperties": False,
    }


SCHEMAS: Json = {
    "GivenFeedback": {
        "type": "object",
        "properties": {
            "verdict": {
                "oneOf": [
                    _verdict("confirm", {}),
                    _verdict("correct", {**_LABELS, "ics": _ICS}),
                    _verdict("reason", {"reason": {"enum": list(REASONS)}, "ics": _ICS}, "reason"),
                ]
            },
            "comment": {"type": ["string", "null"], "maxLength": COMMENT_LENGTH},
            "analyst": {
                "type": "string",
                "minLength": 1,
                "maxLength": ANALYST_LENGTH,
                "description": f"Who judges; the header `{ANALYST}` goes before.",
            },
            "revision": {
                "type": ["integer", "null"],
                "minimum": 1,
                "maximum": MOST_REVISIONS,
                "description": "Which revision was judged; the latest by default.",
            },
        },
        "required": ["verdict"],
        "additionalProperties": False,
        "description": "What an analyst says of an answer.",
    }
}
"""Name to JSON Schema."""

EXAMPLE: Json = {
    "analyst": "j.doe",
    "revision": 2,
    "verdict": {
        "kind": "correct",
        "techniques": [{"id": "T1048.002", "tactics": ["exfiltration"]}],
    },
    "comment": "not our cloud storage",
}

_HEADER: Json = {
    "name": ANALYST,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": ANALYST_LENGTH},
    "description": "Who judges. The service believes it; a proxy that knows its users can set it.",
}

PATHS: Json = {
    "/v1/events/{event_id}/feedback": {
        "post": {
            "operationId": "give_feedback",
            "summary": "Say whether an answer is right",
            "description": (
                "Keeps a verdict on an answer, checked against ATT&CK. It shows on the event at "
                "once and changes no answer. The same again from the same analyst is kept once."
            ),
            "parameters": [EVENT_ID, _HEADER],
            "requestBody": {"required": True, "content": content(ref("GivenFeedback"), example=EXAMPLE)},
            "responses": {
                "201": {
                    "description": "It is kept.",
                    "content": content(ref("StoredFeedback")),
                    "headers": {"Location": {"schema": {"type": "string"}, "description": "Its path."}},
                },
                **problems(
                    *("malformed-json", "incomplete-body", "unauthorized", "not-found", "conflict"),
                    *("body-too-large", "unsupported-media-type", "invalid-feedback", "invalid-parameter"),
                    *("internal", "store-unavailable", "busy"),
                ),
            },
        }
    },
    "/v1/events/{event_id}/feedback/{number}": {
        "delete": {
            "operationId": "revoke_feedback",
            "summary": "Take back what an analyst said",
            "description": "It stays, and says when and by whom it was taken back.",
            "parameters": [
                EVENT_ID,
                in_path("number", {"type": "integer", "minimum": 1}, "Its `number`."),
                parameter(
                    "analyst",
                    {"type": "string", "minLength": 1, "maxLength": ANALYST_LENGTH},
                    f"Who takes it back; the header `{ANALYST}` goes before.",
                ),
                _HEADER,
            ],
            "responses": {
                "200": {"description": "It is taken back.", "content": content(ref("StoredFeedback"))},
                **problems(
                    *("unauthorized", "not-found", "invalid-feedback", "invalid-parameter"),
                    *("internal", "store-unavailable", "busy"),
                ),
            },
        }
    },
    "/v1/feedback": {
        "get": {
            "operationId": "feedback",
            "summary": "All that analysts said, to be learnt from",
            "description": (
                "A line a verdict, in their order, with the event as it stood, the answer that was judged, "
                "and whether the verdict was taken back: what `adscribe feedback` reads. `since` and `until` "
                "are times of the verdicts."
            ),
            "parameters": FILTERS[:2],
            "responses": {
                "200": {"description": "Done.", "content": content({"type": "string"}, FORMS["ndjson"])},
                **problems("unauthorized", "invalid-parameter", "internal", "store-unavailable", "busy"),
            },
        }
    },
}
"""Path to operations."""

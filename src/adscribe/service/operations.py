"""Parts that the descriptions of operations in the OpenAPI document are made of."""

from __future__ import annotations

from typing import Any

from adscribe.service import body
from adscribe.service.problems import KINDS, MEDIA_TYPE

REF = "#/components/schemas/{name}"

Json = dict[str, Any]


def ref(name: str) -> Json:
    """Return a reference to a schema."""
    return {"$ref": REF.format(name=name)}


def content(schema: Json, media_type: str = body.JSON, example: Any = None) -> Json:
    """Return a body of a media type."""
    found: Json = {"schema": schema}
    if example is not None:
        found["example"] = example
    return {media_type: found}


def problems(*names: str) -> Json:
    """Return the responses that report problems, by status."""
    responses: Json = {}
    for name in names:
        kind = KINDS[name]
        response = responses.setdefault(
            str(kind.status), {"description": "", "content": content(ref("Problem"), MEDIA_TYPE)}
        )
        response["description"] = "; ".join(
            filter(None, (response["description"], f"`{name}`: {kind.title}"))
        )
    return responses


def parameter(name: str, schema: Json, description: str, **how: Any) -> Json:
    """Return a query parameter; further words say how a list is written."""
    told = {"name": name, "in": "query", "required": False, "schema": schema, "description": description}
    return {**told, **how}


def in_path(name: str, schema: Json, description: str) -> Json:
    """Return a parameter of the path."""
    return {"name": name, "in": "path", "required": True, "schema": schema, "description": description}


EVENT_ID: Json = in_path(
    "event_id", {"type": "string", "pattern": "^[0-9a-f]{16}$"}, "The `id` that answers name."
)

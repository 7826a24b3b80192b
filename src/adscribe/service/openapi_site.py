"""The OpenAPI document of the site file."""

from __future__ import annotations

from adscribe.service.openapi_reading import FILTERS
from adscribe.service.operations import Json, content, in_path, problems, ref
from adscribe.service.site_reading import MOST_EVENTS, YAML

_STORE = ("invalid-parameter", "internal", "not-ready", "store-unavailable", "busy")

PATHS: Json = {
    "/v1/site/address/{ip}": {
        "get": {
            "operationId": "site_address",
            "summary": "What the site file says of an address, and of what",
            "parameters": [in_path("ip", {"type": "string", "maxLength": 100}, "The address.")],
            "responses": {
                "200": {"description": "Done.", "content": content(ref("PlacedAddress"))},
                **problems("unauthorized", "not-found", "invalid-parameter", "internal", "not-ready"),
            },
        }
    },
    "/v1/site/check": {
        "post": {
            "operationId": "site_check",
            "summary": "Check a site file before it is used",
            "description": "Says all that is wrong with it, with lines. It isn't kept.",
            "requestBody": {
                "required": True,
                "content": {kind: {"schema": {"type": "string"}} for kind in YAML},
            },
            "responses": {
                "200": {"description": "What was found.", "content": content(ref("CheckedSite"))},
                **problems(
                    *("unauthorized", "cross-origin", "incomplete-body", "body-too-large"),
                    *("unsupported-media-type", "invalid-parameter", "internal"),
                ),
            },
        }
    },
    "/v1/site/gaps": {
        "get": {
            "operationId": "site_gaps",
            "summary": "What the site file leaves open",
            "description": f"Held against the latest {MOST_EVENTS:,} events that meet the filter.",
            "parameters": FILTERS,
            "responses": {
                "200": {"description": "Done.", "content": content(ref("SiteGaps"))},
                **problems("unauthorized", *_STORE),
            },
        }
    },
    "/v1/site/suggestions": {
        "get": {
            "operationId": "site_suggestions",
            "summary": "What events suggest that the site file doesn't say",
            "description": f"From the latest {MOST_EVENTS:,} events that meet the filter.",
            "parameters": FILTERS,
            "responses": {
                "200": {"description": "Done.", "content": content(ref("SiteSuggestions"))},
                **problems("unauthorized", *_STORE),
            },
        }
    },
}
"""Path to operations."""

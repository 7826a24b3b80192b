"""The OpenAPI document of what is read from the store."""

from __future__ import annotations

from typing import Any, get_args

from adscribe.answer.assignment import Basis, Reason
from adscribe.attack.versions import DOMAINS
from adscribe.event.checks import TEXT_LENGTH
from adscribe.event.native import SEVERITIES
from adscribe.service.download import CHOICES, COLUMNS
from adscribe.service.operations import Json, content, in_path, parameter, problems, ref
from adscribe.service.query import BUCKETS, FORMS, MOST, MOST_BUCKETS, PAGE
from adscribe.store.filters import MOST_VALUES, NONE
from adscribe.store.listing import ORDERS

_TIME: Json = {"type": "string", "format": "date-time"}
_NAME: Json = {"type": "string", "minLength": 1, "maxLength": TEXT_LENGTH}
_RANGE: Json = {"type": "string", "maxLength": 100, "examples": ["10.0.0.0/8", "2001:db8::7"]}


def _several(items: Json) -> Json:
    return {"type": "array", "items": items, "maxItems": MOST_VALUES}


FILTERS: list[Json] = [
    parameter("since", _TIME, "Detected then or later."),
    parameter("until", _TIME, "Detected before then."),
    parameter("method", _several(_NAME), "Detection method, such as `SCANS`."),
    parameter("submethod", _several(_NAME), "Submethod."),
    parameter("data_feed", _several(_NAME), "Data feed."),
    parameter("source", _several(_RANGE), "Address of the source, or a range of them (CIDR)."),
    parameter("target", _several(_RANGE), "Address of a target, or a range of them."),
    parameter("address", _several(_RANGE), "Address of the source or of a target, or a range of them."),
    parameter("host", _several(_NAME), "Host name of the source or of a target; case doesn't count."),
    parameter(
        "tactic",
        _several({"type": "string", "pattern": "^[a-z]+(-[a-z]+){0,6}$"}),
        "Short name of a tactic that is shown, of either domain.",
    ),
    parameter(
        "technique",
        _several({"type": "string", "pattern": r"^T[0-9]{4}(\.[0-9]{3})?$"}),
        "Technique that is shown; one includes its sub-techniques.",
    ),
    parameter("reason", _several({"enum": list(get_args(Reason))}), "Why no category is shown."),
    parameter("basis", _several({"enum": list(get_args(Basis))}), "What that reason rests on."),
    parameter(
        "severity", _several({"enum": [*SEVERITIES, NONE]}), f"Severity; `{NONE}` where none was reported."
    ),
    parameter("reviewed", {"type": "boolean"}, "Whether an analyst has judged the event."),
    parameter(
        "text",
        {"type": "string", "minLength": 1, "maxLength": TEXT_LENGTH},
        "Words, each with a letter, that the event's codes, names, labels and description hold: all of them, "
        "in any order, as whole words.",
    ),
]
"""The parameters of a filter. Of one that is given several times the event has one of the values."""

MATRIX: list[Json] = [
    *FILTERS,
    parameter(
        "domain",
        {"enum": list(DOMAINS)},
        "Count this domain alone, in the names of one version; default: both, as they were answered.",
    ),
    parameter(
        "version",
        {"type": "string", "minLength": 1, "maxLength": 40},
        "Version of ATT&CK to tell the domain in; default: the newest at hand. Without a domain it is one of "
        "Enterprise.",
    ),
    *({**one, "name": f"compare.{one['name']}"} for one in FILTERS),
]
"""The parameters of the matrix."""

_AFTER = parameter(
    "after",
    {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,2048}$"},
    "What `next` of the page before says; with the same filter and order.",
)


def _limit(of: str) -> Json:
    return parameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MOST, "default": PAGE},
        f"Most {of} of the page.",
    )


def _get(operation: str, summary: str, description: str, parameters: list[Json], ok: Json, *more: str) -> Any:
    return {
        "get": {
            "operationId": operation,
            "summary": summary,
            "description": description,
            "parameters": parameters,
            "responses": {
                "200": {"description": "Done.", "content": ok},
                **problems(
                    *("unauthorized", *more, "invalid-parameter", "internal", "store-unavailable", "busy")
                ),
            },
        }
    }


PATHS: Json = {
    "/v1/events": _get(
        "events",
        "Events that are kept",
        "A page of the events that meet the filter, or all of them as CSV or NDJSON. Pages stay as they are "
        "while events arrive: none comes twice or is left out unless it changes its place meanwhile. A page "
        "may have fewer events than `limit`: only a `next` of `null` says that there are no more.",
        [
            *FILTERS,
            parameter("sort", {"enum": list(ORDERS), "default": "time"}, "What to sort by."),
            parameter("order", {"enum": ["desc", "asc"], "default": "desc"}, "Largest or latest first?"),
            _AFTER,
            parameter(
                "before",
                {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,2048}$"},
                "What `previous` of the page after says; not with `after`.",
            ),
            _limit("events"),
            parameter(
                "columns",
                {"type": "array", "items": {"enum": list(CHOICES)}, "uniqueItems": True, "minItems": 1},
                "Of a list as `csv` or `ndjson` these alone, with commas between; one as JSON has all.",
                explode=False,
            ),
            parameter(
                "format",
                {"enum": list(FORMS)},
                "`csv` and `ndjson` send the whole list; without it the `Accept` header tells.",
            ),
        ],
        {
            **content(ref("Page")),
            **content(
                {"type": "string", "description": "A line an event, as in `events` of a page."},
                FORMS["ndjson"],
            ),
            **content({"type": "string"}, FORMS["csv"], ",".join(COLUMNS) + "\r\n"),
        },
    ),
    "/v1/events/facets": _get(
        "facets",
        "Events counted by what they have in common, and over time",
        "At most so many events are looked at, the latest first; `counted` says which.",
        [
            *FILTERS,
            parameter(
                "buckets",
                {"type": "integer", "minimum": 2, "maximum": MOST_BUCKETS, "default": BUCKETS},
                "Most parts of the histogram.",
            ),
        ],
        content(ref("Facets")),
    ),
    "/v1/attack/matrix": _get(
        "matrix",
        "Events counted by technique and tactic",
        "How many show each, and the sum of their probabilities. At most so many events are looked at, the "
        "latest first; `counted` says which. With `compare.` before a field of the filter, such as "
        "`compare.since`, the events that meet the same filter with that value are counted as well.",
        MATRIX,
        content(ref("Matrix")),
    ),
    "/v1/attack/matrix/layer": _get(
        "layer",
        "The matrix as a layer for the ATT&CK Navigator",
        "The same view as a file that the Navigator opens. Scores are what is expected, or by how much that "
        "is more than of the events that are compared.",
        MATRIX,
        content({"type": "object"}),
    ),
    "/v1/hosts": _get(
        "hosts",
        "Hosts by the tactics that their events show",
        "Sources of the events that meet the filter, those that show the most of the kill chain first. The "
        "score is the sum over tactics of the highest probability with which an event shows it.",
        [*FILTERS, _AFTER, _limit("hosts")],
        content(ref("Hosts")),
    ),
    "/v1/hosts/{ip}": _get(
        "host",
        "One host: the tactics of its events over time",
        "Its own events, and those that it is a target of. Only the former count for the score.",
        [in_path("ip", {"type": "string", "maxLength": 100}, "Its address."), *FILTERS[:2]],
        content(ref("Host")),
        "not-found",
    ),
}
"""Path to operations."""

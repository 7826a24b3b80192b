"""Schemas and examples of the bodies that no class of adscribe describes."""

from __future__ import annotations

from typing import Any, get_args

from adscribe.event import checks
from adscribe.event.native import DIRECTIONS, PORT, PROTOCOL, SEVERITIES
from adscribe.service.disagreements import LISTED, Result

Json = dict[str, Any]

_IP: Json = {"anyOf": [{"type": "string", "format": "ipv4"}, {"type": "string", "format": "ipv6"}]}
_TIME: Json = {"type": "string", "format": "date-time"}
_NULL_TIME: Json = {"type": ["string", "null"], "format": "date-time"}
_COUNT: Json = {"type": "integer", "minimum": 0, "maximum": checks.WHOLE}
_NULL_COUNT: Json = {**_COUNT, "type": ["integer", "null"]}
_TEXT: Json = {"type": ["string", "null"], "maxLength": checks.TEXT_LENGTH}


def _one_of(words: tuple[str, ...]) -> Json:
    return {"enum": [*words, None]}


def _numbers(most: int) -> Json:
    return {"type": ["array", "null"], "items": {"type": "integer", "minimum": 0, "maximum": most}}


def _object(properties: Json, *required: str, meaning: str = "") -> Json:
    schema: Json = {"type": "object", "properties": properties, "required": list(required)}
    if meaning:
        schema["description"] = meaning
    return schema


SCHEMAS: Json = {
    "Event": _object(
        {
            "method": {
                "type": "string",
                "pattern": r"\S",
                "maxLength": checks.TEXT_LENGTH,
                "description": "Code of the detection method, such as `SCANS`.",
            },
            "submethod": _TEXT,
            "source": _object(
                {"ip": _IP, "mac": _TEXT, "hostname": _TEXT, "user": _TEXT, "country": _TEXT},
                "ip",
                meaning="The address that the sensor names as the origin.",
            ),
            "targets": {
                "type": ["array", "null"],
                "maxItems": checks.TARGETS,
                "items": {
                    "anyOf": [
                        *_IP["anyOf"],
                        _object(
                            {
                                "ip": _IP,
                                "hostname": _TEXT,
                                "country": _TEXT,
                                "sent_bytes": _NULL_COUNT,
                                "received_bytes": _NULL_COUNT,
                            },
                            "ip",
                        ),
                    ]
                },
            },
            "target_count": _NULL_COUNT,
            "detected_at": _TIME,
            "first_flow_at": _NULL_TIME,
            "updated_at": _NULL_TIME,
            "instance": _TEXT,
            "data_feed": _TEXT,
            "perspective": _TEXT,
            "external_id": _TEXT,
            "sensor": _TEXT,
            "severity": _one_of(SEVERITIES),
            "direction": _one_of(DIRECTIONS),
            "success": {"type": ["boolean", "null"]},
            "labels": {
                "type": ["array", "null"],
                "maxItems": checks.LABELS,
                "items": {"type": "string", "maxLength": checks.TEXT_LENGTH},
            },
            "characteristics": {
                "type": ["object", "null"],
                "maxProperties": checks.CHARACTERISTICS,
                "propertyNames": {"pattern": r"\S", "maxLength": checks.TEXT_LENGTH},
                "additionalProperties": {
                    "anyOf": [
                        {"type": "string", "maxLength": checks.CHARACTERISTIC_LENGTH},
                        {"type": "number", "minimum": -checks.WHOLE, "maximum": checks.WHOLE},
                        {"type": ["boolean", "null"]},
                    ]
                },
                "description": "What the detail says, under adscribe's names (docs/sensors/formats.md).",
            },
            "ports": _numbers(PORT),
            "protocols": _numbers(PROTOCOL),
            "description": {"type": ["string", "null"], "maxLength": checks.DESCRIPTION_LENGTH},
        },
        "method",
        "source",
        "detected_at",
        meaning="One report of a detector in adscribe's own form. Other JSON forms are read as well.",
    ),
    "Events": _object(
        {"events": {"type": "array", "items": {"$ref": "#/components/schemas/Event"}}},
        "events",
        meaning="A list of events by name.",
    ),
    "Assignments": _object(
        {
            "assignments": {
                "type": "array",
                "items": {"anyOf": [{"$ref": "#/components/schemas/Assignment"}, {"type": "null"}]},
                "description": "One for each event in its place; `null` for one that can't be read.",
            },
            "rejects": {
                "type": "array",
                "items": _object(
                    {
                        "index": {**_COUNT, "description": "Place of the event in the list, from 0."},
                        "reason": {"type": "string"},
                        "pointer": {"type": "string", "description": "JSON pointer into the body."},
                    },
                    "index",
                    "reason",
                    "pointer",
                ),
            },
        },
        "assignments",
        "rejects",
        meaning="The answers to a list of events.",
    ),
    "Model": _object(
        {
            "name": {"type": "string"},
            "version": {"type": "string"},
            "attack": {"type": "string", "description": "ATT&CK version that the model answers in."},
            "risk": {
                "type": ["number", "null"],
                "description": "Promised largest share of wrong categories; `null`: none is promised.",
            },
            "calm_risk": {
                "type": ["number", "null"],
                "description": "Promised largest share of calm answers that are wrong; `null` as above.",
            },
            "residual": {
                "type": ["string", "null"],
                "description": "Digest of what the site's analysts have taught; `null`: nothing.",
            },
            "promises": {
                "anyOf": [{"$ref": "#/components/schemas/Promises"}, {"type": "null"}],
                "description": "What can be chosen from, by step; `null`: nothing is promised.",
            },
            "artefact": {"type": ["string", "null"], "description": "SHA-256 of its manifest."},
            "training": {
                **_object(
                    {
                        "data": {"type": "string", "description": "Hash of the training data."},
                        "created": {"type": "string", "description": "When, in ISO 8601."},
                    },
                    "data",
                    "created",
                ),
                "type": ["object", "null"],
                "description": "How the model came to be; `null`: it is written by hand.",
            },
            "schema": {
                "type": ["string", "null"],
                "description": "Hash of the features that the model reads.",
            },
            "attack_versions": {
                "type": "object",
                "additionalProperties": {"type": "array", "items": {"type": "string"}},
                "description": "By domain, the versions that answers can be given in.",
            },
            "loaded_at": _TIME,
            "source": {"type": "string", "description": "What names the model: the setting `model`."},
            "error": {
                "type": ["string", "null"],
                "description": "Why what is named now is not the model that answers; `null` when it is.",
            },
            "previous": {
                "anyOf": [{"$ref": "#/components/schemas/BriefModel"}, {"type": "null"}],
                "description": "The one before, that a rollback lets answer again.",
            },
        },
        "name",
        "version",
        "attack",
        "risk",
        "calm_risk",
        "residual",
        "promises",
        "training",
        "schema",
        "attack_versions",
        "artefact",
        "loaded_at",
        "source",
        "error",
        "previous",
        meaning="The model that answers.",
    ),
    "BriefModel": _object(
        {
            "name": {"type": "string"},
            "version": {"type": "string"},
            "artefact": {"type": ["string", "null"], "description": "SHA-256 of its manifest."},
            "loaded_at": _TIME,
        },
        "name",
        "version",
        "artefact",
        "loaded_at",
        meaning="A model beside the one that answers.",
    ),
    "Shadow": _object(
        {
            "source": {
                "type": ["string", "null"],
                "description": "What names the challenger: the setting `challenger`; `null`: there is none.",
            },
            "model": {
                "anyOf": [{"$ref": "#/components/schemas/BriefModel"}, {"type": "null"}],
                "description": "The challenger; `null`: none is loaded.",
            },
            "error": {
                "type": ["string", "null"],
                "description": "Why what is named now is not the challenger; `null` when it is.",
            },
            "answers": {
                **_object(dict.fromkeys(get_args(Result), _COUNT), *get_args(Result)),
                "description": "How many answers became what, since the service began.",
            },
            "disagreements": {
                "type": "array",
                "maxItems": LISTED,
                "items": {"$ref": "#/components/schemas/Disagreement"},
                "description": "The latest first.",
            },
        },
        "source",
        "model",
        "error",
        "answers",
        "disagreements",
        meaning="How a challenger's answers compare with those that were given.",
    ),
    "Site": _object(
        {
            "sha256": {"type": ["string", "null"], "description": "Of the site file in use."},
            "given": {"type": "boolean", "description": "Whether the service has a site file."},
            "loaded_at": _TIME,
            "error": {
                "type": ["string", "null"],
                "description": "Why the file as it is now is not in use; `null` when it is.",
            },
            "counts": {"type": "object", "additionalProperties": _COUNT},
        },
        "sha256",
        "given",
        "loaded_at",
        "error",
        "counts",
    ),
    "Live": _object({"status": {"const": "live"}}, "status"),
    "Ready": _object(
        {
            "status": {"const": "ready"},
            "model": _object(
                {
                    "version": {"type": "string"},
                    "artefact": {"type": ["string", "null"]},
                    "error": {"type": ["string", "null"]},
                },
                "version",
                "artefact",
                "error",
            ),
            "site": _object(
                {"sha256": {"type": ["string", "null"]}, "error": {"type": ["string", "null"]}},
                "sha256",
                "error",
            ),
            "store": _object(
                {
                    "temporary": {
                        "type": "boolean",
                        "description": "Whether what is kept goes when the service ends.",
                    },
                    "demo": {
                        "type": "boolean",
                        "description": "Whether example data are what is read, until events come.",
                    },
                    "error": {
                        "type": ["string", "null"],
                        "description": "Why events can't be kept now; `null` when they can.",
                    },
                },
                "temporary",
                "demo",
                "error",
            ),
        },
        "status",
        "model",
        "site",
        "store",
    ),
}
"""Name to JSON Schema."""

EVENT: Json = {
    "method": "UPLOAD",
    "submethod": "General",
    "source": {"ip": "10.2.3.4", "hostname": "pc-12"},
    "targets": [
        {
            "ip": "203.0.113.10",
            "hostname": "files.example.net",
            "sent_bytes": 5368709120,
            "received_bytes": 10004,
        }
    ],
    "detected_at": "2026-11-03T15:12:10Z",
    "direction": "upload",
    "characteristics": {"uploaded_bytes": 5368709120, "downloaded_bytes": 10004},
    "ports": [443],
    "protocols": [6],
}

SECOND_EVENT: Json = {
    "method": "SCANS",
    "submethod": "TCPSYN",
    "source": {"ip": "10.2.3.4"},
    "targets": ["10.2.8.20", "10.2.8.21", "10.2.8.22"],
    "target_count": 120,
    "detected_at": "2026-11-03T15:20:41Z",
    "characteristics": {"scan_shape": "horizontal", "successful_count": 9, "unsuccessful_count": 231},
    "ports": [445, 3389],
}

TSV_LINE = "\t".join(
    (
        "142857",
        "2026-11-03 15:12:10",
        "2026-11-03 15:01:00",
        "UPLOAD",
        "Data upload anomaly",
        "Security",
        "Medium",
        "Uploaded: 5 GiB, downloaded: 9.77 KiB, port(s): 443.",
        "443",
        "6",
        "10.2.3.4",
        "pc-12",
        "203.0.113.10",
        "Internet uplink",
        "n/a\n",
    )
)

ASSIGNMENT: Json = {
    "event": {
        "id": "5d2c7b0e",
        "identity": "b1946ac9",
        "revision": 1,
        "fragment": False,
        "method": "UPLOAD",
        "submethod": "General",
        "source": "10.2.3.4",
        "external_id": None,
    },
    "techniques": [
        {
            "id": "T1048.002",
            "name": "Exfiltration Over Asymmetric Encrypted Non-C2 Protocol",
            "parent": "T1048",
            "domain": "enterprise",
            "tactics": ["exfiltration"],
            "probability": 0.71,
            "because": [
                {
                    "fact": "5 GiB sent, 9.8 KiB received",
                    "weight": 0.9,
                    "targets": {"count": 1, "sample": ["203.0.113.10"], "side": "outside"},
                }
            ],
            "despite": [],
        }
    ],
    "tactics": [
        {
            "id": "TA0010",
            "shortname": "exfiltration",
            "name": "Exfiltration",
            "domain": "enterprise",
            "probability": 0.71,
        }
    ],
    "no_category": None,
    "ics": None,
    "changed": None,
    "model": {"name": "adscribe", "version": "1", "attack": "enterprise 19", "risk": 0.1, "calm_risk": 0.01},
    "context": {"site": None, "history": 0},
}

REJECTED_LINE: Json = {
    "reject": {
        "line": 3,
        "reason": "an event needs source.ip: the address of its origin",
        "pointer": "/source",
    }
}

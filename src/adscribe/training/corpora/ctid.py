"""Mappings of the Center for Threat-Informed Defense: exploited CVEs, and capabilities of cloud services.

Upstream (``mappings-explorer``) they are JSON documents with a ``mapping_objects`` list, one object a
capability and technique. The CSV files have the same columns by other names. A CVE becomes a detection for
each kind of mapping (how it is exploited, what that leads to first, what it leads to in the end), named by
the vulnerability. A capability becomes a detection for each of the analyst's comments, since these name
what is found; its techniques are all that have the comment.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adscribe.training.corpora.detection import Source
from adscribe.training.corpora.families import family
from adscribe.training.corpora.files import File, UnreadableError, csv_rows, json_object, text_of
from adscribe.training.corpora.gathering import Gathering

FORMS = ("*.csv", "*.csv.gz", "*.json", "*.json.gz")
LICENCE = "Apache-2.0"

NOT_NETWORK = frozenset({"microsoft_sentinel"})
"""Capabilities that read no network data, of those in the extract of network services."""

_VULNERABILITIES = frozenset({"kev", "cve"})


@dataclass(slots=True)
class _Mapped:
    """One detection in the making."""

    source: Source
    name: str
    kind: str
    network: bool
    file: str
    line: int | None
    group: str
    techniques: dict[str, None] = field(default_factory=dict)
    comments: dict[str, None] = field(default_factory=dict)


class _Mappings(dict[str, _Mapped]):
    """Detections in the making by id."""

    def vulnerability(self, row: dict[str, str], file: str, line: int | None) -> None:
        cve, kind, name = row["id"], row["kind"], row["name"]
        key = f"{cve}/{kind}" if cve else ""
        mapped = self.setdefault(key, _Mapped("ctid-cve", name, kind, False, file, line, family(name)))
        mapped.techniques[row["technique"]] = None
        mapped.comments[row["comment"]] = None

    def capability(self, row: dict[str, str], file: str, line: int | None) -> None:
        capability, comment = row["id"], row["comment"]
        digest = hashlib.sha256(comment.encode()).hexdigest()[:12]
        key = f"{row['framework']}/{capability}/{digest}" if capability else ""
        name = (row["name"] or capability).replace("_", " ")
        network = capability not in NOT_NETWORK
        mapped = self.setdefault(
            key,
            _Mapped(
                "ctid-capability", name, row["kind"], network, file, line, family(comment) or family(name)
            ),
        )
        mapped.techniques[row["technique"]] = None
        mapped.comments[comment] = None


def gather(path: Path, into: Gathering) -> None:
    """Read CTID's mappings."""
    mappings = _Mappings()
    for file in into.find(path, FORMS):
        if ".csv" in file.name:
            _read_csv(file, mappings)
        else:
            _read_json(file, mappings, into)
    for key, one in mappings.items():
        into.add(
            source=one.source,
            id=key,
            name=one.name,
            description="\n".join(filter(None, one.comments)),
            kind=one.kind,
            network=one.network,
            techniques=filter(None, one.techniques),
            licence=LICENCE,
            group=one.group,
            file=one.file,
            line=one.line,
        )


def _read_csv(file: File, mappings: _Mappings) -> None:
    for line, row in csv_rows(file):
        common = {
            "technique": row.get("technique_id", "").strip(),
            "comment": row.get("comments", "").strip(),
        }
        if "cve" in row:
            told = {
                "id": row["cve"],
                "name": row.get("vulnerability", ""),
                "kind": row.get("mapping_type", ""),
            }
            mappings.vulnerability(common | told, file.name, line)
        else:
            told = {"id": row.get("capability", ""), "name": "", "kind": row.get("score_category", "")}
            told["framework"] = row.get("platform", "")
            mappings.capability(common | told, file.name, line)


def _read_json(file: File, mappings: _Mappings, into: Gathering) -> None:
    try:
        document = json_object(file.text)
    except UnreadableError as wrong:
        into.reject(file.name, None, wrong.reason)
        return
    metadata, objects = document.get("metadata"), document.get("mapping_objects")
    if not isinstance(metadata, dict) or not isinstance(objects, list):
        into.reject(file.name, None, "has no metadata and mapping_objects")
        return
    framework = text_of(metadata, "mapping_framework")
    for number, one in enumerate(objects):
        if not isinstance(one, dict):
            into.reject(file.name, None, f"/mapping_objects/{number} is no object")
            continue
        row = _row(one, framework)
        if framework in _VULNERABILITIES:
            mappings.vulnerability(row, file.name, None)
        else:
            mappings.capability(row, file.name, None)


def _row(one: dict[str, Any], framework: str) -> dict[str, str]:
    scored = framework not in _VULNERABILITIES
    return {
        "id": text_of(one, "capability_id"),
        "name": text_of(one, "capability_description"),
        "kind": text_of(one, "score_category") if scored else text_of(one, "mapping_type"),
        "technique": text_of(one, "attack_object_id"),
        "comment": text_of(one, "comments"),
        "framework": framework,
    }

"""Splunk's detections, from the YAML files of splunk/security_content.

Upstream a detection is a YAML file below ``detections/`` with its techniques in ``tags`` →
``mitre_attack_id``; what lies in ``detections/network`` and ``detections/web`` reads network data. Rows
with a JSON object a line have ``techniques``, and the upstream ``path``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from adscribe.training.corpora.files import text_of, texts_of
from adscribe.training.corpora.gathering import Gathering

FORMS = ("*.jsonl", "*.jsonl.gz", "*.yaml", "*.yml")
LICENCE = "Apache-2.0"

_NETWORK = frozenset({"network", "web"})


def gather(path: Path, into: Gathering) -> None:
    """Read Splunk's detections."""
    for file in into.find(path, FORMS):
        if ".jsonl" in file.name:
            for line, row in into.json_lines(file):
                _add(into, row, texts_of(row, "techniques"), text_of(row, "path"), file.name, line)
            continue
        rule = into.yaml_document(file)
        if rule is None:
            continue
        if not text_of(rule, "search"):
            into.reject(file.name, None, "is no detection: it has no search", id=text_of(rule, "id"))
            continue
        tags = rule.get("tags")
        techniques = texts_of(tags, "mitre_attack_id") if isinstance(tags, dict) else []
        where = (path / file.name if path.is_dir() else path).as_posix()
        _add(into, rule, techniques, where, file.name, None)


def _add(
    into: Gathering, rule: dict[str, Any], techniques: list[str], where: str, file: str, line: int | None
) -> None:
    into.add(
        source="splunk",
        id=text_of(rule, "id"),
        name=text_of(rule, "name"),
        description=text_of(rule, "description"),
        kind="; ".join(texts_of(rule, "data_source")),
        network=where.rpartition("/")[0].rpartition("/")[2] in _NETWORK,
        techniques=techniques,
        licence=LICENCE,
        file=file,
        line=line,
    )

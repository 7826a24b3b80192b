"""SigmaHQ's rules, from their YAML files.

Upstream techniques and tactics are ``tags``: ``attack.t1046``, ``attack.discovery``; groups, software and
CVEs among the tags are passed over. Rows with a JSON object a line have ``techniques`` and ``tactics``.
The authors stay with their rules, as the licence asks.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from adscribe.training.corpora.files import text_of, texts_of
from adscribe.training.corpora.gathering import Gathering

FORMS = ("*.jsonl", "*.jsonl.gz", "*.yaml", "*.yml")
LICENCE = "DRL-1.1"

_SOURCES = (
    "apache appliance bluecoat cisco dns dns_query f5 firewall fortigate fortinet huawei juniper network"
    " network_connection nginx paloalto proxy suricata webserver zeek"
)
_NETWORK = frozenset(_SOURCES.split())
"""Categories, products and services of log sources about connections and network services. The
connections and name look-ups that a host records of itself count: a sensor sees them too."""

_TAG = re.compile(r"attack\.(?P<technique>t[0-9]{4}(?:\.[0-9]{3})?)|attack\.(?P<tactic>[a-z_-]{6,})")


def gather(path: Path, into: Gathering) -> None:
    """Read SigmaHQ's rules."""
    for file in into.find(path, FORMS):
        if ".jsonl" in file.name:
            for line, row in into.json_lines(file):
                _add(into, row, texts_of(row, "techniques"), texts_of(row, "tactics"), file.name, line)
            continue
        rule = into.yaml_document(file)
        if rule is None:
            continue
        if not isinstance(rule.get("logsource"), dict):
            into.reject(file.name, None, "is no rule: it has no log source", id=text_of(rule, "id"))
            continue
        tags = [found for tag in texts_of(rule, "tags") if (found := _TAG.fullmatch(tag.lower()))]
        _add(
            into,
            rule,
            [tag["technique"] for tag in tags if tag["technique"]],
            [tag["tactic"] for tag in tags if tag["tactic"]],
            file.name,
            None,
        )


def _add(
    into: Gathering,
    rule: dict[str, Any],
    techniques: list[str],
    tactics: list[str],
    file: str,
    line: int | None,
) -> None:
    logs = rule.get("logsource")
    told = (
        [text_of(logs, key) for key in ("product", "category", "service")] if isinstance(logs, dict) else []
    )
    into.add(
        source="sigma",
        id=text_of(rule, "id"),
        name=text_of(rule, "title"),
        description=text_of(rule, "description"),
        kind=" ".join(filter(None, told)),
        network=not _NETWORK.isdisjoint(told),
        techniques=techniques,
        tactics=tactics,
        licence=LICENCE,
        author=text_of(rule, "author"),
        file=file,
        line=line,
    )

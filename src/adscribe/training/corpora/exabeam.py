"""Exabeam's rules of behaviour, from its content documentation.

Upstream they are tables in Markdown (``r_m_*.md``), one a product and use case, so one rule stands in
many; a row is an event type, its cell lists the rules by technique. Techniques and event types of a rule
are united; the first description stays. The rows read here have a JSON object a line: ``rule_id``,
``description``, ``techniques`` (ids of tactics among them), ``event_types``. A rule's name is its
description: its id says nothing to others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from adscribe.training.corpora.files import File, text_of, texts_of
from adscribe.training.corpora.gathering import Gathering

FORMS = ("*.jsonl", "*.jsonl.gz", "r_m_*.md")
LICENCE = "Apache-2.0"

_NETWORK = ("dns-", "netflow-", "network-", "process-network", "web-activity-")
_TECHNIQUE = re.compile(r"<b>(TA?[0-9]{4}(?:\.[0-9]{3})?)\b")
_RULE = re.compile(r"↳\s*<b>([^<>]+)</b>:(.*)")


@dataclass(slots=True)
class _Rule:
    description: str
    file: str
    line: int
    techniques: dict[str, None] = field(default_factory=dict)
    events: dict[str, None] = field(default_factory=dict)


def gather(path: Path, into: Gathering) -> None:
    """Read Exabeam's rules."""
    tables: dict[str, _Rule] = {}
    for file in into.find(path, FORMS):
        if file.name.endswith(".md"):
            _read_tables(file, tables)
            continue
        for line, row in into.json_lines(file):
            rule = _Rule(text_of(row, "description"), file.name, line)
            rule.techniques.update(dict.fromkeys(texts_of(row, "techniques")))
            rule.events.update(dict.fromkeys(texts_of(row, "event_types")))
            _add(into, text_of(row, "rule_id"), rule)
    for id_, rule in tables.items():
        _add(into, id_, rule)


def _read_tables(file: File, rules: dict[str, _Rule]) -> None:
    for line, text in file.lines():
        cells = [cell.strip() for cell in text.split("|")]
        if len(cells) < 3:
            continue
        for technique, id_, description in _rules(cells[2]):
            rule = rules.setdefault(id_, _Rule(description, file.name, line))
            rule.techniques[technique] = None
            rule.events[cells[1]] = None


def _rules(cell: str) -> Iterator[tuple[str, str, str]]:
    """Yield technique, id and description of the rules in a cell."""
    technique = ""
    for item in cell.split("<br>"):
        rule = _RULE.search(item)
        heading = None if rule else _TECHNIQUE.search(item)
        if heading:
            technique = heading[1]
        elif rule and technique:
            yield technique, rule[1].strip(), rule[2].strip()


def _add(into: Gathering, id_: str, rule: _Rule) -> None:
    into.add(
        source="exabeam",
        id=id_,
        name=rule.description,
        kind=" ".join(rule.events),
        network=any(event.startswith(_NETWORK) for event in rule.events),
        techniques=rule.techniques,
        licence=LICENCE,
        file=rule.file,
        line=rule.line,
    )

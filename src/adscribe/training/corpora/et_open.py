"""Suricata rules of Emerging Threats Open that carry ATT&CK metadata.

Upstream they are ``*.rules`` files; a rule that is commented out counts, other comments don't. Rows with a
JSON object a line have ``sid``, ``msg``, ``proto``, ``classtype``, ``technique_ids`` and ``tactic_ids``.
The header of the rule files puts sids 2000000 to 2799999 under the BSD licence and the others under
GPLv2, so each detection has a licence of its own.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from adscribe.training.corpora.families import with_message_families
from adscribe.training.corpora.files import UnreadableError, text_of, texts_of
from adscribe.training.corpora.gathering import Gathering

FORMS = ("*.jsonl", "*.jsonl.gz", "*.rules")

BSD = range(2_000_000, 2_800_000)
"""Sids of the rules under the BSD licence."""

_HEAD = re.compile(r"(?:alert|drop|pass|reject)\s+(?P<protocol>[a-z0-9-]+)\s")
_MESSAGE = re.compile(r'\bmsg\s*:\s*"((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\(.)")
_SID = re.compile(r"\bsid\s*:\s*([0-9]{1,12})\s*;")
_CLASS = re.compile(r"\bclasstype\s*:\s*([a-z0-9-]+)\s*;")
_LABEL = re.compile(r"\bmitre_(tactic|technique)_id\s+(TA?[0-9]{4}(?:\.[0-9]{3})?)\b")


class _Rule(NamedTuple):
    sid: int | None
    message: str
    kind: str
    techniques: list[str]
    tactics: list[str]


def gather(path: Path, into: Gathering) -> None:
    """Read rules of Emerging Threats Open."""
    for file in into.find(path, FORMS):
        if ".jsonl" in file.name:
            for line, row in into.json_lines(file):
                sid = row.get("sid")
                kind = f"{text_of(row, 'proto')} {text_of(row, 'classtype')}".strip()
                labels = texts_of(row, "technique_ids"), texts_of(row, "tactic_ids")
                known = sid if isinstance(sid, int) else None
                _add(into, _Rule(known, text_of(row, "msg"), kind, *labels), file.name, line)
            continue
        for line, text in file.lines():
            try:
                rule = _parse(text.strip())
            except UnreadableError as wrong:
                into.reject(file.name, line, wrong.reason)
                continue
            if rule:
                _add(into, rule, file.name, line)
    into.detections = with_message_families(into.detections)


def _parse(text: str) -> _Rule | None:
    """Return what a line of a rule file says; ``None`` for a comment that is no rule."""
    commented = text.startswith("#")
    code = text.lstrip("# ")
    head = _HEAD.match(code)
    before, _, options = code.partition("(")
    if head is None or head.end() > len(before) or not options.endswith(")"):
        if commented:
            return None
        raise UnreadableError("is no Suricata rule")
    message, sid, kind = (pattern.search(options) for pattern in (_MESSAGE, _SID, _CLASS))
    labels = _LABEL.findall(options)
    return _Rule(
        int(sid[1]) if sid else None,
        _ESCAPED.sub(r"\1", message[1]) if message else "",
        f"{head['protocol']} {kind[1] if kind else ''}".strip(),
        [one for which, one in labels if which == "technique"],
        [one for which, one in labels if which == "tactic"],
    )


def _add(into: Gathering, rule: _Rule, file: str, line: int) -> None:
    into.add(
        source="et-open",
        id="" if rule.sid is None else str(rule.sid),
        name=rule.message,
        kind=rule.kind,
        techniques=rule.techniques,
        tactics=rule.tactics,
        licence="BSD-3-Clause" if rule.sid in BSD else "GPL-2.0-only",
        group="",  # told when all messages are known
        file=file,
        line=line,
    )

"""Suricata rules of Emerging Threats Open that carry ATT&CK metadata.

Upstream they are ``*.rules`` files; a rule that is commented out counts, other comments don't. Rows with a
JSON object a line have ``sid``, ``msg``, ``proto``, ``classtype``, ``technique_ids`` and ``tactic_ids``.
The header of the rule files puts sids 2000000 to 2799999 under the BSD licence and the others under
GPLv2, so each detection has a licence of its own.
"""

from __future__ import annotations

import re
from pathlib import Path

from adscribe.training.corpora.files import text_of, texts_of
from adscribe.training.corpora.gathering import Gathering

FORMS = ("*.jsonl", "*.jsonl.gz", "*.rules")

BSD = range(2_000_000, 2_800_000)
"""Sids of the rules under the BSD licence."""

_RULE = re.compile(r"(?:#\s*)?(?:alert|drop|pass|reject)\s+(?P<proto>[a-z0-9-]+)\s.*?\((?P<options>.*)\)\s*")
_MESSAGE = re.compile(r'\bmsg\s*:\s*"((?:[^"\\]|\\.)*)"')
_SID = re.compile(r"\bsid\s*:\s*([0-9]{1,12})\s*;")
_CLASS = re.compile(r"\bclasstype\s*:\s*([a-z0-9-]+)\s*;")
_LABEL = re.compile(r"\bmitre_(tactic|technique)_id\s+(TA?[0-9]{4}(?:\.[0-9]{3})?)\b")


def gather(path: Path, into: Gathering) -> None:
    """Read rules of Emerging Threats Open."""
    for file in into.find(path, FORMS):
        if ".jsonl" in file.name:
            for line, row in into.json_lines(file):
                sid = row.get("sid")
                _add(
                    into,
                    sid if isinstance(sid, int) else None,
                    text_of(row, "msg"),
                    f"{text_of(row, 'proto')} {text_of(row, 'classtype')}".strip(),
                    [
                        (one[:2] == "TA", one)
                        for key in ("technique_ids", "tactic_ids")
                        for one in texts_of(row, key)
                    ],
                    file.name,
                    line,
                )
            continue
        for line, text in file.lines():
            rule = _RULE.fullmatch(text.strip())
            if rule is None:
                if not text.lstrip().startswith("#"):
                    into.reject(file.name, line, "is no Suricata rule")
                continue
            options = rule["options"]
            message, sid, kind = (pattern.search(options) for pattern in (_MESSAGE, _SID, _CLASS))
            _add(
                into,
                int(sid[1]) if sid else None,
                re.sub(r"\\(.)", r"\1", message[1]) if message else "",
                f"{rule['proto']} {kind[1] if kind else ''}".strip(),
                [(which == "tactic", one) for which, one in _LABEL.findall(options)],
                file.name,
                line,
            )


def _add(
    into: Gathering,
    sid: int | None,
    message: str,
    kind: str,
    labels: list[tuple[bool, str]],
    file: str,
    line: int,
) -> None:
    into.add(
        source="et-open",
        id="" if sid is None else str(sid),
        name=message,
        kind=kind,
        techniques=[one for is_tactic, one in labels if not is_tactic],
        tactics=[one for is_tactic, one in labels if is_tactic],
        licence="BSD-3-Clause" if sid in BSD else "GPL-2.0-only",
        file=file,
        line=line,
    )

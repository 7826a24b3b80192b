"""ATT&CK's own texts: what techniques, analytics, software and procedures say.

Upstream they are objects of a STIX bundle (`adscribe.training.corpora.attack_bundle` turns it into rows).
The rows read here have a JSON object a line: analytics (``analytic``, ``strategy_name``,
``log_sources``), software (``type``, ``aliases``) and procedure sentences (``subject_id``, ``text``). A JSON
document with a list of ``techniques`` gives the techniques that it describes.

These aren't detections of a vendor, and `Detection.source` tells them apart. ``network`` is: of an analytic,
that a log source of it holds network traffic or connections; of a technique, that one of its analytics
does; of a procedure, that its technique is one of these; software may do anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from adscribe.training.corpora.attack_bundle import is_bundle, rows
from adscribe.training.corpora.files import File, UnreadableError, json_object, objects_of, text_of, texts_of
from adscribe.training.corpora.gathering import Gathering

FORMS = ("*.jsonl", "*.jsonl.gz", "*.json", "*.json.gz")
LICENCE = "LicenseRef-MITRE-ATTACK"

_COMPONENT = "Network "
"""ATT&CK's data components of a sensor: Network Traffic Flow and Content, Network Connection Creation."""

_LONGEST = 10_000
"""Characters of a text that are looked at; the longest of ATT&CK have some 6,000."""

_ENTERPRISE = "enterprise-attack"
_CITATION = re.compile(r"\s*\(Citation: [^()]*(?:\([^()]*\)[^()]*)*\)")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()\s]*\)")
_TAG = re.compile(r"</?code>")

_Row = tuple[str, int | None, dict[str, Any]]


def gather(path: Path, into: Gathering) -> None:
    """Read ATT&CK's texts."""
    found = [row for file in into.find(path, FORMS) for row in _rows(file, into)]
    visible = {
        technique
        for _, _, row in found
        if "analytic" in row and _reads_network(row)
        for technique in texts_of(row, "techniques")
    }
    for file, line, row in found:
        _add(into, file, line, row, visible)


def plain(text: str) -> str:
    """Return a text of ATT&CK without its citations, links and marks."""
    return _TAG.sub("", _LINK.sub(r"\1", _CITATION.sub("", text[:_LONGEST]))).strip()


def _rows(file: File, into: Gathering) -> Iterator[_Row]:
    if ".jsonl" in file.name:
        for line, row in into.json_lines(file):
            yield file.name, line, row
        return
    try:
        document = json_object(file.text)
    except UnreadableError as wrong:
        into.reject(file.name, None, wrong.reason)
        return
    if is_bundle(document):
        found: Iterable[dict[str, Any]] = rows(document)
    elif document.get("domain") == _ENTERPRISE:
        found = (one for one in objects_of(document, "techniques") if text_of(one, "description"))
    else:
        return
    for row in found:
        yield file.name, None, row


def _reads_network(row: dict[str, Any]) -> bool:
    return any(text_of(one, "component").startswith(_COMPONENT) for one in objects_of(row, "log_sources"))


def _add(into: Gathering, file: str, line: int | None, row: dict[str, Any], visible: set[str]) -> None:
    if "analytic" in row:
        components = (text_of(one, "component") for one in objects_of(row, "log_sources"))
        into.add(
            source="attack-analytic",
            id=text_of(row, "analytic"),
            name=text_of(row, "strategy_name"),
            description=plain(text_of(row, "description")),
            kind="; ".join(dict.fromkeys(components)),
            network=_reads_network(row),
            techniques=texts_of(row, "techniques"),
            licence=LICENCE,
            file=file,
            line=line,
        )
    elif "subject_id" in row:
        technique, subject = text_of(row, "technique"), text_of(row, "subject_id")
        into.add(
            source="attack-procedure",
            id=f"{technique}/{subject}" if subject else "",
            name=text_of(row, "subject"),
            description=plain(text_of(row, "text")),
            kind=text_of(row, "subject_type"),
            network=technique in visible,
            techniques=[technique],
            licence=LICENCE,
            group=f"{text_of(row, 'subject')} {technique}".lower(),
            file=file,
            line=line,
        )
    elif "aliases" in row:
        name = text_of(row, "name")
        others = [one for one in texts_of(row, "aliases") if one != name]
        also = f"Also known as {', '.join(others)}. " if others else ""
        into.add(
            source="attack-software",
            id=text_of(row, "id"),
            name=name,
            description=also + plain(text_of(row, "description")),
            kind=text_of(row, "type"),
            network=False,
            techniques=texts_of(row, "techniques"),
            licence=LICENCE,
            group=name.lower(),
            file=file,
            line=line,
        )
    else:
        technique = text_of(row, "id")
        into.add(
            source="attack-technique",
            id=technique,
            name=text_of(row, "name"),
            description=plain(text_of(row, "description")),
            kind="technique",
            network=technique in visible,
            techniques=[technique],
            tactics=texts_of(row, "tactics"),
            licence=LICENCE,
            group=technique,
            file=file,
            line=line,
        )

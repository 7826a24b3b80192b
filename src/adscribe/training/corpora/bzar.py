"""MITRE BZAR: operations of DCE-RPC and the techniques that they serve.

Upstream they are sets of strings in a Zeek script (``bzar_dce-rpc_consts.zeek``), one a technique; the CSV
has ``endpoint``, ``operation`` and ``technique_id``. An operation's forms (``…2``, ``…Ex``, ``…W``) are one
family.
"""

from __future__ import annotations

import re
from pathlib import Path

from adscribe.training.corpora.files import File, csv_rows
from adscribe.training.corpora.gathering import Gathering

FORMS = ("*.csv", "*.csv.gz", "*.zeek", "*.bro")
LICENCE = "BSD-3-Clause"

_SET = re.compile(r"\bconst\s+t([0-9]{4})(?:_([0-9]{3}))?_rpc_strings\b")
_STRING = re.compile(r'"(\w+)::(\w+)"')
_FORM = re.compile(r"(?:Ex)?[0-9]*[AW]?$")


def gather(path: Path, into: Gathering) -> None:
    """Read BZAR's operations."""
    for file in into.find(path, FORMS):
        if ".csv" not in file.name:
            _read_script(file, into)
            continue
        for line, row in csv_rows(file):
            endpoint, operation = row.get("endpoint", "").strip(), row.get("operation", "").strip()
            _add(into, endpoint, operation, row.get("technique_id", ""), file.name, line)


def _read_script(file: File, into: Gathering) -> None:
    technique = ""
    for line, text in file.lines():
        code = text.partition("#")[0]
        found = _SET.search(code)
        if found:
            technique = f"T{found[1]}" + (f".{found[2]}" if found[2] else "")
        if technique:
            for endpoint, operation in _STRING.findall(code):
                _add(into, endpoint, operation, technique, file.name, line)
        if "}" in code:
            technique = ""


def _add(into: Gathering, endpoint: str, operation: str, technique: str, file: str, line: int) -> None:
    named = f"{endpoint}::{operation}" if endpoint and operation else ""
    into.add(
        source="bzar",
        id=named,
        name=named,
        kind="dce_rpc",
        techniques=[technique],
        licence=LICENCE,
        group=f"{endpoint} {_FORM.sub('', operation)}".lower(),
        file=file,
        line=line,
    )

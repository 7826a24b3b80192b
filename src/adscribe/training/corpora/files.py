"""The files of a corpus: found below a path, hashed, decompressed and read within limits."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import os
import zlib
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import yaml

from adscribe.errors import Place
from adscribe.training.corpora.detection import CorpusError

MAX_FILES = 20_000
"""Files of one corpus; Exabeam's tables, the most, are some 4,600."""

MAX_FILE_BYTES = 256 * 2**20
"""Size of a file, decompressed; the largest, MITRE's STIX bundle, has some 50 MB."""

MAX_DOCUMENT_BYTES = 2**20
"""Size of a YAML document; rules have a few kB."""

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class UnreadableError(Exception):
    """Part of a corpus that can't be read: becomes a `Reject`, never reaches the user by itself."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


class File(NamedTuple):
    """A file of a corpus: its name below the imported path, its text, and the SHA-256 of its bytes."""

    name: str
    text: str
    sha256: str

    def lines(self) -> Iterator[tuple[int, str]]:
        """Yield number, from 1, and text of each line that isn't blank."""
        for number, line in enumerate(self.text.split("\n"), start=1):
            if line.strip():
                yield number, line.rstrip("\r")


def find(path: Path, forms: Sequence[str]) -> list[tuple[str, Path]]:
    """Return names and paths of the files whose own name has one of the forms (``*.yml``), sorted.

    A path that is a file is returned whatever its name. Links and hidden folders aren't followed.

    Raises
    ------
    CorpusError
        If there is no such path, or too many files.
    """
    if path.is_file():
        return [(path.name, path)]
    if not path.is_dir():
        raise CorpusError("there is no such file or folder", place=Place(file=str(path)))
    found: list[tuple[str, Path]] = []
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            one = Path(folder, name)
            if any(fnmatch(name, form) for form in forms) and not one.is_symlink():
                found.append((one.relative_to(path).as_posix(), one))
        if len(found) > MAX_FILES:
            raise CorpusError(f"has more than {MAX_FILES:,} files", place=Place(file=str(path)))
    return sorted(found)


def load(name: str, path: Path) -> File:
    """Return a file with its text; one whose name ends in ``.gz`` is decompressed.

    Raises
    ------
    CorpusError
        If it can't be read, is too large or isn't UTF-8.
    """
    place = Place(file=name)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
        sha256 = hashlib.sha256(content).hexdigest()
        if name.endswith(".gz") and len(content) <= MAX_FILE_BYTES:
            with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
                content = packed.read(MAX_FILE_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or "is no gzip file that can be read"
        raise CorpusError(f"can't be read: {reason}", place=place) from error
    if len(content) > MAX_FILE_BYTES:
        raise CorpusError(f"has more than {MAX_FILE_BYTES // 2**20} MiB", place=place)
    try:
        return File(name, content.decode("utf-8-sig"), sha256)
    except UnicodeDecodeError as error:
        raise CorpusError("is no UTF-8 text", place=place) from error


def json_object(text: str) -> dict[str, Any]:
    """Return a JSON object.

    Raises
    ------
    UnreadableError
        If the text is none.
    """
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        raise UnreadableError("is no JSON object") from None


def yaml_object(text: str) -> dict[str, Any]:
    """Return the first document of a YAML file, a mapping.

    Raises
    ------
    UnreadableError
        If the text is none.
    """
    if len(text) > MAX_DOCUMENT_BYTES:
        raise UnreadableError(f"has more than {MAX_DOCUMENT_BYTES // 2**20} MiB")
    try:
        found = next(iter(yaml.load_all(text, Loader=_Loader)), None)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        raise UnreadableError("is no YAML that can be read", mark.line + 1 if mark else None) from None
    if not isinstance(found, dict):
        raise UnreadableError("is no YAML mapping")
    return found


def csv_rows(file: File) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield number of the first line and columns of each row of a CSV file with a header.

    Raises
    ------
    CorpusError
        If a row is longer than the reader allows.
    """
    reader = csv.DictReader(io.StringIO(file.text, newline=""), restval="")
    line = 2
    try:
        for row in reader:
            yield line, {key: value for key, value in row.items() if key is not None}
            line = reader.line_num + 1
    except csv.Error as error:
        raise CorpusError("is no CSV that can be read", place=Place(file=file.name, line=line)) from error


def text_of(row: dict[str, Any], key: str) -> str:
    """Return a text field without blanks around it; empty where it is missing or no text."""
    value = row.get(key)
    return _clean(value) if isinstance(value, str) else ""


def texts_of(row: dict[str, Any], key: str) -> list[str]:
    """Return a field that is a text or a list of texts as a list."""
    value = row.get(key)
    if isinstance(value, str):
        return [_clean(value)]
    return [_clean(one) for one in value if isinstance(one, str)] if isinstance(value, list) else []


def objects_of(row: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """Return the objects of a field that is a list; none where it is missing or no list."""
    value = row.get(key)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _clean(text: str) -> str:
    # Half of a surrogate pair, which YAML's escapes allow, could be written nowhere.
    return text.encode("utf-8", "replace").decode("utf-8").strip()

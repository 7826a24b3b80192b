"""The catalogue's own file: one domain in one version, a technique a line.

A file is a JSON document::

    {"format": 1, "domain": "enterprise", "version": "19", "origin": "…",
     "tactics": [{"id": "TA0043", "shortname": "reconnaissance", "name": "Reconnaissance"}, …],
     "techniques": [{"id": "T1001.001", "name": "Junk Data", "parent": "T1001",
                     "tactics": ["command-and-control"]}, …]}

Tactics stand in the order of the matrix, techniques by id. A retired technique has
``status`` (``deprecated`` or ``revoked``) and, where MITRE names them, ``replaced_by``.
A tactic and a technique of an imported version have their ``description`` as well.
The crosswalk between two versions has a file of its own (`adscribe.attack.crosswalk`).
A reader refuses another ``format``; a new optional key does not change it.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from adscribe.attack.matrix import Matrix, Tactic, Technique
from adscribe.attack.versions import Domain
from adscribe.errors import CatalogueError, Place

MAX_FILE_BYTES = 20 * 2**20
"""The largest file of our own that is read; the shipped ones have some 100 KB."""

MAX_TECHNIQUES = 10_000
"""The most techniques of one version, retired ones included; Enterprise has under a thousand."""

_T = TypeVar("_T")
_PATH = re.compile(r" - at `\$(?P<path>[^`]*)`$")


class _Tactic(msgspec.Struct, frozen=True, omit_defaults=True):
    id: str
    shortname: str
    name: str
    description: str = ""


class _File(msgspec.Struct, frozen=True):
    format: Literal[1]
    domain: Domain
    version: str
    origin: str
    tactics: tuple[_Tactic, ...]
    techniques: tuple[Technique, ...]


def read_bytes(path: Path, limit: int) -> bytes:
    """Return what a file holds.

    Raises
    ------
    CatalogueError
        If it can't be read or has more than `limit` bytes.
    """
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise CatalogueError(
            f"can't be read: {error.strerror or type(error).__name__}", place=Place(file=str(path))
        ) from error
    if len(content) > limit:
        raise CatalogueError(f"has more than {limit // 2**20} MiB", place=Place(file=str(path)))
    return content


def decode(content: bytes, kind: type[_T], path: Path) -> _T:
    """Return a JSON document as an object of that kind.

    Raises
    ------
    CatalogueError
        If it is no JSON, is nested too deep or lacks what the kind needs; the place has the pointer.
    """
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.DecodeError as error:
        text = str(error)
        where = _PATH.search(text)
        pointer = _pointer(where["path"]) if where else None
        raise CatalogueError(_PATH.sub("", text), place=Place(file=str(path), pointer=pointer)) from error
    except (RecursionError, UnicodeDecodeError) as error:
        raise CatalogueError("is no JSON that can be read", place=Place(file=str(path))) from error


def _pointer(path: str) -> str:
    """Return msgspec's path (``.objects[3].name``) as a JSON pointer."""
    return re.sub(r"\[([0-9]+)\]", r".\1", path).replace(".", "/")


def read_matrix(path: Path, *, elsewhere: Callable[[str], str | None] | None = None) -> Matrix:
    """Read a file of the catalogue.

    Parameters
    ----------
    path : Path
        A file that `write_matrix` wrote.
    elsewhere : callable, optional
        See `Matrix`.

    Raises
    ------
    CatalogueError
        If the file can't be read or contradicts itself.
    """
    file = decode(read_bytes(path, MAX_FILE_BYTES), _File, path)
    if len(file.techniques) > MAX_TECHNIQUES:
        raise CatalogueError(f"has more than {MAX_TECHNIQUES} techniques", place=Place(file=str(path)))
    tactics = (
        Tactic(
            id=tactic.id,
            shortname=tactic.shortname,
            name=tactic.name,
            order=order,
            description=tactic.description,
        )
        for order, tactic in enumerate(file.tactics)
    )
    try:
        return Matrix(
            file.domain, file.version, tactics, file.techniques, origin=file.origin, elsewhere=elsewhere
        )
    except CatalogueError as error:
        raise CatalogueError(error.message, place=Place(file=str(path)), hint=error.hint) from error


def write_matrix(matrix: Matrix, path: Path) -> None:
    """Write a file of the catalogue, whole or not at all.

    Raises
    ------
    CatalogueError
        If the folder can't be written to, or the file would be larger than one that is read.
    """
    head = {"format": 1, "domain": matrix.domain, "version": matrix.version, "origin": matrix.origin}
    tactics = [_Tactic(one.id, one.shortname, one.name, one.description) for one in matrix.tactics]
    listed = sorted((*matrix.techniques, *matrix.retired.values()), key=lambda technique: technique.id)
    techniques = [msgspec.structs.replace(technique, parent_name=None) for technique in listed]
    document = ",\n".join(
        (
            msgspec.json.encode(head).decode()[:-1],
            f'"tactics":[\n{_lines(tactics)}\n]',
            f'"techniques":[\n{_lines(techniques)}\n]}}\n',
        )
    )
    if len(document.encode()) > MAX_FILE_BYTES:
        raise CatalogueError(f"{matrix.name} takes more than {MAX_FILE_BYTES // 2**20} MiB")
    write_whole(path, document)


def _lines(items: list[_Tactic] | list[Technique]) -> str:
    return ",\n".join(msgspec.json.encode(item).decode() for item in items)


def write_whole(path: Path, text: str) -> None:
    """Put text into a file so that a reader finds the former content or the new one.

    Raises
    ------
    CatalogueError
        If the folder can't be written to.
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as file:
            temporary = Path(file.name)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise CatalogueError(
            f"can't be written: {error.strerror or type(error).__name__}", place=Place(file=str(path))
        ) from error

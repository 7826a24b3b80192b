"""The names of Flowmon ADS's REST API, as data: paths, parameters, keys, paging, times.

``api.yaml`` holds what adscribe goes by and how well each entry is known. A file of the user's
lies over it, since an API that was never seen may call things otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import yaml
from msgspec import Meta

from adscribe.errors import ApiError, Place

MAX_BYTES = 262_144
"""Most bytes of a mapping of the user's."""

YOURS = "yours"
"""Basis of an entry of the user's; one that ships is ``documented`` or ``assumed``."""

_Path = Annotated[str, Meta(pattern=r"\A/[^/?#\s][^?#\s]*\Z", max_length=200)]
_Name = Annotated[str, Meta(pattern=r"\A\S+\Z", max_length=100)]
_Text = Annotated[str, Meta(max_length=1_000)]

EventKey = Literal[
    "external_id",
    "method",
    "submethod",
    "instance",
    "detected_at",
    "first_flow_at",
    "updated_at",
    "source",
    "mac",
    "user",
    "targets",
    "description",
    "data_feed",
    "perspective",
    "severity",
    "status",
    "labels",
    "false_positive",
    "unused",
]
"""What a key of an event can hold."""

_FilterKey = Literal["id", "name", "patterns", "pattern", "relation", "parts", "unused"]
_InstanceKey = Literal["id", "name", "method", "filter", "active", "unused"]
_RuleKey = Literal[
    "id",
    "method",
    "submethod",
    "instance",
    "source",
    "target",
    "ports",
    "days",
    "time_from",
    "time_to",
    "valid_from",
    "valid_to",
    "note",
    "active",
    "data_feed",
    "hostname",
    "unused",
]


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the mapping; an entry that isn't known is an error."""


class Token(_Part, frozen=True):
    """How a token is got and shown."""

    path: _Path
    client_id: _Name
    scheme: _Name


class Paging(_Part, frozen=True):
    """How a list is read in pages."""

    style: Literal["offset", "page", "none"]
    limit: _Name
    position: _Name
    first: Annotated[int, Meta(ge=0, le=1)]
    size: Annotated[int, Meta(ge=1, le=10_000)]


class Events(_Part, frozen=True):
    """How events are asked for, and what their keys hold."""

    path: _Path
    list: _Name | None
    search: _Name | None
    start: _Name = msgspec.field(name="from")
    end: _Name | None = msgspec.field(name="to")
    time_format: Annotated[str, Meta(pattern="%", max_length=100)]
    selects: Literal["detected_at", "updated_at"]
    parameters: dict[_Name, _Text | None]
    paging: Paging
    fields: dict[_Text, EventKey | None]


class Relations(_Part, frozen=True):
    """Words for how a filter is made of others."""

    sum: _Name
    difference: _Name
    inverse: _Name


class Filters(_Part, frozen=True):
    """Where filters are, and what their keys hold."""

    path: _Path
    list: _Name | None
    relations: Relations
    fields: dict[_Text, _FilterKey | None]


class Instances(_Part, frozen=True):
    """Where method instances are, and what their keys hold."""

    path: _Path
    list: _Name | None
    fields: dict[_Text, _InstanceKey | None]


class Rules(_Part, frozen=True):
    """Where false-positive rules are, and what their keys hold."""

    path: _Path
    list: _Name | None
    fields: dict[_Text, _RuleKey | None]


class Api(_Part, frozen=True):
    """All names of the API."""

    token: Token
    events: Events
    filters: Filters
    method_instances: Instances
    false_positives: Rules


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a mapping: what it says, what that rests on, and where it is known from."""

    value: Any
    basis: str
    source: str


Entries = Mapping[tuple[str, ...], Entry]
"""Entries by their path from the top, such as ``("token", "path")``."""


@cache
def shipped() -> tuple[Api, Entries]:
    """Return the names that adscribe ships, and their entries."""
    entries = dict(_entries(_parsed(files(__package__).joinpath("api.yaml").read_bytes())))
    return _api(entries), entries


def load(path: Path) -> tuple[Api, Entries]:
    """Return the names that ship with a file of the user's over them, and their entries.

    The file holds only what differs, each entry as a plain value or in the form of the file that
    ships; under ``fields`` and ``parameters`` a key with null is taken away.

    Raises
    ------
    ApiError
        The file can't be read, names what there isn't, or gives a value that can't be.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ApiError(f"can't be read: {error.strerror}", place=Place(str(path))) from None
    if len(data) > MAX_BYTES:
        raise ApiError(f"larger than {MAX_BYTES:,} bytes", place=Place(str(path)))
    try:
        entries = {**shipped()[1], **dict(_entries(_parsed(data)))}
        return _api(entries), entries
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(str(path), mark.line + 1 if mark else None)
        raise ApiError(f"no YAML: {error.problem or error.context}", place=place) from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        raise ApiError("no YAML", place=Place(str(path))) from None
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at `$")
        pointer = where.rstrip("`").replace("[...]", "").replace(".", "/") or None
        hint = "adscribe poll --show-mapping prints what there is"
        raise ApiError(message, place=Place(str(path), pointer=pointer), hint=hint) from None


def as_yaml(entries: Entries) -> str:
    """Return entries as the text of a mapping file, each with what it rests on."""
    return "".join(f"{line}\n" for line in _lines(_tree(entries.items())))


def _lines(tree: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    for key, value in tree.items():
        if isinstance(value, Entry):
            source = f", source: {_plain(value.source)}" if value.source else ""
            yield f"{indent}{_plain(key)}: {{value: {_plain(value.value)}, basis: {value.basis}{source}}}"
        else:
            yield f"{indent}{_plain(key)}:"
            yield from _lines(value, indent + "  ")


def _plain(value: Any) -> str:
    """Return a value as YAML reads it back; what is no plain word is quoted as in JSON."""
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_/-]*", value):
        return value if yaml.safe_load(value) == value else f'"{value}"'
    return msgspec.json.encode(value).decode()


def _parsed(data: bytes) -> Any:
    return yaml.load(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506


def _entries(tree: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Entry]]:
    """Yield the entries of a tree; a plain value is the user's."""
    if isinstance(tree, dict) and tree.keys() >= {"value", "basis"}:
        yield path, Entry(tree["value"], str(tree["basis"]), str(tree.get("source", "")))
    elif isinstance(tree, dict):
        for key, value in tree.items():
            yield from _entries(value, (*path, str(key)))
    elif path:
        yield path, Entry(tree, YOURS, "")
    elif tree is not None:
        raise msgspec.ValidationError("a mapping of keys to values is expected")


def _tree(leaves: Iterable[tuple[tuple[str, ...], Any]]) -> dict[str, Any]:
    """Return leaves as a tree."""
    top: dict[str, Any] = {}
    for path, leaf in leaves:
        part = top
        for step in path[:-1]:
            below = part.setdefault(step, {})
            if not isinstance(below, dict):
                # The user gave a value where there is a part; the check says so.
                below = part[step] = {}
            part = below
        part[path[-1]] = leaf
    return top


def _api(entries: Entries) -> Api:
    return msgspec.convert(_tree((path, entry.value) for path, entry in entries.items()), Api)

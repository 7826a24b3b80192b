"""What a request to classify carries: its parameters, and the records of its body."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from starlette.requests import ClientDisconnect, Request

from adscribe.sensors import FORMATS
from adscribe.sensors.jsondoc import listed
from adscribe.service.problems import Detail, Problem

JSON = "application/json"
JSON_FORMATS = ("auto", "native", "flowmon-json", "flowmon-rest")
TSV = "text/tab-separated-values"
LINES = ("application/x-ndjson", "text/plain", "application/octet-stream", TSV)
RISKS = (0.01, 0.02, 0.05, 0.1, 0.2)
MOST_CANDIDATES = 50

_OFFSET = re.compile(r"\(byte (\d+)\)$")


@dataclass(frozen=True, slots=True)
class Parameters:
    """The query parameters of a request to classify."""

    format: str = "auto"
    attack_version: str | None = None
    risk: float | None = None
    candidates: int = 0
    explain: bool = True


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a body.

    Attributes
    ----------
    shape : {"event", "list", "lines"}
        Whether the body is one event, a list of them, or lines.
    items : bytes or list
        Lines as they came; of JSON what each element holds.
    base : str
        JSON pointer to the list in the body.
    """

    shape: Literal["event", "list", "lines"]
    items: bytes | list[Any]
    base: str = ""


def _refused(name: str, detail: str) -> Problem:
    return Problem(
        "invalid-parameter", f"The query parameter {name} {detail}.", Detail(parameter=name, detail=detail)
    )


def _number(name: str, text: str) -> int:
    # At most three digits: int() takes spaces, signs and underscores too, and any length.
    if not re.fullmatch(r"\d{1,3}", text, re.ASCII) or int(text) > MOST_CANDIDATES:
        raise _refused(name, f"must be a whole number from 0 to {MOST_CANDIDATES}")
    return int(text)


def _flag(name: str, text: str) -> bool:
    if text not in ("true", "false"):
        raise _refused(name, "must be true or false")
    return text == "true"


def _risk(name: str, text: str) -> float:
    risk = next((risk for risk in RISKS if text == str(risk)), None)
    if risk is None:
        raise _refused(name, f"must be one of {', '.join(map(str, RISKS))}")
    return risk


def _format(name: str, text: str) -> str:
    if text != "auto" and text not in FORMATS:
        raise _refused(name, f"must be auto or one of {', '.join(FORMATS)}")
    return text


def _text(name: str, text: str) -> str:
    if not text or len(text) > 40:
        raise _refused(name, "must be the name of an ATT&CK version, such as 19")
    return text


READERS: dict[str, Callable[[str, str], Any]] = {
    "format": _format,
    "attack_version": _text,
    "risk": _risk,
    "candidates": _number,
    "explain": _flag,
}
"""Parameter to what reads its value."""


def parameters(request: Request, kind: str) -> Parameters:
    """Return the query parameters of a request whose body is of a media type.

    Raises
    ------
    Problem
        ``invalid-parameter``: one that isn't known, is given twice, or has no such value.
    """
    values: dict[str, Any] = {}
    for name, text in request.query_params.multi_items():
        if name not in READERS:
            raise _refused(name[:40], f"is not known; there are {', '.join(READERS)}")
        if name in values:
            raise _refused(name, "is given more than once")
        values[name] = READERS[name](name, text)
    if kind == TSV:
        values.setdefault("format", "flowmon-tsv")
    if kind == JSON and values.get("format", "auto") not in JSON_FORMATS:
        raise _refused("format", f"must be one of {', '.join(JSON_FORMATS)} for a body of {JSON}")
    return Parameters(**values)


def media_type(request: Request) -> str:
    """Return the media type of the body; what has none is bytes (RFC 9110, 8.3).

    Raises
    ------
    Problem
        ``unsupported-media-type``: the body isn't of a type, text or coding that is read.
    """
    kind, _, rest = request.headers.get("content-type", LINES[2]).partition(";")
    kind = kind.strip().lower()
    charset = re.search(r"charset\s*=\s*\"?([^\s;\"]*)", rest.lower())
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if kind != JSON and kind not in LINES:
        detail = f"The Content-Type must be {JSON} for JSON, or for lines {', '.join(LINES)}."
    elif charset and charset[1] not in ("utf-8", "us-ascii"):
        detail = "The charset must be utf-8."
    elif coding != "identity":
        detail = "The body must come without a Content-Encoding."
    else:
        return kind
    raise Problem(
        "unsupported-media-type",
        detail,
        headers={"Accept-Encoding": "identity"} if coding != "identity" else None,
    )


async def read(request: Request, most: int) -> bytes:
    """Return the body of a request, counted while it arrives.

    Raises
    ------
    Problem
        ``body-too-large`` or ``incomplete-body``.
    """
    large = Problem("body-too-large", f"The body must be at most {most:,} bytes; send it in parts.")
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and (len(announced) > 18 or int(announced) > most):
        raise large
    chunks: list[bytes] = []
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > most:
                raise large
            chunks.append(chunk)
    except ClientDisconnect:
        raise Problem("incomplete-body", "The connection closed before the whole body was there.") from None
    return b"".join(chunks)


def records(body: bytes, kind: str, most: int) -> Records:
    """Return the records of a body of a media type.

    Raises
    ------
    Problem
        ``malformed-json``, ``invalid-body`` or ``too-many-records``.
    """
    if kind != JSON:
        return Records("lines", body)
    content = document(body)
    pointer, events = listed(content)
    if events is None:
        if not isinstance(content, dict):
            detail = "must be an event, a list of events, or an object that holds such a list"
            raise Problem("invalid-body", f"The body {detail}.", Detail(pointer="", detail=detail))
        return Records("event", [content])
    if len(events) > most:
        raise too_many(most)
    return Records("list", events, pointer)


def too_many(most: int) -> Problem:
    """Return the problem of a body with more events than one request may hold."""
    return Problem("too-many-records", f"One body may hold {most:,} events; send them in parts.")


def document(body: bytes) -> Any:
    """Return what a body of JSON holds.

    Raises
    ------
    Problem
        ``malformed-json``
    """
    try:
        return msgspec.json.decode(body)
    except UnicodeDecodeError:
        detail, offset = "is no UTF-8", _first_undecodable(body)
    except RecursionError:
        detail, offset = "nested too deeply", None
    except msgspec.DecodeError as error:
        detail = str(error)
        found = _OFFSET.search(detail)
        offset = int(found[1]) if found else len(body) if "truncated" in detail else None
    where = "" if offset is None else f" at byte {offset}"
    raise Problem(
        "malformed-json", f"The body is no JSON{where}.", Detail(pointer="", detail=detail, offset=offset)
    )


def _first_undecodable(body: bytes) -> int:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return error.start
    return 0

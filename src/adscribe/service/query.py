"""Query parameters of requests that ask for stored events."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from adscribe.attack.versions import DOMAINS
from adscribe.service import body
from adscribe.service.categories import categories
from adscribe.service.download import CHOICES
from adscribe.service.problems import Detail, Problem
from adscribe.store.filters import FIELDS, Filter, FilterError, read_filter
from adscribe.store.listing import ORDERS, CursorError, Order

PAGE = 100
"""Events or hosts of a page where a request doesn't say."""

MOST = 1000
"""Most of them."""

BUCKETS = 60
"""Parts of a histogram where a request doesn't say."""

MOST_BUCKETS = 400
"""Most of them."""

FORMS = {"json": "application/json", "csv": "text/csv", "ndjson": "application/x-ndjson"}
"""Forms of a list, and their media types."""

TIMES = ("since", "until")
"""Of a filter those that choose a time."""

_CURSOR_CHARACTERS = 2048


def query(
    request: Request,
    *others: str,
    fields: Sequence[str] = FIELDS,
    pairs: Sequence[tuple[str, str]] | None = None,
) -> tuple[Filter, dict[str, Any]]:
    """Return the filter of a request and its other parameters.

    Parameters
    ----------
    request : Request
    *others : str
        The other parameters that there are.
    fields : sequence of str
        Those of the filter that there are.
    pairs : sequence of pairs of str, optional
        Parameters and values that are meant, where not all of the request are.

    Raises
    ------
    Problem
        ``invalid-parameter``
    """
    given: list[tuple[str, str]] = []
    found: dict[str, Any] = {}
    for name, text in request.query_params.multi_items() if pairs is None else pairs:
        if name in fields:
            given.append((name, text))
        elif name not in others:
            raise refused(name, f"is not known; there are {', '.join((*fields, *others)) or 'none'}")
        elif name in found:
            raise refused(name, "is given more than once")
        else:
            found[name] = _READERS[name](name, text)
    try:
        return read_filter(given), found
    except FilterError as error:
        raise refused(error.field, error.detail) from None


@dataclass(frozen=True, slots=True)
class Listed:
    """Which page of which list is asked for; `after` and `before` as in `adscribe.store.listing.page`."""

    asked: Filter
    order: Order
    after: str | None
    before: str | None
    limit: int


PLACES = ("after", "before", "limit")
"""Parameters of a list that choose a page of it."""


def listed(request: Request, *others: str) -> tuple[Listed, dict[str, Any]]:
    """Return which page of stored events is asked for, and the other parameters; as `query`."""
    asked, found = query(request, "sort", "order", *PLACES, *others)
    if "after" in found and "before" in found:
        raise refused("before", "doesn't go with after")
    wanted = Listed(
        asked,
        Order(found.get("sort", "time"), found.get("order") != "asc"),
        found.get("after"),
        found.get("before"),
        found.get("limit", PAGE),
    )
    return wanted, found


def check(asked: Filter) -> None:
    """Make sure that there are such tactics and techniques; takes a moment the first time.

    Raises
    ------
    Problem
        ``invalid-parameter``
    """
    for name in ("tactic", "technique"):
        if not all(one in categories() for one in getattr(asked, name)):
            raise refused(name, "isn't there in any version of ATT&CK at hand")


def form_of(request: Request, asked: str | None) -> str:
    """Return the form of the answer: what is asked for, else the first that the client accepts."""
    if asked is not None:
        return asked
    accepted = []
    for part in request.headers.get("accept", "").lower().split(",")[:20]:
        kind, *rest = (piece.strip() for piece in part.split(";"))
        weight = next((piece for piece in rest if piece.startswith("q=")), "q=1")
        accepted.append((kind, weight[2:]))
    wanted = [
        (float(weight), form)
        for kind, weight in accepted
        for form, media_type in FORMS.items()
        if kind == media_type and re.fullmatch(r"[01](\.\d{0,3})?", weight, re.ASCII)
    ]
    best = max((weight for weight, _ in wanted), default=0.0)
    return next((form for weight, form in wanted if weight == best > 0), "json")


def unplaced(name: str, error: CursorError) -> Problem:
    """Return the problem of a place, ``after`` or ``before``, that isn't one in the list."""
    return refused(name, error.message)


def refused(name: str, detail: str) -> Problem:
    """Return the problem of a parameter."""
    name = name[:40]
    return Problem(
        "invalid-parameter", f"The query parameter {name} {detail}.", Detail(parameter=name, detail=detail)
    )


def number(least: int, most: int) -> Callable[[str, str], int]:
    """Return what reads a whole number."""

    def read(name: str, text: str) -> int:
        if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not least <= int(text) <= most:
            raise refused(name, f"must be a whole number from {least} to {most}")
        return int(text)

    return read


def one_of(*words: str) -> Callable[[str, str], str]:
    """Return what reads one of some words."""

    def read(name: str, text: str) -> str:
        if text not in words:
            raise refused(name, f"must be one of {', '.join(words)}")
        return text

    return read


def flag(name: str, text: str) -> bool:
    """Return what ``true`` or ``false`` says."""
    return one_of("true", "false")(name, text) == "true"


def _place(name: str, text: str) -> str:
    if not re.fullmatch(rf"[A-Za-z0-9_-]{{1,{_CURSOR_CHARACTERS}}}", text, re.ASCII):
        raise refused(name, "must be what next says")
    return text


def _columns(name: str, text: str) -> tuple[str, ...]:
    found = tuple(text.split(",")[: len(CHOICES) + 1])
    if not set(found) <= set(CHOICES) or len(set(found)) < len(found):
        raise refused(name, f"must be some of {', '.join(CHOICES)}, each once, with commas between")
    return found


def _moment(name: str, text: str) -> int:
    if not re.fullmatch(r"\d{1,17}", text, re.ASCII):
        raise refused(name, "must be what the page that is judged on gives")
    return int(text)


_READERS: dict[str, Callable[[str, str], Any]] = {
    "sort": one_of(*ORDERS),
    "order": one_of("desc", "asc"),
    "after": _place,
    "before": _place,
    "columns": _columns,
    "limit": number(1, MOST),
    "judged": _moment,
    "format": one_of(*FORMS),
    "buckets": number(2, MOST_BUCKETS),
    "analyst": lambda _, text: text,
    "dry_run": flag,
    "domain": one_of(*DOMAINS),
    "version": body.READERS["attack_version"],
    "attack_version": body.READERS["attack_version"],
    "risk": body.READERS["risk"],
}

"""The form that filters: what is typed becomes the query of a list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo

from starlette.requests import Request
from starlette.responses import Response

from adscribe.service.pages.forms import done, local
from adscribe.service.pages.links import Links
from adscribe.service.pages.shell import zone_of
from adscribe.store.filters import network

FIND = "find"
"""Field that takes words, an address or range, or a technique."""

SINGLE = ("since", "until", "reviewed", "text")
"""What a filter has once: another takes its place."""

_TECHNIQUE = re.compile(r"[Tt]\d{4}(?:\.\d{3})?")
_MOST = 200


async def find(request: Request) -> Response:
    """Lead to the list with what a form of filters holds."""
    given = request.query_params.multi_items()[:_MOST]
    path = local(dict(given).get("page"), "/events").partition("?")[0]
    zone = zone_of(request)
    pairs: dict[tuple[str, str], None] = {}
    for name, value in given:
        for pair in _read(name, value.strip(), zone):
            if pair[0] in SINGLE:
                pairs = {one: None for one in pairs if one[0] != pair[0]}
            pairs[pair] = None
    return done(Links(path, list(pairs)).here())


def _read(name: str, value: str, zone: tzinfo) -> Iterator[tuple[str, str]]:
    if not value or name == "page":
        return
    if name in ("since", "until"):
        yield name, instant(value, zone)
    elif name != FIND:
        yield name, value
    elif _TECHNIQUE.fullmatch(value):
        yield "technique", value.upper()
    else:
        try:
            network(value)
        except ValueError:
            yield "text", value
        else:
            yield "address", value


def instant(text: str, zone: tzinfo) -> str:
    """Return a time that was typed, in UTC: without a zone it is the site's, as all times of the pages are.

    Examples
    --------
    >>> instant("2026-11-03T15:00", UTC)
    '2026-11-03T15:00:00Z'
    """
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is None:
            found = found.replace(tzinfo=zone)
        return found.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError):
        # The list says what is wrong with it.
        return text

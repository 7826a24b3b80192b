"""Lists that go out whole: a page after the other, however long they are."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import msgspec
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from adscribe.answer.cells import defused
from adscribe.site import Site
from adscribe.store.listing import ListedEvent

CELLS: dict[str, Callable[[ListedEvent], Any]] = {
    "id": lambda event: event.id,
    "detected_at": lambda event: event.detected_at,
    "updated_at": lambda event: event.updated_at,
    "method": lambda event: event.method,
    "submethod": lambda event: event.submethod,
    "source": lambda event: event.source.ip,
    "source_host": lambda event: event.source.hostname,
    "target_count": lambda event: event.targets.count,
    "targets": lambda event: [target.ip for target in event.targets.sample],
    "data_feed": lambda event: event.data_feed,
    "severity": lambda event: event.severity,
    "tactics": lambda event: [tactic.shortname for tactic in event.tactics],
    "techniques": lambda event: [technique.id for technique in event.techniques],
    "ics_tactics": lambda event: [one.shortname for one in event.ics.tactics] if event.ics else [],
    "ics_techniques": lambda event: [one.id for one in event.ics.techniques] if event.ics else [],
    "reason": lambda event: event.no_category.reason if event.no_category else None,
    "basis": lambda event: event.no_category.basis if event.no_category else None,
    "probability": lambda event: event.probability,
    "revision": lambda event: event.revision,
    "reviewed": lambda event: event.reviewed,
    "external_id": lambda event: event.external_id,
}
"""Column to what it says of an event."""

COLUMNS = tuple(CELLS)
"""Columns of the CSV form where a request doesn't choose."""

ROLES = "source_roles"
"""What the site file in use says of the source; it is no part of the event, and only there when chosen."""

CHOICES = (*COLUMNS, ROLES)
"""Columns that a request can choose."""

Writer = tuple[bytes, Callable[[Iterable[ListedEvent]], bytes]]
"""What a list begins with, and how events are written."""


class Download(StreamingResponse):
    """A list that goes out as it is read.

    Parameters
    ----------
    content : async iterator of bytes
    held : context manager
        Entered already; left when the answer has ended, however it does.
    media_type : str
    name : str
        Of the file.
    """

    def __init__(
        self,
        content: AsyncIterator[bytes],
        held: AbstractContextManager[Any],
        *,
        media_type: str,
        name: str,
    ) -> None:
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        super().__init__(content, media_type=media_type, headers=headers)
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        with self._held:
            await super().__call__(scope, receive, send)


def writer(form: str, site: Site, columns: Sequence[str] | None = None) -> Writer:
    """Return what writes a list.

    Parameters
    ----------
    form : {"csv", "ndjson"}
        A row an event, or a line.
    site : Site
        That tells roles.
    columns : sequence of str, optional
        Those of `CHOICES` that are wanted. Without them a line has all there is of the event.
    """
    cells: dict[str, Callable[[ListedEvent], Any]] = {
        **CELLS,
        ROLES: lambda event: sorted(site.roles(event.source.ip)),
    }
    chosen = {column: cells[column] for column in (COLUMNS if columns is None else columns)}
    if form == "csv":
        return _rows([chosen]), lambda events: _rows(
            [_cell(says(one)) for says in chosen.values()] for one in events
        )
    if columns is None:
        return b"", _lines
    return b"", lambda events: _lines({name: says(one) for name, says in chosen.items()} for one in events)


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return " ".join(value)
        case datetime():
            return value.isoformat()
        case _:
            return str(value)


def _lines(values: Iterable[Any]) -> bytes:
    return b"".join(msgspec.json.encode(value) + b"\n" for value in values)


def _rows(rows: Iterable[Iterable[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([defused(cell) for cell in row] for row in rows)
    return out.getvalue().encode()

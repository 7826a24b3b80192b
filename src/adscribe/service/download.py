"""Lists that go out whole: a page after the other, however long they are."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any

import msgspec
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from adscribe.answer.cells import defused
from adscribe.store.listing import ListedEvent

COLUMNS = (
    *("id", "detected_at", "updated_at", "method", "submethod", "source", "source_host"),
    *("target_count", "targets", "data_feed", "severity", "tactics", "techniques", "ics_tactics"),
    *("ics_techniques", "reason", "basis", "probability", "revision", "reviewed", "external_id"),
)
"""Columns of the CSV form."""


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


def ndjson(events: Iterable[ListedEvent]) -> bytes:
    """Return events a line."""
    return b"".join(msgspec.json.encode(event) + b"\n" for event in events)


def csv_rows(events: Iterable[ListedEvent]) -> bytes:
    """Return events as rows of `COLUMNS`."""
    return _written(_row(event) for event in events)


def csv_header() -> bytes:
    """Return the row that names the columns."""
    return _written([COLUMNS])


WRITERS: dict[str, tuple[Callable[[], bytes], Callable[[Iterable[ListedEvent]], bytes]]] = {
    "csv": (csv_header, csv_rows),
    "ndjson": (bytes, ndjson),
}
"""Form to what the list begins with, and how events are written."""


def _row(event: ListedEvent) -> tuple[str, ...]:
    reason, ics = event.no_category, event.ics
    return (
        event.id,
        event.detected_at.isoformat(),
        event.updated_at.isoformat(),
        event.method,
        event.submethod or "",
        event.source.ip,
        event.source.hostname or "",
        str(event.targets.count),
        " ".join(target.ip for target in event.targets.sample),
        event.data_feed or "",
        event.severity or "",
        " ".join(tactic.shortname for tactic in event.tactics),
        " ".join(technique.id for technique in event.techniques),
        " ".join(tactic.shortname for tactic in ics.tactics) if ics else "",
        " ".join(technique.id for technique in ics.techniques) if ics else "",
        reason.reason if reason else "",
        reason.basis if reason else "",
        str(event.probability),
        str(event.revision),
        "true" if event.reviewed else "false",
        event.external_id or "",
    )


def _written(rows: Iterable[Iterable[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([defused(cell) for cell in row] for row in rows)
    return out.getvalue().encode()

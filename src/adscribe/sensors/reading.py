"""One pass over any input: each record is recognised on its own and answered in its place."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, tzinfo
from typing import IO, Any

from adscribe.event import Event
from adscribe.sensors.records import Reject, Report

Readable = (
    str | bytes | os.PathLike[str] | IO[bytes] | IO[str] | Iterable[str | bytes | Mapping[str, Any] | Event]
)
"""Text, a path, an open file, or an iterable of lines, dicts and events."""


def read(
    source: Readable,
    *,
    format: str = "auto",
    zone: tzinfo = UTC,
    year: int | None = None,  # noqa: A002
) -> Iterator[Report | Reject]:
    """Read events of any form (being built)."""
    raise NotImplementedError

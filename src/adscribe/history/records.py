"""What the same hosts did before: reported evidence only, never an answer of a model."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

WINDOW = timedelta(hours=24)
"""How far back other events of a host count."""


MAX_RECORDS = 64
"""Records that are looked at of one host: its latest by `age`, whatever came in first."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One earlier event, as a host took part in it.

    Attributes
    ----------
    event_id : str
        Of the event.
    at : datetime
        When it was reported (UTC).
    kinds : frozenset of str
        What it says of the host: the values of the context key ``prior``, such as ``scan``.
    method, submethod, success, direction
        As reported.
    """

    event_id: str
    at: datetime
    kinds: frozenset[str]
    method: str
    submethod: str | None = None
    success: bool | None = None
    direction: str | None = None


def age(record: Record) -> tuple[datetime, str]:
    """Return what records are ordered by, oldest first."""
    return record.at, record.event_id


class History(Protocol):
    """Where earlier events are looked up. The store and the memory of a run implement it."""

    def prior(self, ips: Iterable[str], *, until: datetime, exclude: str) -> tuple[Record, ...]:
        """Return the records of hosts in the `WINDOW` before `until`, oldest first, less one event's."""
        ...

    def remember(self, ips: Iterable[str], record: Record) -> None:
        """Keep a record for hosts; a later record of the same event replaces the earlier."""
        ...

"""The history of hosts in the store: what `adscribe.history.MemoryHistory` is for one run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from heapq import nlargest
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select, union_all

from adscribe.history import MAX_RECORDS, WINDOW, Record, age
from adscribe.store.connection import inserting
from adscribe.store.schema import record

_KEPT = ("kinds", "at", "method", "submethod", "success", "direction")


class StoredHistory:
    """What the store and a transaction that isn't over yet know of hosts.

    Parameters
    ----------
    connection : Connection
        In a transaction that writes.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._new: dict[str, dict[str, Record]] = {}

    def prior(self, ips: Iterable[str], *, until: datetime, exclude: str) -> tuple[Record, ...]:
        """Return the records of hosts in the window before `until`, oldest first, less one event's."""
        hosts = list(dict.fromkeys(ips))
        stored = self._stored(hosts, until - WINDOW)
        found: dict[str, Record] = {}
        for host in hosts:
            records = {**stored.get(host, {}), **self._new.get(host, {})}
            for one in nlargest(MAX_RECORDS, records.values(), key=age):
                if one.event_id != exclude and until - WINDOW <= one.at <= until:
                    found[one.event_id] = one
        return tuple(sorted(found.values(), key=age))

    def remember(self, ips: Iterable[str], record: Record) -> None:
        """Keep a record for hosts; a later record of the same event replaces the earlier."""
        for ip in ips:
            self._new.setdefault(ip, {})[record.event_id] = record

    def flush(self, keys: Mapping[str, int]) -> None:
        """Write what is new.

        Parameters
        ----------
        keys : mapping of str to int
            Id of each event to its key.
        """
        rows = [
            written_as(one, host, keys[one.event_id])
            for host, records in self._new.items()
            for one in records.values()
        ]
        if rows:
            self._connection.execute(_upsert(self._connection.dialect.name), rows)
        self._new.clear()

    def _stored(self, hosts: list[str], since: datetime) -> dict[str, dict[str, Record]]:
        if not hosts:
            return {}
        values: dict[str, Any] = {f"host_{number}": host for number, host in enumerate(hosts)}
        found: dict[str, dict[str, Record]] = {}
        for row in self._connection.execute(_latest(len(hosts)), {**values, "since": since}):
            found.setdefault(row.host, {})[row.event_id] = read_from(row)
        return found


def written_as(one: Record, host: str, event_key: int) -> dict[str, Any]:
    """Return the row of a host's record."""
    return {
        "host": host,
        "event_key": event_key,
        "event_id": one.event_id,
        "at": one.at,
        "kinds": " ".join(sorted(one.kinds)),
        "method": one.method,
        "submethod": one.submethod,
        "success": one.success,
        "direction": one.direction,
    }


def read_from(row: Any) -> Record:
    """Return the record of a row."""
    return Record(
        event_id=row.event_id,
        at=row.at,
        kinds=frozenset(row.kinds.split()),
        method=row.method,
        submethod=row.submethod,
        success=row.success,
        direction=row.direction,
    )


@lru_cache(maxsize=128)
def _latest(hosts: int) -> Select[Any]:
    """Return the statement for the latest records of so many hosts since a time."""
    columns = (record.c.host, record.c.event_id, *(record.c[name] for name in _KEPT))
    parts = [
        select(
            select(*columns)
            .where(record.c.host == bindparam(f"host_{number}", type_=record.c.host.type))
            .where(record.c.at >= bindparam("since", type_=record.c.at.type))
            .order_by(record.c.at.desc(), record.c.event_id.desc())
            .limit(MAX_RECORDS)
            .subquery()
        )
        for number in range(hosts)
    ]
    return parts[0] if hosts == 1 else select(union_all(*parts).subquery())


@lru_cache(maxsize=2)
def _upsert(dialect: str) -> Any:
    made = inserting(dialect, record)
    return made.on_conflict_do_update(
        index_elements=["host", "event_key"], set_={name: made.excluded[name] for name in _KEPT}
    )

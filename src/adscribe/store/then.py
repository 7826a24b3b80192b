"""The history of hosts as it was at an earlier time, for events that are answered again.

``record`` says of each event what it said of its hosts when it was reported last. Of an event that goes on
beyond the time that is asked for, the revision of then tells.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from heapq import nlargest
from typing import Any

from sqlalchemy import Connection, Select, bindparam, or_, select, union_all

from adscribe.assign.decisions import decided_by_site
from adscribe.context import Context, derive, traces
from adscribe.event import Event
from adscribe.history import MAX_RECORDS, WINDOW, Record, age
from adscribe.site import Site
from adscribe.store.documents import Document, decoded
from adscribe.store.past import read_from
from adscribe.store.schema import event, record, revision

GOING_ON = 256
"""Later records of a host among which events are looked for that had begun by then."""

MOST_REVISIONS = 256
"""Revisions of an event that are looked at."""

MOST_EVENTS = 2_000
"""Events whose revisions are remembered."""

_Traces = tuple[tuple[tuple[str, ...], Record], ...]

_REVISIONS = (
    select(revision.c.document)
    .where(revision.c.event_key == bindparam("event_key"))
    .where(revision.c.part == 0)
    .where(revision.c.cause != "reassess")
    .order_by(revision.c.number)
    .limit(MOST_REVISIONS)
)


class HistoryThen:
    """What is known of hosts as of the event that is answered again.

    Those that are answered again must come in the order in which they were reported last: what they say of
    their hosts now, with this site file, is remembered for as long as it counts.

    Parameters
    ----------
    site : Site
        What is known of the network now.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._connection: Connection | None = None
        self._key: int | None = None
        # What events that were answered again say now, by event and by host; nothing where the site decided.
        self._again: OrderedDict[str, tuple[datetime, dict[str, Record]]] = OrderedDict()
        self._of_host: dict[str, dict[str, Record]] = {}
        self._states: OrderedDict[int, list[tuple[datetime, _Traces]]] = OrderedDict()

    def on(self, connection: Connection) -> None:
        """Read from a connection from now on."""
        self._connection = connection

    def before(self, key: int | None) -> None:
        """Ask for an event now: of others reported at the same time those with lesser keys count."""
        self._key = key

    def begin(self, event_id: str, key: int | None, at: datetime) -> None:
        """Forget what an event said of its hosts; it is answered again, and may say it anew."""
        self.before(key)
        while self._again and next(iter(self._again.values()))[0] < at - WINDOW:
            self._drop(next(iter(self._again)))
        if event_id in self._again:
            self._drop(event_id)
        self._again[event_id] = at, {}

    def said(self, event_id: str) -> dict[str, Record]:
        """Return what an event that was answered again says, by host."""
        return self._again[event_id][1]

    def remember(self, ips: Iterable[str], record: Record) -> None:
        """Keep a record for hosts."""
        said = self._again[record.event_id][1]
        for ip in ips:
            said[ip] = record
            self._of_host.setdefault(ip, {})[record.event_id] = record

    def prior(self, ips: Iterable[str], *, until: datetime, exclude: str) -> tuple[Record, ...]:
        """Return the records of hosts in the window before `until`, oldest first, less one event's."""
        hosts = list(dict.fromkeys(ips))
        stored = self._stored(hosts, until)
        found: dict[str, Record] = {}
        for host in hosts:
            records = {key: one for key, one in stored.get(host, {}).items() if key not in self._again}
            again = self._of_host.get(host, {})
            records |= {key: one for key, one in again.items() if until - WINDOW <= one.at <= until}
            for one in nlargest(MAX_RECORDS, records.values(), key=age):
                if one.event_id != exclude:
                    found[one.event_id] = one
        return tuple(sorted(found.values(), key=age))

    def _drop(self, event_id: str) -> None:
        for ip in self._again.pop(event_id)[1]:
            del self._of_host[ip][event_id]
            if not self._of_host[ip]:
                del self._of_host[ip]

    def _stored(self, hosts: list[str], until: datetime) -> dict[str, dict[str, Record]]:
        if not hosts or self._connection is None:
            return {}
        found: dict[str, dict[str, Record]] = {}
        named: dict[str, Any] = {f"host_{number}": host for number, host in enumerate(hosts)}
        values = {**named, "since": until - WINDOW, "until": until, "key": self._key}
        for row in self._connection.execute(_within(len(hosts)), values):
            found.setdefault(row.host, {})[row.event_id] = read_from(row)
        for row in self._connection.execute(_going_on(len(hosts)), {**named, "until": until}):
            then = self._then(row.event_key, row.event_id, until)
            if then is not None and row.host in then and then[row.host].at >= until - WINDOW:
                found.setdefault(row.host, {})[row.event_id] = then[row.host]
        return found

    def _then(self, key: int, event_id: str, until: datetime) -> dict[str, Record] | None:
        """Return what an event said of its hosts as of a time."""
        if key not in self._states:
            self._states[key] = list(self._read(key, event_id))
            if len(self._states) > MOST_EVENTS:
                self._states.popitem(last=False)
        said = [traces for at, traces in self._states[key] if at <= until]
        if not said:
            return None
        return {ip: record for ips, record in said[-1] for ip in ips}

    def _read(self, key: int, event_id: str) -> Iterable[tuple[datetime, _Traces]]:
        assert self._connection is not None  # noqa: S101 - `_stored` made sure
        for document in self._connection.scalars(_REVISIONS, {"event_key": key}):
            then = decoded(document, Document).event
            if then is not None:
                yield then.reported_at, self._said(then, event_id)

    def _said(self, then: Event, event_id: str) -> _Traces:
        context: Context = derive(then, self._site, event_id=event_id)
        return () if decided_by_site(context) is not None else traces(context, event_id)


@lru_cache(maxsize=128)
def _within(hosts: int) -> Select[Any]:
    """Return the statement for the latest records of so many hosts between two times."""
    columns = record.c
    until = bindparam("until", type_=columns.at.type)
    parts = [
        select(
            select(record)
            .where(columns.host == bindparam(f"host_{number}", type_=columns.host.type))
            .where(columns.at >= bindparam("since", type_=columns.at.type))
            .where(columns.at <= until)
            .where(or_(columns.at < until, columns.event_key < bindparam("key")))
            .order_by(columns.at.desc(), columns.event_id.desc())
            .limit(MAX_RECORDS)
            .subquery()
        )
        for number in range(hosts)
    ]
    return parts[0] if hosts == 1 else select(union_all(*parts).subquery())


@lru_cache(maxsize=128)
def _going_on(hosts: int) -> Select[Any]:
    """Return the statement for events of so many hosts that had begun by a time and went on after it."""
    columns = record.c
    until = bindparam("until", type_=columns.at.type)
    parts = [
        select(
            select(columns.host, columns.event_key, columns.event_id)
            .where(columns.host == bindparam(f"host_{number}", type_=columns.host.type))
            .where(columns.at > until)
            .order_by(columns.at, columns.event_id)
            .limit(GOING_ON)
            .subquery()
        )
        for number in range(hosts)
    ]
    later = (parts[0] if hosts == 1 else select(union_all(*parts).subquery())).subquery()
    begun = select(later).join(event, event.c.key == later.c.event_key)
    return begun.where(event.c.detected_at <= until)

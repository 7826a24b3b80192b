"""The history of one run, in memory and bounded."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime

from adscribe.history.records import MAX_RECORDS, WINDOW, Record, age

MAX_HOSTS = 50_000
"""Hosts that are remembered; the one that was quiet longest goes first."""


class MemoryHistory:
    """What a run has seen of each host."""

    def __init__(self, max_hosts: int = MAX_HOSTS, max_records: int = MAX_RECORDS) -> None:
        self._max_hosts = max_hosts
        self._max_records = max_records
        self._hosts: OrderedDict[str, dict[str, Record]] = OrderedDict()

    def prior(self, ips: Iterable[str], *, until: datetime, exclude: str) -> tuple[Record, ...]:
        """Return the records of hosts in the window before `until`, oldest first, less one event's."""
        found: dict[str, Record] = {}
        for ip in ips:
            for record in self._hosts.get(ip, {}).values():
                if record.event_id != exclude and until - WINDOW <= record.at <= until:
                    found[record.event_id] = record
        return tuple(sorted(found.values(), key=age))

    def remember(self, ips: Iterable[str], record: Record) -> None:
        """Keep a record for hosts; a later record of the same event replaces the earlier."""
        for ip in ips:
            records = self._hosts.setdefault(ip, {})
            self._hosts.move_to_end(ip)
            records[record.event_id] = record
            if len(records) > self._max_records:
                del records[min(records.values(), key=age).event_id]
        while len(self._hosts) > self._max_hosts:
            self._hosts.popitem(last=False)

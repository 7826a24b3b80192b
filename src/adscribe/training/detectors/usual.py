"""What is usual for a host: a running average of its windows, for a bounded number of hosts."""

from __future__ import annotations

from collections import OrderedDict

MAX_HOSTS = 100_000
"""Hosts whose average is kept; the one that was seen least recently goes first."""
WEIGHT = 0.2
"""Share of the latest window in the average."""


class Usual:
    """Averages by host.

    Parameters
    ----------
    windows : int
        Windows with traffic before an average counts.
    """

    def __init__(self, windows: int) -> None:
        self._windows = windows
        self._hosts: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def learn(self, host: str, value: float) -> float | None:
        """Return what was usual before this window, ``None`` while too little is known, and learn it."""
        seen, average = self._hosts.pop(host, (0, value))
        self._hosts[host] = (seen + 1, average + WEIGHT * (value - average))
        if len(self._hosts) > MAX_HOSTS:
            self._hosts.popitem(last=False)
        return average if seen >= self._windows else None

"""A poller that reads from the fake sensor; only the pauses are not waited for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from adscribe.polling.memory import Memory
from adscribe.polling.poller import Counts, Poller, Span
from adscribe.polling.sensor import Sensor
from adscribe.polling.server import Patience, Server
from adscribe.sensors import Reject
from adscribe.sensors.flowmon import api
from adscribe.site import Site
from tests.polling.fake_ads import PASSWORD, USER, FakeAds


class Kept:
    """Keeps what is delivered."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    async def deliver(self, lines: Sequence[bytes]) -> int:
        """Take events."""
        self.events += [json.loads(line) for line in lines]
        return 0

    @property
    def ids(self) -> list[str]:
        """The sensor's ids of what came, in order."""
        return [event["external_id"] for event in self.events]


class Station:
    """A poller and all that it needs.

    Attributes
    ----------
    kept : Kept
        What was delivered.
    rejects : list of Reject
        What could not be read.
    said : list of str
        What it said.
    pauses : list of float
        Seconds for which it would have waited.
    """

    def __init__(
        self,
        ads: FakeAds,
        state: Path | None = None,
        *,
        mapping: Path | None = None,
        zone: str = "UTC",
        span: Span | None = None,
        tries: int | None = 6,
        seconds: float = 10,
        url: str | None = None,
        password: str = PASSWORD,
        ca: Path | None = None,
    ) -> None:
        self.kept = Kept()
        self.rejects: list[Reject] = []
        self.said: list[str] = []
        self.pauses: list[float] = []
        self.url = url or ads.url
        self._ca = ca
        self._seconds = seconds
        self._password = password
        self._names, self._entries = api.load(mapping) if mapping else api.shipped()
        self._memory = Memory("the fake", state)
        self._patience = Patience(self.said.append, tries, self._pause)
        self._zone = Site.parse(f"timezone: {zone}\nfilters: {{A: []}}\ninternal: A").timezone
        self._span = span or Span()

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def poll(self, times: int = 1) -> Counts:
        """Read once or more often; return the counts of the last time."""
        return asyncio.run(self._poll(times))

    async def _poll(self, times: int) -> Counts:
        async with Server("the sensor", self.url, ca=self._ca, seconds=self._seconds) as server:
            sensor = Sensor(server, self._names.token, USER, self._password, self._patience)
            poller = Poller(
                sensor,
                self._names.events,
                self._entries,
                self.kept,
                self._memory,
                zone=self._zone,
                reject=self.rejects.append,
                patience=self._patience,
                span=self._span,
            )
            for _ in range(times):
                counts = await poller.poll()
            return counts

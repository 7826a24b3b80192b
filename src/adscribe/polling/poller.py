"""Reads events and their updates as a sensor's API lists them, and delivers each state once.

A sensor lists an event in its current state, so an update is an event that is listed again and
looks different. Each reading starts some time before the last report that was seen (the overlap),
since reports can arrive late; what was delivered is known by its digest. Where the sensor selects
events by the time of detection, an event that is open longer than the overlap is out of sight: now
and then a reading starts as early as the first event that may still be open.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

import msgspec

from adscribe.event import Event
from adscribe.event.merge import INACTIVITY_TIMEOUT
from adscribe.event.native import to_native
from adscribe.polling.delivery import Delivery
from adscribe.polling.memory import Memory
from adscribe.polling.pages import pages
from adscribe.polling.sensor import Sensor
from adscribe.polling.server import Patience, UnreadableError
from adscribe.sensors import Reject, Report, read
from adscribe.sensors.flowmon.api import Entries, Events
from adscribe.sensors.rest import keys
from adscribe.site.importing import printable

EVENTS, EVENT_BYTES = 10_000, 2**26
"""Most events, and bytes of them (64 MiB), that are put in order at once; a longer list is read in parts."""

BATCH, BATCH_BYTES = 500, 2**22
"""Most events, and bytes of them (4 MiB), that are delivered at a time."""

REACH = timedelta(hours=24)
"""How far back, at most, an event that is still open is read again."""

KEYS = 50
"""Most keys that are named as unknown."""

OPEN_EVERY = 900.0
"""Seconds between two readings that start as early as the first open event."""

_KEY = 60  # characters of a key that are shown
_NONE = timedelta(0)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """How far back is read.

    Attributes
    ----------
    since : timedelta
        The first time.
    overlap : timedelta
        Before the last report that was seen.
    """

    since: timedelta = timedelta(hours=24)
    overlap: timedelta = timedelta(minutes=30)


@dataclass(slots=True)
class Counts:
    """What one reading brought.

    Attributes
    ----------
    delivered : int
        Events, and states of them, that are new.
    known : int
        That were delivered before.
    rejected : int
        Records that could not be read, and events that the service refused.
    """

    delivered: int = 0
    known: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class _Window:
    """What is read: from `start` to `end`, or all that comes after `start`.

    Attributes
    ----------
    floor : datetime
        Start of the reading that this is a part of; what was reported before is known.
    until : datetime
        Where it ends as far as is known: now, where there is no `end`.
    """

    floor: datetime
    start: datetime
    end: datetime | None
    until: datetime

    def halves(self) -> tuple[_Window, ...]:
        """Return its two parts; none where it is no longer than a minute, as short as can be asked for."""
        middle = _whole_minute(self.start + (self.until - self.start) / 2)
        if middle <= self.start or middle >= self.until:
            return ()
        return (
            _Window(self.floor, self.start, middle, middle),
            _Window(self.floor, middle, self.end, self.until),
        )


@dataclass(frozen=True, slots=True)
class _State:
    """An event in one of its states: its native form, and a digest of that."""

    event: Event
    line: bytes
    digest: str


class Poller:
    """Brings what a sensor lists to where it is wanted.

    Parameters
    ----------
    sensor : Sensor
        Read from.
    names : Events
        What the sensor calls things.
    entries : Entries
        The whole mapping, for the keys of events.
    delivery : Delivery
        Where events go.
    memory : Memory
        How far it has come.
    zone : tzinfo
        Of the sensor's times.
    reject : callable
        Told of each record that can't be read.
    patience : Patience
        Told of what happens; its pause is used between readings, too.
    span : Span
        How far back is read.
    """

    def __init__(
        self,
        sensor: Sensor,
        names: Events,
        entries: Entries,
        delivery: Delivery,
        memory: Memory,
        *,
        zone: tzinfo,
        reject: Callable[[Reject], object],
        patience: Patience,
        span: Span,
    ) -> None:
        self._sensor = sensor
        self._names = names
        self._keys = keys(entries)
        self._delivery = delivery
        self._memory = memory
        self._zone = zone
        self._reject = reject
        self._patience = patience
        self._span = span
        self._read_open_at: float | None = None
        self._latest: datetime | None = None
        self._ignored: set[str] = set()
        self._unsaid: list[str] = []
        self._dated = self._said_undated = False

    async def run(self, every: float) -> None:
        """Read again and again, with a pause of some seconds, until the task is ended.

        Raises
        ------
        ApiError
            Going on makes no sense.
        """
        while True:
            counts = await self.poll()
            if counts.delivered or counts.rejected:
                self._patience.say(told(counts))
            await self._patience.sleep(every)

    async def poll(self) -> Counts:
        """Read once, and deliver what is new.

        Raises
        ------
        ApiError
            As `run`.
        """
        counts = Counts()
        now = datetime.now(UTC)
        if self._memory.begin is None:
            self._memory.begin = now - self._span.since
        # The sensor is asked by the minute.
        start = _whole_minute(self._start(self._memory.begin))
        try:
            await self._read(_Window(start, start, None, max(now, start)), counts)
        except BaseException:
            # What was delivered before trouble or a signal came need not be delivered again.
            self._memory.save()
            raise
        self._memory.forget(start - REACH)
        self._hint(counts)
        return counts

    def _start(self, begin: datetime) -> datetime:
        cursor = self._memory.cursor
        now = time.monotonic()
        due = self._read_open_at is None or now >= self._read_open_at + OPEN_EVERY
        if due:
            self._read_open_at = now
        if cursor is None:
            return begin
        start = cursor - self._span.overlap
        if due and self._names.selects == "detected_at":
            opened = self._memory.open_since(cursor - INACTIVITY_TIMEOUT)
            if opened is not None:
                start = min(start, max(opened, cursor - REACH))
        return max(begin, start)

    async def _read(self, window: _Window, counts: Counts) -> None:
        """Read a window, in parts where it holds too much to be put in order at once."""
        parts = window.halves()
        states: dict[str, _State] = {}
        size = known = 0
        async with aclosing(self._listed(window)) as answers:
            async for answer in answers:
                if isinstance(answer, Reject):
                    self._note(answer, window, counts)
                    continue
                self._learn(answer)
                state = _state(answer.event)
                if state.event.reported_at < window.floor:
                    continue
                if state.digest in self._memory:
                    known += 1
                    continue
                if state.digest not in states:
                    states[state.digest] = state
                    size += len(state.line)
                if len(states) <= EVENTS and size <= EVENT_BYTES:
                    continue
                if parts:
                    break
                # More than that in a minute: their order is given up rather than one of them.
                await self._deliver(states.values(), counts)
                states.clear()
                size = 0
            else:
                parts = ()
        if parts:
            for part in parts:
                await self._read(part, counts)
            return
        await self._deliver(states.values(), counts)
        counts.known += known
        self._advance(window)
        self._memory.save()

    async def _listed(self, window: _Window) -> AsyncGenerator[Report | Reject]:
        """Read what the sensor lists of a window."""
        names = self._names
        search = {names.start: written(window.start, self._zone, names.time_format)}
        if names.end is not None:
            # The sensor's clock may be ahead of ours, and its zone another than we think.
            end = window.end or window.until + _DAY
            search[names.end] = written(end, self._zone, names.time_format)
        params = {name: value for name, value in names.parameters.items() if value is not None}
        if names.search is None:
            params |= search
        else:
            params[names.search] = msgspec.json.encode(search).decode()
        number = 0
        async with aclosing(pages(self._sensor, names, params)) as listed:
            async for page in listed:
                if isinstance(page, UnreadableError):
                    number += 1
                    yield Reject(number, page.message)
                    continue
                for answer in read(page, format="flowmon-rest", zone=self._zone, rest_keys=self._keys):
                    yield replace(answer, line=number + answer.line)
                number += len(page)

    def _note(self, reject: Reject, window: _Window, counts: Counts) -> None:
        """Tell of a record that can't be read, once: it is listed again as often as others."""
        digest = _digest(f"{reject.reason}\0{reject.pointer}\0{reject.text}".encode("utf-8", "replace"))
        if digest not in self._memory:
            self._memory.add(digest, window.until, window.until)
            self._reject(reject)
            counts.rejected += 1

    def _learn(self, report: Report) -> None:
        """Note what the mapping may lack."""
        self._dated = self._dated or report.event.updated_at is not None
        for key in report.ignored:
            name = printable(key, _KEY)
            if len(self._ignored) < KEYS and name not in self._ignored:
                self._ignored.add(name)
                self._unsaid.append(name)

    def _hint(self, counts: Counts) -> None:
        """Say, once, what the user may want to put into a mapping file."""
        if self._unsaid:
            self._patience.say(f"keys of events that the mapping doesn't name: {', '.join(self._unsaid)}")
            self._unsaid.clear()
        if counts.delivered and not self._dated and not self._said_undated:
            self._said_undated = True
            self._patience.say("no event says when it was updated: does the mapping name the right key?")

    async def _deliver(self, states: Iterable[_State], counts: Counts) -> None:
        """Deliver states in the order in which they were reported, and remember them."""
        ordered = sorted(states, key=lambda state: (state.event.reported_at, state.event.detected_at))
        for batch in _batches(ordered):
            refused = await self._delivery.deliver([state.line for state in batch])
            counts.rejected += refused
            counts.delivered += len(batch) - refused
            for state in batch:
                self._memory.add(state.digest, state.event.reported_at, state.event.detected_at)
                self._latest = max(self._latest or state.event.reported_at, state.event.reported_at)

    def _advance(self, window: _Window) -> None:
        """Move the cursor to the last report seen, but not beyond what was read as a whole.

        Nor beyond the present: a wrong time of one event must not hide those that come.
        """
        if self._latest is not None:
            seen = min(self._latest, window.end or window.until)
            self._memory.cursor = max(self._memory.cursor or seen, seen)


def told(counts: Counts) -> str:
    """Return what a reading brought, in words."""
    parts = [f"{counts.delivered:,} delivered"]
    if counts.known:
        parts.append(f"{counts.known:,} known")
    if counts.rejected:
        parts.append(f"{counts.rejected:,} not readable")
    return ", ".join(parts)


def written(moment: datetime, zone: tzinfo, form: str) -> str:
    """Return a moment in the sensor's form; where the clock shows that time twice, one before it.

    Otherwise the sensor might take the time of the second hour and leave the first out.
    """
    local = moment.astimezone(zone)
    twice = (local.replace(fold=0).utcoffset() or _NONE) - (local.replace(fold=1).utcoffset() or _NONE)
    return (moment - max(twice, _NONE)).astimezone(zone).strftime(form)


def _whole_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _state(event: Event) -> _State:
    line = msgspec.json.encode(to_native(event))
    return _State(event, line, _digest(line))


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=12).hexdigest()


def _batches(states: Sequence[_State]) -> Iterator[list[_State]]:
    batch: list[_State] = []
    size = 0
    for state in states:
        if batch and (len(batch) == BATCH or size + len(state.line) > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(state)
        size += len(state.line)
    if batch:
        yield batch

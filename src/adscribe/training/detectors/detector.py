"""What all detectors share: windows, thresholds passed, and events that change while they go on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar, NamedTuple

from adscribe.event import Event, Source, Target, Value
from adscribe.event.merge import INACTIVITY_TIMEOUT
from adscribe.flows import Flow
from adscribe.training.detectors.tally import Tally
from adscribe.training.detectors.thresholds import Thresholds

SENSOR = "adscribe-flows 1"
INSTANCE = "Default"

MAX_TALLIES = 100_000
"""Sources that a window keeps; those that come later don't count in it."""
MAX_ACTIVE = 20_000
"""Events that a detector keeps open; the one that was quiet longest goes first."""
MAX_PORTS = 100
"""Ports that an event lists, the most frequent ones."""

_TIMEOUT = INACTIVITY_TIMEOUT.total_seconds()


class Detection(NamedTuple):
    """A state of an event, and the labels of the flows behind it.

    Attributes
    ----------
    event : Event
        The event as a sensor would report it; an update has the detection time of the first report.
    labels : mapping of str to int
        Labels of the data set with the number of the event's flows that carry them. No rule reads them.
    """

    event: Event
    labels: Mapping[str, int]


@dataclass(slots=True)
class Finding:
    """What passed a threshold in one window.

    Attributes
    ----------
    source, submethod : str
        Of the event.
    tally : Tally
        The flows of the window behind it.
    values : mapping of str to Value
        Characteristics that this window alone decides.
    success : bool or None
        Whether it worked, where the method tells.
    """

    source: str
    submethod: str
    tally: Tally
    values: Mapping[str, Value] = field(default_factory=dict)
    success: bool | None = None


@dataclass(slots=True)
class Active:
    """An event that goes on.

    Attributes
    ----------
    detected_at, last_at : float
        First and last report, in seconds since 1970.
    total : Tally
        All its flows.
    success : bool or None
        A success stays.
    """

    detected_at: float
    last_at: float
    total: Tally
    success: bool | None = None


class Detector(ABC):
    """Adds flows up by source in windows, and reports what passes its thresholds when a window closes.

    Parameters
    ----------
    thresholds : Thresholds
        From how much on something is an event.
    inside : callable
        Whether an address belongs to the monitored network.
    data_feed : str, optional
        Name of the data feed that events carry.

    Attributes
    ----------
    method : str
        Code of the method.
    seconds : float
        Length of a window.
    protocols : tuple of int or None
        Protocols whose flows it looks at; all when ``None``.
    reports : frozenset of str
        Which of ``ports``, ``protocols`` and ``target_count`` the method reports.
    left_out : int
        Flows that weren't counted because a window held too many sources.
    """

    method: ClassVar[str]
    seconds: ClassVar[float] = 300.0
    protocols: ClassVar[tuple[int, ...] | None] = None
    reports: ClassVar[frozenset[str]] = frozenset()

    def __init__(
        self, thresholds: Thresholds, inside: Callable[[str], bool], data_feed: str | None = None
    ) -> None:
        self.thresholds = thresholds
        self.inside = inside
        self.data_feed = data_feed
        self.left_out = 0
        self.tallies: dict[tuple[str, str], Tally] = {}
        self.active: OrderedDict[tuple[str, str], Active] = OrderedDict()

    @abstractmethod
    def add(self, flow: Flow) -> None:
        """Take a flow into the window."""

    @abstractmethod
    def findings(self) -> Iterator[Finding]:
        """Yield what passed a threshold in the window that closes."""

    def describe(self, finding: Finding, total: Tally) -> Mapping[str, Value]:
        """Return the characteristics of an event, from its latest window and all its flows."""
        del total
        return finding.values

    def tally(self, source: str, kind: str) -> Tally | None:
        """Return the window's tally of a source; ``None`` where the window is full."""
        found = self.tallies.get((source, kind))
        if found is None:
            if len(self.tallies) >= MAX_TALLIES:
                self.left_out += 1
                return None
            found = self.tallies[(source, kind)] = Tally()
        return found

    def close(self) -> Iterator[Detection]:
        """Close the window: report new events and updates, and begin anew."""
        for finding in self.findings():
            yield self._report(finding)
        self.tallies = {}

    def _report(self, finding: Finding) -> Detection:
        key, at = (finding.source, finding.submethod), finding.tally.last
        active = self.active.pop(key, None)
        if active is None or at - active.last_at > _TIMEOUT:
            active, update = Active(at, at, finding.tally, finding.success), False
        else:
            active.total.merge(finding.tally)
            active.last_at = max(active.last_at, at)
            active.success = True if active.success or finding.success else finding.success
            update = True
        self.active[key] = active
        while len(self.active) > MAX_ACTIVE:
            self.active.popitem(last=False)
        return Detection(self._event(finding, active, update=update), dict(active.total.labels))

    def _event(self, finding: Finding, active: Active, *, update: bool) -> Event:
        total = active.total
        ports = sorted(total.ports, key=lambda port: (-total.ports[port], port))[:MAX_PORTS]
        return Event(
            method=self.method,
            submethod=finding.submethod,
            source=Source(ip=finding.source),
            targets=tuple(Target(ip=ip) for ip in total.targets),
            target_count=len(total.targets) if "target_count" in self.reports else None,
            detected_at=_time(active.detected_at),
            first_flow_at=_time(total.first),
            updated_at=_time(active.last_at) if update else None,
            instance=INSTANCE,
            data_feed=self.data_feed,
            sensor=SENSOR,
            success=active.success,
            characteristics=dict(self.describe(finding, total)),
            ports=tuple(ports) if "ports" in self.reports else (),
            protocols=tuple(sorted(total.protocols)) if "protocols" in self.reports else (),
        )


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)

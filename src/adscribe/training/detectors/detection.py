"""All detectors over a stream of flows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from adscribe.flows import Flow
from adscribe.flows.ordering import by_end
from adscribe.training.detectors.detector import Detection, Detector
from adscribe.training.detectors.dictionary import Dictionary
from adscribe.training.detectors.floods import Floods
from adscribe.training.detectors.forms import Forms
from adscribe.training.detectors.icmp import Icmp
from adscribe.training.detectors.logins import RdpLogins, SshLogins
from adscribe.training.detectors.partners import Partners
from adscribe.training.detectors.queries import Queries
from adscribe.training.detectors.scans import Scans
from adscribe.training.detectors.telnet import Telnet
from adscribe.training.detectors.thresholds import Thresholds
from adscribe.training.detectors.transfers import Transfers
from adscribe.training.detectors.uploads import Uploads
from adscribe.training.detectors.variety import Variety

DETECTORS: tuple[type[Detector], ...] = (
    Scans,
    Dictionary,
    SshLogins,
    RdpLogins,
    Forms,
    Floods,
    Transfers,
    Uploads,
    Queries,
    Variety,
    Partners,
    Telnet,
    Icmp,
)
"""A detector a method."""

MAX_FLOWS = 2_000_000
"""After so many flows all windows close, however long they have been open: their state is bounded."""
REWIND = 3600.0
"""A recording that begins so many seconds before the one before it ended is another capture."""

_Add = Callable[[Flow], None]


class Detectors:
    """Turns flows into the reports of all detectors.

    Parameters
    ----------
    inside : callable
        Whether an address belongs to the monitored network, such as `Site.is_internal`.
    thresholds : Thresholds, optional
        From how much on something is an event.
    data_feed : str, optional
        Name of the data feed that events carry.

    Attributes
    ----------
    left_out : int
        Flows that weren't counted because a window held too many sources, by all detectors.
    """

    def __init__(
        self,
        inside: Callable[[str], bool],
        thresholds: Thresholds | None = None,
        data_feed: str | None = None,
    ) -> None:
        limits = thresholds or Thresholds()
        self._make = [partial(kind, limits, inside, data_feed) for kind in DETECTORS]
        self.left_out = 0

    def detect(self, *recordings: Iterable[Flow]) -> Iterator[Detection]:
        """Yield reports as windows close, in the order of their times.

        Parameters
        ----------
        *recordings : iterable of Flow
            Each nearly in the order of its flows' ends, as recorders write them. One that goes on where
            the one before it ended belongs to the same capture; one that begins earlier is another, with
            events of its own.
        """
        capture = _Capture([make() for make in self._make])
        for recording in recordings:
            for number, flow in enumerate(by_end(recording)):
                if number == 0 and flow.end < capture.latest - REWIND:
                    yield from self._end(capture)
                    capture = _Capture([make() for make in self._make])
                reports = capture.add(flow)
                if reports:
                    yield from reports
        yield from self._end(capture)

    def _end(self, capture: _Capture) -> list[Detection]:
        self.left_out += sum(detector.left_out for detector in capture.detectors)
        return capture.close()


class _Capture:
    """The windows of all detectors over the flows of one network in one time."""

    def __init__(self, detectors: list[Detector]) -> None:
        self.detectors = detectors
        self.latest = 0.0
        self._ends = [0.0] * len(detectors)
        self._next = 0.0
        self._number = 0
        self._adds: dict[int, tuple[_Add, ...]] = {}

    def add(self, flow: Flow) -> list[Detection] | None:
        """Take a flow; return the reports of the windows that are over by then."""
        reports = None
        if flow.end >= self._next:
            reports = self._close(flow.end)
        self._number += 1
        if self._number == MAX_FLOWS:
            self._number = 0
            reports = [*(reports or ()), *self.close()]
        self.latest = max(self.latest, flow.end)
        adds = self._adds.get(flow.protocol)
        if adds is None:
            adds = self._adds[flow.protocol] = tuple(
                detector.add
                for detector in self.detectors
                if detector.protocols is None or flow.protocol in detector.protocols
            )
        for add in adds:
            add(flow)
        return reports

    def close(self) -> list[Detection]:
        """Close all windows."""
        return _sorted(report for detector in self.detectors for report in detector.close())

    def _close(self, at: float) -> list[Detection]:
        """Close the windows that are over at a time, and set when the next ones are."""
        reports: list[Detection] = []
        for number, detector in enumerate(self.detectors):
            if at >= self._ends[number]:
                reports.extend(detector.close())
                self._ends[number] = (at // detector.seconds + 1) * detector.seconds
        self._next = min(self._ends)
        return _sorted(reports)


def _sorted(reports: Iterable[Detection]) -> list[Detection]:
    return sorted(reports, key=lambda report: report.event.reported_at)

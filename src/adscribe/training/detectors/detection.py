"""All detectors over a stream of flows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from adscribe.flows import Flow
from adscribe.flows.ordering import by_end
from adscribe.training.detectors.detector import Detector, Report
from adscribe.training.detectors.dictionary import Dictionary
from adscribe.training.detectors.floods import Floods
from adscribe.training.detectors.forms import Forms
from adscribe.training.detectors.habits import Partners, Queries, Variety
from adscribe.training.detectors.icmp import Icmp
from adscribe.training.detectors.logins import RdpLogins, SshLogins
from adscribe.training.detectors.scans import Scans
from adscribe.training.detectors.telnet import Telnet
from adscribe.training.detectors.thresholds import Thresholds
from adscribe.training.detectors.volumes import Transfers, Uploads

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
    """

    def __init__(
        self,
        inside: Callable[[str], bool],
        thresholds: Thresholds | None = None,
        data_feed: str | None = None,
    ) -> None:
        limits = thresholds or Thresholds()
        self._detectors = [kind(limits, inside, data_feed) for kind in DETECTORS]
        self._closing = [0.0] * len(DETECTORS)
        self._adds: dict[int, tuple[_Add, ...]] = {}

    @property
    def left_out(self) -> int:
        """Flows that weren't counted because a window held too many sources, by all detectors."""
        return sum(detector.left_out for detector in self._detectors)

    def detect(self, flows: Iterable[Flow]) -> Iterator[Report]:
        """Yield reports as windows close, in the order of their times.

        Parameters
        ----------
        flows : iterable of Flow
            Nearly in the order of their ends, as recorders write them.
        """
        closing, number = 0.0, 0
        adds, detectors = self._adds, self._detectors
        for flow in by_end(flows):
            if flow.end >= closing:
                yield from self._close(flow.end)
                closing = min(self._closing)
            number += 1
            if number == MAX_FLOWS:
                number = 0
                yield from self._close(None)
            protocol = flow.protocol
            if protocol not in adds:
                adds[protocol] = tuple(
                    detector.add
                    for detector in detectors
                    if detector.protocols is None or protocol in detector.protocols
                )
            for add in adds[protocol]:
                add(flow)
        yield from self._close(None)

    def _close(self, at: float | None) -> Iterator[Report]:
        """Close the windows that are over at a time; all of them when there is no more time."""
        reports: list[Report] = []
        for number, detector in enumerate(self._detectors):
            if at is None:
                reports.extend(detector.close())
            elif at >= self._closing[number]:
                reports.extend(detector.close())
                self._closing[number] = (at // detector.seconds + 1) * detector.seconds
        yield from sorted(reports, key=lambda report: report.event.reported_at)

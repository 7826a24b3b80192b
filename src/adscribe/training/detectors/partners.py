"""PEERS: a host that turns to far more others than it usually does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar

from adscribe.event import Value
from adscribe.flows import Flow
from adscribe.training.detectors.addresses import is_group
from adscribe.training.detectors.detector import Detector, Finding
from adscribe.training.detectors.thresholds import Thresholds
from adscribe.training.detectors.usual import Usual


class Partners(Detector):
    """Hosts that a monitored host turned to in an hour, against its own average."""

    method: ClassVar[str] = "PEERS"
    seconds: ClassVar[float] = 3600.0

    def __init__(
        self, thresholds: Thresholds, inside: Callable[[str], bool], data_feed: str | None = None
    ) -> None:
        super().__init__(thresholds, inside, data_feed)
        self._usual = Usual(thresholds.learned_windows)

    def add(self, flow: Flow) -> None:
        """Take a flow that a monitored host opened."""
        if self.inside(flow.source) and not is_group(flow.target):
            tally = self.tally(flow.source, "PeersIncrease")
            if tally is not None:
                tally.add(flow)

    def findings(self) -> Iterator[Finding]:
        """Yield hosts with far more partners than usual."""
        limits = self.thresholds
        for (source, kind), tally in self.tallies.items():
            number = len(tally.targets)
            usual = self._usual.learn(source, number)
            if usual is not None and number >= max(limits.partners, limits.partners_ratio * usual):
                values: dict[str, Value] = {
                    "current_count": number,
                    "compared_count": round(usual, 1),
                    "increase_ratio": round(number / usual - 1, 3),
                }
                yield Finding(source, kind, tally, values)

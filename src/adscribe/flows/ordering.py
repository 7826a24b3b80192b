"""Flows in the order of their ends, as a sensor gets to see them."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator

from adscribe.flows.flow import Flow

HELD = 100_000
"""Flows that are held back; one that comes later than so many others stays where it is."""


def by_end(flows: Iterable[Flow], held: int = HELD) -> Iterator[Flow]:
    """Yield flows in the order of their ends, as far as holding some of them back allows.

    Recorders write a flow when it is over, some a while after, so that the order of a file is
    nearly that of the ends.
    """
    waiting: list[tuple[float, int, Flow]] = []
    for number, flow in enumerate(flows):
        entry = (flow.end, number, flow)
        if len(waiting) < held:
            heapq.heappush(waiting, entry)
        else:
            yield heapq.heappushpop(waiting, entry)[2]
    while waiting:
        yield heapq.heappop(waiting)[2]

"""Flows kept for looking up, by the two hosts and by time, in bounded memory."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adscribe.flows.flow import Flow, FlowError, PeerName

MAX_FLOWS = 2_000_000
"""Flows that are kept; 64 bytes each, and about 200 for each pair of hosts."""
MAX_NAMES = 200_000
"""Names of peers that are kept; further ones are left out."""

_FIELDS = 8


@dataclass(frozen=True, slots=True, eq=False)
class Talk:
    """What two hosts exchanged in a time, an element a flow, in the order of their starts.

    Attributes
    ----------
    start, seconds : ndarray of float
        When a flow began, in seconds since 1970, and how long it took.
    sent, received : ndarray of float
        Bytes as the first host sees them.
    payload : ndarray of float
        Bytes in both directions without headers.
    answered : ndarray of float
        1 for yes, 0 for no.
    """

    start: npt.NDArray[np.float64]
    seconds: npt.NDArray[np.float64]
    sent: npt.NDArray[np.float64]
    received: npt.NDArray[np.float64]
    payload: npt.NDArray[np.float64]
    answered: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.start)


_SILENCE = Talk(*(np.empty(0),) * 6)


class FlowIndex:
    """Flows by source, target and time.

    Parameters
    ----------
    limit : int
        How many flows are kept.
    """

    def __init__(self, limit: int = MAX_FLOWS) -> None:
        self._limit = limit
        self._number = 0
        self._pairs: dict[tuple[str, str], array[float]] = {}
        self._names: dict[tuple[str, str], str] = {}

    def __len__(self) -> int:
        return self._number

    def add(self, record: Flow | PeerName) -> None:
        """Keep a flow, or the name of a peer.

        Raises
        ------
        FlowError
            There are more flows than are kept.
        """
        if isinstance(record, PeerName):
            self._name(record.source, record.target, record.name)
            return
        if self._number >= self._limit:
            raise FlowError(
                f"more than {self._limit:,} flows", hint="give the flows of the hours and hosts of the events"
            )
        self._number += 1
        rows = self._pairs.get((record.source, record.target))
        if rows is None:
            rows = self._pairs[(record.source, record.target)] = array("d")
        rows.extend(
            (
                record.start,
                record.end,
                record.target_port,
                record.protocol,
                record.sent_bytes,
                record.received_bytes,
                record.payload_bytes,
                record.outcome == "answered",
            )
        )
        if record.name is not None:
            self._name(record.source, record.target, record.name)

    def name(self, source: str, target: str) -> str | None:
        """Return the name under which a host first asked for another."""
        return self._names.get((source, target))

    def between(
        self,
        source: str,
        target: str,
        begin: float,
        end: float,
        ports: Iterable[int] = (),
        protocols: Iterable[int] = (),
    ) -> Talk:
        """Return the flows of two hosts that were under way in a time, whoever opened them.

        Parameters
        ----------
        source, target : str
            Canonical addresses.
        begin, end : float
            Seconds since 1970, both included.
        ports, protocols : iterable of int
            Service ports and protocols to look at; all when empty.
        """
        opened, answered = self._pairs.get((source, target)), self._pairs.get((target, source))
        if opened is None and answered is None:
            return _SILENCE
        rows = _rows(opened)
        if answered is not None:
            # Bytes as the first host sees them: what the opener got, the other host sent.
            rows = np.concatenate((rows, _rows(answered)[:, [0, 1, 2, 3, 5, 4, 6, 7]]))
        kept = (rows[:, 0] <= end) & (rows[:, 1] >= begin)
        for column, wanted in ((2, tuple(ports)), (3, tuple(protocols))):
            if wanted:
                kept &= np.isin(rows[:, column], wanted)
        rows = rows[kept]
        rows = rows[np.argsort(rows[:, 0], kind="stable")]
        return Talk(
            start=rows[:, 0],
            seconds=rows[:, 1] - rows[:, 0],
            sent=rows[:, 4],
            received=rows[:, 5],
            payload=rows[:, 6],
            answered=rows[:, 7],
        )

    def _name(self, source: str, target: str, name: str) -> None:
        if len(self._names) < MAX_NAMES:
            self._names.setdefault((source, target), name)


def _rows(kept: array[float] | None) -> npt.NDArray[np.float64]:
    return np.frombuffer(b"" if kept is None else kept, dtype=np.float64).reshape(-1, _FIELDS)

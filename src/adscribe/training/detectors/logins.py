"""SSHDICT and RDPDICT: many short connections to a remote login, and the session after a right guess."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar

from adscribe.event import Value
from adscribe.flows import Flow
from adscribe.flows.flow import TCP
from adscribe.flows.services import LOGIN_PORTS
from adscribe.training.detectors.detector import Detector, Finding
from adscribe.training.detectors.tally import Tally
from adscribe.training.detectors.thresholds import Thresholds

SUBMETHOD = "General"
MAX_SESSIONS = 50_000
"""Sessions that a window keeps."""


class _Logins(Detector):
    seconds: ClassVar[float] = 900.0
    protocols: ClassVar[tuple[int, ...] | None] = (TCP,)
    reports: ClassVar[frozenset[str]] = frozenset({"ports", "protocols", "target_count"})
    service: ClassVar[str]
    ports: ClassVar[tuple[int, ...]]
    tells_success: ClassVar[bool]

    def __init__(
        self, thresholds: Thresholds, inside: Callable[[str], bool], data_feed: str | None = None
    ) -> None:
        super().__init__(thresholds, inside, data_feed)
        self._sessions: list[Flow] = []

    def add(self, flow: Flow) -> None:
        """Take an attempt or a session."""
        if flow.target_port not in self.ports and flow.service != self.service:
            return
        limits = self.thresholds
        if flow.outcome != "answered" or flow.payload_bytes < limits.login_payload_bytes:
            return
        if flow.sent_bytes > limits.login_bytes or flow.seconds > limits.login_seconds:
            if len(self._sessions) < MAX_SESSIONS:
                self._sessions.append(flow)
            return
        tally = self.tally(flow.source, SUBMETHOD)
        if tally is not None:
            tally.add(flow)

    def findings(self) -> Iterator[Finding]:
        """Yield sources with many attempts, and sources of events that go on with a session on a target."""
        many = {
            source: tally
            for (source, _), tally in self.tallies.items()
            if tally.flows >= self.thresholds.login_attempts
        }
        attempts = {source: (tally.flows, _targets_of(many, source)) for source, tally in many.items()}
        won = self._won(many)
        sources: dict[str, int] = defaultdict(int)
        for _, targets in attempts.values():
            for target in targets:
                sources[target] += 1
        for source in dict.fromkeys((*many, *won)):
            number, targets = attempts.get(source, (0, frozenset()))
            shared = any(sources[target] >= self.thresholds.login_sources for target in targets)
            tally = many.get(source) or Tally()
            current = {
                "attempts_current_count": number,
                "targets_current_count": len(targets),
                "uploaded_current_bytes": tally.sent_bytes,
                "uploaded_max_current_bytes": tally.sent_max_bytes,
                "distributed": shared,
            }
            for session in won.get(source, ()):
                tally.add(session)
            success = source in won if self.tells_success else None
            yield Finding(source, SUBMETHOD, tally, current, success)
        self._sessions = []

    def describe(self, finding: Finding, total: Tally) -> Mapping[str, Value]:
        """Return what the latest window and all of them counted."""
        return {
            **finding.values,
            "attempts_total_count": total.flows,
            "uploaded_bytes": total.sent_bytes,
            "uploaded_max_bytes": total.sent_max_bytes,
        }

    def _won(self, many: Mapping[str, Tally]) -> dict[str, list[Flow]]:
        """Return the sessions that look like the use of a guessed login, by source."""
        found: dict[str, list[Flow]] = {}
        for session in self._sessions:
            tally = many.get(session.source)
            if tally is None:
                active = self.active.get((session.source, SUBMETHOD))
                if active is None or not self.tells_success:
                    continue
                tally = active.total
            mean = (tally.sent_bytes + tally.received_bytes) / tally.flows
            size = session.sent_bytes + session.received_bytes
            if (
                session.target in tally.targets
                and session.start >= tally.first
                and size >= self.thresholds.login_session_ratio * mean
            ):
                found.setdefault(session.source, []).append(session)
        return found


def _targets_of(many: Mapping[str, Tally], source: str) -> frozenset[str]:
    return frozenset(many[source].targets)


class SshLogins(_Logins):
    """SSH, on its port or where the recorder recognised it."""

    method: ClassVar[str] = "SSHDICT"
    service: ClassVar[str] = "ssh"
    ports: ClassVar[tuple[int, ...]] = LOGIN_PORTS["SSHProtocol"]
    tells_success: ClassVar[bool] = True


class RdpLogins(_Logins):
    """Remote Desktop; the method reports no success."""

    method: ClassVar[str] = "RDPDICT"
    service: ClassVar[str] = "rdp"
    ports: ClassVar[tuple[int, ...]] = LOGIN_PORTS["RDPProtocol"]
    tells_success: ClassVar[bool] = False

"""A challenger in the shadow of the model that answers: asked the same, never shown, compared.

What the champion was asked waits in a bounded queue for a thread of its own; nothing that goes on
there reaches an answer.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
import structlog

from adscribe.assign import Assignment
from adscribe.assign.comparison import by_tactic
from adscribe.context import Context
from adscribe.event import Event
from adscribe.service.disagreements import LISTED, Compared, Disagreement, Result
from adscribe.service.following import Following, Served
from adscribe.service.logs import failure
from adscribe.service.metrics import Metrics
from adscribe.service.waiting import Waiting

_log = structlog.get_logger("adscribe.service")

WAITING_BYTES = 32 * 1024 * 1024
"""What may wait, by a rough estimate of its memory."""

_EVENT_BYTES, _TARGET_BYTES = 8 * 1024, 512
_SECONDS = 1.0
_FAILURES_LOGGED = 20


class Shadow:
    """Compares a challenger's answers with those that are given.

    Parameters
    ----------
    challenger : Following
        The model; as long as it has none, nothing is compared.
    metrics : Metrics
        Where is counted what comes of it.
    folder : Path, optional
        Where the workers of one service tell each other.
    """

    def __init__(self, challenger: Following, metrics: Metrics, folder: Path | None = None) -> None:
        self.challenger = challenger
        self._metrics = metrics
        self._folder = folder
        self._waiting: Waiting[tuple[Context, Assignment]] = Waiting(WAITING_BYTES)
        self._lock = threading.Lock()
        self._answers: Counter[str] = Counter()
        self._latest: deque[Disagreement] = deque(maxlen=LISTED)
        self._ending = threading.Event()
        self._failures: set[str] = set()
        self._told = Compared.together(())
        self._told_at = 0.0

    def observe(self, context: Context, answer: Assignment) -> None:
        """Let an answer be compared later; see `adscribe.assign.run.Observer`."""
        # What the site decides no model is asked.
        by_site = answer.no_category is not None and answer.no_category.basis == "site"
        if by_site or self.challenger.in_use is None:
            return
        if not self._waiting.offer((context, answer), _size(context.event)):
            self._count("dropped")

    @contextmanager
    def running(self, every: float) -> Iterator[None]:
        """Follow the challenger, looking every so many seconds, and compare, until the end."""
        self._ending.clear()
        with self.challenger.following(every):
            thread = threading.Thread(target=self._work, name="shadow", daemon=True)
            thread.start()
            try:
                yield
            finally:
                self._ending.set()
                thread.join(timeout=2 * _SECONDS)

    def compared(self) -> Compared:
        """Return what came of comparing, in all workers: here up to now, elsewhere up to a second ago."""
        return Compared.together([self._own(), *self._others()])

    def _work(self) -> None:
        while not self._ending.is_set():
            item = self._waiting.take(_SECONDS)
            served = self.challenger.in_use
            if item is not None and served is not None:
                try:
                    self._compare(*item, served)
                except Exception as error:
                    # Whatever a challenger does, it is counted and harms nothing.
                    self._fail(error)
            # At the end the folder goes.
            with suppress(OSError):
                self._tell()

    def _compare(self, context: Context, answer: Assignment, served: Served) -> None:
        verdict = served.classifier.assess(context, answer.model)
        tactics = by_tactic(answer, verdict)
        for tactic, kind in tactics.items():
            self._metrics.shadow_tactics.labels(tactic, kind).inc()
        if set(tactics.values()) == {"same"}:
            self._count("agree")
            return
        version = served.classifier.model.reference.version
        found = Disagreement.of(answer, verdict, version, tactics)
        with self._lock:
            self._latest.append(found)
        self._count("disagree")

    def _fail(self, error: Exception) -> None:
        self._count("failed")
        told = failure(error)
        place = f"{told['error']} {told['at'][-1:]}"
        if place not in self._failures and len(self._failures) < _FAILURES_LOGGED:
            self._failures.add(place)
            _log.error("challenger failed", **told)

    def _count(self, result: Result) -> None:
        with self._lock:
            self._answers[result] += 1
        self._metrics.shadow_answers.labels(result).inc()

    def _own(self) -> Compared:
        with self._lock:
            return Compared(answers=dict(self._answers), disagreements=tuple(self._latest))

    def _tell(self) -> None:
        """Leave what came of comparing where the other workers find it, at most once a second."""
        now = time.monotonic()
        if self._folder is None or now - self._told_at < _SECONDS:
            return
        own = self._own()
        if own != self._told:
            path = self._folder / f"shadow-{os.getpid()}.json"
            fresh = path.with_suffix(".new")
            fresh.write_bytes(msgspec.json.encode(own))
            fresh.replace(path)
        self._told, self._told_at = own, now

    def _others(self) -> Iterator[Compared]:
        if self._folder is None:
            return
        for path in sorted(self._folder.glob("shadow-*.json")):
            if path.name != f"shadow-{os.getpid()}.json":
                with suppress(OSError):
                    yield msgspec.json.decode(path.read_bytes(), type=Compared)


def _size(event: Event) -> int:
    """Return roughly how much memory an event and its context take."""
    texts = sum(len(value) for value in event.characteristics.values() if isinstance(value, str))
    return _EVENT_BYTES + _TARGET_BYTES * len(event.targets) + len(event.description or "") + texts

"""The model that a name means, kept up with: what is new is built aside, checked, and swapped in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from adscribe.assign import Classifier
from adscribe.assign.loaded import Loaded, taught
from adscribe.assign.loading import source, stamp
from adscribe.assign.registry import AwayError
from adscribe.attack import Catalogue
from adscribe.errors import ModelError, Place
from adscribe.service.hold import Hold
from adscribe.service.logs import failure
from adscribe.service.metrics import Metrics
from adscribe.service.selfcheck import self_check

_log = structlog.get_logger("adscribe.service")


@dataclass(frozen=True, slots=True)
class Served:
    """A model that may answer.

    Attributes
    ----------
    classifier : Classifier
        Answers.
    artefact : str or None
        SHA-256 of its manifest; ``None`` for the rules.
    loaded_at : datetime
        When it was.
    """

    classifier: Classifier
    artefact: str | None
    loaded_at: datetime

    @property
    def identity(self) -> str:
        """What tells it from all others: the artefact, and what the site's analysts have taught."""
        residual = self.classifier.model.reference.residual
        return f"{self.artefact} {residual}" if residual else str(self.artefact)

    def brief(self) -> dict[str, Any]:
        """Return what tells it from others, as plain values."""
        reference = self.classifier.model.reference
        return {
            "name": reference.name,
            "version": reference.version,
            "artefact": self.artefact,
            "loaded_at": self.loaded_at,
        }


class Following:
    """The latest model that a name has meant and that passed its checks.

    A request takes `in_use` once and keeps it, so one model answers it throughout. What can't be
    loaded, or fails its check, leaves the one before in use.

    Parameters
    ----------
    name : str
        See `adscribe.assign.loading`.
    role : {"champion", "challenger"}
        What the model is to the service.
    risk : float or None
        Share of wrong categories that is accepted.
    metrics : Metrics
        Where loading is counted.
    hold : Hold, optional
        What was rolled back.
    cache : Path, optional
        Folder for copies of what is fetched from a registry.
    residual : Path, optional
        File with what the site's analysts have taught; it is followed as well.
    prepare : callable, optional
        Gets each classifier that has passed its checks, before it answers.

    Attributes
    ----------
    in_use : Served or None
        The model that answers; ``None`` until there is a first.
    previous : Served or None
        The one before, ready to answer again.
    wrong : ModelError or None
        Why what the name means now is not in use; ``None`` when it is.
    """

    def __init__(
        self,
        name: str,
        *,
        role: str,
        risk: float | None,
        metrics: Metrics,
        hold: Hold | None = None,
        cache: Path | None = None,
        residual: Path | None = None,
        prepare: Callable[[Classifier], None] | None = None,
    ) -> None:
        self.name = name
        self.in_use: Served | None = None
        self.previous: Served | None = None
        self.wrong: ModelError | None = None
        self._source = source(name, cache=cache)
        self._role = role
        self._risk = risk
        self._metrics = metrics
        self._residual = residual
        self._prepare = prepare
        self._hold = hold or Hold()
        self._swapping = threading.Lock()
        self._ending = threading.Event()
        self._seen: Hashable = None
        self._tried: Hashable = None
        self._refusal: ModelError | None = None
        self._named: str | None = None

    @property
    def error(self) -> str | None:
        """Why what the name means now is not in use, with the file but not the folder."""
        if self.wrong is None:
            return None
        file = self.wrong.place.file
        return self.wrong.message if file is None else f"{Path(file).name}: {self.wrong.message}"

    def refresh(self) -> None:
        """Load what the name means if that is another model than at the last time; never raises.

        Blocks for as long as that takes, at a registry that is away for long. One thread calls it.
        """
        try:
            self._heed()
            found = self._look()
            # What looks the same twice is no longer being written; the first model can't wait for that.
            if found != self._tried and (found == self._seen or self.in_use is None):
                self._try(found)
            self._seen = found
            self._tell(self._refusal)
        except ModelError as wrong:
            # The source itself: it is looked at again and again.
            self._tell(wrong)
            if self.in_use is None and isinstance(wrong, AwayError):
                self._start_from_copy()
        except Exception as error:
            # The thread that follows must not end by what one model does.
            _log.error("model not followed", role=self._role, **failure(error))
            self._tell(ModelError(f"it can't be looked at: {type(error).__name__}"))

    def roll_back(self) -> bool:
        """Let the previous model answer again; what answered stays out while the name means it.

        Returns
        -------
        bool
            Whether there was one.
        """
        self._heed()
        with self._swapping:
            if self.previous is None or self.in_use is None:
                return False
            self._hold.put(self.in_use.identity)
            self._swap(self.previous, "rollback")
        self._tell(self._refusal)
        self._metrics.rollbacks.inc()
        return True

    @contextmanager
    def following(self, every: float) -> Iterator[None]:
        """Keep up with the name in a thread, looking every so many seconds."""

        def follow() -> None:
            while not self._ending.is_set():
                self.refresh()
                self._ending.wait(every)

        self._ending.clear()
        # A daemon: a registry that doesn't answer must not keep the process from ending.
        thread = threading.Thread(target=follow, name=f"follow the {self._role}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ending.set()
            thread.join(timeout=1)

    def _look(self) -> Hashable:
        found = self._source.look()
        if self._residual is None:
            return found
        try:
            return found, stamp(self._residual)
        except OSError as wrong:
            raise ModelError("can't be read", place=Place(str(self._residual))) from wrong

    def _try(self, found: Hashable) -> None:
        """Build what the name means, and let it answer if it can; what can't is tried once."""
        self._named = None
        try:
            served = self._built(self._source.load(Catalogue.load(), risk=self._risk))
        except AwayError:
            raise
        except ModelError as wrong:
            self._refuse(wrong)
        except Exception as error:
            _log.error("model failed", role=self._role, **failure(error))
            self._refuse(ModelError(f"can't be loaded: {type(error).__name__}"))
        else:
            self._use(served)
        self._tried = found

    def _built(self, loaded: Loaded) -> Served:
        if self._residual is not None:
            loaded = taught(loaded, self._residual)
        classifier = Classifier.of(loaded, Catalogue.load())
        self_check(classifier)
        if self._prepare is not None:
            self._prepare(classifier)
        return Served(classifier, loaded.artefact, datetime.now(UTC))

    def _use(self, served: Served) -> None:
        self._named = served.identity
        with self._swapping:
            held = self._hold.model
            if held is None or held != served.identity:
                # The name means another: nothing is left to keep out.
                self._hold.put(None)
                if self.in_use is None or self.in_use.identity != served.identity:
                    self._swap(served, "source")
            self._settle()
        try:
            self._source.confirm()
        except ModelError as wrong:
            _log.warning("model not kept", role=self._role, reason=wrong.message)

    def _refuse(self, wrong: ModelError) -> None:
        self._refusal = wrong
        self._metrics.model_loads.labels(self._role, "refused").inc()

    def _heed(self) -> None:
        """Roll back what another worker was told to roll back."""
        with self._swapping:
            if self.previous is None or self.in_use is None:
                return
            held = self._hold.model
            if held is not None and held == self.in_use.identity != self.previous.identity:
                self._swap(self.previous, "rollback")

    def _start_from_copy(self) -> None:
        try:
            loaded = self._source.last(Catalogue.load(), risk=self._risk)
            if loaded is not None:
                served = self._built(loaded)
                with self._swapping:
                    self._swap(served, "copy")
        except ModelError as wrong:
            _log.error("kept model refused", role=self._role, reason=wrong.message)

    def _swap(self, served: Served, cause: str) -> None:
        self.in_use, self.previous = served, self.in_use
        self._settle()
        self._metrics.model_loads.labels(self._role, "loaded").inc()
        reference = served.classifier.model.reference
        told = {"model": reference.name, "version": reference.version, "risk": reference.risk}
        _log.info("model in use", role=self._role, cause=cause, artefact=served.artefact, **told)

    def _settle(self) -> None:
        """Say whether what the name means is in use, unless it could not be loaded."""
        if self._named is not None and self.in_use is not None:
            other = self._named != self.in_use.identity
            self._refusal = ModelError("was rolled back; it stays out while it is named") if other else None
            self.wrong = self._refusal

    def _tell(self, wrong: ModelError | None) -> None:
        before, self.wrong = self.error, wrong
        self._metrics.model_valid.labels(self._role).set(wrong is None)
        if wrong is not None and self.error != before:
            _log.error("model not in use", role=self._role, reason=self.error, kept=self.in_use is not None)

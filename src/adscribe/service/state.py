"""What the requests of a service share: its settings, model, site, metrics and limits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import structlog

from adscribe.assign import Classifier
from adscribe.assign.drift import watch
from adscribe.errors import AdscribeError
from adscribe.sensors.flowmon.names import METHODS
from adscribe.service.keeping import Keeping
from adscribe.service.metrics import Metrics
from adscribe.service.problems import Problem
from adscribe.service.settings import Settings
from adscribe.service.site_file import SiteFile
from adscribe.service.slots import Slots
from adscribe.site import Site

_log = structlog.get_logger("adscribe.service")


class State:
    """The state of one service.

    Attributes
    ----------
    settings : Settings
    metrics : Metrics
    site_file : SiteFile
    classifier : Classifier or None
        ``None`` until it is loaded.
    model_error : str or None
        Why it can't be loaded.
    slots : Slots
        For bodies that are answered without being kept.
    keeping : Keeping
        The store.
    threads : ThreadPoolExecutor
        Where bodies are answered that would hold up the others; there while the service runs.
    """

    threads: ThreadPoolExecutor

    def __init__(self, settings: Settings, folder: Path | None = None) -> None:
        self.settings = settings
        self.metrics = Metrics(METHODS)
        self.site_file = SiteFile(settings.site, self.metrics)
        self.classifier: Classifier | None = None
        self.model_error: str | None = None
        self.slots = Slots(settings.concurrency)
        self.keeping = Keeping(settings, self.metrics, folder)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Load the model and the site, and keep up with the site's file until the end."""
        with ThreadPoolExecutor(self.settings.threads, thread_name_prefix="classify") as self.threads:
            loading = asyncio.create_task(self._load())
            async with self.keeping.running():
                yield
            loading.cancel()
            with suppress(asyncio.CancelledError):
                await loading

    async def _load(self) -> None:
        await asyncio.to_thread(self._load_model)
        await asyncio.to_thread(self.site_file.refresh)
        await self.site_file.watch(self.settings.site_poll_seconds)

    def _load_model(self) -> None:
        try:
            settings = self.settings
            classifier = Classifier.load(settings.model, risk=settings.risk, residual=settings.residual)
            watch(classifier)
            self.classifier = classifier
        except AdscribeError as error:
            self.model_error = error.message
            _log.error("model refused", reason=error.message)
        else:
            reference = self.classifier.model.reference
            _log.info("model loaded", model=reference.name, version=reference.version, risk=reference.risk)

    def ready(self) -> tuple[Classifier, Site]:
        """Return the model and the site in use.

        Raises
        ------
        Problem
            ``not-ready``, with the reason.
        """
        if self.model_error is not None:
            raise Problem("not-ready", f"The model can't be loaded: {self.model_error}.")
        site = self.site_file.site
        if site is None and self.site_file.error is not None:
            raise Problem("not-ready", f"The site file can't be used: {self.site_file.error}.")
        if self.classifier is None or site is None:
            raise Problem(
                "not-ready", "The model and the site are being loaded.", headers={"Retry-After": "1"}
            )
        return self.classifier, site

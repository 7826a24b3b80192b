"""What the requests of a service share: its settings, model, site, metrics and limits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, nullcontext, suppress
from pathlib import Path

from adscribe.assign import Classifier
from adscribe.assign.drift import watch
from adscribe.errors import ModelError
from adscribe.sensors.flowmon.names import METHODS
from adscribe.service.following import Following, Served
from adscribe.service.hold import Hold
from adscribe.service.keeping import Keeping
from adscribe.service.metrics import Metrics
from adscribe.service.problems import Problem
from adscribe.service.reassessing import Reassessing
from adscribe.service.settings import Settings
from adscribe.service.shadow import Shadow
from adscribe.service.site_file import SiteFile
from adscribe.service.slots import Slots
from adscribe.site import Site

_LOOK_SECONDS = 0.1


class State:
    """The state of one service.

    Parameters
    ----------
    settings : Settings
        Of the service.
    folder : Path, optional
        What its workers share while it runs; without one this process is the only worker.

    Attributes
    ----------
    settings : Settings
    metrics : Metrics
    site_file : SiteFile
    champion : Following
        The model that answers.
    shadow : Shadow or None
        Where a challenger is asked as well.
    slots : Slots
        For bodies that are answered without being kept.
    keeping : Keeping
        The store.
    reassessing : Reassessing
        Events of the store that are answered again.
    threads : ThreadPoolExecutor
        Where bodies are answered that would hold up the others; there while the service runs.
    """

    threads: ThreadPoolExecutor

    def __init__(self, settings: Settings, folder: Path | None = None) -> None:
        self.settings = settings
        self.metrics = Metrics(METHODS)
        self.site_file = SiteFile(settings.site, self.metrics)
        self.champion = Following(
            settings.model,
            role="champion",
            risk=settings.risk,
            residual=settings.residual,
            metrics=self.metrics,
            hold=Hold(folder / "hold" if folder else None),
            cache=settings.model_cache,
            prepare=watch,
        )
        self.shadow: Shadow | None = None
        if settings.challenger is not None:
            challenger = Following(
                settings.challenger,
                role="challenger",
                risk=settings.risk,
                metrics=self.metrics,
                cache=settings.model_cache,
            )
            self.shadow = Shadow(challenger, self.metrics, folder)
        self.slots = Slots(settings.concurrency)
        self.keeping = Keeping(settings, self.metrics, folder)
        self.reassessing = Reassessing()

    def begin(self) -> None:
        """Load the model and the site now, not while the service runs already.

        Raises
        ------
        ModelError
            If there is no model that can answer.
        """
        self.champion.refresh()
        if self.champion.in_use is None:
            raise self.champion.wrong or ModelError("there is no model")
        self.site_file.refresh()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep up with the model that is named and with the site's file until the end."""
        settings = self.settings
        with (
            ThreadPoolExecutor(settings.threads, thread_name_prefix="classify") as self.threads,
            self.champion.following(settings.model_poll_seconds),
            self.shadow.running(settings.model_poll_seconds) if self.shadow else nullcontext(),
        ):
            watching = asyncio.create_task(self._watch_site())
            async with self.keeping.running(), self.reassessing.running():
                showing = asyncio.create_task(self._show_demo())
                yield
            for task in (showing, watching):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def _show_demo(self) -> None:
        if not self.settings.shows_demo:
            return
        while self.champion.in_use is None:
            await asyncio.sleep(_LOOK_SECONDS)
        await self.keeping.fill_demo(self.champion.in_use.classifier)

    async def _watch_site(self) -> None:
        await asyncio.to_thread(self.site_file.refresh)
        await self.site_file.watch(self.settings.site_poll_seconds)

    @property
    def shown_site(self) -> Site:
        """The site of the events that pages show: the service's, or that of the simulated day."""
        if self.keeping.demo is not None:
            return self.keeping.demo.site
        return self.site_file.site or Site.default()

    def ready(self) -> tuple[Classifier, Site]:
        """Return the classifier and the site in use; see `answering`."""
        served, site = self.answering()
        return served.classifier, site

    def answering(self) -> tuple[Served, Site]:
        """Return the model and the site in use. A request takes them once and keeps them.

        Raises
        ------
        Problem
            ``not-ready``, with the reason.
        """
        served, site = self.champion.in_use, self.site_file.site
        if served is None and self.champion.error is not None:
            raise Problem("not-ready", f"The model can't be loaded: {self.champion.error}.")
        if site is None and self.site_file.error is not None:
            raise Problem("not-ready", f"The site file can't be used: {self.site_file.error}.")
        if served is None or site is None:
            raise Problem(
                "not-ready", "The model and the site are being loaded.", headers={"Retry-After": "1"}
            )
        return served, site

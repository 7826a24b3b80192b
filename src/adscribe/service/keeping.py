"""The store of a service: opened, watched, and relieved of what needn't be kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import structlog

from adscribe.assign import Classifier
from adscribe.service.demo import Demo
from adscribe.service.metrics import Metrics
from adscribe.service.problems import Problem
from adscribe.service.settings import Settings
from adscribe.service.slots import Slots
from adscribe.store import Store, StoreBusyError, StoreError

_log = structlog.get_logger("adscribe.service")

T = TypeVar("T")

LOOK_SECONDS = 5.0
"""How often the store is looked at: whether it can be reached, and whether it can again."""

PRUNE_SECONDS = 600.0
"""How often events are deleted that needn't be kept."""

_LOOKED_SECONDS = 1.0

FILE = "adscribe.db"
"""Name of the file of a store that lasts as long as the service."""


class Keeping:
    """The store that a service keeps events in.

    Its work runs in threads of its own: where it waits for the store, nothing else does.

    Parameters
    ----------
    settings : Settings
    metrics : Metrics
    folder : Path, optional
        Where the store is that lasts as long as the service, when several processes share it.

    Attributes
    ----------
    error : str or None
        Why the store can't be used now.
    slots : Slots
        For requests that use the store.
    downloads : Slots
        For lists that go out whole, which take long.
    demo : Demo or None
        What is shown in the place of the store, until the service gets events.
    """

    def __init__(self, settings: Settings, metrics: Metrics, folder: Path | None = None) -> None:
        self._settings = settings
        self._metrics = metrics
        self._folder = folder
        self._store: Store | None = None
        self._open = False
        self._looked = asyncio.Event()
        self.error: str | None = None
        self.demo: Demo | None = None
        self.slots = Slots(settings.concurrency)
        self.downloads = Slots(max(1, settings.concurrency // 8))

    @property
    def temporary(self) -> bool:
        """Whether all that is kept goes when the service ends."""
        return self._settings.store is None

    async def looked_at(self) -> bool:
        """Return whether it is known if the store can be used; waits a moment for it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOOKED_SECONDS):
                await self._looked.wait()
        return self._looked.is_set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Open the store, watch it, and prune it now and then, until the end."""
        async with AsyncExitStack() as stack:
            self._open, self.error, self._looked = False, None, asyncio.Event()
            folder = self._folder
            if self.temporary and folder is None:
                folder = Path(stack.enter_context(TemporaryDirectory(prefix="adscribe-store-")))
            threads = self._settings.threads
            # Left before the folder is removed: what they have in hand may still write there.
            self._aside = stack.enter_context(ThreadPoolExecutor(2, thread_name_prefix="store aside"))
            self._writers = stack.enter_context(ThreadPoolExecutor(threads, thread_name_prefix="store"))
            self._readers = stack.enter_context(ThreadPoolExecutor(threads, thread_name_prefix="reading"))
            try:
                # Two more than threads: for the pruning, and for events that are answered again.
                self._store = Store(self._settings.store or folder / FILE, connections=2 * threads + 2)  # type: ignore[operator]
            except StoreError as error:
                self._refuse(error)
            else:
                stack.callback(self._store.close)
            if self._settings.shows_demo and folder is not None:
                self.demo = Demo(folder)
                stack.callback(self.demo.store.close)
            tasks = [asyncio.create_task(self._watch()), asyncio.create_task(self._prune())]
            try:
                yield
            finally:
                self.end_demo()
                for task in tasks:
                    task.cancel()
                for task in tasks:
                    with suppress(asyncio.CancelledError):
                        await task

    async def use(self, work: Callable[[Store], T], *, reading: bool = False, own: bool = False) -> T:
        """Do something with the store in a thread.

        Parameters
        ----------
        work : callable
        reading : bool
            Whether it only reads: then what is to be kept doesn't wait for it.
        own : bool
            Whether it is for the service's own events, even while the simulated day is shown.

        Raises
        ------
        Problem
            ``store-unavailable`` or ``busy``.
        """
        await self._looked.wait()
        if self._store is None or not self._open:
            raise self._unavailable(self.error or "it is closed")
        threads = self._readers if reading else self._writers
        store = self._store if own or self.demo is None else self.demo.store
        try:
            return await asyncio.get_running_loop().run_in_executor(threads, work, store)
        except StoreBusyError:
            detail = "Others write to the store; try again."
            raise Problem("busy", detail, headers={"Retry-After": "1"}) from None
        except StoreError as error:
            self._refuse(error)
            raise self._unavailable(error.message) from None

    async def fill_demo(self, classifier: Classifier) -> None:
        """Let the simulated day be answered, where it is shown."""
        await self._looked.wait()
        if self.demo is None:
            return
        try:
            await asyncio.get_running_loop().run_in_executor(self._aside, self.demo.fill, classifier)
        except StoreError as error:
            _log.warning("example events not answered", reason=error.message)

    def end_demo(self) -> None:
        """Show what is kept, from now on."""
        if self.demo is not None:
            self.demo.end()
            self.demo = None

    async def _watch(self) -> None:
        while True:
            if self._store is not None:
                await asyncio.get_running_loop().run_in_executor(self._aside, self._look, self._store)
            self._looked.set()
            await asyncio.sleep(LOOK_SECONDS)

    def _look(self, store: Store) -> None:
        try:
            if self._open:
                store.ping()
            else:
                store.upgrade()
                if self.demo is not None:
                    self.demo.store.upgrade()
        except StoreBusyError:
            return
        except StoreError as error:
            self._refuse(error)
            return
        if not self._open or self.error is not None:
            _log.info("store opened", kind=store.kind, temporary=self.temporary)
        self._open, self.error = True, None
        self._metrics.store_reachable.set(1)

    async def _prune(self) -> None:
        settings = self._settings
        while True:
            await asyncio.sleep(PRUNE_SECONDS)
            if self._store is None or not self._open:
                continue
            try:
                prune = partial(
                    self._store.prune,
                    keep_days=settings.keep_days,
                    keep_events=settings.keep_events,
                    keep_reviewed_days=settings.keep_reviewed_days,
                    timeout=settings.longest_timeout,
                )
                deleted = await asyncio.get_running_loop().run_in_executor(self._aside, prune)
            except StoreError as error:
                _log.warning("events not deleted", reason=error.message)
            else:
                self._metrics.deleted.inc(deleted)
                _log.info("events deleted", events=deleted)

    def _refuse(self, error: StoreError) -> None:
        if self.error != error.message:
            _log.error("store can't be used", reason=error.message)
        self.error = error.message
        self._metrics.store_reachable.set(0)

    @staticmethod
    def _unavailable(reason: str) -> Problem:
        return Problem(
            "store-unavailable", f"The store can't be used: {reason}.", headers={"Retry-After": "5"}
        )

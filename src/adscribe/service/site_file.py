"""The site of a service: read at the start, and again whenever its file changes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import structlog

from adscribe.errors import AdscribeError
from adscribe.service.metrics import Metrics
from adscribe.site import Site

_log = structlog.get_logger("adscribe.service")

_Stamp = tuple[int, int, int]


class SiteFile:
    """The latest valid state of a site file.

    A request takes `site` once and keeps it, so it sees one site throughout. A state of the
    file that is no valid site leaves the one before in use.

    Attributes
    ----------
    site : Site or None
        The site in use; ``None`` until there is a first valid one.
    error : str or None
        Why the file as it is now is not in use, with the line; ``None`` when it is.
    loaded_at : datetime or None
        When the site in use was read.
    """

    def __init__(self, path: Path | None, metrics: Metrics) -> None:
        self._path = path
        self._metrics = metrics
        self._stamp: _Stamp | None = None
        self.site: Site | None = None
        self.error: str | None = None
        self.loaded_at: datetime | None = None

    def refresh(self) -> None:
        """Read the file if it isn't the one that was read last. Blocks for as long as that takes."""
        if self._path is None:
            if self.site is None:
                self._use(Site.default())
            return
        try:
            found = self._path.stat()
            stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
            if stamp == self._stamp:
                return
            # Before reading: a change while the file is read shows as another stamp the next time.
            self._stamp = stamp
            self._use(Site.load(self._path))
        except AdscribeError as error:
            line = error.place.line
            self._refuse(error.message if line is None else f"line {line}: {error.message}")
        except OSError as error:
            self._stamp = None
            self._refuse(f"the file can't be read: {error.strerror}")

    async def watch(self, every: float) -> None:
        """Refresh for ever, every so many seconds."""
        while True:
            await asyncio.sleep(every)
            await asyncio.to_thread(self.refresh)

    def _use(self, site: Site) -> None:
        self.site, self.error, self.loaded_at = site, None, datetime.now(UTC)
        self._metrics.reloads.labels("loaded").inc()
        self._metrics.site_valid.set(1)
        _log.info("site loaded", site=site.sha256)

    def _refuse(self, error: str) -> None:
        if error != self.error:
            self._metrics.reloads.labels("invalid").inc()
            _log.error("site file refused", reason=error, kept=self.site is not None)
        self.error = error
        self._metrics.site_valid.set(0)

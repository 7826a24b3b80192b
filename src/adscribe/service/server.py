"""The process that serves: granian's workers around the application."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import structlog
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from adscribe.assign import Classifier
from adscribe.service import logs
from adscribe.service.settings import Settings
from adscribe.site import Site
from adscribe.store import Store, StoreBusyError, StoreUnreachableError

if TYPE_CHECKING:
    from fastapi import FastAPI

_SECONDS_TO_END = 10


def serve(settings: Settings) -> None:
    """Serve until the process is told to end (SIGTERM or SIGINT), then finish what is in work.

    Raises
    ------
    AdscribeError
        The site file, the model or the store can't be used; nothing was served then.
    """
    # Each worker loads them for itself; here only so that a start that can't work fails at once.
    if settings.site is not None:
        Site.load(settings.site)
    Classifier.load(settings.model, risk=settings.risk, residual=settings.residual)
    if settings.store is not None:
        _open(settings.store)
    server = Server(
        "adscribe.service",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        loop=Loops.uvloop,
        http=HTTPModes.http1,
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=10_000, max_buffer_size=64 * 1024),
        log_level=LogLevels(settings.log_level),
        log_dictconfig=logs.SERVER,
        workers_kill_timeout=_SECONDS_TO_END,
    )
    if settings.workers == 1:
        server.serve(target_loader=partial(_load, settings, None), wrap_loader=False)
        return
    # What several workers share: files of their counts, which each can add up, and the store that they
    # have where none is set.
    with TemporaryDirectory(prefix="adscribe-") as name:
        folder = Path(name)
        (folder / "metrics").mkdir()
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder / "metrics")
        server.serve(target_loader=partial(_load, settings, folder), wrap_loader=False)


def _open(store: str) -> None:
    """Make sure of the store; a server that can't be reached now may be later."""
    with Store(store) as found:
        try:
            found.upgrade()
        except (StoreUnreachableError, StoreBusyError):
            if found.kind == "sqlite":
                raise


def _load(settings: Settings, folder: Path | None) -> FastAPI:
    # Only in the worker: the metrics' library looks for that folder when it is imported.
    from adscribe.service.app import create_app  # noqa: PLC0415

    logs.configure(settings.log_level)
    if not settings.loopback and settings.token is None:
        structlog.get_logger("adscribe.service").warning("open to other machines without a token")
    return create_app(settings, folder)

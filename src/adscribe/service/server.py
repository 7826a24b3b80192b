"""The process that serves: granian's workers around the application."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import msgspec
import structlog
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from adscribe.assign.loading import source
from adscribe.errors import AdscribeError, ModelError, Place
from adscribe.model.names import SCHEME
from adscribe.service import logs
from adscribe.service.settings import Settings
from adscribe.site import Site
from adscribe.store import Store, StoreBusyError, StoreUnreachableError

if TYPE_CHECKING:
    from fastapi import FastAPI

_SECONDS_TO_END = 10
_REFUSAL = "refusal.json"

_MLFLOW = {
    # A registry that is away is asked again at the next look anyway, and should be told of before.
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    # It writes beside our log.
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_LOGGING_LEVEL": "ERROR",
}


def serve(settings: Settings) -> None:
    """Serve until the process is told to end (SIGTERM or SIGINT), then finish what is in work.

    Raises
    ------
    AdscribeError
        The site file, the model or the store can't be used; nothing was served then.
    """
    # Each worker reads them for itself; here only so that a start that can't work fails at once.
    if settings.site is not None:
        Site.load(settings.site)
    if settings.store is not None:
        _open(settings.store)
    if not settings.model.startswith(SCHEME):
        source(settings.model).look()
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
    # What the workers share: files of their counts, which each can add up, what was rolled back, and the
    # store that they have where none is set.
    with TemporaryDirectory(prefix="adscribe-") as name:
        folder = Path(name)
        if settings.workers > 1:
            counts = folder / "metrics"
            counts.mkdir()
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(counts)
        try:
            server.serve(target_loader=partial(_load, settings, folder), wrap_loader=False)
        except SystemExit:
            refusal = folder / _REFUSAL
            if refusal.exists():
                told = msgspec.json.decode(refusal.read_bytes(), type=_Refusal)
                raise ModelError(told.message, place=Place(told.file), hint=told.hint) from None
            raise


def _open(store: str) -> None:
    """Make sure of the store; a server that can't be reached now may be later."""
    with Store(store) as found:
        try:
            found.upgrade()
        except (StoreUnreachableError, StoreBusyError):
            if found.kind == "sqlite":
                raise


class _Refusal(msgspec.Struct):
    """Why a worker could not begin."""

    message: str
    file: str | None
    hint: str | None


def _load(settings: Settings, folder: Path) -> FastAPI:
    # Only in the worker: the metrics' library looks for its folder when it is imported.
    from adscribe.service.app import create_app  # noqa: PLC0415

    for name, value in _MLFLOW.items():
        os.environ.setdefault(name, value)
    logs.configure(settings.log_level)
    if not settings.loopback and settings.token is None:
        structlog.get_logger("adscribe.service").warning("open to other machines without a token")
    app = create_app(settings, folder)
    try:
        # The model is loaded here, and not in the process that starts the workers as well: that would
        # take as long again, and keep what it needed.
        app.state.adscribe.begin()
    except AdscribeError as wrong:
        refusal = _Refusal(wrong.message, wrong.place.file, wrong.hint)
        fresh = folder / f"{_REFUSAL}.{os.getpid()}"
        fresh.write_bytes(msgspec.json.encode(refusal))
        fresh.replace(folder / _REFUSAL)
        sys.exit(2)
    return app

"""Stored events are answered again in the background, one job at a time, whichever worker it is asked of."""

from __future__ import annotations

import re
import threading
from collections.abc import AsyncIterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response

from adscribe.assign import Classifier
from adscribe.assign.drift import unwatched
from adscribe.errors import CatalogueError, ModelError
from adscribe.service import body
from adscribe.service.logs import failure
from adscribe.service.problems import Detail, Problem
from adscribe.service.query import check, query, refused
from adscribe.site import Site
from adscribe.store import Store, StoreError
from adscribe.store.jobs import Asked, Job, JobConflictError, Status

if TYPE_CHECKING:
    from adscribe.service.state import State

_log = structlog.get_logger("adscribe.service")

_ID = re.compile(r"[0-9a-f]{16}")


class Reassessing:
    """Where jobs of this process run: a thread.

    Attributes
    ----------
    ending : threading.Event
        Set when the service ends.
    """

    def __init__(self) -> None:
        self.ending = threading.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Take jobs until the end; the one in work is broken off then after its next step."""
        self.ending.clear()
        with ThreadPoolExecutor(1, thread_name_prefix="reassess") as self._thread:
            try:
                yield
            finally:
                self.ending.set()

    def start(self, store: Store, job: Job, classifier: Classifier, site: Site) -> Future[None]:
        """Begin a job."""
        return self._thread.submit(self._run, store, job, unwatched(classifier), site)

    def _run(self, store: Store, job: Job, classifier: Classifier, site: Site) -> None:
        status: Status = "done"
        error: str | None = None
        try:
            asked = job.asked
            options: dict[str, Any] = {"attack_version": asked.attack_version, "risk": asked.risk}
            for progress in store.reassess(
                classifier, asked.filter, site=site, dry_run=asked.dry_run, **options
            ):
                if not store.tell(job.id, progress):
                    status = "cancelled"
                    break
                if self.ending.is_set():
                    status = "interrupted"
                    break
        except StoreError as wrong:
            status, error = "failed", wrong.message
        except Exception as wrong:
            status, error = "failed", "a defect of adscribe; the log has its place"
            _log.error("reassessing failed", job=job.id, **failure(wrong))
        _log.info("reassessing ended", job=job.id, status=status)
        with suppress(StoreError):  # it is told as interrupted then
            store.end(job.id, status, error)


async def begin(request: Request) -> Response:
    """Begin to answer stored events again."""
    asked, others = query(request, "dry_run", "attack_version", "risk")
    job = await begun(request.app.state.adscribe, Asked(filter=asked, **others))
    return _json(job, status_code=202, headers={"Location": f"/v1/reassess/{job.id}"})


async def begun(state: State, wanted: Asked) -> Job:
    """Begin a job.

    Raises
    ------
    Problem
        ``invalid-parameter``, ``risk-not-promised``, ``conflict``, ``not-ready``, ``busy`` or
        ``store-unavailable``.
    """
    if wanted.filter.since is None:
        raise refused("since", "is needed: events detected then or later are answered again")
    classifier, _ = state.ready()
    site = state.shown_site
    keeping = state.keeping

    def work(store: Store) -> Job:
        check(wanted.filter)
        _checked(classifier, site, wanted)
        try:
            return store.begin(wanted)
        except JobConflictError as error:
            raise Problem("conflict", f"{error.message.capitalize()}; {error.hint}.") from None

    with keeping.slots.held():
        job = await keeping.use(work)
        await keeping.use(partial(state.reassessing.start, job=job, classifier=classifier, site=site))
    return job


async def listed(request: Request) -> Response:
    """Show the jobs that are kept."""
    query(request, fields=())
    keeping = request.app.state.adscribe.keeping
    with keeping.slots.held():
        found = await keeping.use(lambda store: store.jobs(), reading=True)
    return _json({"jobs": found})


async def shown(request: Request) -> Response:
    """Show a job."""
    query(request, fields=())
    keeping, job_id = request.app.state.adscribe.keeping, _id(request)
    with keeping.slots.held():
        found = await keeping.use(lambda store: store.jobs(job_id), reading=True)
    if not found:
        raise _absent()
    return _json(found[0])


async def cancel(request: Request) -> Response:
    """Let a job end."""
    query(request, fields=())
    keeping, job_id = request.app.state.adscribe.keeping, _id(request)
    with keeping.slots.held():
        found = await keeping.use(lambda store: store.cancel(job_id))
    if found is None:
        raise _absent()
    return _json(found)


def _checked(classifier: Classifier, site: Site, asked: Asked) -> None:
    try:
        classifier.run(site=site, attack_version=asked.attack_version, risk=asked.risk)
    except CatalogueError as error:
        detail = Detail(parameter="attack_version", detail=str(error))
        raise Problem("invalid-parameter", "There is no such ATT&CK version here.", detail) from None
    except ModelError as error:
        detail = Detail(parameter="risk", detail=str(error))
        raise Problem("risk-not-promised", "The model doesn't promise this risk.", detail) from None


def _id(request: Request) -> str:
    job_id: str = request.path_params["job_id"]
    if not _ID.fullmatch(job_id):
        raise _absent()
    return job_id


def _absent() -> Problem:
    return Problem("not-found", "No job with this id is kept.")


def _json(value: Any, **options: Any) -> Response:
    return Response(msgspec.json.encode(value), media_type=body.JSON, **options)

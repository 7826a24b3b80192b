"""The store: one database with the events, what was answered, and what becomes of both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Engine, text

from adscribe.answer.feedback import Feedback
from adscribe.answer.reviewed import Reviewed
from adscribe.assign import Answer, Assignment, Classifier
from adscribe.event import Event
from adscribe.sensors import Reject, Report
from adscribe.site import Site
from adscribe.store.connection import address, browsing, engine, reading
from adscribe.store.counts import Counted, Facets, facets
from adscribe.store.detail import StoredEvent, stored_event
from adscribe.store.feedback import StoredFeedback, give, judged, reviewed, revoke
from adscribe.store.filters import Filter
from adscribe.store.hosts import Host, Hosts, host, hosts
from adscribe.store.jobs import Asked, Job, Status, begin, cancel, end, jobs, tell
from adscribe.store.keeping import kept
from adscribe.store.latest import latest
from adscribe.store.listing import Order, Page, page, pages
from adscribe.store.matrix import Counts, Version, counts
from adscribe.store.reassess import Reassessed, reassess
from adscribe.store.retention import prune
from adscribe.store.review import Group, Queue, group, queue
from adscribe.store.upgrade import upgrade
from adscribe.store.verdicts import Verdicts, given_at, verdicts


class Store:
    """A store of events.

    Parameters
    ----------
    store : str or Path
        Path of a SQLite file, which is made where there is none, or the URL of a PostgreSQL database.
    connections : int
        Most connections at a time.

    Raises
    ------
    StoreError
        There is no such kind of store, or its driver isn't installed. Nothing is opened yet.

    Examples
    --------
    >>> store = Store("events.db")  # doctest: +SKIP
    >>> store.upgrade()  # doctest: +SKIP
    >>> answers = list(store.answers(Classifier.load(), read(lines), site=site))  # doctest: +SKIP
    """

    def __init__(self, store: str | Path, *, connections: int = 4) -> None:
        self._url = address(store)
        self.engine: Engine = engine(self._url, connections=connections)

    @property
    def kind(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._url.get_backend_name()

    @property
    def exists(self) -> bool:
        """Whether there is a file, or a server is named: opening a store makes its file."""
        return self.kind != "sqlite" or Path(str(self._url.database)).is_file()

    def upgrade(self) -> None:
        """Make the tables, or bring those of an older adscribe up to date; see `adscribe.store.upgrade`."""
        if self.kind == "sqlite":
            with suppress(OSError):
                # What is kept tells of a network: others of the machine don't read a file that is made here.
                Path(str(self._url.database)).touch(mode=0o600)
        upgrade(self.engine)

    def ping(self) -> None:
        """Reach the database.

        Raises
        ------
        StoreUnreachableError, StoreBusyError
        """
        with reading(self.engine) as connection:
            connection.execute(text("SELECT 1"))

    def answers(
        self,
        classifier: Classifier,
        records: Iterable[Report | Reject],
        *,
        site: Site,
        raw: bool = True,
        **options: Any,
    ) -> Iterator[Answer]:
        """Answer records as `Classifier.classify` does, with all that is stored as their past, and keep them.

        Parameters
        ----------
        classifier : Classifier
        records : iterable of Report or Reject
            As `adscribe.sensors.read` yields them.
        site : Site
        raw : bool
            Whether reports are kept as they came in, beside what was read of them.
        **options
            As in `Classifier.run`.

        Returns
        -------
        iterator of Assignment or Reject
            An answer a record, in order. What has come out is kept.

        Raises
        ------
        CatalogueError, ModelError
            As in `Classifier.run`; at once.
        StoreUnreachableError, StoreBusyError
            While iterating.
        """
        run = partial(classifier.run, site=site, **options)
        run()  # refuses options that can't be, before anything is kept
        return kept(self.engine, run, records, raw=raw)

    def event(
        self, event_id: str, *, after: tuple[int, int] = (0, 0), limit: int = 100
    ) -> StoredEvent | None:
        """Return an event with a page of its revisions; see `adscribe.store.detail.stored_event`."""
        with reading(self.engine) as connection:
            return stored_event(connection, event_id, after=after, limit=limit)

    def page(
        self,
        asked: Filter,
        order: Order | None = None,
        *,
        after: str | None = None,
        before: str | None = None,
        limit: int = 100,
    ) -> Page:
        """Return a page of the events that meet a filter; see `adscribe.store.listing.page`."""
        with browsing(self.engine) as connection:
            return page(connection, asked, order or Order(), after=after, before=before, limit=limit)

    def pages(self, asked: Filter, order: Order | None = None, *, limit: int = 1000) -> Iterator[Page]:
        """Yield all pages of the events that meet a filter; see `adscribe.store.listing.pages`."""
        return pages(self.engine, asked, order or Order(), limit=limit)

    def facets(self, asked: Filter, *, buckets: int = 60) -> Facets:
        """Count the events that meet a filter; see `adscribe.store.counts.facets`."""
        with browsing(self.engine) as connection:
            return facets(connection, asked, buckets=buckets)

    def counts(self, asked: Filter, version: Version | None = None) -> Counts:
        """Count the events that meet a filter by what they show; see `adscribe.store.matrix.counts`."""
        with browsing(self.engine) as connection:
            return counts(connection, asked, version)

    def latest(self, asked: Filter, most: int) -> tuple[tuple[Event, ...], Counted]:
        """Return the latest events that meet a filter; see `adscribe.store.latest.latest`."""
        with browsing(self.engine) as connection:
            return latest(connection, asked, most)

    def hosts(self, asked: Filter, *, after: str | None = None, limit: int = 100) -> Hosts:
        """Return a page of the hosts of events; see `adscribe.store.hosts.hosts`."""
        with browsing(self.engine) as connection:
            return hosts(connection, asked, after=after, limit=limit)

    def host(self, ip: str, asked: Filter) -> Host | None:
        """Return what there is to know of a host; see `adscribe.store.hosts.host`."""
        with browsing(self.engine) as connection:
            return host(connection, ip, asked)

    def judged(self, event_id: str, revision: int | None = None) -> tuple[int, Assignment] | None:
        """Return a revision and its answer, to be judged; see `adscribe.store.feedback.judged`."""
        with reading(self.engine) as connection:
            return judged(connection, event_id, revision)

    def give(self, given: Feedback) -> StoredFeedback | None:
        """Keep feedback; see `adscribe.store.feedback.give`."""
        return give(self.engine, given)

    def revoke(self, event_id: str, number: int, *, by: str, at: datetime) -> StoredFeedback | None:
        """Take feedback back; see `adscribe.store.feedback.revoke`."""
        return revoke(self.engine, event_id, number, by=by, at=at)

    def reviewed(
        self, site: Site, *, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[Sequence[Reviewed]]:
        """Yield what analysts judged, some at a time; see `adscribe.store.feedback.reviewed`."""
        return reviewed(self.engine, site, since=since, until=until)

    def queue(self, asked: Filter, site: Site, **options: Any) -> Queue:
        """Return what to judge next; see `adscribe.store.review.queue`."""
        with browsing(self.engine) as connection:
            return queue(connection, asked, site, **options)

    def group(self, asked: Filter, site: Site, group_id: str, **options: Any) -> Group | None:
        """Return a group of similar events to judge; see `adscribe.store.review.group`."""
        with browsing(self.engine) as connection:
            return group(connection, asked, site, group_id, **options)

    def verdicts(self, *, since: datetime | None = None) -> Verdicts:
        """Count what analysts said; see `adscribe.store.verdicts.verdicts`."""
        with browsing(self.engine) as connection:
            return verdicts(connection, since=since)

    def given_at(self, at: datetime) -> tuple[StoredFeedback, ...]:
        """Return the verdicts of one moment; see `adscribe.store.verdicts.given_at`."""
        with browsing(self.engine) as connection:
            return given_at(connection, at)

    def reassess(
        self,
        classifier: Classifier,
        asked: Filter,
        *,
        site: Site,
        dry_run: bool = False,
        **options: Any,
    ) -> Iterator[Reassessed]:
        """Answer stored events again; see `adscribe.store.reassess.reassess`.

        Parameters
        ----------
        classifier : Classifier
        asked : Filter
            Which events.
        site : Site
        dry_run : bool
            Whether to write nothing.
        **options
            As in `Classifier.run`.

        Raises
        ------
        CatalogueError, ModelError
            As in `Classifier.run`; at once.
        """
        run = partial(classifier.run, site=site, **options)
        run()  # refuses options that can't be, before anything is done
        return reassess(self.engine, run, asked, site=site, dry_run=dry_run)

    def begin(self, asked: Asked) -> Job:
        """Enter a job; see `adscribe.store.jobs.begin`."""
        return begin(self.engine, asked)

    def tell(self, job_id: str, progress: Reassessed) -> bool:
        """Say how far a job has come; see `adscribe.store.jobs.tell`."""
        return tell(self.engine, job_id, progress)

    def end(self, job_id: str, status: Status, error: str | None = None) -> None:
        """Say that a job has ended; see `adscribe.store.jobs.end`."""
        end(self.engine, job_id, status, error)

    def cancel(self, job_id: str) -> Job | None:
        """Let a job end; see `adscribe.store.jobs.cancel`."""
        return cancel(self.engine, job_id)

    def jobs(self, job_id: str | None = None) -> tuple[Job, ...]:
        """Return the jobs that are kept, or one of them; see `adscribe.store.jobs.jobs`."""
        return jobs(self.engine, job_id)

    def prune(self, **options: Any) -> int:
        """Delete the events that needn't be kept; see `adscribe.store.retention.prune`."""
        return prune(self.engine, **options)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

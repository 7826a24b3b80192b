"""The database: SQLite in one file, or PostgreSQL by its URL."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Table, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from adscribe.errors import AdscribeError

T = TypeVar("T")

ATTEMPTS = 5
"""How often a transaction is tried that another has crossed."""

WAIT_SECONDS = 20
"""Longest wait for another writer."""

CONNECT_SECONDS = 5
"""Longest wait for the database server to be reached."""

_POSTGRESQL = "postgresql+psycopg"
_AT_ONE_TIME = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
_ALONG_INDEXES = text(
    "SELECT set_config(name, value, true) FROM (VALUES ('enable_seqscan', 'off'), ('enable_hashjoin', 'off'),"
    " ('enable_mergejoin', 'off'), ('jit', 'off'), ('join_collapse_limit', '1')) AS settings(name, value)"
)
_CONFLICT = ("40001", "40P01")  # serialization failure, deadlock
_OUTSIDE = (OperationalError, InterfaceError, InternalError)
_MISSING = ("42501", "42P01", "3F000")  # a right, a table, a schema
_BUSY = ("55P03", "SQLITE_BUSY", "SQLITE_LOCKED")


class StoreError(AdscribeError):
    """A store that can't be used: wrong address, another program's tables, or of a newer adscribe."""


class StoreUnreachableError(StoreError):
    """A store that can't be reached or written now; it may be later."""


class StoreBusyError(StoreError):
    """Others wrote to the store for too long; try again."""


class StoreConflictError(StoreBusyError):
    """Another wrote the same at once; the same transaction works when it is tried again."""


def address(store: str | Path) -> URL:
    """Return the address of a store.

    Parameters
    ----------
    store : str or Path
        Path of a SQLite file, or a URL: ``sqlite:///path``, ``postgresql://user@host/database``.

    Raises
    ------
    StoreError
        It is neither. The message doesn't repeat it: it may hold a password.
    """
    if isinstance(store, Path) or "://" not in store:
        return URL.create("sqlite", database=str(store))
    hint = "give the path of a file, or postgresql://user@host/database"
    try:
        url = make_url(store)
    except ArgumentError:
        raise StoreError("the store's URL can't be read", hint=hint) from None
    if url.drivername in ("postgresql", "postgres", _POSTGRESQL):
        return url.set(drivername=_POSTGRESQL)
    if url.drivername == "sqlite" and url.database and url.database != ":memory:" and not url.query:
        return url
    raise StoreError("no such kind of store", hint=hint)


def engine(url: URL, *, connections: int = 4) -> Engine:
    """Return what opens connections to a store; nothing is opened yet.

    Parameters
    ----------
    url : URL
        As `address` returns it.
    connections : int
        Most connections at a time.

    Raises
    ------
    StoreError
        The driver isn't installed.
    """
    options: dict[str, Any] = {"pool_size": connections, "max_overflow": 0, "pool_timeout": WAIT_SECONDS}
    # No parameters in error messages: they hold what was reported.
    options["hide_parameters"] = True
    if url.get_backend_name() == "sqlite":
        found = create_engine(url, connect_args={"timeout": WAIT_SECONDS}, **options)
        event.listen(found, "connect", _set_up_sqlite)
        event.listen(found, "begin", _begin_sqlite)
        return found
    try:
        found = create_engine(
            url,
            pool_pre_ping=True,
            connect_args={"connect_timeout": CONNECT_SECONDS, "application_name": "adscribe"},
            **options,
        )
    except ModuleNotFoundError:
        raise StoreError("PostgreSQL needs a driver", hint="pip install 'adscribe[postgresql]'") from None
    event.listen(found, "connect", _set_up_postgresql)
    return found


def _set_up_sqlite(connection: sqlite3.Connection, _: object) -> None:
    # SQLAlchemy begins transactions, not the driver: it must be said which kind (see `writing`).
    connection.isolation_level = None
    for setting in (
        f"busy_timeout = {WAIT_SECONDS * 1000}",
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "foreign_keys = ON",
        "cache_size = -16384",  # KiB
        "journal_size_limit = 67108864",
    ):
        connection.execute(f"PRAGMA {setting}")


def _begin_sqlite(connection: Connection) -> None:
    # A writer says so from the start: a reader that turns writer would fail where another has written since.
    kind = "IMMEDIATE" if connection.get_execution_options().get("writes") else "DEFERRED"
    connection.exec_driver_sql(f"BEGIN {kind}")


def _set_up_postgresql(connection: Any, _: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{WAIT_SECONDS}s'")
        cursor.execute(f"SET idle_in_transaction_session_timeout = '{WAIT_SECONDS * 3}s'")
    connection.commit()


@contextmanager
def reading(source: Engine) -> Iterator[Connection]:
    """Open a transaction that only reads.

    Raises
    ------
    StoreUnreachableError, StoreBusyError
    """
    with told(), source.connect() as connection, connection.begin():
        yield connection


@contextmanager
def browsing(source: Engine) -> Iterator[Connection]:
    """Open a transaction that only reads, all of it as it stands at one time, row by row along indexes.

    Its statements are written so; PostgreSQL is kept from reading whole tables instead, which may be quicker
    while there is little in them, and isn't with much.

    Raises
    ------
    StoreUnreachableError, StoreBusyError
    """
    with reading(source) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(_AT_ONE_TIME)
            connection.execute(_ALONG_INDEXES)
        yield connection


@contextmanager
def writing(source: Engine) -> Iterator[Connection]:
    """Open a transaction that writes; it is kept whole or not at all.

    Raises
    ------
    StoreUnreachableError, StoreBusyError
    """
    with told(), source.connect() as connection:
        connection = connection.execution_options(writes=True)  # noqa: PLW2901
        with connection.begin():
            yield connection


def written(source: Engine, work: Callable[[Connection], T]) -> T:
    """Do something in a transaction that writes, again where another has crossed it.

    Raises
    ------
    StoreUnreachableError, StoreBusyError
    """
    for left in reversed(range(ATTEMPTS)):
        try:
            with writing(source) as connection:
                return work(connection)
        except StoreConflictError:
            if not left:
                raise
    raise AssertionError("never reached")


def inserting(dialect: str, table: Table) -> Any:
    """Return an insert that can say what to do where the row is there already: each database has its own."""
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)


@contextmanager
def told() -> Iterator[None]:
    """Tell the errors of databases in adscribe's own words, without address, statement or values."""
    try:
        yield
    except PoolTimeout:
        raise StoreBusyError("the store is busy", hint="try again") from None
    except DBAPIError as error:
        code = _code(error)
        if isinstance(error, IntegrityError) or code in _CONFLICT:
            raise StoreConflictError("the store is busy", hint="try again") from error
        if code.startswith(_BUSY):
            raise StoreBusyError("the store is busy", hint="try again") from None
        if isinstance(error, _OUTSIDE) or code in _MISSING or type(error) is DatabaseError:
            reason = "can't be reached" if code == type(error.orig).__name__ else f"can't be used: {code}"
            raise StoreUnreachableError(f"the store {reason}") from None
        raise


def _code(error: DBAPIError) -> str:
    """Return the database's code of an error: nothing in it is a client's."""
    cause = error.orig
    code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    return str(code or type(cause).__name__)

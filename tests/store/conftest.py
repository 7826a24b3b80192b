from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from adscribe.store import Store
from adscribe.store.connection import address
from tests.store.samples import fill

VARIABLE = "ADSCRIBE_TEST_POSTGRESQL"
KINDS = ["sqlite", "postgresql"]


@contextmanager
def place(kind: str, folder: Path) -> Iterator[str]:
    """Give a store of its own a place: a new file, or a new schema of the database that is named."""
    if kind == "sqlite":
        yield str(folder / "store.db")
        return
    server = os.environ.get(VARIABLE)
    if server is None:
        pytest.skip(f"needs PostgreSQL: tests/store/postgresql.sh COMMAND, or a URL in {VARIABLE}")
    schema = f"test_{uuid4().hex}"
    engine = create_engine(address(server))
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    try:
        yield f"{server}?options=-csearch_path%3D{schema}"
    finally:
        with engine.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        engine.dispose()


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a test has a store of its own."""
    with place(request.param, tmp_path) as found:
        yield found


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An empty store."""
    with Store(url) as opened:
        opened.upgrade()
        yield opened


@pytest.fixture(scope="session", params=KINDS)
def sampled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with the shipped samples and some odd events; not to be written to."""
    with (
        place(request.param, tmp_path_factory.mktemp("sampled")) as found,
        Store(found) as opened,
    ):
        opened.upgrade()
        fill(opened)
        yield opened

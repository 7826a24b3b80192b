"""The tables of a store: made, brought up to date, or refused."""

from __future__ import annotations

import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from adscribe.store import Store, StoreError, StoreUnreachableError
from adscribe.store.connection import reading, writing
from adscribe.store.schema import metadata
from adscribe.store.upgrade import FOLDER, VERSION_TABLE, current, upgrade
from tests.store.asking import keep, report, rows

NEXT = '''"""A step that today's adscribe doesn't know."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = {before!r}


def upgrade():
    op.add_column("event", sa.Column("colour", sa.String(20)))
'''


def version(store: Store) -> str | None:
    with reading(store.engine) as connection:
        return current(connection)


@pytest.fixture
def newer(store: Store, tmp_path: Path) -> Path:
    """The steps of an adscribe that has one more."""
    folder = tmp_path / "migrations"
    shutil.copytree(FOLDER, folder)
    (folder / "versions" / "s9999_next.py").write_text(NEXT.format(before=version(store)))
    return folder


def test_the_steps_make_what_the_schema_says(store: Store) -> None:
    with reading(store.engine) as connection:
        options = {"version_table": VERSION_TABLE, "compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def test_a_store_is_made_once_however_many_open_it(url: str) -> None:
    def opened(_: int) -> str | None:
        with Store(url) as store:
            store.upgrade()
            return version(store)

    with ThreadPoolExecutor(6) as threads:
        (only,) = set(threads.map(opened, range(6)))
    assert only


def test_an_older_store_is_brought_up_to_date_with_what_it_holds(store: Store, newer: Path) -> None:
    first = keep(store, report())
    upgrade(store.engine, newer)
    assert version(store) == "9999"
    found = store.event(first[0].event.id)
    assert found and found.revisions[0].answer == first[0]


def test_a_newer_store_is_refused_and_left_as_it_is(store: Store, newer: Path) -> None:
    keep(store, report())
    upgrade(store.engine, newer)
    before = rows(store)
    with pytest.raises(StoreError, match="9999, which a newer adscribe wrote"):
        store.upgrade()
    assert (version(store), rows(store)) == ("9999", before)


def test_a_step_that_fails_leaves_the_store_as_it_was(store: Store, newer: Path) -> None:
    before = version(store)
    step = newer / "versions" / "s9999_next.py"
    step.write_text(step.read_text() + "    raise LookupError\n")
    with pytest.raises(LookupError):
        upgrade(store.engine, newer)
    assert version(store) == before
    assert len(keep(store, report())) == 1
    with reading(store.engine) as connection:
        columns = connection.execute(text("SELECT * FROM event")).keys()
    assert "colour" not in columns


def test_tables_of_another_program_are_refused(url: str) -> None:
    with Store(url) as store:
        with writing(store.engine) as connection:
            connection.execute(text("CREATE TABLE record (title text)"))
        with pytest.raises(StoreError, match="table record that adscribe didn't make"):
            store.upgrade()
        assert version(store) is None


@pytest.mark.parametrize("address", ["mysql://u:secret@h/x", "://u:secret@h/x", "sqlite://"])
def test_what_names_no_store_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(StoreError) as refused:
        Store(address)
    assert "secret" not in str(refused.value)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Remember the milk. " * 100)
    with Store(path) as store, pytest.raises(StoreError, match="SQLITE_NOTADB"):
        store.upgrade()
    assert path.read_text().startswith("Remember")


def test_a_server_that_does_not_answer_is_said_without_its_password() -> None:
    pytest.importorskip("psycopg")
    with Store("postgresql://someone:secret@127.0.0.1:1/x") as store:
        with pytest.raises(StoreUnreachableError, match="can't be reached") as unreachable:
            store.upgrade()
        assert "secret" not in f"{unreachable.value!s} {store.engine!r} {store!r}"


def test_a_file_keeps_on_what_it_says(tmp_path: Path) -> None:
    with Store(tmp_path / "store.db") as store:
        store.upgrade()
        with store.engine.connect() as connection:
            told = {
                name: connection.scalar(text(f"PRAGMA {name}"))
                for name in ("journal_mode", "synchronous", "foreign_keys")
            }
    assert told == {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1}
    assert (tmp_path / "store.db").stat().st_mode & 0o077 == 0
    # Closed, it is one file again.
    assert [path.name for path in tmp_path.iterdir()] == ["store.db"]
    with sqlite3.connect(tmp_path / "store.db") as plain:
        assert plain.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    plain.close()

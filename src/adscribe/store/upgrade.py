"""The tables of a store: made, brought up to date, or refused, whenever a store is opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from adscribe.store.connection import StoreError, writing
from adscribe.store.schema import metadata

VERSION_TABLE = "adscribe_version"
"""Holds the version of the tables, one row."""

FOLDER = Path(__file__).parent / "migrations"
"""Steps from each version to the next."""

_LOCK = 0x6164_7363_7269_6265  # "adscribe"


def upgrade(engine: Engine, folder: Path = FOLDER) -> None:
    """Make the tables of a new store, or bring those of an older one up to date.

    Several processes may do so at once: the first does the work, the others wait and find it done.

    Parameters
    ----------
    engine : Engine
    folder : Path
        Where the steps are.

    Raises
    ------
    StoreError
        The store was written by a newer adscribe, or holds another program's tables. Nothing was changed.
    StoreUnreachableError, StoreBusyError
        As in `adscribe.store.connection.writing`.
    """
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        config = _configuration(connection, folder)
        script = ScriptDirectory.from_config(config)
        version = current(connection)
        if version == script.get_current_head():
            return
        if version is None:
            _check_empty(connection)
        elif version not in {step.revision for step in script.walk_revisions()}:
            raise StoreError(
                f"the store has tables of version {version}, which a newer adscribe wrote",
                hint="run that adscribe, or take another store",
            )
        command.upgrade(config, "head")


def current(connection: Connection) -> str | None:
    """Return the version of the tables; ``None`` where there are none."""
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    return context.get_current_revision()


def _configuration(connection: Connection, folder: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    attributes: dict[str, Any] = config.attributes
    attributes["connection"] = connection
    return config


def _check_empty(connection: Connection) -> None:
    taken = set(inspect(connection).get_table_names()) & set(metadata.tables)
    if taken:
        raise StoreError(
            f"the database has a table {min(taken)} that adscribe didn't make",
            hint="give adscribe a database or a schema of its own",
        )

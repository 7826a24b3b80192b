"""What Alembic runs a step in: the connection and the transaction that `adscribe.store.upgrade` opened."""

from __future__ import annotations

from alembic import context

from adscribe.store.schema import metadata
from adscribe.store.upgrade import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    # SQLite can't alter a column: the table is made again.
    render_as_batch=True,
)
context.run_migrations()

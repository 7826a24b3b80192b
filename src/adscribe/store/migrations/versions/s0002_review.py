"""What an analyst's verdict would teach most about is found without looking at all events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the step."""
    unsure = sa.text("NOT reviewed AND (reason = 'undetermined' OR probability < 0.8)")
    op.create_index(
        "ix_event_unsure", "event", ["detected_at", "key"], sqlite_where=unsure, postgresql_where=unsure
    )
    doubtful = sa.text("probability < 0.8")
    op.create_index(
        "ix_event_technique_unsure",
        "event_technique",
        ["detected_at", "event_key"],
        sqlite_where=doubtful,
        postgresql_where=doubtful,
    )

"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "event",
        sa.Column("key", _KEY, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(16), nullable=False, unique=True),
        sa.Column("identity", sa.String(16), nullable=False),
        sa.Column("method", sa.String(255), nullable=False),
        sa.Column("submethod", sa.String(255)),
        sa.Column("source", sa.String(45), nullable=False),
        sa.Column("source_address", sa.LargeBinary(16), nullable=False),
        sa.Column("source_host", sa.String(255)),
        sa.Column("instance", sa.String(255)),
        sa.Column("data_feed", sa.String(255)),
        sa.Column("sensor", sa.String(255)),
        sa.Column("external_id", sa.String(255)),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("detected_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(20)),
        sa.Column("basis", sa.String(20)),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("reviewed", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_data_feed", "event", ["data_feed", "detected_at", "key"])
    op.create_index("ix_event_detected_at", "event", ["detected_at", "key"])
    op.create_index("ix_event_identity", "event", ["identity", "last_at"])
    op.create_index("ix_event_method", "event", ["method", "detected_at", "key"])
    op.create_index("ix_event_probability", "event", ["probability", "detected_at", "key"])
    op.create_index("ix_event_reason", "event", ["reason", "detected_at", "key"])
    op.create_index("ix_event_received_at", "event", ["received_at", "key"])
    op.create_index("ix_event_reviewed", "event", ["reviewed", "detected_at", "key"])
    op.create_index("ix_event_severity", "event", ["severity", "detected_at", "key"])
    op.create_index("ix_event_source_address", "event", ["source_address", "detected_at", "key"])
    op.create_index("ix_event_source_host", "event", ["source_host", "detected_at", "key"])
    op.create_index("ix_event_submethod", "event", ["submethod", "detected_at", "key"])
    op.create_index("ix_event_updated_at", "event", ["updated_at", "detected_at", "key"])
    op.create_table(
        "event_name",
        sa.Column("name", sa.LargeBinary(16), primary_key=True),
        sa.Column("event_key", _KEY, sa.ForeignKey("event.key", ondelete="CASCADE"), nullable=False),
    )
    op.create_index("ix_event_name_event_key", "event_name", ["event_key"])
    op.create_table(
        "event_state",
        sa.Column("event_key", _KEY, sa.ForeignKey("event.key", ondelete="CASCADE"), primary_key=True),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("summary", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "event_tactic",
        sa.Column("event_key", _KEY, sa.ForeignKey("event.key", ondelete="CASCADE"), primary_key=True),
        sa.Column("domain", sa.String(20), primary_key=True),
        sa.Column("tactic", sa.String(40), primary_key=True),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("detected_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_event_tactic_detected_at", "event_tactic", ["detected_at", "event_key"])
    op.create_index("ix_event_tactic_tactic", "event_tactic", ["tactic", "detected_at", "event_key"])
    op.create_table(
        "event_target",
        sa.Column("event_key", _KEY, sa.ForeignKey("event.key", ondelete="CASCADE"), primary_key=True),
        sa.Column("address", sa.LargeBinary(16), primary_key=True),
        sa.Column("host", sa.String(255)),
        sa.Column("detected_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_event_target_address", "event_target", ["address", "detected_at", "event_key"])
    op.create_index("ix_event_target_host", "event_target", ["host", "detected_at", "event_key"])
    op.create_table(
        "event_technique",
        sa.Column("event_key", _KEY, sa.ForeignKey("event.key", ondelete="CASCADE"), primary_key=True),
        sa.Column("domain", sa.String(20), primary_key=True),
        sa.Column("technique", sa.String(20), primary_key=True),
        sa.Column("parent", sa.String(20), nullable=False),
        sa.Column("tactics", sa.Text(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("detected_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_event_technique_detected_at", "event_technique", ["detected_at", "event_key"])
    op.create_index("ix_event_technique_parent", "event_technique", ["parent", "detected_at", "event_key"])
    op.create_index(
        "ix_event_technique_technique", "event_technique", ["technique", "detected_at", "event_key"]
    )
    op.create_table(
        "event_word",
        sa.Column("word", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("detected_at", sa.BigInteger(), primary_key=True),
        sa.Column("event_key", _KEY, sa.ForeignKey("event.key", ondelete="CASCADE"), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_event_word_event_key", "event_word", ["event_key"])
    op.create_table(
        "feedback",
        sa.Column("key", _KEY, primary_key=True, autoincrement=True),
        sa.Column("event_key", _KEY, sa.ForeignKey("event.key", ondelete="CASCADE"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("analyst", sa.String(255), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text()),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger()),
        sa.Column("revoked_by", sa.String(255)),
        sa.UniqueConstraint("event_key", "number"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_feedback_at", "feedback", ["at", "key"])
    op.create_table(
        "job",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("progress", sa.Text(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("cancelled", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_index("ix_job_begun_at", "job", ["begun_at", "id"])
    op.create_table(
        "record",
        sa.Column("host", sa.LargeBinary(16), primary_key=True),
        sa.Column("event_key", _KEY, sa.ForeignKey("event.key", ondelete="CASCADE"), primary_key=True),
        sa.Column("event_id", sa.String(16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("method", sa.String(255), nullable=False),
        sa.Column("submethod", sa.String(255)),
        sa.Column("success", sa.Boolean()),
        sa.Column("direction", sa.String(10)),
    )
    op.create_index("ix_record_event_key", "record", ["event_key"])
    op.create_index("ix_record_host", "record", ["host", "at", "event_id"])
    op.create_table(
        "revision",
        sa.Column("key", _KEY, primary_key=True, autoincrement=True),
        sa.Column("event_key", _KEY, sa.ForeignKey("event.key", ondelete="CASCADE"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(20), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(24), unique=True),
        sa.Column("context", sa.LargeBinary(16), nullable=False),
        sa.Column("model", sa.String(255), nullable=False),
        sa.Column("version", sa.String(255), nullable=False),
        sa.Column("attack", sa.String(255), nullable=False),
        sa.Column("site", sa.String(255)),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("event_key", "number", "part"),
        sqlite_autoincrement=True,
    )

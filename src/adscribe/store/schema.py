"""The tables: events as they stand, their revisions, and what both are found by.

An event's row and its rows in ``event_state``, ``event_technique``, ``event_tactic``, ``event_target``,
``event_word`` and ``record`` say how it stands and change with it. A row of ``revision`` is never changed.
``docs/store.md`` tells the meaning of each table; the migrations make them, and a test holds them against
this module.

Every index that lists events ends in ``detected_at`` and the key of the event, so that a page by time
begins where the one before ended, whatever was asked for.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from adscribe.store.columns import Address, HostName, Instant, Key, Rank, Word

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)


UNSURE = text("NOT reviewed AND (reason = 'undetermined' OR probability < 0.8)")
"""Of an event: an answer that nobody has judged and that isn't sure. A query has these very words, or the
index of such events isn't used."""

UNSURE_TECHNIQUE = text("probability < 0.8")
"""The same of a technique."""


def _of_event(*, primary_key: bool = False) -> Column[int]:
    return Column(
        "event_key", Key, ForeignKey("event.key", ondelete="CASCADE"), primary_key=primary_key, nullable=False
    )


event = Table(
    "event",
    metadata,
    Column("key", Key, primary_key=True, autoincrement=True),
    Column("id", String(16), nullable=False, unique=True),
    Column("identity", String(16), nullable=False),
    # What was reported, as it stands now.
    Column("method", Word, nullable=False),
    Column("submethod", Word),
    Column("source", String(45), nullable=False),
    Column("source_address", Address, nullable=False),
    Column("source_host", HostName),
    Column("instance", Word),
    Column("data_feed", Word),
    Column("sensor", Word),
    Column("external_id", Word),
    Column("severity", Rank, nullable=False),
    Column("detected_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    # What was answered last.
    Column("reason", String(20)),
    Column("basis", String(20)),
    Column("probability", Double, nullable=False),
    Column("reviewed", Boolean, nullable=False, server_default=false()),
    # How it goes on from here.
    Column("revision", Integer, nullable=False),
    Column("part", Integer, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    Index("ix_event_identity", "identity", "last_at"),
    Index("ix_event_received_at", "received_at", "key"),
    Index("ix_event_detected_at", "detected_at", "key"),
    Index("ix_event_updated_at", "updated_at", "detected_at", "key"),
    Index("ix_event_method", "method", "detected_at", "key"),
    Index("ix_event_submethod", "submethod", "detected_at", "key"),
    Index("ix_event_data_feed", "data_feed", "detected_at", "key"),
    Index("ix_event_probability", "probability", "detected_at", "key"),
    Index("ix_event_source_address", "source_address", "detected_at", "key"),
    Index("ix_event_source_host", "source_host", "detected_at", "key"),
    Index("ix_event_reason", "reason", "detected_at", "key"),
    Index("ix_event_severity", "severity", "detected_at", "key"),
    Index("ix_event_reviewed", "reviewed", "detected_at", "key"),
    Index("ix_event_unsure", "detected_at", "key", sqlite_where=UNSURE, postgresql_where=UNSURE),
    sqlite_autoincrement=True,
)

event_state = Table(
    "event_state",
    metadata,
    _of_event(primary_key=True),
    # Apart from the event, so that its rows are short where many are looked at; `adscribe.store.documents`.
    Column("state", LargeBinary, nullable=False),
    Column("summary", LargeBinary, nullable=False),
)

event_name = Table(
    "event_name",
    metadata,
    # A digest of the identity and the sensor's own id.
    Column("name", LargeBinary(16), primary_key=True),
    _of_event(),
    Index("ix_event_name_event_key", "event_key"),
)

event_technique = Table(
    "event_technique",
    metadata,
    _of_event(primary_key=True),
    Column("domain", String(20), primary_key=True),
    Column("technique", String(20), primary_key=True),
    # The technique itself where it has no parent, so that a parent finds itself and what it has below it.
    Column("parent", String(20), nullable=False),
    Column("tactics", Text, nullable=False),
    Column("probability", Double, nullable=False),
    Column("detected_at", Instant, nullable=False),
    Index("ix_event_technique_technique", "technique", "detected_at", "event_key"),
    Index("ix_event_technique_parent", "parent", "detected_at", "event_key"),
    Index("ix_event_technique_detected_at", "detected_at", "event_key"),
    Index(
        "ix_event_technique_unsure",
        "detected_at",
        "event_key",
        sqlite_where=UNSURE_TECHNIQUE,
        postgresql_where=UNSURE_TECHNIQUE,
    ),
)

event_tactic = Table(
    "event_tactic",
    metadata,
    _of_event(primary_key=True),
    Column("domain", String(20), primary_key=True),
    Column("tactic", String(40), primary_key=True),
    Column("probability", Double, nullable=False),
    Column("detected_at", Instant, nullable=False),
    Index("ix_event_tactic_tactic", "tactic", "detected_at", "event_key"),
    Index("ix_event_tactic_detected_at", "detected_at", "event_key"),
)

event_target = Table(
    "event_target",
    metadata,
    _of_event(primary_key=True),
    Column("address", Address, primary_key=True),
    Column("host", HostName),
    Column("detected_at", Instant, nullable=False),
    Index("ix_event_target_address", "address", "detected_at", "event_key"),
    Index("ix_event_target_host", "host", "detected_at", "event_key"),
)

event_word = Table(
    "event_word",
    metadata,
    # A number for each word that an event is found by; see `adscribe.store.words`.
    Column("word", BigInteger, primary_key=True, autoincrement=False),
    Column("detected_at", Instant, primary_key=True),
    _of_event(primary_key=True),
    Index("ix_event_word_event_key", "event_key"),
    sqlite_with_rowid=False,
)

revision = Table(
    "revision",
    metadata,
    Column("key", Key, primary_key=True, autoincrement=True),
    _of_event(),
    Column("number", Integer, nullable=False),
    # 0 for what made the revision, from 1 for the fragments that added targets to it.
    Column("part", Integer, nullable=False),
    Column("cause", String(20), nullable=False),
    Column("received_at", Instant, nullable=False),
    # Of the report, so that one that comes again is known; none where there was no report.
    Column("digest", LargeBinary(24), unique=True),
    Column("context", LargeBinary(16), nullable=False),
    Column("model", Word, nullable=False),
    Column("version", Word, nullable=False),
    Column("attack", Word, nullable=False),
    Column("site", Word),
    # Report, event and answer; see `adscribe.store.documents`.
    Column("document", LargeBinary, nullable=False),
    UniqueConstraint("event_key", "number", "part"),
    sqlite_autoincrement=True,
)

raw_report = Table(
    "raw_report",
    metadata,
    # Of the revision with that number and part. Apart from it: nothing but the event itself shows it.
    _of_event(primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("part", Integer, primary_key=True, autoincrement=False),
    # Deflated and cut, and how long it was; see `adscribe.store.raw`.
    Column("text", LargeBinary, nullable=False),
    Column("bytes", Integer, nullable=False),
)

record = Table(
    "record",
    metadata,
    Column("host", Address, primary_key=True),
    _of_event(primary_key=True),
    Column("event_id", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("kinds", Text, nullable=False),
    Column("method", Word, nullable=False),
    Column("submethod", Word),
    Column("success", Boolean),
    Column("direction", String(10)),
    Index("ix_record_host", "host", "at", "event_id"),
    Index("ix_record_event_key", "event_key"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("key", Key, primary_key=True, autoincrement=True),
    _of_event(),
    # From 1, of those on one event.
    Column("number", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("analyst", Word, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("comment", Text),
    Column("at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("revoked_by", Word),
    UniqueConstraint("event_key", "number"),
    Index("ix_feedback_at", "at", "key"),
    sqlite_autoincrement=True,
)

job = Table(
    "job",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("status", String(20), nullable=False),
    # What was asked, and how far it has come: JSON.
    Column("asked", Text, nullable=False),
    Column("progress", Text, nullable=False),
    Column("error", Text),
    Column("begun_at", Instant, nullable=False),
    # A job that doesn't say for long that it goes on has been broken off.
    Column("seen_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("cancelled", Boolean, nullable=False, server_default=false()),
    Index("ix_job_begun_at", "begun_at", "id"),
)

CAUSES = ("report", "update", "fragment", "reassess")
"""What a row of ``revision`` came from: the report that opened the event, one that added to it, a piece of
a report, or another look at the same reports (a new model, site file or version of ATT&CK)."""

__all__ = [
    "CAUSES",
    "UNSURE",
    "UNSURE_TECHNIQUE",
    "event",
    "event_name",
    "event_state",
    "event_tactic",
    "event_target",
    "event_technique",
    "event_word",
    "feedback",
    "job",
    "metadata",
    "raw_report",
    "record",
    "revision",
]

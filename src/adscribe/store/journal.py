"""The journal of a run in the store: what `adscribe.assign.journal.MemoryJournal` is for one run.

What a transaction does is gathered and written at its end, each table at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from adscribe.answer.assignment import Assignment
from adscribe.assign.journal import Entry
from adscribe.context.digest import context_digest
from adscribe.event import Event
from adscribe.event.identity import event_id, report_digest
from adscribe.event.identity import identity as identity_of
from adscribe.event.opened import MAX_NEAR, OpenEvent, Span, covering
from adscribe.store.connection import inserting
from adscribe.store.documents import Document, State, decoded, encoded
from adscribe.store.raw import packed
from adscribe.store.schema import (
    event,
    event_name,
    event_state,
    event_tactic,
    event_target,
    event_technique,
    event_word,
    raw_report,
    revision,
)
from adscribe.store.summary import probability, summary
from adscribe.store.words import numbers

_COLUMNS = (
    event.c.key,
    event.c.id,
    event.c.identity,
    event.c.revision,
    event.c.part,
    event.c.last_at,
    event.c.received_at,
    event_state.c.state,
)
_KNOWN = select(*_COLUMNS).join(event_state, event_state.c.event_key == event.c.key)
_NAMED = (
    _KNOWN.add_columns(event_name.c.name)
    .join(event_name, event_name.c.event_key == event.c.key)
    .where(event_name.c.name.in_(bindparam("names", expanding=True)))
)
_WITH_ID = _KNOWN.where(event.c.id.in_(bindparam("ids", expanding=True)))
_NEAR = (
    select(event.c.id, event.c.detected_at, event.c.last_at)
    .where(event.c.identity == bindparam("identity"))
    .where(event.c.last_at >= bindparam("since", type_=event.c.last_at.type))
    .order_by(event.c.last_at, event.c.id)
    .limit(MAX_NEAR)
)
_ANSWERED = select(revision.c.digest, revision.c.document).where(
    revision.c.digest.in_(bindparam("digests", expanding=True))
)


@dataclass(slots=True)
class _Kept:
    """An event that the transaction has read or opened.

    Attributes
    ----------
    key : int or None
        ``None`` until it is written.
    opened : OpenEvent
        As it stands.
    shown : tuple of str
        Techniques of its last answer.
    part : int
        Fragments of its last revision.
    targets : mapping of str to str or None
        Addresses and host names of the targets that are written.
    words : frozenset of int
        What it is found by, as it is written.
    detected_at : datetime or None
        As it is written.
    received_at : datetime or None
        When its last report came in, as it is written.
    answer : Assignment or None
        The last that the transaction gave.
    """

    key: int | None
    opened: OpenEvent
    shown: tuple[str, ...] = ()
    part: int = -1
    targets: Mapping[str, str | None] = field(default_factory=dict)
    words: frozenset[int] = frozenset()
    detected_at: datetime | None = None
    received_at: datetime | None = None
    answer: Assignment | None = None


class StoredJournal:
    """What the store and a transaction that isn't over yet know of events.

    Parameters
    ----------
    connection : Connection
        In a transaction that writes.
    received_at : datetime
        When the reports came in (UTC).
    """

    def __init__(self, connection: Connection, received_at: datetime) -> None:
        self._connection = connection
        self._received_at = received_at
        self._events: dict[str, _Kept] = {}
        self._of_identity: dict[str, set[str]] = {}
        self._names: dict[bytes, str] = {}
        self._answers: dict[bytes, Assignment] = {}
        # What has been looked for, and isn't there unless it is above.
        self._sought: set[bytes | str] = set()
        self._found_names: dict[bytes, str] = {}
        self._revisions: list[dict[str, Any]] = []
        # As they come in; of equal reports the first.
        self._raw: dict[bytes, str] = {}
        self._raw_reports: list[dict[str, Any]] = []

    def expect(self, reports: Sequence[Event], raw: Sequence[str | None] = ()) -> None:
        """Read at once what is stored of some reports that come: a statement each would take longer.

        Parameters
        ----------
        reports : sequence of Event
        raw : sequence of str or None
            Each as it came in, to be kept beside it; nothing is where this is empty.
        """
        known = [report_digest(report) for report in reports]
        digests = dict(zip(known, reports, strict=True))
        for digest, text in zip(known, raw, strict=False):
            if text is not None:
                self._raw.setdefault(digest, text)
        self._seek_answers(list(digests))
        new = [report for digest, report in digests.items() if digest not in self._answers]
        self._seek_names(
            [_name(identity_of(one), one.external_id) for one in new if one.external_id is not None]
        )
        self._seek_ids([event_id(report) for report in new])

    def named(self, identity: str, external_id: str) -> OpenEvent | None:
        """Return the event of an identity that a sensor's id was reported for last."""
        name = _name(identity, external_id)
        if name not in self._names:
            self._seek_names([name])
        found = self._names.get(name) or self._found_names.get(name)
        return None if found is None else self._events[found].opened

    def near(self, identity: str, at: datetime, timeout: timedelta) -> OpenEvent | None:
        """Return the event of an identity that a time belongs to, as `covering` chooses it."""
        rows = self._connection.execute(_NEAR, {"identity": identity, "since": at - timeout})
        spans = {row.id: Span(row.id, row.detected_at, row.last_at) for row in rows}
        for known in self._of_identity.get(identity, ()):
            opened = self._events[known].opened
            spans[known] = Span(known, opened.event.detected_at, opened.last_at)
        found = covering(spans.values(), at, timeout)
        return self.with_id(found.event_id) if found else None

    def with_id(self, event_id: str) -> OpenEvent | None:
        """Return the event that has an id."""
        if event_id not in self._events:
            self._seek_ids([event_id])
        known = self._events.get(event_id)
        return None if known is None else known.opened

    def put(self, opened: OpenEvent, external_id: str | None) -> None:
        """Keep an event as it stands now, and under the sensor's id of its last report."""
        known = self._events.get(opened.id)
        if known is None:
            self._add(_Kept(None, opened))
        else:
            known.opened = opened
        if external_id is not None:
            self._names[_name(opened.identity, external_id)] = opened.id

    def answered(self, report: Event) -> Assignment | None:
        """Return what an equal report was answered; ``None`` for one that hasn't come before."""
        digest = report_digest(report)
        if digest not in self._answers:
            self._seek_answers([digest])
        return self._answers.get(digest)

    def key(self, event_id: str) -> int | None:
        """Return the key of an event that was read; ``None`` for one that isn't written yet."""
        return self._events[event_id].key

    def shown(self, event_id: str) -> tuple[str, ...]:
        """Return the techniques that the last answer to an event showed."""
        return self._events[event_id].shown

    def keep(self, entry: Entry) -> None:
        """Keep a report with its answer."""
        state, answer = entry.state, entry.answer
        kept = self._events[state.id]
        kept.shown = answer.shown
        kept.answer = answer
        kept.part = kept.part + 1 if state.fragment else 0
        digest, cause = None, "reassess"
        if entry.report is not None:
            digest = report_digest(entry.report)
            self._answers[digest] = answer
            cause = "report" if state.before is None else "fragment" if state.fragment else "update"
            kept.received_at = self._received_at
            if digest in self._raw:
                text, size = packed(self._raw[digest])
                self._raw_reports.append(
                    {
                        "event_id": state.id,
                        "number": state.revision,
                        "part": kept.part,
                        "text": text,
                        "bytes": size,
                    }
                )
        document = Document(report=entry.report, event=None if state.fragment else state.event, answer=answer)
        self._revisions.append(
            {
                "event_id": state.id,
                "number": state.revision,
                "part": kept.part,
                "cause": cause,
                "received_at": self._received_at,
                "digest": digest,
                "context": context_digest(entry.context),
                "model": answer.model.name,
                "version": answer.model.version,
                "attack": answer.model.attack,
                "site": answer.context.site,
                "document": encoded(document),
            }
        )

    def flush(self) -> Mapping[str, int]:
        """Write all that the transaction did to events, and return the key of each of them by its id."""
        changed = [kept for kept in self._events.values() if kept.answer is not None]
        self._write_events(changed)
        keys = {event_id: kept.key for event_id, kept in self._events.items() if kept.key is not None}
        self._write(
            _named(self._connection.dialect.name),
            [{"name": name, "event_key": keys[event_id]} for name, event_id in self._names.items()],
        )
        for table, rows in ((revision, self._revisions), (raw_report, self._raw_reports)):
            self._write(insert(table), [{**row, "event_key": keys[row.pop("event_id")]} for row in rows])
            rows.clear()
        self._write_found_by(changed)
        return keys

    def _seek_answers(self, digests: list[bytes]) -> None:
        for row in self._seek(_ANSWERED, "digests", digests):
            self._answers[row.digest] = decoded(row.document, Document).answer

    def _seek_names(self, names: list[bytes]) -> None:
        for row in self._seek(_NAMED, "names", names):
            self._found_names[row.name] = row.id
            self._read(row)

    def _seek_ids(self, ids: list[str]) -> None:
        for row in self._seek(_WITH_ID, "ids", [one for one in ids if one not in self._events]):
            self._read(row)

    def _seek(self, statement: Any, name: str, values: Sequence[bytes | str]) -> Iterable[Any]:
        missing = [one for one in dict.fromkeys(values) if one not in self._sought]
        self._sought.update(missing)
        return self._connection.execute(statement, {name: missing}) if missing else ()

    def _read(self, row: Any) -> None:
        if row.id in self._events:
            return
        state = decoded(row.state, State)
        opened = OpenEvent(
            id=row.id,
            identity=row.identity,
            revision=row.revision,
            event=state.event,
            last_report=state.last_report,
            last_at=row.last_at,
        )
        targets = {target.ip: target.hostname for target in state.event.targets}
        known = numbers(state.event)
        self._add(
            _Kept(
                key=row.key,
                opened=opened,
                shown=state.shown,
                part=row.part,
                targets=targets,
                words=known,
                detected_at=state.event.detected_at,
                received_at=row.received_at,
            )
        )

    def _add(self, kept: _Kept) -> None:
        self._events[kept.opened.id] = kept
        self._of_identity.setdefault(kept.opened.identity, set()).add(kept.opened.id)

    def _write(self, statement: Any, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._connection.execute(statement, rows)

    def _write_events(self, changed: Iterable[_Kept]) -> None:
        opened = [kept for kept in changed if kept.key is None]
        if opened:
            rows = [{"id": kept.opened.id, **self._columns(kept)} for kept in opened]
            statement = insert(event).returning(event.c.key, sort_by_parameter_order=True)
            for kept, key in zip(opened, self._connection.execute(statement, rows).scalars(), strict=True):
                kept.key = key
        new = {kept.opened.id for kept in opened}
        rows = [
            {"event_key": kept.key, **self._columns(kept)} for kept in changed if kept.opened.id not in new
        ]
        self._write(update(event).where(event.c.key == bindparam("event_key")), rows)
        self._write(_state(self._connection.dialect.name), [_as_it_stands(kept) for kept in changed])

    def _columns(self, kept: _Kept) -> dict[str, Any]:
        opened, answer = kept.opened, kept.answer
        assert answer is not None  # noqa: S101 - only what was answered is written
        now = opened.event
        no_category = answer.no_category
        return {
            "identity": opened.identity,
            "method": now.method,
            "submethod": now.submethod,
            "source": now.source.ip,
            "source_address": now.source.ip,
            "source_host": now.source.hostname,
            "instance": now.instance,
            "data_feed": now.data_feed,
            "sensor": now.sensor,
            "external_id": now.external_id,
            "severity": now.severity,
            "detected_at": now.detected_at,
            "updated_at": now.reported_at,
            "reason": no_category.reason if no_category else None,
            "basis": no_category.basis if no_category else None,
            "probability": probability(answer),
            "revision": opened.revision,
            "part": kept.part,
            "last_at": opened.last_at,
            "received_at": kept.received_at,
        }

    def _write_found_by(self, changed: list[_Kept]) -> None:
        """Write what events are found by: their techniques, tactics, targets and words as they are now."""
        known = [kept.key for kept in changed if kept.detected_at is not None]
        for table in (event_technique, event_tactic):
            if known:
                self._connection.execute(delete(table).where(table.c.event_key.in_(known)))
        self._write(insert(event_technique), [row for kept in changed for row in _techniques(kept)])
        self._write(insert(event_tactic), [row for kept in changed for row in _tactics(kept)])
        self._write(
            _target(self._connection.dialect.name), [row for kept in changed for row in _targets(kept)]
        )
        moved = [
            {"key": kept.key, "at": kept.opened.event.detected_at}
            for kept in changed
            if kept.detected_at not in (None, kept.opened.event.detected_at)
        ]
        self._write(
            update(event_target)
            .where(event_target.c.event_key == bindparam("key"))
            .values(detected_at=bindparam("at", type_=event_target.c.detected_at.type)),
            moved,
        )
        found = [(kept, numbers(kept.opened.event)) for kept in changed]
        other = [
            (kept, now)
            for kept, now in found
            if now != kept.words or kept.detected_at != kept.opened.event.detected_at
        ]
        known = [kept.key for kept, _ in other if kept.words]
        if known:
            self._connection.execute(delete(event_word).where(event_word.c.event_key.in_(known)))
        self._write(
            insert(event_word),
            [
                {"word": word, "detected_at": kept.opened.event.detected_at, "event_key": kept.key}
                for kept, now in other
                for word in sorted(now)
            ],
        )


def _name(identity: str, external_id: str) -> bytes:
    return hashlib.blake2b(f"{identity}\x1f{external_id}".encode(), digest_size=16).digest()


@lru_cache(maxsize=2)
def _named(dialect: str) -> Any:
    made = inserting(dialect, event_name)
    return made.on_conflict_do_update(index_elements=["name"], set_={"event_key": made.excluded.event_key})


@lru_cache(maxsize=2)
def _state(dialect: str) -> Any:
    made = inserting(dialect, event_state)
    return made.on_conflict_do_update(
        index_elements=["event_key"], set_={"state": made.excluded.state, "summary": made.excluded.summary}
    )


@lru_cache(maxsize=2)
def _target(dialect: str) -> Any:
    made = inserting(dialect, event_target)
    return made.on_conflict_do_update(
        index_elements=["event_key", "address"], set_={"host": made.excluded.host}
    )


def _as_it_stands(kept: _Kept) -> dict[str, Any]:
    answer, now = kept.answer, kept.opened.event
    assert answer is not None  # noqa: S101 - only what was answered is written
    state = State(event=now, last_report=kept.opened.last_report, shown=kept.shown)
    return {"event_key": kept.key, "state": encoded(state), "summary": encoded(summary(now, answer))}


def _techniques(kept: _Kept) -> Iterable[dict[str, Any]]:
    answer = kept.answer
    assert answer is not None  # noqa: S101 - only what was answered is written
    ics = answer.ics.techniques if answer.ics else ()
    for one in (*answer.techniques, *ics):
        yield {
            "event_key": kept.key,
            "domain": one.domain,
            "technique": one.id,
            "parent": one.parent or one.id,
            "tactics": " ".join(one.tactics),
            "probability": one.probability,
            "detected_at": kept.opened.event.detected_at,
        }


def _tactics(kept: _Kept) -> Iterable[dict[str, Any]]:
    answer = kept.answer
    assert answer is not None  # noqa: S101 - only what was answered is written
    ics = answer.ics.tactics if answer.ics else ()
    for one in (*answer.tactics, *ics):
        yield {
            "event_key": kept.key,
            "domain": one.domain,
            "tactic": one.shortname,
            "probability": one.probability,
            "detected_at": kept.opened.event.detected_at,
        }


def _targets(kept: _Kept) -> Iterable[dict[str, Any]]:
    for target in kept.opened.event.targets:
        if target.ip not in kept.targets or target.hostname != kept.targets[target.ip]:
            yield {
                "event_key": kept.key,
                "address": target.ip,
                "host": target.hostname,
                "detected_at": kept.opened.event.detected_at,
            }

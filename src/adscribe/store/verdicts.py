"""What analysts' verdicts come to: how many of each kind, and those that were given in one go."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import msgspec
from sqlalchemy import Connection, select

from adscribe.answer.feedback import Confirm, Correct, Judgement
from adscribe.store.feedback import StoredFeedback, stored
from adscribe.store.schema import event, feedback
from adscribe.store.selection import FEW


class Verdicts(msgspec.Struct, frozen=True, kw_only=True):
    """Verdicts in numbers, those that were taken back apart.

    Attributes
    ----------
    complete : bool
        Whether all were counted; else the latest `FEW`.
    verdicts, events, analysts : int
        Verdicts that stand, the events that they are on, and who gave them.
    confirmed, corrected : int
        Of the verdicts.
    reasons : dict of str to int
        Those that no category applies, by reason.
    revoked : int
        Verdicts that were taken back.
    first, last : datetime or None
        When the first and the last of those that stand was given.
    """

    complete: bool
    verdicts: int
    events: int
    analysts: int
    confirmed: int
    corrected: int
    reasons: dict[str, int]
    revoked: int
    first: datetime | None
    last: datetime | None


def verdicts(connection: Connection, *, since: datetime | None = None) -> Verdicts:
    """Count verdicts, the latest first.

    Parameters
    ----------
    connection : Connection
    since : datetime, optional
        Those that were given later.
    """
    columns = (
        feedback.c.event_key,
        feedback.c.analyst,
        feedback.c.verdict,
        feedback.c.at,
        feedback.c.revoked_at,
    )
    found = select(*columns).order_by(feedback.c.at.desc(), feedback.c.key.desc()).limit(FEW)
    rows = connection.execute(found if since is None else found.where(feedback.c.at > since)).all()
    standing = [row for row in rows if row.revoked_at is None]
    judged = [msgspec.json.decode(row.verdict, type=Judgement) for row in standing]
    others = [one for one in judged if not isinstance(one, (Confirm, Correct))]
    return Verdicts(
        complete=len(rows) < FEW,
        verdicts=len(standing),
        events=len({row.event_key for row in standing}),
        analysts=len({row.analyst for row in standing}),
        confirmed=sum(isinstance(one, Confirm) for one in judged),
        corrected=sum(isinstance(one, Correct) for one in judged),
        reasons=dict(sorted(Counter(one.reason for one in others).items())),
        revoked=len(rows) - len(standing),
        first=standing[-1].at if standing else None,
        last=standing[0].at if standing else None,
    )


def given_at(connection: Connection, at: datetime) -> tuple[StoredFeedback, ...]:
    """Return the verdicts that were given at one moment and stand: those on a group are."""
    found = (
        select(feedback, event.c.id.label("event_id"))
        .join(event, event.c.key == feedback.c.event_key)
        .where(feedback.c.at == at, feedback.c.revoked_at.is_(None))
        .order_by(feedback.c.key)
        .limit(FEW)
    )
    return tuple(stored(row, row.event_id) for row in connection.execute(found))

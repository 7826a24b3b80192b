"""The latest events as they stand, with all that was reported of them."""

from __future__ import annotations

from sqlalchemy import Connection, select

from adscribe.event import Event
from adscribe.store.counts import Counted
from adscribe.store.documents import State, decoded
from adscribe.store.filters import Filter
from adscribe.store.schema import event, event_state
from adscribe.store.selection import FEW, Selection


def latest(connection: Connection, asked: Filter, most: int) -> tuple[tuple[Event, ...], Counted]:
    """Return the latest events that meet a filter, in the order of time.

    Parameters
    ----------
    connection : Connection
    asked : Filter
    most : int
        How many; at most `adscribe.store.selection.FEW`.

    Returns
    -------
    tuple of Event
    Counted
        Whether these are all. Where few of many events meet the filter, those are looked for among the latest
        `FEW` of its rarest field.
    """
    selection = Selection(asked)
    clause, few = selection.leader(connection)
    leads = selection.leads(clause, FEW)
    found = connection.execute(
        select(event_state.c.state, event.c.detected_at)
        .select_from(leads)
        .join(event, event.c.key == leads.c.key)
        .join(event_state, event_state.c.event_key == event.c.key)
        .where(*selection.beyond(clause))
        .order_by(event.c.detected_at.desc(), event.c.key.desc())
        .limit(most)
    ).all()
    rows = found[::-1]
    return (
        tuple(decoded(row.state, State).event for row in rows),
        Counted(
            complete=few and len(rows) < most,
            since=rows[0].detected_at if rows else None,
            until=rows[-1].detected_at if rows else None,
        ),
    )

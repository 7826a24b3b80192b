"""Contexts as the tests need them: real facts, of an event that says nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

from adscribe.context import Context, Fact
from adscribe.event import Event, Source

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


def make_context(method: str, submethod: str | None = None, **known: str | tuple[str, ...]) -> Context:
    """Return the context of an event of which nothing but the given keys is known."""
    event = Event(method=method, submethod=submethod, source=Source(ip="10.1.2.3"), detected_at=NOON)
    facts = {}
    for key, values in known.items():
        said = (values,) if isinstance(values, str) else values
        facts[key] = Fact(key=key, values=said, basis="event: test", text=f"{key} is {' and '.join(said)}")
    return Context(event=event, facts=facts)

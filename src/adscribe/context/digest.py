"""What tells one context from another: whether an answer would rest on the same facts."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from adscribe.context.facts import Context


def context_digest(context: Context) -> bytes:
    """Return a digest of what was derived: 16 bytes, the same in every run.

    The values of the facts count, the numbers behind them, and where each end lies; not the words that
    facts are told in, nor what else the event reports.
    """
    content = msgspec.json.encode(_derived(context), order="deterministic")
    return hashlib.blake2b(content, digest_size=16).digest()


def _derived(context: Context) -> list[Any]:
    return [
        {key: fact.values for key, fact in context.facts.items()},
        context.measures,
        context.sides,
        context.actor,
        context.victim,
        context.history,
        [_derived(part) for part in context.parts],
    ]

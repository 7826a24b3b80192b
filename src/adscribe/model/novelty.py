"""Input that is unlike all that the model was trained on: then it doesn't guess.

An event is unfamiliar if no training event had its method, or if too many of its facts never occurred
with the method: a fact without a column. One odd fact is no reason, it is often what makes an event
worth a look. Wording, ports and exact numbers have no part in it: those of another network always
differ.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from adscribe.features import Row

MOST = 1 / 3
"""Share of an event's facts that its method may never have had."""


class Novelty(msgspec.Struct, frozen=True):
    """What is known.

    Attributes
    ----------
    methods : frozenset of str
        The methods of the training events.
    most : float
        Share of an event's facts that its method may never have had.
    """

    methods: frozenset[str]
    most: float = MOST

    @classmethod
    def of(cls, methods: Iterable[str]) -> Novelty:
        """Return what training events make known, by their methods."""
        return cls(frozenset(methods))

    def oddity(self, method: str, row: Row) -> str | None:
        """Return what is unfamiliar about an event, in words; ``None`` where nothing is."""
        if method not in self.methods:
            return f"the model was trained on no event of the method {method[:64]}"
        if row.strange <= self.most * row.facts:
            return None
        return f"{row.strange} of the event's {row.facts} facts never occurred with {method} in the training"

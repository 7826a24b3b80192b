"""Names that have one value in common: what extractors make, and what a model looks up at once."""

from __future__ import annotations


class Names:
    """Names of features that have the same value in every event.

    Told apart by identity: extractors remember them, so that a model can remember their columns.

    Parameters
    ----------
    *names : str
        Names of features.
    """

    __slots__ = ("names",)

    def __init__(self, *names: str) -> None:
        self.names = names


Group = tuple[Names, float]
"""Names and their value."""

"""What a feature is, and what makes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import msgspec

from adscribe.features.groups import Group
from adscribe.features.reading import Reading


class Feature(msgspec.Struct, frozen=True):
    """A feature, or a family of them, as the reader of a model needs it.

    Attributes
    ----------
    name : str
        As it stands in a model; ``<…>`` stands for what differs within the family.
    unit : str
        Of its value.
    meaning : str
        For the reader.
    keys : tuple of str
        What it rests on: keys of the vocabulary, names of characteristics, or ``method``,
        ``submethod``, ``ports`` and ``description``. Explanations group features by them.
    """

    name: str
    unit: str
    meaning: str
    keys: tuple[str, ...]


class Extractor(Protocol):
    """A module that turns one part of what is known of an event into features."""

    VERSION: int
    """Raised with every change that gives an event other values, so that no model reads them wrongly."""

    FEATURES: tuple[Feature, ...]
    """All that it makes."""

    def extract(self, reading: Reading, /) -> Iterable[Group]:
        """Return named values; what isn't named is 0. No name comes twice."""
        ...

"""How much the same host did before; what it was is a fact (``prior``)."""

from __future__ import annotations

from adscribe.features.feature import Feature
from adscribe.features.groups import Group
from adscribe.features.reading import Reading
from adscribe.features.scales import COUNT, Quantity, features_of, measured

VERSION = 1

HISTORY = {"earlier_events": Quantity(COUNT, "earlier events of the host within 24 hours", ("prior",))}

FEATURES: tuple[Feature, ...] = features_of(HISTORY)


def extract(reading: Reading) -> list[Group]:
    """Return the features of the history."""
    return measured(reading, HISTORY, {"earlier_events": reading.context.history})

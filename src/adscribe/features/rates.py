"""Times, ratios and shares."""

from __future__ import annotations

from adscribe.event.characteristics import CHARACTERISTICS
from adscribe.features.feature import Feature
from adscribe.features.groups import Group
from adscribe.features.reading import Reading
from adscribe.features.scales import COUNT, RATIO, SECONDS, SHARE, Quantity, features_of, measured

VERSION = 1

_TOLD_AS = {
    "average_interval_seconds": "interval",
    "current_seconds": "change",
    "compared_seconds": "change",
    "current_ratio": "change",
    "compared_ratio": "change",
    "device_ratio": "change",
    "difference_ratio": "change",
    "increase_ratio": "change",
    "request_response_ratio": "change",
}

RATES = {
    **{
        name: Quantity(scale, meaning, (_TOLD_AS.get(name, name),))
        for ending, scale in (("_seconds", SECONDS), ("_ratio", RATIO))
        for name, meaning in CHARACTERISTICS.items()
        if name.endswith(ending)
    },
    "probability_ratio": Quantity(SHARE, CHARACTERISTICS["probability_ratio"], ("probability",)),
    "response_ratio": Quantity(SHARE, "share of attempts that were answered", ("response_ratio",)),
    "change_ratio": Quantity(RATIO, "how many times the usual value; for a fall its inverse", ("change",)),
    "attempts_per_target_ratio": Quantity(COUNT, "attempts for each target", ("attempts_per_target",)),
}

FEATURES: tuple[Feature, ...] = features_of(RATES)


def extract(reading: Reading) -> list[Group]:
    """Return the features of rates."""
    return measured(reading, RATES, reading.numbers)

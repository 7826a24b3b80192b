"""Amounts of data, and which way they go."""

from __future__ import annotations

from adscribe.event.characteristics import CHARACTERISTICS
from adscribe.features.feature import Feature
from adscribe.features.groups import Group
from adscribe.features.reading import Reading
from adscribe.features.scales import BALANCE, BYTES, Quantity, features_of, measured

VERSION = 1

_TOLD_AS = {
    "uploaded_bytes": ("upload",),
    "downloaded_bytes": ("download",),
    "current_bytes": ("change",),
    "compared_bytes": ("change",),
    "device_bytes": ("change",),
}

VOLUMES = {
    **{
        name: Quantity(BYTES, meaning, _TOLD_AS.get(name, (name,)))
        for name, meaning in CHARACTERISTICS.items()
        if name.endswith("_bytes")
    },
    "sent_received_ratio": Quantity(BALANCE, "bytes sent for each byte received", ("flow_balance",)),
    "bytes_per_target": Quantity(
        BYTES, "bytes in both directions for each target", ("upload", "download", "target_scale")
    ),
    "bytes_per_attempt": Quantity(
        BYTES, "bytes in both directions for each attempt", ("upload", "download", "attempts")
    ),
}

FEATURES: tuple[Feature, ...] = features_of(VOLUMES)


def extract(reading: Reading) -> list[Group]:
    """Return the features of volumes."""
    return measured(reading, VOLUMES, reading.numbers)

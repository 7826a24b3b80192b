"""How many: targets, attempts, packets, clients, devices, functions of OT protocols."""

from __future__ import annotations

from adscribe.event.characteristics import CHARACTERISTICS
from adscribe.features.feature import Feature
from adscribe.features.groups import Group
from adscribe.features.reading import COUNTED, Reading
from adscribe.features.scales import COUNT, Quantity, features_of, measured

VERSION = 1

_MEASURES = {
    "target_count": ("targets, the larger of counter and list", "target_scale"),
    "attempts_count": ("attempts, flows, queries or repetitions", "attempts"),
    "packets_count": ("packets", "packets"),
}
_TOLD_AS = {
    "ports_count": "port_scale",
    "identifiers_count": "id_scale",
    "clients_unsuccessful_count": "client_scale",
    "hidden_devices_count": "device_count",
    "responses_count": "response_ratio",
    "successful_count": "response_ratio",
    "unsuccessful_count": "response_ratio",
    "current_count": "change",
    "compared_count": "change",
    "device_count": "change",
}

COUNTS = {
    **{
        name: Quantity(COUNT, meaning, (_TOLD_AS.get(name, name),))
        for name, meaning in CHARACTERISTICS.items()
        if name.endswith("_count") and name not in COUNTED
    },
    **{name: Quantity(COUNT, meaning, (key,)) for name, (meaning, key) in _MEASURES.items()},
}

FEATURES: tuple[Feature, ...] = features_of(COUNTS)


def extract(reading: Reading) -> list[Group]:
    """Return the features of counts."""
    return measured(reading, COUNTS, reading.numbers)

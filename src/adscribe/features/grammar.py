"""The names of features: conditions joined by ``&``; what each rests on can be read from it."""

from __future__ import annotations

from collections.abc import Mapping

from adscribe.features.counts import COUNTS
from adscribe.features.history import HISTORY
from adscribe.features.rates import RATES
from adscribe.features.scales import Quantity
from adscribe.features.targets import TARGETS
from adscribe.features.volumes import VOLUMES

QUANTITIES: Mapping[str, Quantity] = {**VOLUMES, **COUNTS, **RATES, **TARGETS, **HISTORY}

_OTHERS = {
    "name": ("method", "submethod"),
    "text": ("description",),
    "port": ("ports",),
    "ports_well_known_share": ("ports",),
    "ports_registered_share": ("ports",),
    "ports_ephemeral_share": ("ports",),
    "protocols": ("protocol",),
}


def keys_of(name: str) -> tuple[str, ...]:
    """Return what a feature rests on, without duplicates.

    Examples
    --------
    >>> keys_of("SCANS&source=inside&targets=outside"), keys_of("uploaded_bytes~1e+09")
    (('method', 'source', 'targets'), ('upload',))
    """
    return tuple(dict.fromkeys(key for part in name.split("&") for key in _keys(part)))


def _keys(part: str) -> tuple[str, ...]:
    stem = part
    for mark in "~#:=":
        stem = stem.partition(mark)[0]
    if (quantity := QUANTITIES.get(stem)) is not None:
        return quantity.keys
    if (keys := _OTHERS.get(stem)) is not None:
        return keys
    if "=" in part:
        side, _, key = stem.rpartition(".")
        return ("targets", key) if side else (key,)
    return ("method", "submethod") if "/" in part else ("method",)

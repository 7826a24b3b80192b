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
    "rule": ("rule",),
    "says": ("rule",),
    "name": ("method", "submethod"),
    "text": ("description",),
    "said": ("submethod", "description"),
    "named_technique": ("submethod", "description"),
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


def is_fact(name: str) -> bool:
    """Tell whether a feature is one fact of the vocabulary, known or not, with the method.

    Examples
    --------
    >>> [is_fact(name) for name in ("SCANS&success=?", "SCANS&port=22", "SCANS/SYN&success=yes")]
    [True, False, False]
    """
    method, _, fact = name.partition("&")
    key, _, told = fact.partition("=")
    alone = bool(told) and "=" not in method and "&" not in told
    return alone and key not in _OTHERS and not any(mark in name for mark in "/~#:.")


def kind_of(name: str) -> str:
    """Return what kind of feature it is.

    ``rule``, ``name``, ``text``, ``said``, ``named_technique``, ``number``, ``cross`` or ``fact``.

    Examples
    --------
    >>> [kind_of(name) for name in ("says=T1046", "said:T1046", "SCANS&target_count~3", "SCANS&success=?")]
    ['rule', 'said', 'number', 'fact']
    >>> kind_of("SCANS&source=inside&targets=inside")
    'cross'
    """
    parts = name.split("&")
    stem = _stem(parts[-1])
    if _OTHERS.get(stem.rpartition(".")[2]) == ("rule",):
        return "rule"
    if stem in ("name", "text", "said", "named_technique"):
        return stem
    if stem in QUANTITIES:
        return "number"
    return "cross" if sum("=" in part for part in parts) > 1 else "fact"


def _keys(part: str) -> tuple[str, ...]:
    stem = _stem(part)
    if (quantity := QUANTITIES.get(stem)) is not None:
        return quantity.keys
    side, _, key = stem.rpartition(".")
    keys = _OTHERS.get(key) or ((key,) if "=" in part else None)
    if keys is not None:
        return ("targets", *keys) if side else keys
    return ("method", "submethod") if "/" in part else ("method",)


def _stem(part: str) -> str:
    for mark in "~#:=":
        part = part.partition(mark)[0]
    return part

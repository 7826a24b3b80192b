"""What an explanation calls that which isn't a fact of the context: what isn't known, and bare numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Collection

from adscribe.context import Context
from adscribe.context.vocabulary import load_vocabulary
from adscribe.context.words import count, cut, duration, listing, number, percent, size
from adscribe.event.characteristics import CHARACTERISTICS
from adscribe.features.steps import NUMBERS
from adscribe.features.text import TEXTS
from adscribe.sensors.flowmon.words import called

SITE = ("source_role", "target_role", "role_fit", "segment", "schedule")
"""Keys that only the site can tell."""

_UNKNOWN = {
    "source": "where the source lies",
    "targets": "where the targets lie",
    "source_role": "the role of the source",
    "target_role": "the role of the target",
    "role_fit": "whether the traffic fits the source's role",
    "segment": "the network segment",
    "ot_end": "whether an end is part of a plant",
    "authorised": "whether the site allows it",
    "known_cause": "a cause",
    "fp_label": "whether it is a false positive",
    "filter_mismatch": "whether an end lies in the assigned filter",
    "success": "whether it succeeded",
    "distributed": "whether several sources share it",
    "target_scale": "the number of targets",
    "scan_shape": "the shape of the scan",
    "port_scale": "the number of ports",
    "client_scale": "the number of failing clients",
    "id_scale": "the number of SIP identifiers",
    "device_count": "the number of hidden devices",
    "domains": "the number of generated names",
    "attempts": "the number of attempts",
    "attempts_per_target": "the number of attempts for each target",
    "interval": "the time between attempts",
    "packets": "the number of packets",
    "upload": "the amount sent",
    "download": "the amount received",
    "flow_balance": "which direction carries more",
    "direction": "the main direction",
    "response_ratio": "the share of answered attempts",
    "change": "how it compares with the usual value",
    "increase": "on which side the learned range is left",
    "comm": "whether there was a contact or only a look-up",
    "schedule": "whether people work at that time",
    "service": "the service",
    "protocol": "the protocol",
    "prior": "what happened on these hosts before",
    "peer_kind": "the kind of the peer",
    "addr_kind": "the kind of the source's address",
    "mac_kind": "the kind of the hardware address",
    "list_kind": "the kind of the list",
    "family": "the kind of threat",
    "target_feature": "whether the server asks for a login",
    "probability": "how sure the detector is",
    "activity": "the kind of session",
    "ot_metric": "which counter differs",
}

_BOTH_ROLES = "the roles of both ends"
_WITHOUT = {
    "role_fit": ("source_role",),
    "flow_balance": ("upload", "download"),
    "attempts_per_target": ("attempts", "target_scale"),
    "increase": ("change",),
}
"""What can't be known while something else isn't: only that is told."""

_PHRASES = {
    "duration_seconds": "counted over {}",
    "latency_seconds": "a delay of {}",
    "response_ratio": "{} of the attempts answered",
    "top_peer_bytes": "{} exchanged with the busiest peer",
    "transferred_bytes": "{} in both directions",
    "uploaded_max_bytes": "at most {} sent in one connection",
    "downloaded_max_bytes": "at most {} received in one connection",
    "uploaded_current_bytes": "{} sent in the latest window",
    "uploaded_max_current_bytes": "at most {} sent in one connection of the latest window",
    "uploaded_average_bytes": "{} is what a device usually sends in this way",
    "downloaded_average_bytes": "{} is what a device usually receives in this way",
    "reply_bytes": "{} in the reply that was repeated",
    "targets_current_count": "{} targets in the latest window",
    "received_packets_count": "{} packets received",
}
_SHARES = ("response_ratio",)
_MOST_UNKNOWN = 3
_MOST_QUOTED = 100
_LISTS_FIELDS = re.compile(r"[{}=]|:\s*'")
"""A description that is the report's fields in a row says nothing beside them."""


def reported(context: Context) -> str:
    """Return what the sensor says that it saw.

    Examples
    --------
    A report of the method SCANS and its submethod TCPSYN: ``the sensor reports a TCP SYN scan``.
    """
    event = context.event
    said = f"the sensor reports {called(event.method, event.submethod)}"
    family = context.facts.get("family")
    if family is None:
        return said
    vocabulary = load_vocabulary()
    word = vocabulary.keys["family"].word(family.values[0])
    if word.rpartition(" ")[2] in said.lower():
        # The name says it already.
        return said
    if vocabulary.family(event.submethod or "") is not None:
        return f"{said}, which stands for {word}"
    return f"{said}, and its description tells of {word}"


def quoted(context: Context) -> str:
    """Return the words of a report that count: those of the sensor's own fields, else its description's."""
    event = context.event
    said = "; ".join(str(event.characteristics[name]) for name in TEXTS if event.characteristics.get(name))
    if not said and event.description and not _LISTS_FIELDS.search(event.description):
        said = event.description.partition(". ")[0]
    words = cut(said, _MOST_QUOTED).replace('"', "'")
    return f'the report says "{words}"' if words else "the wording of the report"


def is_measured(key: str, context: Context) -> bool:
    """Tell whether an event or its context has a number under a key."""
    return _value(NUMBERS.get(key, key), context) is not None


def measured(key: str, context: Context) -> str | None:
    """Return a number of the event or its context in words; ``None`` where it has none under the key."""
    name = NUMBERS.get(key, key)
    value = _value(name, context)
    if value is None:
        return None
    amount = _amount(name, value)
    if (phrase := _PHRASES.get(name)) is not None:
        return phrase.format(amount)
    return f"{_named(name)}: {amount}"


def _value(name: str, context: Context) -> float | None:
    value = context.measures.get(name, context.event.characteristics.get(name))
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        return None
    return value


def earlier(context: Context) -> str:
    """Return what is known of the hosts' history where it holds nothing conspicuous."""
    if not context.history:
        return "no earlier event of these hosts is known"
    return f"{count(context.history, 'earlier event')} of the same host within 24 hours"


def unknown(keys: Collection[str]) -> str:
    """Return what is not known, as one sentence.

    Examples
    --------
    >>> unknown(["success"])
    'whether it succeeded is not known'
    >>> unknown(["source_role", "target_role", "role_fit", "schedule"])
    'not known: the roles of both ends and whether people work at that time'
    """
    phrases = {
        key: _UNKNOWN.get(key, f"the {_plain(key)}")
        for key in keys
        if not any(other in keys for other in _WITHOUT.get(key, ()))
    }
    if {"source_role", "target_role"} <= phrases.keys():
        phrases["source_role"] = _BOTH_ROLES
        del phrases["target_role"]
    told = tuple(phrases.values())
    if len(told) > 1:
        return f"not known: {listing(told, _MOST_UNKNOWN)}"
    return f"{told[0]} {'are' if told[0] == _BOTH_ROLES else 'is'} not known"


def _named(name: str) -> str:
    """Return a number's name as a sensor's reader knows it, without remarks."""
    return CHARACTERISTICS.get(name, _plain(name)).partition(";")[0].partition(" (")[0]


def _plain(name: str) -> str:
    for unit in ("_bytes", "_seconds", "_count", "_ratio"):
        name = name.removesuffix(unit)
    return name.replace("_", " ")


def _amount(name: str, value: float) -> str:
    if name.endswith("_bytes"):
        return size(value)
    if name.endswith("_seconds"):
        return duration(value)
    return percent(value) if name in _SHARES else number(value)

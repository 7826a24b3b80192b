"""The detail of an event in the sensor's words: the phrases that its reader knows, filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from adscribe.sensors.flowmon.phrases import Phrase, phrases

_PERCENT = ("difference_ratio", "increase_ratio", "probability_ratio")
_SIZES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_SCANS = {
    **{"TCPSYN": "TCP SYN", "TCPFIN": "TCP FIN", "TCPNull": "TCP null", "TCPXmas": "TCP Xmas"},
    **{"UDP": "UDP", "ARP": "ARP", "Invite": "INVITE", "Options": "OPTIONS", "Register": "REGISTER"},
}
_TRANSPORTS = {6: "TCP", 17: "UDP"}


USUAL = 0.75
"""Share of events that today's phrase words."""


def describe(event: Mapping[str, Any], taste: float) -> str | None:
    """Return the detail of a native event; ``None`` where no phrase of its method can be filled.

    Parameters
    ----------
    event : mapping
        The native event.
    taste : float
        From 0 up to 1. Today's phrase is usual; from `USUAL` on it is one that says the same in other
        words, or as an earlier version did.
    """
    fitting = []
    for phrase in _usable(event["method"], event.get("submethod")):
        texts = [_gap(name, event) for name in phrase.names]
        if None not in texts:
            fitting.append((phrase, texts))
    if not fitting:
        return None
    other = max(taste - USUAL, 0.0) / (1 - USUAL)
    phrase, filled = fitting[int(other * len(fitting))]
    return (
        phrase.pieces[0]
        + "".join(f"{text}{piece}" for text, piece in zip(filled, phrase.pieces[1:], strict=True))
        + "."
    )


@cache
def _usable(method: str, submethod: str | None) -> Sequence[Phrase]:
    found = phrases().get(method, ())
    own = tuple(phrase for phrase in found if phrase.submethod == submethod)
    rest = tuple(phrase for phrase in found if phrase.submethod is None)
    return (*own, *rest) if method != "SCANS" or submethod != "PortBased" else own


def _gap(name: str, event: Mapping[str, Any]) -> str | None:
    """Return the text for a gap; ``None`` where the event doesn't know it."""
    characteristics: Mapping[str, Any] = event["characteristics"]
    name, _, unit = name.partition(" in ")
    match name:
        case "_":
            return _balance(characteristics) if event["method"] == "COUNTRY" else None
        case "ports" | "protocols":
            return ", ".join(map(str, event[name])) if event.get(name) else None
        case "target_count":
            return str(event["target_count"]) if event.get("target_count") else None
        case "direction":
            return event.get("direction")
        case "submethod":
            return _spoken(event["submethod"])
        case "success_word" | "response_word":
            return _outcome(name, event)
        case "attack":
            return "Distributed attack" if characteristics.get("distributed") else "Attack"
        case "scan":
            shape, kind = characteristics.get("scan_shape"), _SCANS.get(event["submethod"])
            return " ".join(filter(None, (shape.capitalize() if shape else None, kind)))
        case "transport":
            transport = _TRANSPORTS.get(next(iter(event.get("protocols", ())), 0))
            return f"{transport}/{event['ports'][0]}" if transport and event.get("ports") else None
    negative = name.startswith("-")
    name = name.removeprefix("-")
    if name.endswith("*"):
        name = next((key for key in characteristics if key.startswith(name[:-1])), name)
    value = characteristics.get(name)
    if value is None or isinstance(value, bool):
        return None
    if name == "difference_ratio":
        if negative != (value < 0):
            return None
        value = abs(value)
    if isinstance(value, str):
        return value
    return f"{value / 60:.0f}" if unit == "min" else _number(name, value, event["method"])


def _outcome(name: str, event: Mapping[str, Any]) -> str | None:
    success = event.get("success")
    if success is None:
        return None
    if name == "response_word":
        return "with" if success else "without"
    word = "successful" if success else "unsuccessful"
    return word.capitalize() if event["method"] in ("DIRINET", "DNSANOMALY") else word


def _spoken(submethod: str) -> str:
    """Return a submethod as phrases say it."""
    if submethod == "IEC104":
        return "IEC 104"
    return _SCANS.get(submethod, submethod.removesuffix("Protocol"))


def _balance(characteristics: Mapping[str, Any]) -> str:
    received = characteristics.get("downloaded_bytes", 0)
    return f"{characteristics.get('uploaded_bytes', 0) / received:.1f}" if received else "0.0"


def _number(name: str, value: float, method: str) -> str:
    if name.endswith("_bytes"):
        return size(value)
    if name.endswith("_seconds"):
        return f"{value * 1000:.0f} ms" if value < 1 else f"{value:g} s"
    if name in _PERCENT or (method == "ANOMALY" and name.endswith("_ratio")):
        return f"{value:.1%}" if name != "probability_ratio" else f"{value:.0%}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def size(value: float) -> str:
    """Return an amount of data as the sensor writes it.

    Examples
    --------
    >>> size(10_004), size(5 * 2**30), size(12)
    ('9.77 KiB', '5 GiB', '12 B')
    """
    unit = 0
    while value >= 1024 and unit < len(_SIZES) - 1:
        value /= 1024
        unit += 1
    return f"{value:.2f}".rstrip("0").rstrip(".") + f" {_SIZES[unit]}"

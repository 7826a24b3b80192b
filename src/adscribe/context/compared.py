"""What a value is that a sensor compares with the usual one, and both as a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from adscribe.context.view import View
from adscribe.context.words import duration, number, percent, size

_COUNTED = {
    "ANOMALY/ActiveDevices": "active devices",
    "ANOMALY/CountUnpaired": "connections without an answer",
    "ANOMALY/OtherFlow": "connections of other protocols",
    "ANOMALY/Peers": "peers",
    "ANOMALY/ProvidedServices": "services provided",
    "ANOMALY/ReceivedFlows": "connections received",
    "ANOMALY/ReceivedPackets": "packets received",
    "ANOMALY/Requests": "requests",
    "ANOMALY/Responses": "responses",
    "ANOMALY/SentFlows": "connections opened",
    "ANOMALY/SentPackets": "packets sent",
    "ANOMALY/ServiceCount": "services used or provided",
    "ANOMALY/TCPFlow": "TCP connections",
    "ANOMALY/UDPFlow": "UDP connections",
    "ANOMALY/UsedServices": "services used",
    "BROKENSEN": "transmissions",
    "BROKENSEN/Packets": "packets",
    "DHCPANOM": "packets of DHCP traffic",
    "DNSQUERY": "DNS queries",
    "ICGUARD": "packets a second",
    "ICMPANOM/DestinationUnreachIP": "messages of unreachable destinations",
    "ICMPANOM/DestinationUnreachNetwork": "messages of unreachable destinations",
    "PEERS": "partners",
    "SMTPANOMALY": "e-mails",
}
_SIZED = {
    "ANOMALY/ReceivedBytes": "data received",
    "ANOMALY/SentBytes": "data sent",
    "BROKENSEN": "data",
    "BROKENSEN/Bytes": "data",
    "DHCPANOM": "DHCP traffic",
    "ICMPANOM/LargePayload": "payload in a packet",
    "COUNTRY": "data",
}
_NAMED = {
    "ANOMALY/PercentUnpaired": "share of connections without an answer",
    "BROKENSEN/Duration": "duration of the communication",
    "BROKENSEN/Period": "time between transmissions",
    "DOS": "ratio of packets in to packets out",
    "GEODIST": "entropy of the partners' countries",
    "LATENCY": "delay",
}
_SHARES = ("ANOMALY/PercentUnpaired",)
"""Ratios that are shares."""

_LEARNED = {"ANOMALY": "the predicted", "GEODIST": "the allowed"}
_TIMES = 3.0
"""From here on a growth is told by how many times the usual value it is."""


def text(view: View, now: float, usual: float, unit: str) -> str:
    """Return a value and the one that it is compared with as a sentence.

    Parameters
    ----------
    view : View
        The event, which tells what is measured.
    now, usual : float
        The values. With the unit ``ratio`` and a usual value that isn't reported `usual` is 1.
    unit : {"count", "bytes", "ratio", "seconds", "value"}
        Of both.
    """
    event = view.event
    if unit == "value":
        low, high = view.number("expected_min_value") or 0, view.number("expected_max_value") or 0
        return f"a value of {number(now)} where {number(low)} to {number(high)} was learned"
    if unit == "ratio" and None in (view.number("current_ratio"), view.number("compared_ratio")):
        return _relative(view, now)
    against = _LEARNED.get(event.method, "the usual")
    if unit == "count":
        noun = _of(_COUNTED, view) or "counted"
        return f"{number(now)} {noun} against {against} {number(usual)}"
    if unit == "bytes":
        sized = _of(_SIZED, view)
        return f"{size(now)}{f' of {sized}' if sized else ''} against {against} {size(usual)}"
    is_share = f"{event.method}/{event.submethod}" in _SHARES
    shown = duration if unit == "seconds" else percent if is_share else number
    noun = _of(_NAMED, view) or ("a time" if unit == "seconds" else "a ratio")
    return f"{noun} {shown(now)} against {against} {shown(usual)}"


def _relative(view: View, ratio: float) -> str:
    """Return a value of which only the ratio to the usual one is reported."""
    kinds = ((_COUNTED, "number of "), (_SIZED, "amount of "), (_NAMED, ""))
    # What a submethod measures goes before what its method does.
    found = (f"{kind}{nouns[name]}" for name in _names(view) for nouns, kind in kinds if name in nouns)
    what = f"the usual {next(found, 'value')}"
    if ratio >= _TIMES:
        return f"{number(ratio)} times {what}"
    return f"{percent(abs(ratio - 1))} {'above' if ratio >= 1 else 'below'} {what}"


def _of(nouns: Mapping[str, str], view: View) -> str | None:
    return next((nouns[name] for name in _names(view) if name in nouns), None)


def _names(view: View) -> tuple[str, str]:
    method = view.event.method
    return f"{method}/{view.event.submethod}", method

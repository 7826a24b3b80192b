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
    counted, sized, named = (_of(nouns, view) for nouns in (_COUNTED, _SIZED, _NAMED))
    if named is not None:
        what = f"the usual {named}"
    elif sized is not None:
        what = f"the usual amount of {sized}"
    else:
        what = f"the usual number of {counted}" if counted else "the usual value"
    if ratio >= _TIMES:
        return f"{number(ratio)} times {what}"
    return f"{percent(abs(ratio - 1))} {'above' if ratio >= 1 else 'below'} {what}"


def _of(nouns: Mapping[str, str], view: View) -> str | None:
    method = view.event.method
    return nouns.get(f"{method}/{view.event.submethod}") or nouns.get(method)

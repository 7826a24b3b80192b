"""What an explanation calls that which isn't a fact of the context."""

from __future__ import annotations

from adscribe.context import Context
from adscribe.context.vocabulary import load_vocabulary
from adscribe.context.words import duration, listing, size
from adscribe.event.characteristics import CHARACTERISTICS
from adscribe.features.steps import NUMBERS

_UNKNOWN = {
    "source": "where the source lies",
    "targets": "where the targets lie",
    "source_role": "the role of the source",
    "target_role": "the role of the target",
    "role_fit": "whether the traffic fits the source's role",
    "segment": "the network segment",
    "authorised": "whether the site allows it",
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
    "attempts_per_target": "the number of attempts a target",
    "interval": "the time between attempts",
    "packets": "the number of packets",
    "upload": "the amount sent",
    "download": "the amount received",
    "flow_balance": "which direction carries more",
    "direction": "the main direction",
    "response_ratio": "the share of answered attempts",
    "change": "the change against the usual value",
    "increase": "on which side the learned range is left",
    "comm": "whether there was a contact or only a query",
    "schedule": "whether people work at that time",
    "service": "the service",
    "prior": "what happened on these hosts before",
    "peer_kind": "the kind of the peer outside",
    "addr_kind": "the kind of the source's address",
    "list_kind": "the kind of the list",
    "family": "the kind of threat",
    "target_feature": "whether the server asks for a login",
    "probability": "the certainty of the detector",
    "activity": "the kind of session",
    "ot_metric": "which counter differs",
}


def in_words(key: str, context: Context) -> str:
    """Return what an event says, or doesn't, under a key of a feature that is no fact.

    Parameters
    ----------
    key : str
        As in `adscribe.features.Feature`.
    context : Context
        The event.

    Examples
    --------
    A report that has no success flag: ``whether it succeeded is not known``.
    """
    event = context.event
    if key == "method":
        return (
            f"reported as {event.method}/{event.submethod}"
            if event.submethod
            else f"reported as {event.method}"
        )
    if key == "description":
        return "the words of the report"
    if key == "ports":
        return _ports(context)
    measure = NUMBERS.get(key, key)
    number = context.measures.get(measure, event.characteristics.get(measure))
    if isinstance(number, int | float) and not isinstance(number, bool):
        return f"{_named(measure)}: {_amount(measure, number)}"
    if key == "prior":
        return "no earlier event of these hosts is known" if not context.history else "what happened before"
    if key in load_vocabulary().keys:
        return f"{_UNKNOWN.get(key, f'the {_plain(key)}')} is not known"
    return f"{_plain(key)} is not known"


def _ports(context: Context) -> str:
    ports = context.event.ports
    if not ports:
        return "no port is known"
    # The service names the ports, so they are told as one.
    service = context.facts.get("service")
    return service.text if service else f"port {listing(tuple(map(str, ports)))}"


def _named(measure: str) -> str:
    """Return a number's name as a sensor's reader knows it, without remarks."""
    return CHARACTERISTICS.get(measure, _plain(measure)).partition(";")[0].partition(" (")[0]


def _plain(name: str) -> str:
    for unit in ("_bytes", "_seconds", "_count", "_ratio"):
        name = name.removesuffix(unit)
    return name.replace("_", " ")


def _amount(measure: str, number: float) -> str:
    if measure.endswith("_bytes"):
        return size(number)
    if measure.endswith("_seconds"):
        return duration(number)
    return f"{number:,.4g}" if number < 1000 else f"{number:,.0f}"

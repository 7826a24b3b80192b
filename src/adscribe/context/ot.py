"""Which counter of an OT event differs from what was learnt."""

from __future__ import annotations

from adscribe.context.view import View
from adscribe.context.words import cut
from adscribe.event.characteristics import CHARACTERISTICS

_WORDS = (
    ("app_control", ("application control", "app control")),
    ("config", ("configuration",)),
    ("file", ("file",)),
    ("write", ("write",)),
    ("control", ("control",)),
    ("asdu_control", ("asdu type", "cause of transmission", "asdu cause")),
    ("read", ("read",)),
    ("diagnostic", ("diagnostic",)),
    ("undefined", ("undefined", "reserved")),
    ("error", ("error", "malformed", "rejected")),
    ("volume", ("packet", "bytes", "transferred", "duration", "length", "amount")),
)

_COUNTERS = (
    ("app_control", ("app_control_requests_count",)),
    ("config", ("configuration_requests_count",)),
    ("file", ("file_requests_count",)),
    ("write", ("write_requests_count",)),
    ("control", ("control_requests_count",)),
    ("asdu_control", ("asdu_types_count", "asdu_causes_count")),
    ("read", ("read_requests_count",)),
    ("diagnostic", ("diagnostic_requests_count",)),
    ("undefined", ("undefined_requests_count", "reserved_requests_count")),
    ("error", ("error_requests_count", "malformed_requests_count", "malformed_responses_count")),
)

_VOLUMES = ("mean_packets_count", "max_packets_count", "mean_bytes", "max_bytes", "request_packets_count")


def derive(view: View) -> None:
    """Note ``ot_metric``: by the sensor's words, else by the largest counter of a function."""
    if view.event.method != "OTCLANOM":
        return
    words = view.text("differing_metrics").lower()
    for metric, parts in _WORDS:
        if any(part in words for part in parts):
            said = cut(view.text("differing_metrics").replace(" count", ""))
            view.put("ot_metric", metric, "event: differing metrics", f"what differs: {said}")
            return
    if words:
        return
    counts = [
        (sum(view.number(name) or 0 for name in names), metric, names[0]) for metric, names in _COUNTERS
    ]
    most, metric, name = max(counts, key=lambda entry: entry[0])
    if most > 0:
        text = f"{CHARACTERISTICS[name]}: {most:,.0f}"
        view.put("ot_metric", metric, "event: counters", text)
    elif any(view.number(name) for name in _VOLUMES):
        view.put("ot_metric", "volume", "event: counters", "only the amount of traffic differs")

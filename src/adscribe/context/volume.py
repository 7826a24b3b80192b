"""How much data went which way, and how far from what is usual."""

from __future__ import annotations

from adscribe.context import compared
from adscribe.context.view import View
from adscribe.context.words import number, size

BALANCE = 5.0
"""One direction outweighs the other when it carries this many times as much."""

_QUANTITIES = ("count", "bytes", "ratio", "seconds")


def derive(view: View) -> None:
    """Note ``upload``, ``download``, ``flow_balance``, ``direction``, ``change`` and ``increase``."""
    sent, received = _volumes(view)
    if sent is not None:
        view.measures["uploaded_bytes"] = sent
        text = f"{size(sent)} sent" if sent else "nothing sent"
        view.step("upload", sent, "event: bytes", text, view.targets)
    if received is not None:
        view.measures["downloaded_bytes"] = received
        text = f"{size(received)} received" if received else "nothing received"
        view.step("download", received, "event: bytes", text, view.targets)
    if sent is not None and received is not None and sent + received > 0:
        back = f"{size(received)} received" if received else "nothing received"
        text = f"{size(sent)} sent, {back}" if sent else f"nothing sent, {back}"
        view.put("flow_balance", _balance(sent, received), "event: bytes", text, view.targets)
    _direction(view)
    _change(view)


def _volumes(view: View) -> tuple[float | None, float | None]:
    sent = view.number("uploaded_bytes")
    received = view.number("downloaded_bytes")
    sent_each = [target.sent_bytes for target in view.event.targets if target.sent_bytes is not None]
    received_each = [
        target.received_bytes for target in view.event.targets if target.received_bytes is not None
    ]
    if sent is None and sent_each:
        sent = sum(sent_each)
    if received is None and received_each:
        received = sum(received_each)
    moved = view.number("transferred_bytes")
    if moved is not None:
        view.measures["transferred_bytes"] = moved
        # The main direction carries most of it.
        if sent is None and view.event.direction == "upload":
            sent = moved
        if received is None and view.event.direction == "download":
            received = moved
    return sent, received


def _balance(sent: float, received: float) -> str:
    if sent >= BALANCE * received:
        return "upload"
    return "download" if received >= BALANCE * sent else "balanced"


def _direction(view: View) -> None:
    if view.event.direction is not None:
        text = f"the main direction of the data is {view.event.direction}"
        view.put("direction", view.event.direction, "event: direction", text)
        return
    flows = [
        target
        for target in view.targets
        if target.sent_bytes is not None and target.received_bytes is not None
    ]
    sent = sum(target.sent_bytes or 0 for target in flows)
    received = sum(target.received_bytes or 0 for target in flows)
    if sent != received:
        text = f"{size(sent)} sent to and {size(received)} received from the targets"
        view.put("direction", "upload" if sent > received else "download", "event: bytes of targets", text)


def _change(view: View) -> None:
    now, usual, unit = _compared(view)
    if now is None:
        return
    if usual is None:
        ratio, up = now, True
        text = f"{number(now)} requests for each response"
    else:
        up = now >= usual
        higher, lower = (now, usual) if up else (usual, now)
        ratio = higher / lower if lower > 0 else float("inf") if higher > 0 else 1.0
        text = compared.text(view, now, usual, unit)
    view.measures["change_ratio"] = min(ratio, 1e12)
    view.step("change", ratio, "event: values compared", text)
    if usual is not None and now != usual:
        view.put("increase", "up" if up else "down", "event: values compared", text)


def _compared(view: View) -> tuple[float | None, float | None, str]:
    for unit in _QUANTITIES:
        now, usual = view.number(f"current_{unit}"), view.number(f"compared_{unit}")
        if now is not None and usual is not None:
            return now, usual, unit
    value = view.number("actual_value")
    low, high = view.number("expected_min_value"), view.number("expected_max_value")
    if value is not None and low is not None and high is not None:
        return value, low if value < low else high, "value"
    emails, average = view.number("emails_count"), view.number("compared_count")
    if emails is not None and average is not None:
        return emails, average, "count"
    share = view.number("difference_ratio", "increase_ratio")
    if share is not None:
        return max(1 + share, 0.0), 1.0, "ratio"
    return view.number("request_response_ratio"), None, "ratio"

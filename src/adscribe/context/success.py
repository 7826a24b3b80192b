"""Whether it worked, and how sure the detector is."""

from __future__ import annotations

from adscribe.context.view import View
from adscribe.context.words import count, cut, percent, size

_ANSWERED = ("BLACKLIST", "TELNET")
"""Methods in which any reply is the success: the peer was reached, or the session went both ways."""

_ANSWERED_SUBMETHODS = ("SmbTraffic", "SuspiciousExtService")

_SESSIONS = ("screen", "desktop", "shared", "session", "remote control", "connected to a remote")


def derive(view: View) -> None:
    """Note ``success``, ``response_ratio``, ``distributed``, ``probability`` and ``activity``."""
    _success(view)
    _answers(view)
    if "distributed" in view.event.characteristics:
        shared = bool(view.event.characteristics["distributed"])
        text = "several sources share the attack" if shared else "a single source attacks"
        view.put("distributed", "yes" if shared else "no", "event: distributed", text)
    probability = view.number("probability_ratio")
    if probability is not None:
        text = f"the detector is {percent(probability)} sure"
        view.step("probability", probability, "event: probability", text)
    activity = view.text("activity")
    if activity:
        in_session = any(word in activity.lower() for word in _SESSIONS)
        text = f"activity: {cut(activity)}"
        view.put("activity", "session" if in_session else "idle", "event: activity", text)


def _success(view: View) -> None:
    event = view.event
    if event.success is not None:
        text = "it succeeded" if event.success else "it did not succeed"
        view.put("success", "yes" if event.success else "no", "event: success", text)
        return
    if event.method not in _ANSWERED and event.submethod not in _ANSWERED_SUBMETHODS:
        return
    responses = view.number("responses_count")
    received = view.number("downloaded_bytes", "downloaded_max_bytes")
    if responses is not None:
        text = f"{count(responses, 'request')} answered" if responses else "no request answered"
        view.put("success", "yes" if responses else "no", "event: responses", text)
    elif received is not None and view.text("communication") != "dns":
        text = f"{size(received)} came back" if received else "nothing came back"
        view.put("success", "yes" if received else "no", "event: bytes", text)


def _answers(view: View) -> None:
    answered, unanswered = view.number("successful_count"), view.number("unsuccessful_count")
    asked = view.number("flows_count")
    responses = view.number("responses_count")
    if answered is not None and unanswered is not None:
        asked = answered + unanswered
    elif answered is None:
        answered = responses
    if answered is None or not asked:
        return
    share = min(answered / asked, 1.0)
    view.measures["response_ratio"] = share
    text = f"{answered:,.0f} of {count(asked, 'attempt')} answered"
    view.step("response_ratio", share, "event: answers", text)

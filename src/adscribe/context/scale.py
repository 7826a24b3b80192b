"""How much of it: targets, ports, attempts, packets, and how fast."""

from __future__ import annotations

from adscribe.context.view import View
from adscribe.context.words import count, duration, number


def derive(view: View) -> None:
    """Note the scales of the vocabulary."""
    _targets(view)
    _attempts(view)
    ports = view.number("ports_count") or len(view.event.ports)
    if ports:
        view.measures["ports_count"] = ports
        view.step("port_scale", ports, "event: ports", count(ports, "port"))
    packets = view.number("packets_count", "sent_packets_count")
    if packets is not None:
        view.measures["packets_count"] = packets
        view.step("packets", packets, "event: packets", count(packets, "packet"))
    clients = view.number("clients_unsuccessful_count")
    if clients is not None:
        view.step("client_scale", clients, "event: clients", f"{count(clients, 'client')} not served")
    identifiers = view.number("identifiers_count")
    if identifiers is not None:
        view.step("id_scale", identifiers, "event: identifiers", count(identifiers, "SIP identifier"))
    domains = [domain for domain in view.text("domains").split(",") if domain.strip()]
    if domains and view.event.method == "RANDOMDOMAIN":
        view.step("domains", len(domains), "event: domains", count(len(domains), "generated-looking name"))
    devices = view.number("hidden_devices_count")
    if devices is not None:
        text = f"{count(devices, 'device')} behind one address"
        if view.vocabulary.step("device_count", devices) == "invalid":
            text = "a number of devices that overflowed"
        view.step("device_count", devices, "event: devices", text)


def _targets(view: View) -> None:
    counted, listed = view.counted_targets, len(view.targets)
    if counted:
        view.measures["target_count"] = counted
        text = count(counted, "target") if counted > 1 else "a single target"
        text += f", {listed:,} of them listed" if counted > listed > 0 else ""
        view.step("target_scale", counted, "event: targets", text, view.targets)


def _attempts(view: View) -> None:
    attempts = view.number(
        "attempts_total_count",
        "attempts_current_count",
        "flows_count",
        "repetitions_count",
        "queries_count",
        "emails_count",
    )
    if attempts is None:
        answered, unanswered = view.number("successful_count"), view.number("unsuccessful_count")
        if answered is not None or unanswered is not None:
            attempts = (answered or 0) + (unanswered or 0)
    if attempts is not None:
        view.measures["attempts_count"] = attempts
        view.step("attempts", attempts, "event: attempts", count(attempts, "attempt"))
    targets = view.measures.get("target_count")
    if attempts is not None and targets:
        each = attempts / targets
        view.measures["attempts_per_target_ratio"] = each
        per = f", {number(each)} for each target" if targets > 1 else ""
        text = f"{count(attempts, 'attempt')}{per}"
        view.step("attempts_per_target", each, "event: attempts, targets", text, view.targets)
    pause = view.number("average_interval_seconds")
    spent = view.number("duration_seconds")
    if (
        pause is None
        and spent is not None
        and attempts is not None
        and attempts > 1
        and view.event.method != "DNSQUERY"
    ):
        pause = spent / (attempts - 1)
    if pause is not None:
        view.measures["average_interval_seconds"] = pause
        text = f"{duration(pause)} between attempts on average"
        view.step("interval", pause, "event: interval", text)

"""A behaviour happens: its events, report by report, as a sensor would see them and with their truth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from adscribe.event import Event
from adscribe.event.native import from_native
from adscribe.sensors.flowmon.names import METHODS
from adscribe.site import Site
from adscribe.training.simulation import agreement
from adscribe.training.simulation.behaviours import Behaviour, Growth, Template
from adscribe.training.simulation.casting import NoSuchHost, cast
from adscribe.training.simulation.definitions import Emit, Ends
from adscribe.training.simulation.draw import Draw
from adscribe.training.simulation.network import Host, Network
from adscribe.training.simulation.truth import Situation, Truth
from adscribe.training.simulation.values import rounded
from adscribe.training.simulation.wording import describe
from adscribe.training.simulation.world import Threat, World

LONGEST_PAUSE = 55 * 60
"""Seconds between two reports of an event: below the inactivity timeout."""

_SEVERITIES = ("informational", "low", "medium", "high", "critical")
_SEVERITY = {
    **dict.fromkeys(("DOS", "REFLECTDOS", "SRVNA"), 4),
    **dict.fromkeys(("BROKENSEN", "DHCPANOM", "DICTATTACK", "RDPDICT", "SMTPANOMALY", "SSHDICT"), 3),
    **dict.fromkeys(("ANOMALY", "BPATTERNS", "COUNTRY", "DIVCOM", "DNSQUERY", "GEODIST", "HTTPDICT"), 1),
    **dict.fromkeys(("IPV6TUNNEL", "MULTICAST", "SIPSCAN", "TEAMVIEWER", "UPLOAD", "WEBSHARE"), 1),
    **dict.fromkeys(("NATDET", "RANDOMDOMAIN", "VOIP", "VPN"), 0),
}
"""Severity of a method in the vendor's samples of 13.0; medium where it isn't here."""

_SCANS: dict[str | None, list[int]] = {"UDP": [17], "ARP": [], "PortBased": [6]}
_LOGINS = {
    **{"SMTPProtocol": (25,), "SambaProtocol": (445,), "VNCProtocol": (5900,), "IMAPProtocol": (143,)},
    **{"POP3Protocol": (110,), "FTPProtocol": (21,), "SSHProtocol": (22,), "TelnetProtocol": (23,)},
    **{"RDPProtocol": (3389,), "HTTPProtocol": (80,)},
}
_TELLS_SUCCESS = frozenset(("SSHDICT", "TOR", "HONEYPOT", "DIRINET", "DNSANOMALY", "IPV6TUNNEL"))
"""Methods that report failure too; of others a success may be known from flows, a failure isn't."""

_LATEST_WINDOW = ("current_", "compared_", "device_", "reply_", "peak_", "expected_", "actual_")
_STEADY_PARTS = ("_average_", "_max_", "_current_")


@dataclass(frozen=True, slots=True)
class Report:
    """A report with its truth.

    Attributes
    ----------
    at : int
        When it was reported, in seconds since 1970.
    native : dict
        The event in adscribe's own form.
    truth : Truth
        What an expert who knows what happened says of the event as it stands.
    event : int
        Number of the event among those of its behaviour.
    revision : int
        From 1.
    name_form : str or None
        ``published``, ``new``, ``paraphrased`` or ``masked``: how a threat is named.
    """

    at: int
    native: dict[str, Any]
    truth: Truth
    event: int
    revision: int
    name_form: str | None = None


@dataclass(slots=True)
class Scene:
    """Where behaviours happen.

    Attributes
    ----------
    network, site, world : Network, Site, World
        The place as it is, as its site file knows it, and the world around.
    draw : Draw
        Decides.
    masked : float
        Share of threats whose name is hidden or put in other words.
    sensor : str
        Kind and version of the sensor.
    """

    network: Network
    site: Site
    world: World
    draw: Draw
    masked: float
    sensor: str
    resolvers: str = field(init=False)

    def __post_init__(self) -> None:
        servers = self.network.by_role.get("dns_server", ())
        self.resolvers = ", ".join(host.ip for host in servers[:3]) or "n/a"

    def happen(
        self,
        behaviour: Behaviour,
        parameters: Mapping[str, Any],
        start: int,
        who: Host,
        *,
        targets: Sequence[Sequence[Host]] = (),
    ) -> list[Report]:
        """Return the reports of one run of a behaviour, in no order of time.

        Parameters
        ----------
        behaviour : Behaviour
            What happens.
        parameters : mapping
            The parameters as they were drawn.
        start : int
            When, in seconds since 1970.
        who : Host
            The acting host.
        targets : sequence of sequences of Host, optional
            Targets of each event, where they are settled.
        """
        reports: list[Report] = []
        before: list[Host] = []
        for number, template in enumerate(behaviour.templates):
            if template.raw.chance < 1 and not self.draw.chance(template.raw.chance):
                continue
            settled = list(targets[number]) if number < len(targets) else []
            one = _Occurrence(self, behaviour, template, parameters, number)
            # Where the network has no hosts for an event, the behaviour happens without it.
            with suppress(NoSuchHost):
                source, before, count = self._ends(template, parameters, who, before, settled)
                at = start + int(template.after(self.draw, parameters))
                reports += list(one.reports(at, source, before, count))
        return reports

    def _ends(
        self,
        template: Template,
        parameters: Mapping[str, Any],
        who: Host,
        before: list[Host],
        settled: list[Host],
    ) -> tuple[Host, list[Host], int]:
        source = who
        if isinstance(template.raw.source, Ends):
            source = cast(template.raw.source, 1, self.network, self.draw, other=who)[0][0]
        elif template.raw.source == "targets":
            if not before:
                raise NoSuchHost
            source = before[0]
        if settled:
            return source, settled, len(settled)
        if isinstance(template.raw.targets, Ends) and template.count is not None:
            number = round(template.count(self.draw, parameters))
            return source, *cast(template.raw.targets, number, self.network, self.draw, other=source)
        if template.raw.targets == "same":
            return source, before, len(before)
        if template.raw.targets == "who":
            return source, [who], 1
        return source, [], 0


class _Occurrence:
    """One event of a behaviour."""

    def __init__(
        self,
        scene: Scene,
        behaviour: Behaviour,
        template: Template,
        parameters: Mapping[str, Any],
        number: int,
    ) -> None:
        self.scene = scene
        self.draw = scene.draw
        self.template = template
        self.cases = template.cases or behaviour.cases
        self.parameters = parameters
        self.number = number
        self.name_form: str | None = None
        self.threat: Threat | None = None

    def reports(self, at: int, source: Host, ends: list[Host], count: int) -> Iterator[Report]:
        """Yield the reports, each with all that is known then."""
        raw, draw = self.template.raw, self.draw
        scope: dict[str, Any] = {**self.parameters, "targets": count}
        native = self._opened(at, source)
        ports = self.template.ports(draw, scope) if self.template.ports else _login_ports(native)
        scope["ports"] = len(ports)
        values, hidden = self._values(scope)
        characteristics = native["characteristics"]
        characteristics.update(values)
        if ports:
            native["ports"] = list(ports)
        _as_reported(native)
        agreement.named(native)
        success = draw.chance(raw.success) if isinstance(raw.success, float) else raw.success
        growth = self.template.growth
        if success is None and growth is not None and growth.success and raw.method in _TELLS_SUCCESS:
            success = False
        if "average_interval_seconds" in characteristics:
            native["first_flow_at"] = _stamp(at - int(characteristics["duration_seconds"]))
        answer = characteristics.get("downloaded_bytes")
        if native["method"] == "TOR" and success is False and answer:
            characteristics["downloaded_bytes"] = 0
        reports = 1 + (round(growth.count(draw, scope)) if growth else 0)
        turning = draw.whole(2, reports) if growth and reports > 1 and draw.chance(growth.success) else 0
        forbidden: bool | None = None
        taste = draw.random()
        for revision in range(1, reports + 1):
            if revision > 1 and growth is not None:
                pause = min(int(growth.every(draw, scope)), LONGEST_PAUSE)
                at += pause
                ends, count = self._grown(
                    growth, native, hidden, scope, source, ends, count, pause, revision == reports
                )
            if revision == turning and growth is not None:
                success = True
                if native["method"] == "TOR" and answer:
                    characteristics["downloaded_bytes"] = answer
                for name, drawn in growth.on_success.items():
                    characteristics[name] = rounded(name, drawn(draw, {**scope, **characteristics}))
            self._told(native, ends, count, hidden, success, at if revision > 1 else None)
            native["description"] = describe(native, taste)
            snapshot = _copied(native)
            if forbidden is None:
                forbidden = self._forbidden(snapshot)
            situation = self._situation(snapshot, source, ends, count, success, forbidden)
            yield Report(at, snapshot, self.cases.of(situation), self.number, revision, self.name_form)

    def _opened(self, at: int, source: Host) -> dict[str, Any]:
        raw, draw = self.template.raw, self.draw
        native: dict[str, Any] = {"method": raw.method}
        characteristics: dict[str, Any] = {}
        if self.template.submethods is not None:
            submethod = self.template.submethods.draw(draw)
            if submethod:
                native["submethod"] = submethod
        else:
            native["submethod"], characteristics["threat"] = self._named(raw.method)
        native["instance"] = raw.instance or "Default"
        native["source"] = {"ip": source.ip}
        for key, value in (
            ("mac", source.mac),
            ("hostname", source.hostname),
            ("user", source.user),
            ("country", source.country),
        ):
            if value is not None and (key in ("mac", "hostname") or draw.chance(0.6)):
                native["source"][key] = value
        native["detected_at"] = _stamp(at)
        native["first_flow_at"] = _stamp(at - draw.whole(5, 290))
        native["severity"] = _SEVERITIES[_SEVERITY.get(raw.method, 2)]
        native["sensor"] = self.scene.sensor
        protocols = _protocols(raw, native.get("submethod"))
        if protocols:
            native["protocols"] = protocols
        if raw.direction:
            native["direction"] = raw.direction
        if raw.labels:
            native["labels"] = list(raw.labels)
        native["characteristics"] = characteristics
        return native

    def _named(self, method: str) -> tuple[str, str]:
        """Return submethod and text of a threat: by name, in other words, or under a code."""
        raw, draw, world = self.template.raw, self.draw, self.scene.world
        families = raw.threat or ()
        family = families if isinstance(families, str) else draw.pick(families)
        threats = world.threats[family, method]
        shipped = [threat for threat in threats if threat.published]
        threat = draw.pick(shipped) if shipped and draw.chance(0.6) else draw.pick(threats)
        self.threat = threat
        self.name_form = "published" if threat.published else "new"
        if not draw.chance(self.scene.masked):
            return threat.submethod, threat.text
        number = draw.whole(1000, 9999)
        if draw.chance(0.5):
            self.name_form = "masked"
            return f"Pattern{number}", "Suspicious communication pattern detected"
        self.name_form = "paraphrased"
        text = draw.pick(threat.words)
        return f"Pattern{number}", f"{text[:1].upper()}{text[1:]} detected"

    def _values(self, scope: dict[str, Any]) -> tuple[dict[str, Any], dict[str, int]]:
        """Return the characteristics, and the amounts that only bytes by target are made of."""
        shown: dict[str, Any] = {}
        hidden: dict[str, int] = {}
        for name, drawn in self.template.values.items():
            value = agreement.at_least_targets(name, drawn(self.draw, scope), scope["targets"])
            if value == "resolvers":
                value = self.scene.resolvers
            scope[name] = value
            if name.startswith("_"):
                hidden[name] = int(value)
            else:
                shown[name] = scope[name] = rounded(name, value)
        return shown, hidden

    def _grown(
        self,
        growth: Growth,
        native: dict[str, Any],
        hidden: dict[str, int],
        scope: Mapping[str, Any],
        source: Host,
        ends: list[Host],
        count: int,
        pause: int,
        is_last: bool,
    ) -> tuple[list[Host], int]:
        """Let amounts and targets grow; return the targets."""
        draw, raw = self.draw, self.template.raw
        factor = max(float(growth.grow(draw, scope)), 1.0)
        characteristics = native["characteristics"]
        if not agreement.goes_on(characteristics, pause):
            for name, value in characteristics.items():
                if _is_cumulative(name) and isinstance(value, int):
                    characteristics[name] = int(value * factor)
        for name, amount in hidden.items():
            hidden[name] = int(amount * factor)
        more = round(count * float(growth.targets(draw, scope)))
        most = agreement.attempts(characteristics)
        more = more if most is None else min(more, most)
        if more > count and isinstance(raw.targets, Ends):
            added, _ = cast(raw.targets, more - count, self.scene.network, draw, other=source)
            ends = _united(ends, added, raw.targets.listed)
            count = max(more, len(ends))
        if is_last and growth.adds is not None and growth.adds_count is not None:
            number = round(growth.adds_count(draw, scope))
            added, extra = cast(growth.adds, number, self.scene.network, draw, other=source)
            ends, count = [*ends, *added], count + extra
        return ends, count

    def _told(
        self,
        native: dict[str, Any],
        ends: list[Host],
        count: int,
        hidden: Mapping[str, int],
        success: bool | None,
        updated: int | None,
    ) -> None:
        characteristics = native["characteristics"]
        targets: list[Any] = [_target(host) for host in agreement.as_told(ends, characteristics)]
        if self.template.raw.by_target and ends:
            self._share(targets, characteristics, hidden)
        native["targets"] = [target if len(target) > 1 else target["ip"] for target in targets]
        if count:
            native["target_count"] = max(count, len(targets))
        if success is not None:
            native["success"] = success
        if updated is not None:
            native["updated_at"] = _stamp(updated)

    def _share(
        self, targets: list[dict[str, Any]], values: dict[str, Any], hidden: Mapping[str, int]
    ) -> None:
        """Give each listed target its bytes; the first has most of them."""
        sent = hidden.get("_sent_bytes", values.get("uploaded_bytes"))
        received = hidden.get("_received_bytes", values.get("downloaded_bytes"))
        if sent is None or received is None:
            return
        for target, share in zip(targets, agreement.shares(len(targets), values), strict=True):
            target["sent_bytes"], target["received_bytes"] = int(sent * share), int(received * share)
        if "top_peer_bytes" in values:
            values["top_peer_bytes"] = targets[0]["sent_bytes"] + targets[0]["received_bytes"]

    def _forbidden(self, native: Mapping[str, Any]) -> bool:
        entries = self.scene.site.content.forbidden
        if not any(entry.method in (None, native["method"]) for entry in entries):
            return False
        return self.scene.site.forbidden(event_of(native)) is not None

    def _situation(
        self,
        native: Mapping[str, Any],
        source: Host,
        ends: Sequence[Host],
        count: int,
        success: bool | None,
        forbidden: bool,
    ) -> Situation:
        sides = {host.zone is not None for host in ends}
        roles: frozenset[str] = frozenset().union(*(host.roles for host in ends)) if ends else frozenset()
        inside = source if source.zone is not None else next((host for host in ends if host.zone), None)
        return Situation(
            source="inside" if source.zone is not None else "outside",
            targets=None
            if not sides
            else "mixed"
            if len(sides) > 1
            else "inside"
            if True in sides
            else "outside",
            success=success,
            forbidden=forbidden,
            target_count=count,
            roles=source.roles,
            target_roles=roles,
            segment=inside.segment if inside else None,
            submethod=native.get("submethod"),
            named=self._named_truth(native),
            ot=any(host.segment == "ot" for host in (source, *ends)),
        )

    def _named_truth(self, native: Mapping[str, Any]) -> Truth | None:
        """Return what the threat's name gives, with what its numbers show on top."""
        if self.threat is None:
            return None
        sent = native["characteristics"].get("uploaded_bytes", 0)
        received = native["characteristics"].get("downloaded_bytes", 0)
        # The guide's own measure: five times as much, and at least 100 KiB.
        if sent >= 5 * received and sent >= 100 * 1024:
            return self.threat.loot
        if received >= 5 * sent and received >= 100 * 1024:
            return self.threat.stage
        return self.threat.truth


def _protocols(raw: Emit, submethod: str | None) -> list[int]:
    """Return the protocols of a submethod whose name says them, else those of the definition."""
    told = METHODS[raw.method].transports.get(submethod or "")
    if told is not None:
        return [told]
    if raw.method == "SCANS" and submethod in _SCANS:
        return _SCANS[submethod]
    return list(raw.protocols)


def _as_reported(native: dict[str, Any]) -> None:
    """Let a listed domain be what the sensor means by it: queries, and nothing of a contact."""
    if native["method"] != "BLACKLIST" or native.get("submethod") != "Domain":
        return
    values = native["characteristics"]
    queries = values.pop("flows_count", None)
    values.setdefault("queries_count", queries)
    values["communication"] = "dns"
    values.pop("uploaded_bytes", None)
    values.pop("downloaded_bytes", None)
    native["ports"], native["protocols"] = [53], [17]


def _login_ports(native: Mapping[str, Any]) -> tuple[int, ...]:
    """Return the port of the service that a dictionary attack names."""
    return _LOGINS.get(native["submethod"], ()) if native["method"] == "DICTATTACK" else ()


def event_of(native: Mapping[str, Any]) -> Event:
    """Return the event that a native record describes."""
    return from_native(native, zone=UTC)[0]


def _is_cumulative(name: str) -> bool:
    if not name.endswith(("_count", "_bytes")) or name.startswith(_LATEST_WINDOW):
        return False
    return not any(part in name for part in _STEADY_PARTS)


def _united(ends: list[Host], added: Sequence[Host], listed: int) -> list[Host]:
    united = {host.ip: host for host in (*ends, *added)}
    return list(united.values())[: max(listed, len(ends))]


def _target(host: Host) -> dict[str, Any]:
    known = {"ip": host.ip, "hostname": host.hostname if host.zone is None else None, "country": host.country}
    return {key: value for key, value in known.items() if value is not None}


def _copied(native: Mapping[str, Any]) -> dict[str, Any]:
    return {**native, "characteristics": dict(native["characteristics"]), "source": dict(native["source"])}


def _stamp(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

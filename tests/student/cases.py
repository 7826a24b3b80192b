"""Events made by hand, as an analyst meets them: an office with workstations, servers and hours."""

from __future__ import annotations

from typing import Any

from adscribe.site import Site
from tests.student.asking import Native

OFFICE = Site.parse("""
timezone: Europe/Prague
hours: {days: mon-fri, from: "07:00", to: "18:00"}
filters:
  LAN: ["10.0.0.0/8"]
  Clients: ["10.1.0.0/16"]
  Servers: ["10.2.0.0/24"]
  Files: ["10.2.1.0/24"]
internal: LAN
roles: {workstation: Clients, app_server: Servers, file_server: Files}
""")

WORKSTATION, SERVER, FILES, STRANGER = "10.1.2.20", "10.2.0.5", "10.2.1.9", "203.0.113.9"
MORNING, DAY = "2026-03-10T08:00:00Z", "2026-03-10T10:15:00Z"
EVENING, NIGHT = "2026-03-09T23:00:00Z", "2026-03-10T01:15:00Z"


def event(
    method: str, submethod: str, at: str, targets: list[Any], count: int | None = None, **known: Any
) -> Native:
    """Return an event of the workstation."""
    return {
        "method": method,
        "submethod": submethod,
        "source": {"ip": WORKSTATION},
        "detected_at": at,
        "targets": targets,
        "target_count": count or len(targets),
        "protocols": [6],
        **known,
    }


def scan(at: str, targets: int, *, answered: float = 0.1) -> Native:
    """A scan for file shares of servers."""
    return event(
        "SCANS",
        "TCPSYN",
        at,
        [f"10.2.0.{last}" for last in range(1, min(targets, 250) + 1)],
        targets,
        ports=[445],
        characteristics={
            "scan_shape": "horizontal",
            "successful_count": round(targets * answered),
            "unsuccessful_count": targets - round(targets * answered),
        },
    )


def contact_with_a_botnet(at: str, sent: float = 40_000) -> Native:
    """A contact with a host on a list of command and control servers."""
    return event(
        "BLACKLIST",
        "Host",
        at,
        ["198.51.100.7"],
        ports=[443],
        characteristics={
            "blacklist_names": "BotnetDomains",
            "list_description": "Command and control server",
            "communication": "direct",
            "flows_count": 40,
            "uploaded_bytes": round(sent),
            "downloaded_bytes": 90_000,
        },
    )


def upload(at: str, sent: float, *, port: int = 443, name: str | None = None) -> Native:
    """An upload to an outside host, of which a name may tell what it is."""
    target = {"ip": STRANGER, "sent_bytes": round(sent), "received_bytes": round(sent / 50)}
    return event(
        "UPLOAD",
        "General",
        at,
        [target | {"hostname": name} if name else target],
        direction="upload",
        ports=[port],
        characteristics={"uploaded_bytes": round(sent), "downloaded_bytes": round(sent / 50)},
    )


def guessing(at: str, attempts: int, *, targets: int = 1, success: bool | None = None) -> Native:
    """Attempts to log on over SSH."""
    return event(
        "SSHDICT",
        "General",
        at,
        [f"10.2.0.{last + 5}" for last in range(targets)],
        success=success,
        ports=[22],
        characteristics={
            "distributed": False,
            "attempts_current_count": attempts,
            "attempts_total_count": attempts,
            "targets_current_count": targets,
            "uploaded_current_bytes": attempts * 1_800,
            "uploaded_max_current_bytes": 3_300,
            "uploaded_bytes": attempts * 1_800,
            "uploaded_max_bytes": 3_300,
        },
    )


def slow_guessing(at: str, interval: float) -> Native:
    """Attempts to log on to a share, some seconds apart."""
    return event(
        "DICTATTACK",
        "SambaProtocol",
        at,
        [SERVER],
        ports=[445],
        characteristics={
            "flows_count": 200,
            "average_interval_seconds": interval,
            "duration_seconds": 200 * interval,
        },
    )


def fetched(at: str, received: float) -> Native:
    """Much data from a file server."""
    target = {"ip": FILES, "sent_bytes": round(received / 50), "received_bytes": round(received)}
    return event(
        "HIGHTRANSF",
        "General",
        at,
        [target],
        direction="download",
        ports=[445],
        characteristics={
            "transferred_bytes": round(received * 1.02),
            "top_peer_bytes": round(received * 1.02),
        },
    )


def strange_resolver(at: str, moved: float) -> Native:
    """Talk with a DNS server outside."""
    return event(
        "DNSANOMALY",
        "UnusualServer",
        at,
        [STRANGER],
        success=True,
        protocols=[17],
        ports=[53],
        characteristics={
            "flows_count": round(moved / 100),
            "uploaded_bytes": round(moved),
            "downloaded_bytes": round(moved),
            "usual_servers": "10.2.0.53",
        },
    )


def flood(at: str, packets: int) -> Native:
    """A flood of requests to connect."""
    return event("DOS", "SYNFlood", at, [STRANGER], ports=[80], characteristics={"packets_count": packets})


def more_partners(at: str, now: int) -> Native:
    """More partners than usual."""
    return event(
        "PEERS",
        "PeersIncrease",
        at,
        [f"198.51.{last // 250}.{last % 250 + 1}" for last in range(min(now, 250))],
        now,
        characteristics={"compared_count": 10, "current_count": now, "increase_ratio": now / 10 - 1},
    )


def talk(method: str, name: str, words: str) -> Native:
    """Talk that a detector of named threats knows, with an outside host."""
    return event(
        method,
        name,
        DAY,
        [STRANGER],
        characteristics={
            "threat": f"{words} detected",
            "flows_count": 40,
            "uploaded_bytes": 30_000,
            "downloaded_bytes": 40_000,
        },
        description=f"{words} detected, attempts to access: 40, uploaded data: 29.3 KiB.",
    )

"""Make the day that a service shows before it has events of its own; see ``datasets/day/README.md``.

Run: ``python -m pipelines.day`` writes ``datasets/day``: a simulated company, one day of its everyday life,
and one intrusion. The same code and behaviours give the same content.
"""

from __future__ import annotations

import gzip
import ipaddress
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import yaml

from adscribe.resources import shipped
from adscribe.site import Site
from adscribe.training.simulation.behaviours import load_library
from adscribe.training.simulation.emission import event_of
from adscribe.training.simulation.life import tell
from adscribe.training.simulation.told import Labelled, SitePlan, Told
from adscribe.training.simulation.world import load_world

SEED = (2026, 48)
"""An office that knows itself well, one day of which shows an intrusion from its lure to its end."""

PLAN = SitePlan(
    name="day",
    seed=np.random.SeedSequence(SEED),
    split="train",  # nothing of what is held out for tests
    reports=6_000,
    prevalence=0.2,
    masked=0.0,
)
DAY = date(2026, 6, 5)
CAMPAIGN = "day-hands-on-intrusion-50"
"""The intrusion that is told; those that the simulator lets happen beside it are left out."""

COMPANY = "birch.example"
HEADER = (
    "# Birch Instruments, an invented maker of gauges: one office on a Friday. Made by pipelines/day.py.\n"
)

_ROLES = {
    "workstation": "pc",
    "developer_host": "dev",
    "admin_workstation": "admin",
    "domain_controller": "dc",
}
_RESERVED = tuple(map(ipaddress.IPv4Network, ("203.0.113.0/24", "198.51.100.0/24", "192.0.2.0/24")))
_NAME = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_ADDRESS = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")


def main() -> None:
    """Write the day and the site file of the company."""
    told = tell(PLAN, load_library(), load_world())
    records = [row.report.native for row in of_the_day(told)]
    lines = b"\n".join(map(msgspec.json.encode, records)).decode() + "\n"
    site = yaml.safe_dump(site_of_the_day(told), sort_keys=False, default_flow_style=None, width=110)
    lines, site = renamed(told, lines, site)
    folder = shipped("datasets", "day")
    # Without a time in it, the file is the same whenever it is made.
    (folder / "events.ndjson.gz").write_bytes(gzip.compress(lines.encode(), mtime=0))
    (folder / "site.yaml").write_text(HEADER + site, encoding="utf-8")
    print(f"{len(records)} reports, {len({record['external_id'] for record in records})} events")


def of_the_day(told: Told) -> Iterator[Labelled]:
    """Yield the reports that are told, in order of time."""
    zone = _zone(told)
    for row in told.reports:
        at = datetime.fromtimestamp(row.report.at, zone)
        if at.date() == DAY and row.campaign in (None, CAMPAIGN):
            yield row


def site_of_the_day(told: Told) -> dict[str, Any]:
    """Return the site file, with the causes that held on the day, for any day."""
    site: dict[str, Any] = yaml.safe_load(told.site_file)
    zone = _zone(told)
    causes = []
    for entry in site.pop("known_causes", ()):
        since, until = (
            datetime.fromisoformat(entry.pop(end)).astimezone(zone).date() for end in ("from", "to")
        )
        if since <= DAY <= until:
            causes.append(entry)
    return {**site, "known_causes": causes}


def renamed(told: Told, lines: str, site: str) -> tuple[str, str]:
    """Return both texts with hosts inside named for what they are, and reserved addresses for those outside.

    Invented outside addresses belong to somebody, of whom nothing of this is to be said.
    """
    names = _names(told)
    addresses = _addresses(_ADDRESS.findall(lines + site))
    lines = _NAME.sub(lambda found: names.get(found[0], found[0]), lines)
    for domain in {name.partition(".")[2] for name in names} - {""}:
        lines = lines.replace(domain, COMPANY)
    lines, site = (
        _ADDRESS.sub(lambda found: addresses.get(found[0], found[0]), text) for text in (lines, site)
    )
    return lines, site


def _names(told: Told) -> dict[str, str]:
    """Return names of hosts inside with what they are called instead: role and last part of the address."""
    site = Site.parse(told.site_file, name="day")
    found = {}
    for row in told.reports:
        event = event_of(row.report.native)
        ends = [(event.source.ip, event.source.hostname), *((end.ip, end.hostname) for end in event.targets)]
        for ip, hostname in ends:
            if hostname is None or "." not in hostname or not site.is_internal(ip):
                continue
            role = next(iter(sorted(site.roles(ip))), "host")
            short = _ROLES.get(role, role.replace("_", "-"))
            found[hostname] = f"{short}-{ip.rpartition('.')[2]}.{COMPANY}"
    return found


def _addresses(found: Iterable[str]) -> dict[str, str]:
    """Return reserved addresses for those of the Internet, in the order in which they come."""
    outside = dict.fromkeys(
        text
        for text in found
        if (address := ipaddress.ip_address(text)).is_global and not address.is_multicast
    )
    reserved = (str(host) for network in _RESERVED for host in network.hosts())
    return dict(zip(outside, reserved, strict=False))


def _zone(told: Told) -> ZoneInfo:
    return ZoneInfo(yaml.safe_load(told.site_file)["timezone"])


if __name__ == "__main__":
    main()

"""An event in its context, and those of all samples."""

from __future__ import annotations

from typing import Any

import pytest

from adscribe.context import Context, derive
from adscribe.resources import shipped
from adscribe.sensors import Report, read
from adscribe.site import Site

SITE = Site.parse(
    """
timezone: Europe/Prague
hours: {days: mon-fri, from: "07:00", to: "19:00"}
filters:
  LAN: ["10.0.0.0/8"]
  Clients: ["10.1.0.0/16"]
  FileServers: ["10.3.0.0/24"]
  Resolvers: ["10.3.1.0/24"]
internal: LAN
roles: {workstation: Clients, file_server: FileServers, dns_server: Resolvers}
assigned_filters: [{method: SCANS, filter: LAN}]
"""
)


def context(**event: Any) -> Context:
    """Return the context of an event from a workstation on a Tuesday at ten."""
    record = {"source": "10.1.0.7", "detected_at": "2026-11-03T09:00:00Z", **event}
    (report,) = read(record, format="native")
    assert isinstance(report, Report)
    return derive(report.event, SITE)


@pytest.fixture(scope="session")
def samples() -> list[Context]:
    """Contexts of the vendor's samples that ship, each method and submethod of 13.0 among them."""
    files = sorted(path for path in shipped("datasets", "samples").rglob("*") if path.is_file())
    reports = (report for file in files for report in read(file))
    return [derive(report.event, SITE) for report in reports if isinstance(report, Report)]

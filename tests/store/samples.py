"""The shipped samples in a store, and what of them meets a filter when each is looked at."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from ipaddress import ip_address, ip_network
from typing import Any

from msgspec.structs import replace

from adscribe import Assignment, Site
from adscribe.event import Event
from adscribe.sensors import Report, read
from adscribe.store import Store
from adscribe.store.filters import Filter
from adscribe.store.listing import ListedEvent
from adscribe.store.words import asked, words
from tests.shared import ROOT
from tests.store.asking import RULES

FOLDER = ROOT / "datasets" / "samples"
SITE = Site.load(FOLDER / "demo" / "site.yaml")

ODD: list[dict[str, Any]] = [
    {
        "method": "SCANS",
        "submethod": "TCPSYN",
        "source": {"ip": "2001:db8::7", "hostname": "Édith-PC.Example.NET", "user": "o'brien"},
        "targets": ["2001:db8:1::1", {"ip": "::ffff:198.51.100.9", "hostname": "WWW.example.org"}],
        "detected_at": "2026-11-03T12:00:00Z",
        "ports": [445],
        "target_count": 60,
    },
    {
        "method": "'; DROP TABLE event; --",
        "submethod": "%_\\",
        "source": {"ip": "192.0.2.1"},
        "detected_at": "1999-12-31T23:59:59.999999Z",
        "data_feed": "\u202eevil",
        "description": 'a "quoted" <b>text</b> NEAR(x) AND * ümläut 東京 \U0001f600',
    },
    {
        "method": "M" * 900,
        "source": {"ip": "192.0.2.1"},
        "detected_at": "2031-01-01T00:00:00Z",
        "severity": "critical",
        "labels": ["straße"],
    },
]


def reports() -> list[Report]:
    """Return the reports of all shipped samples and the odd ones, in the order of their times.

    No two are of the same time: which of them came first is told by nothing that is kept.
    """
    files = sorted(path for path in FOLDER.glob("*/*") if path.suffix not in (".md", ".yaml"))
    found = [one for path in files for one in read(path.read_bytes(), zone=SITE.timezone)]
    found += read(ODD)
    ordered = sorted(
        (one.event for one in found if isinstance(one, Report)), key=lambda one: (one.reported_at, str(one))
    )
    return [Report(number, "native", _later(one, number)) for number, one in enumerate(ordered, start=1)]


def _later(event: Event, microseconds: int) -> Event:
    by = timedelta(microseconds=microseconds)
    updated = None if event.updated_at is None else event.updated_at + by
    return replace(event, detected_at=event.detected_at + by, updated_at=updated)


def fill(store: Store, site: Site = SITE, **options: Any) -> list[Assignment]:
    """Keep all reports."""
    answers = store.answers(RULES, reports(), site=site, **options)
    return [answer for answer in answers if isinstance(answer, Assignment)]


def everything(store: Store) -> dict[str, ListedEvent]:
    """Return all events of a store by id."""
    return {one.id: one for page in store.pages(Filter()) for one in page.events}


def whole(store: Store, event_id: str) -> Event:
    """Return all that was reported of an event."""
    found = store.event(event_id)
    assert found is not None
    return found.event


def meets(one: ListedEvent, event: Event, wanted: Filter) -> bool:
    """Say whether an event meets a filter, by looking at all that is known of it."""
    techniques, tactics = list(one.techniques), list(one.tactics)
    if one.ics is not None:
        techniques += one.ics.techniques
        tactics += one.ics.tactics
    targets = [target.ip for target in event.targets]
    names = {(event.source.hostname or "").lower(), *((one.hostname or "").lower() for one in event.targets)}
    reason = one.no_category
    return all(
        (
            wanted.since is None or one.detected_at >= wanted.since,
            wanted.until is None or one.detected_at < wanted.until,
            not wanted.method or one.method in wanted.method,
            not wanted.submethod or one.submethod in wanted.submethod,
            not wanted.data_feed or one.data_feed in wanted.data_feed,
            not wanted.source or _within([one.source.ip], wanted.source),
            not wanted.target or _within(targets, wanted.target),
            not wanted.address or _within([one.source.ip, *targets], wanted.address),
            not wanted.host or bool(names & {name.lower() for name in wanted.host}),
            not wanted.tactic or any(tactic.shortname in wanted.tactic for tactic in tactics),
            not wanted.technique or any({one.id, one.parent} & {*wanted.technique} for one in techniques),
            not wanted.reason or (reason is not None and reason.reason in wanted.reason),
            not wanted.basis or (reason is not None and reason.basis in wanted.basis),
            not wanted.severity or (one.severity or "none") in wanted.severity,
            wanted.reviewed is None or one.reviewed == wanted.reviewed,
            wanted.text is None or {*asked(wanted.text)[0]} <= {*_words(event)},
        )
    )


def _within(ips: Iterable[str], ranges: Iterable[str]) -> bool:
    return any(
        ip_address(ip) in network
        for network in map(ip_network, ranges)
        for ip in ips
        if ip_address(ip).version == network.version
    )


def _words(event: Event) -> Iterable[str]:
    source = event.source
    texts = [event.method, event.submethod, source.hostname, source.user, event.instance, event.data_feed]
    texts += [*event.labels, *(target.hostname for target in event.targets), event.description]
    texts += [value for value in event.characteristics.values() if isinstance(value, str)]
    return words(" ".join(filter(None, texts)))

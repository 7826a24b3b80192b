"""What tests of the pages do and look at, again and again."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import LONGEST_MILLISECONDS
from tests.service.running import Running

expect.set_options(timeout=LONGEST_MILLISECONDS)

SURE: dict[str, Any] = {
    "method": "SSHDICT",
    "submethod": "General",
    "source": {"ip": "203.0.113.7"},
    "targets": ["10.0.0.12"],
    "success": True,
    "characteristics": {"attempts_total_count": 900},
    "detected_at": "2026-11-03T15:12:10Z",
}
"""Guessing from outside that succeeds: the rules answer with T1110.001 and others."""

UNSURE: dict[str, Any] = {
    "method": "VPN",
    "submethod": "OpenVPN",
    "source": {"ip": "10.1.0.1"},
    "targets": ["198.51.100.7"],
    "detected_at": "2026-11-03T10:00:00Z",
}
"""A tunnel from a host that nothing is known of: the rules can't tell, so it waits to be judged."""


def keep(service: Running, *events: dict[str, Any]) -> list[str]:
    """Let a service keep events, and return their ids."""
    answer = service.client.post("/v1/events", json=list(events))
    assert answer.status_code == 200, answer.text
    return [one["event"]["id"] for one in answer.json()["assignments"]]


def kept_as(service: Running, event_id: str) -> dict[str, Any]:
    """Return an event as the service has it."""
    found: dict[str, Any] = service.client.get(f"/v1/events/{event_id}").json()
    return found


def follow(page: Page, through: Locator) -> None:
    """Click what leads to another page, and wait for that."""
    with page.expect_navigation():
        through.click()


def press(page: Page, *keys: str) -> None:
    """Press keys that lead to another page, and wait for that."""
    with page.expect_navigation():
        for key in keys:
            page.keyboard.press(key)


def rows(page: Page) -> list[str]:
    """Return the ids of the events that a list shows, in order."""
    found: list[str] = page.locator("tr[data-id]").evaluate_all("rows => rows.map((row) => row.dataset.id)")
    return found


def fits(page: Page) -> bool:
    """Return whether a page needs no scrolling sideways."""
    found: bool = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return found

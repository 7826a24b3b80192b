from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.acts import UNSURE, follow, keep, kept_as, press
from tests.browser.conftest import Open
from tests.service.running import Running

NAME = "Jiří <b>"


def group(service: Running, host: str) -> list[str]:
    """Let a service keep three similar events of a host that wait to be judged."""
    days = (f"2026-11-0{day}T10:00:00Z" for day in (3, 4, 5))
    return keep(service, *({**UNSURE, "source": {"ip": host}, "detected_at": day} for day in days))


def said(service: Running, events: list[str]) -> list[dict[str, Any]]:
    """Return what stands as said of events."""
    kept = [one for event in events for one in kept_as(service, event)["feedback"]]
    return [one for one in kept if not one.get("revoked_at")]


def opened(page: Page) -> None:
    """Go to the only group of the queue."""
    follow(page, page.get_by_role("link", name=re.compile("3.*VPN")))
    page.get_by_role("textbox", name=re.compile("your name", re.IGNORECASE)).fill(NAME)


def test_a_group_is_judged_at_once_and_that_is_undone(kept: Running, open_page: Open, host: str) -> None:
    events = group(kept, host)
    page = open_page(kept, f"/review?source={host}")
    opened(page)
    page.get_by_role("checkbox").last.uncheck()
    page.get_by_label("Comment").fill("our own tunnel")
    follow(page, page.get_by_role("button", name=re.compile("^benign", re.IGNORECASE)))
    verdicts = said(kept, events)
    assert [one["verdict"].get("reason") for one in verdicts] == ["benign"] * 2
    assert {(one["analyst"], one["comment"]) for one in verdicts} == {(NAME, "our own tunnel")}
    # Back in the queue as it was filtered, with what is left.
    assert f"source={host}" in page.url
    expect(page.get_by_role("status")).to_contain_text("2 events")
    expect(page.get_by_role("link", name=re.compile("1.*VPN"))).to_be_visible()

    follow(page, page.get_by_role("button", name="Undo"))
    assert said(kept, events) == []
    expect(page.get_by_role("link", name=re.compile("3.*VPN"))).to_be_visible()


def test_a_group_is_corrected(kept: Running, open_page: Open, host: str) -> None:
    events = group(kept, host)
    page = open_page(kept, f"/review?source={host}")
    opened(page)
    proposals = page.locator("datalist option").evaluate_all("all => all.map((one) => one.value)")
    (wanted,) = [one for one in proposals if " Remote Access Tools (" in one]
    page.get_by_label("Category 1").fill(wanted)
    follow(page, page.get_by_role("button", name="Save the correction"))
    assert [[found["id"] for found in one["verdict"]["techniques"]] for one in said(kept, events)] == [
        [wanted.partition(" ")[0]]
    ] * 3
    expect(page.get_by_role("heading", name=re.compile("nothing", re.IGNORECASE))).to_be_visible()


def test_a_group_is_judged_by_keys(kept: Running, open_page: Open, host: str) -> None:
    events = group(kept, host)
    page = open_page(kept, f"/review?source={host}")
    page.keyboard.press("j")
    press(page, "Enter")
    page.get_by_role("textbox", name=re.compile("your name", re.IGNORECASE)).fill(NAME)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.get_by_role("checkbox").first).to_be_focused()
    page.keyboard.press("Space")
    press(page, "x", "m")
    assert [one["verdict"]["reason"] for one in said(kept, events)] == ["misconfiguration"] * 2
    press(page, "u")
    assert said(kept, events) == []

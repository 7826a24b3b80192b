from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.acts import SURE, keep, kept_as, press, rows
from tests.browser.conftest import Open
from tests.service.running import Running

VISIBLE = """() => {
  const on = document.activeElement;
  if (!on || on === document.body) return "nothing has the focus";
  const box = on.getBoundingClientRect();
  const style = getComputedStyle(on);
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  const marked = outlined || style.boxShadow !== "none";
  const seen = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  if (marked && seen) return "";
  return `${marked ? "not in the window" : "not marked"}: ${on.outerHTML.slice(0, 200)}`;
}"""
"""What is wrong with how the focus shows."""


def test_from_the_list_to_an_event_a_verdict_and_back(kept: Running, open_page: Open, outsider: str) -> None:
    days = [f"2026-11-0{day}T10:00:00Z" for day in (5, 4, 3)]
    events = keep(kept, *({**SURE, "source": {"ip": outsider}, "detected_at": day} for day in days))
    page = open_page(kept, f"/events?source={outsider}")
    assert rows(page) == events
    for key in ("j", "j", "k", "ArrowDown"):
        page.keyboard.press(key)
    assert page.evaluate(VISIBLE) == ""
    press(page, "Enter")
    expect(page).to_have_url(re.compile(f"/events/{events[1]}"))
    page.keyboard.press("c")
    # The name is asked for once; the browser says so and goes there.
    expect(page.get_by_role("textbox", name=re.compile("your name", re.IGNORECASE))).to_be_focused()
    page.keyboard.insert_text("J. Doe")
    page.keyboard.press("Escape")
    press(page, "c")
    assert kept_as(kept, events[1])["feedback"][0]["verdict"]["kind"] == "confirm"
    # What comes next is where one was, not the top of the page.
    page.keyboard.press("Tab")
    expect(page.locator("#feedback :focus")).to_have_count(1)
    page.keyboard.press("Escape")
    # The list as one left it, though a verdict was given meanwhile.
    press(page, "u")
    expect(page).to_have_url(re.compile(f"/events[?]source={outsider}"))
    assert rows(page) == events


def test_the_focus_shows_wherever_it_is(kept: Running, open_page: Open, outsider: str) -> None:
    (one,) = keep(kept, {**SURE, "source": {"ip": outsider}})
    page = open_page(kept, f"/events?source={outsider}")
    for path in (f"/events?source={outsider}", f"/events/{one}", "/matrix", "/review", "/site"):
        page.goto(path)
        for _ in range(25):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement === document.body"):
                break
            assert page.evaluate(VISIBLE) == "", path


def focused(page: Page) -> str:
    """Return what has the focus, in words."""
    found: str = page.evaluate("document.activeElement.textContent")
    return found.strip()


def test_the_navigation_can_be_skipped(kept: Running, open_page: Open) -> None:
    page = open_page(kept, "/examples")
    page.keyboard.press("Tab")
    assert focused(page).startswith("Skip")
    assert page.evaluate(VISIBLE) == ""
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_keys_lead_from_page_to_page_and_are_listed(kept: Running, open_page: Open) -> None:
    page = open_page(kept, "/events")
    for key, path in (("m", "/matrix"), ("h", "/hosts"), ("r", "/review"), ("s", "/site"), ("e", "/events")):
        press(page, "g", key)
        assert page.url.endswith(path)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Filters")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    # A key that is typed is text.
    page.keyboard.press("/")
    page.keyboard.press("c")
    expect(page.get_by_role("searchbox")).to_have_value("c")
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    expect(page.get_by_role("button", name="Add filters")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Add filters")).to_be_hidden()


def test_a_form_of_filters_needs_no_mouse(kept: Running, open_page: Open, outsider: str) -> None:
    found = keep(kept, {**SURE, "source": {"ip": outsider}})
    page = open_page(kept, "/events?limit=5")
    page.keyboard.press("/")
    page.keyboard.insert_text(outsider)
    press(page, "Enter")
    assert rows(page) == found
    chip = page.get_by_role("list", name="Filters that are set").get_by_role("link").first
    chip.focus()
    press(page, "Enter")
    assert outsider not in page.url

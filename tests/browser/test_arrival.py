from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acts import UNSURE, follow, keep, press, rows
from tests.browser.conftest import Open
from tests.service.running import Running

NEW = re.compile("new event")


def event(host: str, hour: int) -> dict[str, Any]:
    """Return an event of a host, of an hour of a day; each is one of its own."""
    at = f"2026-11-03T{hour:02}:00:00Z"
    return {**UNSURE, "submethod": f"Kind{hour}", "source": {"ip": host}, "detected_at": at}


def place(page: Page, row: str) -> Any:
    """Return where a row stands in the window."""
    return page.locator(f"tr[data-id='{row}']").bounding_box()


@pytest.mark.parametrize("by", ["click", "key"])
def test_what_is_new_is_told_and_shown_when_asked(kept: Running, open_page: Open, host: str, by: str) -> None:
    keep(kept, *(event(host, hour) for hour in range(20)))
    page = open_page(kept, f"/events?source={host}")
    before = rows(page)
    read = before[14]
    page.locator(f"tr[data-id='{read}'] [data-row]").focus()
    stands = place(page, read)

    # One that the filter doesn't want isn't told.
    fresh, _ = keep(kept, event(host, 21), event("10.78.0.1", 22))
    told = page.get_by_role("link", name=NEW)
    expect(told).to_have_text(re.compile("^1 "))
    assert "1" in page.title()
    assert rows(page) == before
    expect(page.locator(f"tr[data-id='{read}'] [data-row]")).to_be_focused()
    assert place(page, read) == stands

    if by == "click":
        follow(page, told)
    else:
        press(page, "n")
    assert rows(page) == [fresh, *before]
    expect(told).to_be_hidden()
    assert f"source={host}" in page.url

"""What works without JavaScript: all of the main ways through the pages."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from tests.browser.acts import SURE, UNSURE, follow, keep, kept_as, rows
from tests.browser.conftest import Open
from tests.service.running import Running

Events = list[dict[str, Any]]
NAME = re.compile("your name", re.IGNORECASE)


def test_events_are_found_filtered_sorted_and_turned(day: Running, open_page: Open, listed: Events) -> None:
    page = open_page(day, "/events?limit=20", script=False)
    method = listed[0]["method"]
    page.locator("summary", has_text="Filters").click()
    page.get_by_role("textbox", name="Method", exact=True).fill(method)
    follow(page, page.get_by_role("button", name="Add filters"))
    having = [one["id"] for one in listed if one["method"] == method]
    assert rows(page) == having[:20]
    follow(page, page.get_by_role("link", name=re.compile("remove", re.IGNORECASE)).first)
    follow(page, page.get_by_role("navigation", name="Pages of the list").locator("[rel=next]"))
    assert rows(page) == [one["id"] for one in listed][20:40]
    follow(page, page.get_by_role("columnheader", name="Severity").get_by_role("link"))
    expect(page.get_by_role("columnheader", name="Severity")).to_have_attribute("aria-sort", "descending")
    page.get_by_role("searchbox").fill("172.22.0.208")
    follow(page, page.get_by_role("button", name="Find"))
    assert {one["id"] for one in listed if one["source"]["ip"] == "172.22.0.208"} & set(rows(page))
    page.goto("/events?limit=20")
    follow(page, page.locator(".histogram svg a").first)
    assert "since=" in page.url


def test_columns_and_theme_are_remembered(day: Running, open_page: Open) -> None:
    page = open_page(day, "/events?limit=2", script=False)
    page.locator("summary", has_text="Columns").click()
    page.get_by_role("checkbox", name="Targets").uncheck()
    follow(page, page.get_by_role("button", name="Show these"))
    expect(page.get_by_role("columnheader", name="Targets")).to_have_count(0)
    follow(page, page.get_by_role("button", name="Dark", exact=True))
    page.reload()
    expect(page.get_by_role("columnheader", name="Targets")).to_have_count(0)
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_box_of_the_matrix_and_a_host_lead_to_events(day: Running, open_page: Open) -> None:
    page = open_page(day, "/matrix", script=False)
    page.locator("summary", has_text="sub-technique").first.click()
    below = page.locator("details[open]").get_by_role("link", name=re.compile(r"\d events?")).first
    follow(page, below)
    assert rows(page)
    page.goto("/hosts")
    follow(page, page.get_by_role("row").nth(1).get_by_role("rowheader").get_by_role("link"))
    follow(page, page.get_by_role("link", name="Its events"))
    assert rows(page)


def test_a_verdict_is_given_and_taken_back(kept: Running, open_page: Open, outsider: str) -> None:
    (one,) = keep(kept, {**SURE, "source": {"ip": outsider}})
    page = open_page(kept, f"/events?source={outsider}", script=False)
    follow(page, page.get_by_role("rowheader").get_by_role("link"))
    page.get_by_role("textbox", name=NAME).fill("J. Doe")
    page.locator("#feedback summary", has_text="No category").click()
    follow(page, page.get_by_role("button", name="Benign"))
    assert kept_as(kept, one)["feedback"][0]["verdict"]["reason"] == "benign"
    follow(page, page.get_by_role("button", name="Undo"))
    assert kept_as(kept, one)["feedback"][0]["revoked_by"] == "J. Doe"


def test_a_group_is_judged(kept: Running, open_page: Open, host: str) -> None:
    (one,) = keep(kept, {**UNSURE, "source": {"ip": host}})
    page = open_page(kept, f"/review?source={host}", script=False)
    follow(page, page.get_by_role("link", name=re.compile("1.*VPN")))
    page.get_by_role("textbox", name=NAME).fill("J. Doe")
    follow(page, page.get_by_role("button", name=re.compile("^benign", re.IGNORECASE)))
    assert kept_as(kept, one)["reviewed"]
    follow(page, page.get_by_role("button", name="Undo"))
    assert not kept_as(kept, one)["reviewed"]


def test_a_site_file_is_checked(kept: Running, open_page: Open) -> None:
    page = open_page(kept, "/site/check", script=False)
    page.get_by_label("The text of a site file").fill("filters: {LAN: [10.0.0.0/8]}\ninternal: WAN\n")
    follow(page, page.get_by_role("button", name="Check"))
    expect(page.get_by_role("alert")).to_contain_text("Line 2")
    expect(page.get_by_role("alert")).to_contain_text("internal")
    # What needs a script isn't offered.
    expect(page.get_by_role("button", name="Save as file")).to_be_hidden()

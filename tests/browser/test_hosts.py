from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.acts import follow, rows
from tests.browser.conftest import Open
from tests.service.running import Running


def told(text: str | None) -> int:
    """Return the number of events that a text tells."""
    found = re.search(r"([\d,]+) events?", text or "")
    assert found
    return int(found[1].replace(",", ""))


def behind(page: Page, link: Locator) -> list[str]:
    """Return the events that a link of a host leads to."""
    follow(page, link)
    expect(page).to_have_url(re.compile("/events[?]"))
    page.goto(f"{page.url}&limit=1000")
    return rows(page)


def test_a_host_leads_to_its_events(day: Running, open_page: Open) -> None:
    page = open_page(day, "/hosts")
    first = page.get_by_role("row").nth(1).get_by_role("rowheader").get_by_role("link")
    ip = day.client.get("/v1/hosts?limit=1").json()["hosts"][0]["ip"]
    expect(first).to_contain_text(ip)
    follow(page, first)
    expect(page.get_by_role("heading", level=1)).to_contain_text(ip)
    found = day.client.get(f"/v1/events?address={ip}&limit=1000").json()["events"]
    assert behind(page, page.get_by_role("link", name="Its events")) == [one["id"] for one in found]
    follow(page, page.get_by_role("rowheader").first.get_by_role("link"))
    expect(page).to_have_url(re.compile(f"/events/{found[0]['id']}"))


def test_a_part_of_the_score_leads_to_what_it_counts(day: Running, open_page: Open) -> None:
    page = open_page(day, "/hosts")
    part = page.get_by_role("row").nth(1).locator("td.part a").first
    number = told(part.get_attribute("title"))
    assert len(behind(page, part)) == number


def test_a_mark_on_the_timeline_leads_to_the_events_of_its_time(day: Running, open_page: Open) -> None:
    page = open_page(day, "/hosts/172.22.0.208")
    mark = page.get_by_role("link", name=re.compile(r"\d events?, at most")).first
    number = told(mark.get_attribute("aria-label"))
    assert len(behind(page, mark)) == number


def test_hosts_are_filtered(day: Running, open_page: Open) -> None:
    page = open_page(day, "/hosts")
    page.locator("summary", has_text="Filters").click()
    page.get_by_role("textbox", name="Source", exact=True).fill("172.22.0.0/24")
    follow(page, page.get_by_role("button", name="Add filters"))
    shown = page.get_by_role("rowheader").all_inner_texts()
    assert shown
    assert all(one.startswith("172.22.0.") for one in shown)

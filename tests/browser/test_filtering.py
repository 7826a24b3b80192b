from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acts import follow, press, rows
from tests.browser.conftest import Open
from tests.service.running import Running

Events = list[dict[str, Any]]


def find(page: Page, words: str) -> None:
    """Type into the field at the top."""
    page.get_by_role("searchbox").fill(words)
    press(page, "Enter")


def filters(page: Page) -> list[str]:
    """Return the filters that a page says are set."""
    said = page.get_by_role("list", name="Filters that are set").get_by_role("link").all_inner_texts()
    return [one.partition("×")[0].strip() for one in said if ":" in one]


def test_an_address_is_found(day: Running, open_page: Open, listed: Events) -> None:
    page = open_page(day, "/events")
    find(page, "172.22.0.208")
    shown = rows(page)
    assert {one["id"] for one in listed if one["source"]["ip"] == "172.22.0.208"} <= set(shown)
    others = [one for one in listed if one["id"] in shown and one["source"]["ip"] != "172.22.0.208"]
    for one in others[:5]:
        # A row names one of its targets.
        ends = day.client.get(f"/v1/events/{one['id']}").json()["event"]["targets"]
        assert "172.22.0.208" in [target["ip"] for target in ends]


def test_a_technique_is_found(day: Running, open_page: Open, listed: Events) -> None:
    ((wanted, _),) = Counter(one["id"] for event in listed for one in event["techniques"]).most_common(1)
    page = open_page(day, "/events")
    find(page, wanted.lower())
    having = [event["id"] for event in listed if any(one["id"] == wanted for one in event["techniques"])]
    assert rows(page) == having[:100]


def test_words_are_found_and_more_words_take_their_place(
    day: Running, open_page: Open, listed: Events
) -> None:
    named = next(one["source"]["hostname"] for one in listed if one["source"].get("hostname"))
    page = open_page(day, "/events")
    find(page, "no such words")
    assert rows(page) == []
    expect(page.get_by_role("heading", name=re.compile("no event", re.IGNORECASE))).to_be_visible()
    find(page, named)
    assert len(filters(page)) == 1
    assert {one["id"] for one in listed if one["source"].get("hostname") == named} <= set(rows(page))


def test_the_form_adds_filters_and_a_click_takes_one_away(
    day: Running, open_page: Open, listed: Events
) -> None:
    ((method, severity), _) = Counter((one["method"], one["severity"]) for one in listed).most_common(1)[0]
    page = open_page(day, f"/events?severity={severity}")
    page.locator("summary", has_text="Filters").click()
    page.get_by_role("textbox", name="Method", exact=True).fill(method)
    follow(page, page.get_by_role("button", name="Add filters"))
    both = [one["id"] for one in listed if (one["method"], one["severity"]) == (method, severity)]
    assert rows(page) == both[:100]
    assert filters(page) == [f"Severity: {severity}", f"Method: {method}"]
    follow(page, page.get_by_role("link", name=f"Severity: {severity}"))
    assert filters(page) == [f"Method: {method}"]
    assert rows(page) == [one["id"] for one in listed if one["method"] == method][:100]
    follow(page, page.get_by_role("link", name="Remove all"))
    assert filters(page) == []
    assert rows(page) == [one["id"] for one in listed][:100]


@pytest.mark.parametrize("facet", ["Method", "Severity", "Source"])
def test_a_count_leads_to_what_it_counts(day: Running, open_page: Open, facet: str) -> None:
    page = open_page(day, "/events?limit=1")
    line = page.get_by_role("region", name=facet, exact=True).get_by_role("listitem").first
    value, events = line.get_by_role("link").inner_text(), line.locator(".number").inner_text()
    follow(page, line.get_by_role("link"))
    assert filters(page) == [f"{facet}: {value}"]
    page.goto(re.sub(r"limit=1\b", "limit=1000", page.url))
    assert len(rows(page)) == int(events)


def since_until(page: Page) -> tuple[str, str]:
    """Return the time that a list is of, from its URL."""
    expect(page).to_have_url(re.compile("since=.*until="))
    since, until = re.findall(r"(?:since|until)=([^&]+)", page.url)
    return since.replace("%3A", ":"), until.replace("%3A", ":")


def inside(listed: Events, page: Page) -> list[str]:
    """Return the critical events of the time that a list is of."""
    since, until = since_until(page)
    critical = (one for one in listed if one["severity"] == "critical")
    return [one["id"] for one in critical if since <= one["detected_at"] < until]


def test_a_click_on_a_bar_chooses_its_time(day: Running, open_page: Open, listed: Events) -> None:
    page = open_page(day, "/events?severity=critical")
    bar = page.locator(".histogram svg a").first
    events = int((bar.locator("title").text_content() or "").rpartition(": ")[2])
    follow(page, bar)
    assert rows(page) == inside(listed, page)
    assert len(rows(page)) == events


def test_a_drag_over_the_bars_chooses_a_time(day: Running, open_page: Open, listed: Events) -> None:
    page = open_page(day, "/events?severity=critical")
    everything = rows(page)
    bars = page.locator(".histogram svg")
    bars.scroll_into_view_if_needed()
    box = bars.bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.5, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.2, middle)
    with page.expect_navigation():
        page.mouse.move(box["x"] + 1, middle)
        page.mouse.up()
    # From the first event on, and not to the last.
    assert rows(page) == inside(listed, page)
    assert 0 < len(rows(page)) < len(everything)


def test_a_head_sorts_and_turns_the_order(day: Running, open_page: Open) -> None:
    page = open_page(day, "/events?severity=critical&limit=500")
    follow(page, page.get_by_role("columnheader", name="Method").get_by_role("link"))
    expect(page.get_by_role("columnheader", name="Method")).to_have_attribute("aria-sort", "descending")
    down, methods = rows(page), page.locator("td.method > bdi").all_inner_texts()
    assert methods == sorted(methods, reverse=True)
    follow(page, page.get_by_role("columnheader", name="Method").get_by_role("link"))
    expect(page.get_by_role("columnheader", name="Method")).to_have_attribute("aria-sort", "ascending")
    assert rows(page) == down[::-1]
    assert filters(page) == ["Severity: critical"]


def test_pages_follow_each_other_both_ways(day: Running, open_page: Open, listed: Events) -> None:
    everything = [one["id"] for one in listed]
    page = open_page(day, "/events?limit=20")
    paging = page.get_by_role("navigation", name="Pages of the list")
    assert rows(page) == everything[:20]
    assert paging.locator("[rel=prev]").count() == 0
    follow(page, paging.locator("[rel=next]"))
    assert rows(page) == everything[20:40]
    press(page, "o")
    assert rows(page) == everything[40:60]
    press(page, "p")
    assert rows(page) == everything[20:40]
    follow(page, paging.locator("[rel=prev]"))
    assert rows(page) == everything[:20]

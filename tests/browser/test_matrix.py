from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.acts import follow, rows
from tests.browser.conftest import Open
from tests.service.running import Running

SCANNER = "172.22.0.208"
TOLD = re.compile(r"\d events?")


def boxes(page: Page) -> Locator:
    """Return the links of the matrix that tell how many events are behind them."""
    return page.get_by_role("region", name="Matrix").get_by_role("link").filter(has_text=TOLD)


def told(box: Locator) -> int:
    """Return the number of events that a box tells."""
    found = re.search(r"([\d,]+) events?", box.text_content() or "")
    assert found
    return int(found[1].replace(",", ""))


def behind(page: Page) -> int:
    """Return how many events the list has that a page shows the beginning of."""
    page.goto(f"{page.url}&limit=1000")
    return len(rows(page))


@pytest.mark.parametrize("place", [0, 5, -1])
def test_a_box_leads_to_as_many_events_as_it_tells(day: Running, open_page: Open, place: int) -> None:
    page = open_page(day, "/matrix")
    box = boxes(page).nth(place)
    number = told(box)
    follow(page, box)
    expect(page).to_have_url(re.compile("/events[?]"))
    assert behind(page) == number


def test_a_tactic_leads_to_as_many_events_as_it_tells(day: Running, open_page: Open) -> None:
    page = open_page(day, "/matrix")
    head = page.locator(".tactic").filter(has=page.get_by_role("link")).first
    number = told(head)
    follow(page, head.get_by_role("link"))
    assert behind(page) == number


def test_what_is_below_a_technique_unfolds(day: Running, open_page: Open) -> None:
    page = open_page(day, "/matrix")
    fold = page.locator("details", has=page.locator("summary", has_text="sub-technique")).first
    below = boxes(page).and_(fold.get_by_role("link")).first
    expect(below).to_be_hidden()
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(below).to_be_visible()
    number = told(below)
    follow(page, below)
    assert re.search(r"technique=T\d{4}\.\d{3}", page.url)
    assert behind(page) == number


def test_two_hosts_are_compared(day: Running, open_page: Open) -> None:
    page = open_page(day, f"/matrix?source={SCANNER}")
    page.locator("summary", has_text="Compare").click()
    other = day.client.get("/v1/hosts?limit=2").json()["hosts"][1]["ip"]
    page.locator(".compare").get_by_label("Source", exact=True).fill(other)
    follow(page, page.locator(".compare").get_by_role("button", name="Compare"))
    expect(page.get_by_role("list", name="What is compared")).to_contain_text(other)
    for says, source in (("here", SCANNER), ("there", other)):
        side = boxes(page).filter(has_text=re.compile(rf"{says}, [1-9]")).first
        number, alone = told(side), page.url
        follow(page, side)
        assert f"source={source}" in page.url
        assert behind(page) == number
        page.goto(alone)
    follow(page, page.get_by_role("list", name="What is compared").get_by_role("link", name="Remove all"))
    expect(page.get_by_role("list", name="What is compared")).to_have_count(0)
    expect(page.get_by_role("list", name="Filters that are set")).to_contain_text(SCANNER)


def test_the_layer_has_the_techniques_of_the_view(day: Running, open_page: Open) -> None:
    page = open_page(day, f"/matrix?source={SCANNER}")
    with page.expect_download() as started:
        page.get_by_role("link", name="Navigator layer").click()
    layer = json.loads(started.value.path().read_text())
    assert layer["domain"] == "enterprise-attack"
    scored = {one["techniqueID"] for one in layer["techniques"] if one.get("score")}
    # Those that are folded too.
    texts = page.get_by_role("link", include_hidden=True).filter(has_text=TOLD).all_text_contents()
    shown = {found[0] for text in texts if (found := re.search(r"T\d{4}(\.\d{3})?", text))}
    assert scored == shown
    assert shown


def test_another_version_and_domain_keep_the_filters(day: Running, open_page: Open) -> None:
    page = open_page(day, f"/matrix?source={SCANNER}")
    heads = page.get_by_role("heading", level=2)
    expect(heads.filter(has_text="Stealth")).to_have_count(1)
    follow(page, page.get_by_role("group", name="Version").get_by_role("link", name="18.1"))
    expect(heads.filter(has_text="Defense Evasion")).to_have_count(1)
    expect(page.get_by_role("list", name="Filters that are set")).to_contain_text(SCANNER)
    follow(page, page.get_by_role("group", name="Domain").get_by_role("link", name="ICS"))
    expect(page.get_by_role("list", name="Filters that are set")).to_contain_text(SCANNER)

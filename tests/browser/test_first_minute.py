from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.acts import follow, rows
from tests.browser.conftest import Open
from tests.service.running import Running


def example(page: Page) -> Locator:
    """Return what says that an example is shown."""
    return page.get_by_role("complementary", name="Example data")


def test_the_tour_goes_and_comes_again(day: Running, open_page: Open) -> None:
    page = open_page(day, "/events?limit=3")
    tour = example(page).get_by_role("listitem")
    expect(tour).to_have_count(5)
    follow(page, example(page).get_by_role("button", name="Hide"))
    expect(tour).to_have_count(0)
    assert len(rows(page)) == 3
    another = page.context.new_page()
    another.goto("/events?limit=3")
    expect(example(another)).to_be_visible()
    expect(example(another).get_by_role("listitem")).to_have_count(0)
    follow(page, example(page).get_by_role("button", name="Show"))
    expect(tour).to_have_count(5)


def test_each_step_of_the_tour_leads_to_a_page(day: Running, open_page: Open) -> None:
    page = open_page(day, "/events?limit=3")
    for link in example(page).get_by_role("listitem").get_by_role("link").all():
        path = link.get_attribute("href")
        assert path
        assert day.client.get(path).status_code == 200


def test_the_example_goes_when_one_starts_empty(open_page: Open, tmp_path: Path) -> None:
    with Running(tmp_path / "log", "--demo", "--model", "codebook") as service:
        service.until(lambda: bool(service.client.get("/v1/events").json()["events"]))
        page = open_page(service, "/matrix")
        follow(page, example(page).get_by_role("button", name="Start empty"))
        expect(example(page)).to_have_count(0)
        assert rows(page) == []
        page.goto("/hosts")
        expect(example(page)).to_have_count(0)
        assert service.client.get("/v1/events").json()["events"] == []


def ground(page: Page) -> str:
    """Return the colour behind a page."""
    found: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return found


def test_dark_is_remembered_and_the_systems_word_holds_until_then(day: Running, open_page: Open) -> None:
    page = open_page(day, "/examples")
    light = ground(page)
    page.emulate_media(color_scheme="dark")
    dark = ground(page)
    assert dark != light
    # Without loading the page again.
    page.get_by_role("button", name="Light", exact=True).click()
    assert ground(page) == light
    page.reload()
    assert ground(page) == light
    expect(page.get_by_role("button", name="Light", exact=True)).to_have_attribute("aria-pressed", "true")
    another = page.context.new_page()
    another.goto("/site")
    another.get_by_role("button", name="Dark", exact=True).click()
    assert ground(another) == dark
    page.reload()
    assert ground(page) == dark

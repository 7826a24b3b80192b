from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.acts import follow
from tests.browser.conftest import Open
from tests.service.running import Running

PATH = "/events?limit=5&sort=severity"


def heads(page: Page) -> list[str]:
    """Return the columns that a list has."""
    return page.get_by_role("columnheader").all_inner_texts()


def choose(page: Page, *, clear: str, add: str) -> None:
    """Choose columns by the form."""
    page.locator("summary", has_text="Columns").click()
    page.get_by_role("checkbox", name=clear).uncheck()
    page.get_by_role("checkbox", name=add).check()
    follow(page, page.get_by_role("button", name="Show these"))


def test_columns_are_remembered(day: Running, open_page: Open) -> None:
    page = open_page(day, PATH)
    at_first = heads(page)
    assert "Targets" in at_first
    assert "Data feed" not in at_first
    choose(page, clear="Targets", add="Data feed")
    chosen = [one for one in at_first if one != "Targets"] + ["Data feed"]
    assert heads(page) == chosen
    assert page.url.endswith(PATH)
    page.reload()
    assert heads(page) == chosen
    another = page.context.new_page()
    another.goto("/events?limit=5")
    assert heads(another) == chosen
    # Another browser has its own.
    assert heads(open_page(day, PATH)) == at_first


def test_the_columns_of_the_beginning_come_back(day: Running, open_page: Open) -> None:
    page = open_page(day, PATH)
    at_first = heads(page)
    choose(page, clear="Severity", add="Updated")
    assert heads(page) != at_first
    page.locator("summary", has_text="Columns").click()
    follow(page, page.get_by_role("button", name="As at first"))
    assert heads(page) == at_first


def test_time_which_leads_to_the_event_stays(day: Running, open_page: Open) -> None:
    page = open_page(day, PATH)
    page.keyboard.press("c")
    assert page.get_by_role("checkbox", name="Time").is_disabled()
    for box in page.get_by_role("checkbox", disabled=False).all():
        box.uncheck()
    page.get_by_role("checkbox", name="Method").check()
    follow(page, page.get_by_role("button", name="Show these"))
    assert heads(page) == ["Time", "Method"]

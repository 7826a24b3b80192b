from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.acts import follow
from tests.browser.conftest import Open
from tests.service.running import Running


def test_the_model_that_answers_is_named_with_its_promises(day: Running, open_page: Open) -> None:
    served = day.client.get("/v1/model").json()
    page = open_page(day, "/model")
    expect(page.get_by_role("heading", level=1)).to_contain_text(served["name"])
    expect(page.get_by_role("heading", level=1)).to_contain_text(served["version"])
    expect(page.get_by_role("heading", name="Drift")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(served["attack"])


def test_an_event_names_the_model_that_the_page_is_of(day: Running, open_page: Open) -> None:
    page = open_page(day, "/events?limit=1")
    follow(page, page.get_by_role("rowheader").get_by_role("link"))
    served = day.client.get("/v1/model").json()
    expect(page.get_by_role("main")).to_contain_text(f"{served['name']} {served['version']}")

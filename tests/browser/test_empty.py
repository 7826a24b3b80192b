from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.acts import UNSURE, fits, follow, keep, rows
from tests.browser.conftest import Open
from tests.browser.test_every_page import PATHS
from tests.service.running import Running

NEXT = {
    "/events": "/v1/events",
    "/matrix": "/v1/events",
    "/hosts": "/v1/events",
    "/review": "Events come here",
    "/model": "Too few events to tell",
    "/site": "--site",
    "/site/gaps": "no events",
    "/site/suggestions": "come from stored events",
    "/site/check": "The text of a site file",
    "/site/reassess": "Detected from",
    "/examples": "adscribe",
}
"""Page to what it says that one can do, or where what it shows comes from."""


def test_an_empty_service_says_what_to_do_until_the_first_event(empty: Running, open_page: Open) -> None:
    assert set(PATHS) == set(NEXT)
    page = open_page(empty, "/")
    for path, says in NEXT.items():
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_role("main")).to_contain_text(says)
        assert fits(page), path

    page.goto("/events")
    assert rows(page) == []
    # What it says to do is done, as it says it: the page tells of the event without being loaded again.
    command = page.get_by_role("main").locator("pre").inner_text()
    assert f"http://127.0.0.1:{empty.port}/v1/events" in command
    found = keep(empty, UNSURE)
    follow(page, page.get_by_role("link", name=re.compile("new event")))
    assert rows(page) == found

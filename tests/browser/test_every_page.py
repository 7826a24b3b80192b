from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from adscribe.service.pages import PAGES
from tests.browser.acts import fits
from tests.browser.conftest import Open
from tests.service.running import Running

ELSEWHERE = {"/", "/login", "/events/find", "/matrix/compare"}
"""Paths that lead to another page."""

PATHS = sorted(
    path for method, path, _ in PAGES if method == "GET" and "{" not in path and path not in ELSEWHERE
)
FEWER = {"/events": "/events?limit=25"}
"""Where axe would look at row after row of the same."""

SERIOUS = {"serious", "critical"}
COLOURS = {"runOnly": ["color-contrast"]}
"""What a dark page can have wrong that a light one has right."""


@pytest.mark.parametrize("path", [*PATHS, "/hosts/172.22.0.208"])
def test_a_page_can_be_used_by_everybody(day: Running, open_page: Open, path: str) -> None:
    page = open_page(day, FEWER.get(path, path))
    assert page.locator("h1").count() == 1
    assert page.locator("main").inner_text().strip()
    assert fits(page), "it scrolls sideways"
    found = Axe().run(page).response["violations"]
    page.emulate_media(color_scheme="dark")
    found += Axe().run(page, options=COLOURS).response["violations"]
    assert not [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in SERIOUS]
    page.set_viewport_size({"width": 1920, "height": 1080})
    assert fits(page), "it scrolls sideways on a wall"

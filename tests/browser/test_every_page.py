from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from adscribe.service.pages import PAGES
from tests.browser.conftest import Open
from tests.service.running import Running

ELSEWHERE = {"/", "/login", "/events/find", "/matrix/compare"}
"""Paths that lead to another page."""

PATHS = sorted(
    path for method, path, _ in PAGES if method == "GET" and "{" not in path and path not in ELSEWHERE
)
SERIOUS = {"serious", "critical"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", [*PATHS, "/hosts/172.22.0.208"])
def test_a_page_can_be_used_by_everybody(day: Running, open_page: Open, path: str, scheme: str) -> None:
    page = open_page(day, path, scheme=scheme)
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
    found = Axe().run(page).response["violations"]
    serious = [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in SERIOUS]
    assert not serious


@pytest.mark.parametrize("path", PATHS)
def test_a_page_fits_a_wall_too(day: Running, open_page: Open, path: str) -> None:
    page = open_page(day, path, width=1920)
    assert page.locator("main").inner_text().strip()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"

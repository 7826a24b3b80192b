"""A real service and a real browser; a test fails on whatever the browser complains of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.service.running import Running

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
EVENTS = 468
"""Of the simulated day."""

Open = Callable[..., Page]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; not for longer than these tests, since Playwright's loop is in the way of others."""
    if not CHROMIUM.exists():
        pytest.skip("no Chromium here: apt-get install chromium")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture(scope="package")
def day(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service that shows the simulated day; tests only look at it."""
    with Running(tmp_path_factory.mktemp("day") / "log", "--demo") as service:
        service.until(lambda: len(service.client.get("/v1/events?limit=1000").json()["events"]) == EVENTS)
        yield service


@pytest.fixture
def empty(browser: Browser, tmp_path: Path) -> Iterator[Running]:
    """A service without events, for one test."""
    with Running(tmp_path / "log") as service:
        yield service


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Open a page of a service: of 1280 × 800, unless a test says otherwise."""
    complaints: list[str] = []
    contexts = []

    def told(message: ConsoleMessage) -> None:
        # What breaks the policy is told as an error too.
        if message.type in ("error", "warning"):
            complaints.append(f"{message.text} ({message.location.get('url')})")

    def opened(service: Running, path: str, *, width: int = 1280, scheme: str = "light") -> Page:
        context = browser.new_context(
            base_url=str(service.client.base_url),
            viewport={"width": width, "height": 800},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", told)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not complaints, complaints

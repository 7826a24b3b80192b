"""A real service and a real browser; a test fails on whatever the browser complains of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, sync_playwright

from tests.service.running import Running

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
EVENTS = 468
"""Of the simulated day."""

LONGEST_MILLISECONDS = 60_000
"""That a page may take on a busy machine; a test waits no longer than it must."""

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


@pytest.fixture(scope="package")
def listed(day: Running) -> list[dict[str, Any]]:
    """The events of the day, the latest first."""
    found: list[dict[str, Any]] = day.client.get("/v1/events?limit=1000").json()["events"]
    return found


@pytest.fixture(scope="package")
def kept(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service that tests add events to, each of a host of its own; the rules answer, the same for ever."""
    with Running(tmp_path_factory.mktemp("kept") / "log", "--model", "codebook") as service:
        yield service


_HOSTS = count(1)


@pytest.fixture
def host() -> str:
    """The address of a host inside that no other test has events of."""
    number = next(_HOSTS)
    return f"10.77.{number // 250}.{number % 250 + 1}"


@pytest.fixture
def outsider() -> str:
    """The address of a host outside that no other test has events of."""
    return f"203.0.113.{next(_HOSTS)}"


@pytest.fixture
def empty(browser: Browser, tmp_path: Path) -> Iterator[Running]:
    """A service without events, for one test."""
    with Running(tmp_path / "log") as service:
        yield service


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Open a page of a service: of 1280 × 800, with scripts, unless a test says otherwise.

    What a test expects the console to say holds `expected`.
    """
    complaints: list[str] = []
    contexts = []

    def opened(
        service: Running,
        path: str,
        *,
        width: int = 1280,
        scheme: str = "light",
        script: bool = True,
        expected: str | None = None,
    ) -> Page:
        def told(message: ConsoleMessage) -> None:
            # What breaks the policy is told as an error too.
            if message.type in ("error", "warning") and not (expected and expected in message.text):
                complaints.append(f"{message.text} ({message.location.get('url')})")

        def asked(dialog: Dialog) -> None:
            complaints.append(f"a dialog: {dialog.message}")
            dialog.dismiss()

        context = browser.new_context(
            base_url=str(service.client.base_url),
            viewport={"width": width, "height": 800},
            color_scheme="dark" if scheme == "dark" else "light",
            java_script_enabled=script,
            # Colours that are on their way would be measured.
            reduced_motion="reduce",
        )
        context.set_default_timeout(LONGEST_MILLISECONDS)
        contexts.append(context)
        context.on("console", told)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on("dialog", asked)
        page = context.new_page()
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not complaints, complaints

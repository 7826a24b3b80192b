from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from adscribe.service.pages import PAGES
from adscribe.service.session import COOKIE
from tests.browser.acts import follow
from tests.browser.conftest import Open
from tests.service.running import Running

TOKEN = "a-token-of-tests"
WANTED = "/events?method=SCANS"
OPEN = ("/login", "/static/")


@pytest.fixture(scope="module")
def locked(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service with a token."""
    log = tmp_path_factory.mktemp("locked") / "log"
    with Running(log, "--model", "codebook", ADSCRIBE_TOKEN=TOKEN) as service:
        yield service


def sign_in(page: Page, token: str) -> None:
    """Give a token."""
    page.get_by_label("Token").fill(token)
    follow(page, page.get_by_role("button", name="Sign in"))


def test_nothing_is_readable_without_the_token(locked: Running) -> None:
    for method, path, _ in PAGES:
        if path.startswith(OPEN):
            continue
        answer = locked.client.request(method, path, headers={"Accept": "text/html"})
        if method == "GET":
            assert (answer.status_code, httpx.URL(answer.headers["location"]).path) == (303, "/login")
        else:
            assert answer.status_code == 401
    for path in ("/v1/events", "/v1/events?format=csv", "/v1/site", "/v1/model", "/metrics", "/openapi.json"):
        assert locked.client.get(path).status_code == 401


def test_the_token_leads_to_what_was_wanted_until_one_signs_out(locked: Running, open_page: Open) -> None:
    page = open_page(locked, WANTED, expected="status of 401")
    expect(page.get_by_label("Token")).to_be_focused()
    sign_in(page, "another-token")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Token")).to_have_value("")
    assert not page.context.cookies()

    sign_in(page, TOKEN)
    assert page.url.endswith(WANTED)
    (cookie,) = page.context.cookies()
    assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"]) == (COOKIE, True, "Strict")
    assert TOKEN not in cookie["value"]
    another = page.context.new_page()
    another.goto("/matrix")
    expect(another.get_by_role("heading", level=1)).to_have_text("Matrix")

    follow(page, page.get_by_role("button", name="Sign out"))
    for left in (page, another):
        left.goto("/matrix")
        expect(left.get_by_label("Token")).to_be_visible()


def test_the_token_leads_nowhere_else(locked: Running, open_page: Open) -> None:
    page = open_page(locked, "/login?back=//elsewhere.example/")
    sign_in(page, TOKEN)
    assert page.url == f"{str(locked.client.base_url).rstrip('/')}/events"

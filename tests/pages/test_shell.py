from __future__ import annotations

from pathlib import Path

import pytest

from adscribe.service.pages import PAGES
from adscribe.service.pages.forms import local
from adscribe.service.pages.shell import environment, visible
from adscribe.service.settings import Settings
from tests.pages.reading import Page
from tests.service.harness import Service

PLAIN = [path for method, path, _ in PAGES if method == "GET" and "{" not in path]
"""Paths of pages that stand without an event or host."""

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("path", PLAIN)
def test_a_page_loads_nothing_from_elsewhere(service: Service, path: str) -> None:
    response = service.request("GET", path, follow_redirects=True)
    assert response.status_code == 200
    policy = response.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    page = Page(response.text)
    assert page.tags.count("main") == page.tags.count("h1") == 1
    loaded = [
        found.get("src") or found.get("href", "")
        for tag, found in page.attributes
        if tag in ("script", "link", "img")
    ]
    assert loaded
    for link in loaded:
        assert link.startswith("/")
        assert service.get(link).status_code == 200


def test_the_navigation_leads_to_pages_that_there_are(service: Service) -> None:
    page = Page(service.get("/examples").text)
    told = [found for tag, found in page.attributes if found.get("data-key", "").startswith("g ")]
    assert [found["href"] for found in told if "aria-current" in found] == ["/examples"]
    for found in told:
        assert service.get(found["href"]).status_code == 200


def test_a_file_that_the_browser_has_is_not_sent_again(service: Service) -> None:
    first = service.get("/static/base.css")
    assert first.headers["content-type"].startswith("text/css")
    again = service.get("/static/base.css", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["nothing.css", "..%2fapp.py", "%2e%2e%2fapp.py", "base.css%00"])
def test_no_other_file_is_sent(service: Service, name: str) -> None:
    assert service.get(f"/static/{name}").status_code == 404


def test_a_browser_sees_problems_as_pages_and_others_as_documents(service: Service) -> None:
    shown = service.get("/nothing", headers=BROWSER)
    assert shown.status_code == 404
    assert shown.headers["content-type"].startswith("text/html")
    assert "There is nothing at this path" in Page(shown.text).text
    assert service.get("/nothing").headers["content-type"] == "application/problem+json"
    assert service.get("/v1/nothing", headers=BROWSER).headers["content-type"] == "application/problem+json"


def test_light_or_dark_is_remembered(service: Service) -> None:
    response = service.request("POST", "/theme", content="theme=dark&back=/examples%3Fa", headers=FORM)
    assert (response.status_code, response.headers["location"]) == (303, "/examples?a")
    assert 'data-theme="dark"' in service.get("/examples").text
    service.request("POST", "/theme", content="theme=auto", headers=FORM)
    assert 'data-theme="auto"' in service.get("/examples").text


@pytest.mark.parametrize(
    "back",
    ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "/a\r\nSet-Cookie:x", ""],
)
def test_a_form_leads_nowhere_else(back: str) -> None:
    assert local(back) == "/"


def test_forms_of_other_types_or_sizes_are_refused(service: Service) -> None:
    assert service.request("POST", "/theme", json={"theme": "dark"}).status_code == 415
    large = service.request("POST", "/theme", content="theme=" + "x" * 100_000, headers=FORM)
    assert large.status_code == 413
    many = service.request("POST", "/theme", content="&".join(["a=1"] * 1000), headers=FORM)
    assert many.status_code == 422
    assert "can't be read" in Page(many.text).text


def test_a_token_is_asked_for_once() -> None:
    with Service(Settings(model="codebook", token="s3cret"), wait=False) as closed:
        closed.until(lambda: closed.get("/health/ready").status_code == 200)
        led = closed.get("/examples?a=1", headers=BROWSER)
        assert (led.status_code, led.headers["location"]) == (303, "/login?back=%2Fexamples%3Fa%3D1")
        asking = closed.get(led.headers["location"])
        assert Page(asking.text).fields["back"] == ["/login?back=%2Fexamples%3Fa%3D1", "/examples?a=1"]
        assert closed.get("/static/base.css").status_code == 200

        wrong = closed.request("POST", "/login", content="token=no&back=/examples", headers=FORM)
        assert wrong.status_code == 401
        assert "isn't the token" in Page(wrong.text).text
        assert "set-cookie" not in wrong.headers

        right = closed.request("POST", "/login", content="token=s3cret&back=/examples", headers=FORM)
        assert (right.status_code, right.headers["location"]) == (303, "/examples")
        cookie = right.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "samesite=strict" in cookie.lower()
        assert "s3cret" not in cookie
        assert closed.get("/examples").status_code == 200
        assert closed.get("/v1/model").status_code == 200

        gone = closed.request("POST", "/logout", content="", headers=FORM)
        assert gone.headers["location"] == "/login"
        assert closed.get("/v1/model").status_code == 401


def test_without_a_token_nobody_signs_in(service: Service) -> None:
    assert service.get("/login?back=/examples").headers["location"] == "/examples"
    assert "Sign out" not in service.get("/examples").text


def test_a_form_of_another_site_is_refused(service: Service) -> None:
    headers = {**FORM, "Origin": "https://elsewhere.example"}
    assert service.request("POST", "/theme", content="theme=dark", headers=headers).status_code == 403


def test_what_would_not_be_seen_is_written_out() -> None:
    template = environment.from_string("{{ value }}|{{ value | verbatim }}")
    assert template.render(value="<b>\u202etxt") == "&lt;b&gt;\\u202etxt|&lt;b&gt;\u202etxt"
    assert visible("a\nb\tc") == "a\nb\tc"


def test_every_page_is_described() -> None:
    text = (Path(__file__).parents[2] / "docs" / "pages.md").read_text("utf-8")
    told = [line.split("`")[1] for line in text.splitlines() if line.startswith("| `")]
    assert sorted(told) == sorted(f"{method} {path}" for method, path, _ in PAGES)

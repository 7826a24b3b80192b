"""What an event, a site file, an analyst or a URL says shows as text on every page, and breaks no layout."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

from adscribe.service.pages.columns import COLUMNS
from tests.browser.acts import SURE, UNSURE, fits, follow, keep, kept_as
from tests.browser.conftest import Open
from tests.service.running import Running

MARKUP = "<script>window.harmed=1</script><img src=x onerror='window.harmed=1'>"
BREAKERS = "\"'></textarea></title><b onmouseover=window.harmed=1>{{ 7 * 7 }}<!--"
DIRECTION = "\u202e\u2066\u200ftxt.exe\u2069"
CONTROLS = "\x07\x1b[31m\x7f\u2028"
HOSTILE = MARKUP + BREAKERS + DIRECTION + CONTROLS
LONG = "W" * 10_000

HARMED = """() => {
  const found = [];
  if (window.harmed !== undefined) found.push("a script ran");
  for (const one of document.querySelectorAll("script:not([src^='/static/']), img, [onerror], [onmouseover]"))
    found.push(one.outerHTML.slice(0, 200));
  if (/[\\u0007\\u001b\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]/.test(document.body.innerText))
    found.push("unseen characters");
  return found;
}"""


def event(like: dict[str, Any], source: str, text: str, **changes: Any) -> dict[str, Any]:
    """Return an event that has a text wherever it can have one."""
    name = text[:1000]
    return {
        **like,
        "submethod": name,
        "instance": name,
        "data_feed": name,
        "external_id": name,
        "sensor": name,
        "perspective": name,
        "labels": [name],
        "source": {"ip": source, "hostname": name, "user": name},
        "targets": [{"ip": like["targets"][0], "hostname": name}],
        "characteristics": {
            **like.get("characteristics", {}),
            name: text[:4000],
            "threat_names": text[:4000],
        },
        "description": text,
        **changes,
    }


def site(text: str) -> str:
    """Return a site file that has a text wherever it can have one."""
    return yaml.safe_dump(
        {
            "filters": {"LAN": ["10.0.0.0/8"]},
            "internal": "LAN",
            "allowed": [{"method": "TEAMVIEWER", "source": "LAN", "note": text}],
            "data_feeds": {"1": {"name": text}},
        },
        allow_unicode=True,
    )


@pytest.fixture(scope="module")
def attacked(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service whose events and site file are full of such texts."""
    folder = tmp_path_factory.mktemp("attacked")
    path = folder / "site.yaml"
    path.write_text(site(HOSTILE + LONG[:300]))
    with Running(folder / "log", "--model", "codebook", "--site", str(path)) as service:
        keep(
            service,
            # These show categories, so that the matrix and the hosts have them.
            event(SURE, "203.0.113.7", HOSTILE, submethod="General"),
            event(SURE, "203.0.113.8", LONG, submethod="General"),
            event(UNSURE, "10.1.0.1", HOSTILE),
            event(UNSURE, "10.1.0.2", LONG),
            event(UNSURE, "10.1.0.3", HOSTILE, method=HOSTILE),
            event(UNSURE, "10.1.0.4", LONG, method=LONG[:1000]),
        )
        yield service


def harmless(page: Page) -> None:
    """Make sure that a page is as it would be with other texts."""
    assert page.evaluate(HARMED) == []
    assert fits(page), f"{page.url[:100]} scrolls sideways"


LOOKED_AT = [
    "/events",
    "/matrix",
    "/hosts",
    "/hosts/10.1.0.1",
    "/hosts/203.0.113.8",
    "/review",
    "/model",
    "/site",
    "/site?address=10.1.0.1",
    "/site/gaps",
    "/site/suggestions",
    "/site/check",
]


ASKED = [
    "/events?method={}&host={}&text={}",
    "/matrix?method={}&data_feed={}",
    "/hosts?host={}",
    "/review?submethod={}&method={}",
    "/site/gaps?method={}",
    "/events?sort={}",
    "/events?after={}",
    "/events?{}=1",
    "/events/find?find={}&method={}",
    "/events/{}",
    "/hosts/{}",
    "/review/{}",
    "/site?address={}",
    "/site/reassess/{}",
    "/{}",
]
"""Paths with such a text in each place that a URL has for it; many are refused, on a page that says so."""


def test_pages_show_it_as_text(attacked: Running, open_page: Open) -> None:
    page = open_page(attacked, "/events")
    page.locator("summary", has_text="Columns").click()
    for box in page.get_by_role("checkbox", disabled=False).all():
        box.check()
    follow(page, page.get_by_role("button", name="Show these"))
    expect(page.get_by_role("columnheader")).to_have_count(len(COLUMNS))
    for path in LOOKED_AT:
        page.goto(path)
        harmless(page)
    for path in ("/events", "/hosts", "/review", "/site"):
        page.goto(path)
        expect(page.get_by_role("main")).to_contain_text(MARKUP)


def test_rows_stay_as_high_as_others(attacked: Running, open_page: Open) -> None:
    page = open_page(attacked, "/events")
    heights = page.locator("tr[data-id]").evaluate_all("all => all.map((row) => row.offsetHeight)")
    assert len(heights) == 6
    assert max(heights) < 150


def test_events_show_it_as_text(attacked: Running, open_page: Open) -> None:
    found = attacked.client.get("/v1/events").json()["events"]
    page = open_page(attacked, "/events")
    for one in found:
        page.goto(f"/events/{one['id']}")
        for details in page.get_by_role("main").locator("details > summary").all():
            if details.is_visible():
                details.click()
        harmless(page)


def test_a_group_to_judge_shows_it_as_text(attacked: Running, open_page: Open) -> None:
    page = open_page(attacked, "/review")
    for group in attacked.client.get("/v1/review").json()["groups"]:
        page.goto(f"/review/{group['id']}")
        harmless(page)


def test_what_an_analyst_says_shows_as_text(kept: Running, open_page: Open, outsider: str) -> None:
    (one,) = keep(kept, {**SURE, "source": {"ip": outsider}})
    page = open_page(kept, f"/events/{one}")
    # A name has nothing unseen in it: see the next test.
    name, comment = (MARKUP + BREAKERS)[:100], HOSTILE + LONG[:1000]
    page.get_by_role("textbox", name=re.compile("your name", re.IGNORECASE)).fill(name)
    page.get_by_label("Comment").fill(comment)
    follow(page, page.get_by_role("button", name=re.compile("confirm", re.IGNORECASE)))
    said = kept_as(kept, one)["feedback"][0]
    assert said["analyst"] == name
    assert said["comment"].startswith(MARKUP)
    expect(page.locator("#feedback")).to_contain_text(MARKUP)
    harmless(page)
    follow(page, page.get_by_role("button", name="Undo"))
    assert kept_as(kept, one)["feedback"][0]["revoked_by"] == name
    harmless(page)


def test_a_verdict_that_cannot_be_kept_is_told_as_text(kept: Running, open_page: Open, outsider: str) -> None:
    (one,) = keep(kept, {**SURE, "source": {"ip": outsider}})
    page = open_page(kept, f"/events/{one}", expected="status of 422")
    page.get_by_role("textbox", name=re.compile("your name", re.IGNORECASE)).fill(MARKUP[:60] + DIRECTION)
    follow(page, page.get_by_role("button", name=re.compile("confirm", re.IGNORECASE)))
    harmless(page)
    assert kept_as(kept, one)["feedback"] == []


def test_what_a_url_says_shows_as_text(kept: Running, open_page: Open) -> None:
    page = open_page(kept, "/events?limit=1", expected="status of 4")
    for path in ASKED:
        for text in (HOSTILE, LONG[:900]):
            page.goto(path.replace("{}", quote(text, safe="")))
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            harmless(page)


def test_a_site_file_shows_as_text(kept: Running, open_page: Open, tmp_path: Path) -> None:
    page = open_page(kept, "/site/check")
    broken = (
        f"filters: {{LAN: [10.0.0.0/8]}}\ninternal: LAN\nroles: {{'{MARKUP.replace(chr(39), '')}': LAN}}\n"
    )
    for text in (site(HOSTILE), site(LONG), broken, HOSTILE, LONG):
        page.get_by_label("The text of a site file").fill(text)
        follow(page, page.get_by_role("button", name="Check"))
        harmless(page)
    page.get_by_label("The text of a site file").fill(site(HOSTILE))
    follow(page, page.get_by_role("button", name="Check"))
    # It comes back as it was.
    expect(page.get_by_label("The text of a site file")).to_have_value(site(HOSTILE))

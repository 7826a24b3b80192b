from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from adscribe.site import Site
from tests.browser.acts import follow, kept_as, press
from tests.browser.conftest import Open
from tests.service.running import Running
from tests.shared import ROOT

EVENTS = ROOT / "datasets" / "samples" / "demo" / "events.ndjson"
SITE = """\
filters:
  LAN: ["10.40.0.0/16"]
  Servers: ["10.40.9.0/24"]
internal: LAN
roles:
  file_server: Servers
"""
BROKEN = SITE.replace("roles:\n  file_server: Servers", "roles:\n  file_servant: Servers")


@pytest.fixture(scope="module")
def sited(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service with a site file that says little, and events that suggest more."""
    folder = tmp_path_factory.mktemp("sited")
    (folder / "site.yaml").write_text(SITE)
    with Running(folder / "log", "--model", "codebook", "--site", str(folder / "site.yaml")) as service:
        answer = service.client.post(
            "/v1/events", content=EVENTS.read_bytes(), headers={"Content-Type": "application/x-ndjson"}
        )
        assert answer.status_code == 200
        yield service


def test_an_address_is_told_with_what_it_rests_on(sited: Running, open_page: Open) -> None:
    page = open_page(sited, "/site")
    page.keyboard.press("/")
    page.keyboard.insert_text("10.40.9.5")
    press(page, "Enter")
    told = page.get_by_role("region", name="Address")
    for text in ("10.40.9.5 is inside", "Servers", "10.40.9.0/24", "file server"):
        expect(told).to_contain_text(text)
    page.get_by_role("textbox", name=re.compile("address")).fill("192.0.2.7")
    press(page, "Enter")
    expect(told).to_contain_text("outside")


def test_what_is_no_address_is_said_to_be_none(sited: Running, open_page: Open) -> None:
    page = open_page(sited, "/site", expected="status of 422")
    page.get_by_role("textbox", name=re.compile("address")).fill("10.0.0.300")
    press(page, "Enter")
    expect(page.get_by_role("main")).to_contain_text("no address")
    expect(page.get_by_role("textbox", name=re.compile("address"))).to_have_value("10.0.0.300")


def text_of(page: Page) -> str:
    """Return the text of the file that a page has."""
    return page.get_by_label("The text of a site file").input_value()


def test_a_broken_file_is_told_by_line_and_key(sited: Running, open_page: Open, tmp_path: Path) -> None:
    (tmp_path / "new.yaml").write_text(BROKEN)
    page = open_page(sited, "/site/check")
    page.get_by_label("A file").set_input_files(tmp_path / "new.yaml")
    expect(page.get_by_label("The text of a site file")).to_have_value(BROKEN)
    follow(page, page.get_by_role("button", name="Check"))
    told = page.get_by_role("alert")
    expect(told).to_contain_text(f"Line {BROKEN.splitlines().index('  file_servant: Servers') + 1}")
    expect(told).to_contain_text("file_servant")
    assert text_of(page) == BROKEN
    # Mended where it stands.
    page.get_by_label("The text of a site file").fill(SITE)
    follow(page, page.get_by_role("button", name="Check"))
    expect(told).to_have_count(0)
    expect(page.get_by_role("status")).to_contain_text("It can be used")


def test_suggestions_become_a_new_file(sited: Running, open_page: Open) -> None:
    page = open_page(sited, "/site/suggestions")
    picks = page.get_by_role("checkbox")
    for pick in picks.all():
        pick.uncheck()
    row = page.get_by_role("listitem").filter(has=picks).first
    wanted = row.locator("code").inner_text()
    row.get_by_role("checkbox").check()
    with page.expect_download() as started:
        page.get_by_role("button", name="Download").click()
    follow(page, page.get_by_role("button", name="Make a new file"))
    made = text_of(page)
    assert started.value.path().read_text() == made
    assert wanted in made
    # What is in use stays in it, and isn't changed.
    for line in SITE.splitlines():
        assert line in made
    expect(page.get_by_role("status")).to_contain_text("It can be used")
    assert sited.client.get("/v1/site").json()["sha256"] == Site.parse(SITE).sha256


def test_gaps_are_told(sited: Running, open_page: Open) -> None:
    page = open_page(sited, "/site/gaps")
    expect(page.get_by_role("main").get_by_role("listitem").first).to_be_visible()


def test_a_dry_run_tells_and_changes_nothing(sited: Running, open_page: Open) -> None:
    before = sited.client.get("/v1/events?limit=1000").json()["events"]
    page = open_page(sited, "/site/reassess")
    page.get_by_label("Detected from").fill("2000-01-01T00:00:00")
    page.get_by_label(re.compile("CK version")).fill("18.1")
    follow(page, page.get_by_role("button", name="Show what would change"))
    expect(page.get_by_role("heading", name=re.compile("dry run", re.IGNORECASE))).to_be_visible()
    # The page loads itself again until it has ended.
    expect(page.get_by_role("status")).to_contain_text("Done")
    expect(page.get_by_role("status")).to_contain_text(f"{len(before)} looked at")
    assert sited.client.get("/v1/events?limit=1000").json()["events"] == before
    assert len(kept_as(sited, before[0]["id"])["revisions"]) == 1
    follow(page, page.get_by_role("navigation", name="Site file").get_by_role("link", name="Reassess"))
    expect(page.get_by_role("table")).to_contain_text("dry run")

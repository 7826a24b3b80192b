from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.acts import SURE, follow, keep, kept_as, press
from tests.browser.conftest import Open
from tests.service.running import Running

NAME = "Jiří <b>"
RIGHT = re.compile("confirm", re.IGNORECASE)


def event(outsider: str) -> dict[str, Any]:
    return {**SURE, "source": {"ip": outsider}}


def name(page: Page) -> Locator:
    """Return the field for who judges."""
    return page.get_by_role("textbox", name=re.compile("your name", re.IGNORECASE))


def said(service: Running, event_id: str) -> list[dict[str, Any]]:
    """Return the feedback that a service keeps of an event."""
    found: list[dict[str, Any]] = kept_as(service, event_id)["feedback"]
    return found


def given(page: Page) -> Locator:
    """Return what a page shows as said of its event, the latest first."""
    return page.locator("#feedback ol").get_by_role("listitem")


def test_an_answer_is_confirmed_and_that_is_undone(kept: Running, open_page: Open, outsider: str) -> None:
    (one,) = keep(kept, event(outsider))
    page = open_page(kept, f"/events/{one}")
    name(page).fill(NAME)
    page.get_by_label("Comment").fill("as it should be")
    follow(page, page.get_by_role("button", name=RIGHT))
    (verdict,) = said(kept, one)
    assert verdict["verdict"]["kind"] == "confirm"
    assert (verdict["analyst"], verdict["comment"]) == (NAME, "as it should be")
    for text in (RIGHT, NAME, "as it should be"):
        expect(given(page)).to_contain_text(text)
    assert kept_as(kept, one)["reviewed"]

    follow(page, given(page).get_by_role("button", name="Undo"))
    (verdict,) = said(kept, one)
    assert verdict["revoked_by"] == NAME
    expect(given(page)).to_contain_text("taken back")
    expect(given(page).get_by_role("button", name="Undo")).to_have_count(0)
    assert not kept_as(kept, one)["reviewed"]


def test_other_categories_are_searched_in_the_catalogue(
    kept: Running, open_page: Open, outsider: str
) -> None:
    (one,) = keep(kept, event(outsider))
    page = open_page(kept, f"/events/{one}")
    name(page).fill(NAME)
    page.locator("#feedback summary", has_text="Correct").click()
    fields = page.locator("#feedback").get_by_label(re.compile("category", re.IGNORECASE))
    for field in fields.all():
        field.clear()
    # What a name leads to among the proposals is what one takes.
    proposals = page.locator("datalist option").evaluate_all("all => all.map((one) => one.value)")
    for field, words in ((fields.first, "Network Service Discovery"), (fields.nth(1), "Password Spraying")):
        (wanted,) = [one for one in proposals if words in one]
        field.fill(wanted)
    follow(page, page.get_by_role("button", name=re.compile("save", re.IGNORECASE)))
    (verdict,) = said(kept, one)
    assert verdict["verdict"]["kind"] == "correct"
    assert [found["id"] for found in verdict["verdict"]["techniques"]] == [
        "T1046",
        "T1110.003",
    ]
    for text in ("T1046 Network Service Discovery", "T1110.003"):
        expect(given(page)).to_contain_text(text)


def test_what_is_no_category_is_said_and_leads_back(kept: Running, open_page: Open, outsider: str) -> None:
    (one,) = keep(kept, event(outsider))
    page = open_page(kept, f"/events/{one}", expected="status of 422")
    name(page).fill(NAME)
    page.locator("#feedback summary", has_text="Correct").click()
    page.locator("#feedback").get_by_label(re.compile("category", re.IGNORECASE)).first.fill("<b>nonsense")
    follow(page, page.get_by_role("button", name=re.compile("save", re.IGNORECASE)))
    expect(page.get_by_role("main")).to_contain_text("<b>nonsense is neither a technique nor a tactic")
    assert said(kept, one) == []
    follow(page, page.get_by_role("main").get_by_role("link").first)
    expect(page).to_have_url(re.compile(f"/events/{one}"))


def test_no_category_is_said_with_its_reason_and_a_comment(
    kept: Running, open_page: Open, outsider: str
) -> None:
    (one,) = keep(kept, event(outsider))
    page = open_page(kept, f"/events/{one}")
    name(page).fill(NAME)
    page.get_by_label("Comment").fill("our own\ntest")
    page.locator("#feedback summary", has_text="No category").click()
    follow(page, page.get_by_role("button", name="Benign"))
    (verdict,) = said(kept, one)
    assert (verdict["verdict"]["kind"], verdict["verdict"]["reason"]) == ("reason", "benign")
    assert verdict["comment"] == "our own\ntest"
    expect(given(page)).to_contain_text("benign")
    expect(given(page)).to_contain_text("our own")


def test_verdicts_are_given_and_taken_back_by_keys(kept: Running, open_page: Open, outsider: str) -> None:
    (one,) = keep(kept, event(outsider))
    page = open_page(kept, f"/events/{one}")
    name(page).fill(NAME)
    page.keyboard.press("Escape")
    press(page, "c")
    assert said(kept, one)[0]["verdict"]["kind"] == "confirm"
    press(page, "z")
    assert said(kept, one)[0]["revoked_at"]
    # The name is remembered, so that no key stops at it.
    expect(name(page)).to_have_value(NAME)
    page.keyboard.press("x")
    page.keyboard.press("Tab")
    press(page, "Enter")
    assert said(kept, one)[1]["verdict"]["kind"] == "reason"
    expect(given(page)).to_have_count(2)


def test_without_a_name_nothing_is_judged(kept: Running, open_page: Open, outsider: str) -> None:
    (one,) = keep(kept, event(outsider))
    page = open_page(kept, f"/events/{one}")
    page.keyboard.press("c")
    expect(name(page)).to_be_focused()
    assert said(kept, one) == []

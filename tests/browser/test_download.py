from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.acts import follow, rows
from tests.browser.conftest import Open
from tests.service.running import Running

PATH = "/events?reason=benign&reason=misconfiguration&sort=severity&order=asc&limit=40"
COLUMNS = ("Method", "Techniques", "No category", "Severity", "Sensor's id")


def choose(page: Page) -> None:
    """Choose `COLUMNS`."""
    page.locator("summary", has_text="Columns").click()
    for box in page.get_by_role("checkbox", disabled=False).all():
        box.uncheck()
    for name in COLUMNS:
        page.get_by_role("checkbox", name=name, exact=True).check()
    follow(page, page.get_by_role("button", name="Show these"))


def shown(page: Page) -> list[dict[str, str]]:
    """Return the rows of all pages of the list: what each column says, and the id."""
    found = []
    while True:
        heads = page.get_by_role("columnheader").all_inner_texts()
        cells = page.locator("tr[data-id]").evaluate_all(
            "rows => rows.map((row) => [...row.cells].map((cell) => cell.innerText))"
        )
        found += [
            {"id": one, **dict(zip(heads, row, strict=True))}
            for one, row in zip(rows(page), cells, strict=True)
        ]
        following = page.locator("[rel=next]")
        if not following.count():
            return found
        follow(page, following)


def downloaded(page: Page, kind: str) -> str:
    """Return the file that the page's link gives."""
    page.locator("summary", has_text="Download").click()
    with page.expect_download() as started:
        page.get_by_role("link", name=kind, exact=True).click()
    assert started.value.suggested_filename.endswith(f".{kind.lower()}")
    return started.value.path().read_bytes().decode()


def said(record: dict[str, Any]) -> list[str]:
    """Return what a record of a file says, as far as rows say it word for word."""
    method = f"{record['method']}\n{record['submethod']}" if record["submethod"] else record["method"]
    severity = "info" if record["severity"] == "informational" else record["severity"]
    return [record["id"], method, severity or "–", record["external_id"] or "–"]


@pytest.mark.parametrize("kind", ["CSV", "NDJSON"])
def test_a_file_holds_what_the_pages_show(day: Running, open_page: Open, kind: str) -> None:
    page = open_page(day, PATH)
    choose(page)
    text = downloaded(page, kind)
    if kind == "CSV":
        records = list(csv.DictReader(io.StringIO(text, newline="")))
    else:
        records = [json.loads(line) for line in text.splitlines()]
    # The id, and what says the same as the columns that were chosen, in their order.
    assert list(records[0]) == [
        *("id", "detected_at", "method", "submethod", "techniques", "ics_techniques"),
        *("reason", "basis", "severity", "external_id"),
    ]
    page.goto(PATH)
    everything = shown(page)
    assert len(everything) > 40
    assert [said(one) for one in records] == [
        [one["id"], one["Method"], one["Severity"], one["Sensor's id"]] for one in everything
    ]
    assert {one["reason"] for one in records} == {"benign", "misconfiguration"}

"""The guide to the methods says what the rules say, of every method."""

from __future__ import annotations

import re

import pytest

from adscribe.codebook import Codebook
from adscribe.codebook.guide import pages
from adscribe.codebook.methods import MethodNotes, load_notes
from adscribe.resources import shipped
from adscribe.sensors import Report, read
from adscribe.sensors.flowmon.names import METHODS
from tests.shared import ROOT

GUIDE = ROOT / "docs" / "methods"
TODAY = [code for code, method in METHODS.items() if not method.retired]


@pytest.fixture(scope="module")
def notes() -> MethodNotes:
    return load_notes()


@pytest.fixture(scope="module")
def written(codebook: Codebook, notes: MethodNotes) -> dict[str, str]:
    return pages(codebook, notes)


def test_the_guide_is_up_to_date(written: dict[str, str]) -> None:
    there = {path.name: path.read_text(encoding="utf-8") for path in GUIDE.glob("*.md")}
    assert there.keys() == written.keys(), "run: python -m adscribe.codebook.guide docs/methods"
    stale = [name for name in written if there[name] != written[name]]
    assert stale == [], "run: python -m adscribe.codebook.guide docs/methods"


def test_every_method_and_submethod_of_today_is_explained(notes: MethodNotes) -> None:
    assert set(notes.methods) == set(TODAY)
    for code, note in notes.methods.items():
        assert set(note.submethods) == set(METHODS[code].submethods), code
        assert note.group in notes.groups
        assert note.questions, code


def test_every_row_is_in_the_guide(codebook: Codebook, written: dict[str, str]) -> None:
    for row in codebook.rows():
        page = "README.md" if row.method == "*" else f"{row.method}.md"
        page = "older.md" if row.retired else page
        page = "families.md" if row.id.startswith("FAMILY-") else page
        assert written[page].count(f"| {row.id} |") == 1, row.id
        assert row.why in written[page]


def test_what_the_sensor_reports_is_listed(notes: MethodNotes) -> None:
    files = sorted(shipped("datasets", "samples", "flowmon").glob("*.cef"))
    seen = set()
    for file in files:
        if file.stem not in ("human", "machine"):
            continue
        for record in read(file):
            assert isinstance(record, Report)
            event = record.event
            seen.add(event.method)
            assert set(event.characteristics) <= set(notes.methods[event.method].reports), event.method
    assert seen == set(TODAY)


def test_links_lead_somewhere(written: dict[str, str]) -> None:
    for name, text in written.items():
        for target in re.findall(r"\]\((?!https://)([^)#]*)(?:#[^)]*)?\)", text):
            assert target in written, f"{name} links to {target}"


def test_tables_have_as_many_cells_as_columns(written: dict[str, str]) -> None:
    for name, text in written.items():
        for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
            cells = {len(re.split(r"(?<!\\)\|", line)) for line in table.splitlines()}
            assert len(cells) == 1, f"{name}: {table[:80]}"

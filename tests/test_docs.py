"""What the README and the examples show is what really comes out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import shown
from tests.shared import ROOT


@pytest.mark.parametrize("call", list(shown.calls()), ids=lambda call: f"{call.page}: {call.line[:60]}")
def test_a_call_writes_what_the_page_shows(call: shown.Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert shown.made(call.line) == call.output, "python -m tests.shown writes the pages again"


def test_the_python_of_the_readme_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    code = shown.code("README.md")
    assert shown.printed(code) == shown.comment(code)


def test_every_link_to_a_page_of_the_repository_leads_somewhere() -> None:
    pages = [
        ROOT / "README.md",
        *(page for folder in ("docs", "examples", "notebooks") for page in (ROOT / folder).rglob("*.md")),
    ]
    for page in pages:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / Path(target)).exists(), f"{page.relative_to(ROOT)}: {target}"


def test_the_scores_in_the_readme_are_those_of_the_table() -> None:
    table = (ROOT / "docs" / "vignettes.md").read_text(encoding="utf-8")
    row = re.search(r"^\| all \| 160 \| (\d+) \S+ \| (\d+) \S+ \|$", table, flags=re.MULTILINE)
    said = re.search(r"acceptable in (\d+) and strictly equal\s+in (\d+)", (ROOT / "README.md").read_text())
    assert row and said
    assert (row[1], row[2]) == (said[2], said[1])

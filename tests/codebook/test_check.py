"""What is wrong with a codebook is said with its file and line."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from adscribe.codebook import Codebook
from adscribe.errors import CodebookError

RULES = "rules/MULTICAST.yaml"


def _problems(folder: Path) -> list[CodebookError]:
    return Codebook.read(folder)[1]


def _spoil(folder: Path, name: str, spoil: Callable[[str], str]) -> str:
    path = folder / name
    before = path.read_text()
    after = spoil(before)
    assert after != before, "the test must change the file"
    path.write_text(after)
    return after


def _line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("authorised", "autorised", "no key 'autorised'"),
        ("upload: huge", "upload: enormous", "no value 'enormous'"),
        ('authorised: "no"', "authorised: no", "bool"),
        ("no_category: no_technique", "no_category: no_idea", "no such word 'no_idea'"),
        ("ambiguity: low", "ambiguity: none", "no such word 'none'"),
        (
            "no_category: benign",
            "no_category: benign\n  techniques: [T1046]\n  tactics: [discovery]",
            "either",
        ),
        ("no_category: benign", "techniques: [T9999]\n  tactics: [discovery]", "T9999"),
        ("no_category: benign", "techniques: [T1046]\n  tactics: [discoveries]", "discoveries"),
        ("no_category: benign", "techniques: [T1046]\n  tactics: [impact]", "impact"),
        ("no_category: benign", "techniques: [T1046, T1071]\n  tactics: [discovery]", "T1071"),
        (
            "no_category: benign",
            "techniques: [T1110, T1110.001]\n  tactics: [credential-access]",
            "beside its parent",
        ),
        ("no_category: benign", "techniques: [T1046]", "go together"),
        ("no_category: benign", "no_category: benign\n  tactics: [impact]", "no techniques"),
        (
            "no_category: benign",
            "no_category: benign\n  ics: {techniques: [T0846], tactics: [evasion]}",
            "evasion",
        ),
        ("submethods: [MulticastDetection]", "submethods: [Multicasts]", "no submethod Multicasts"),
        ("ambiguity: low", "ambigous: low", "ambig"),
        ("  ambiguity: low", "  ambiguity: low\n  ambiguity: high", "twice"),
    ],
)
def test_a_wrong_row_is_named(folder: Path, old: str, new: str, says: str) -> None:
    text = _spoil(folder, RULES, lambda before: before.replace(old, new))
    assert new in text
    problems = _problems(folder)
    (problem, *_) = [one for one in problems if says in str(one)]
    assert problem.place.file == str(folder / RULES)
    assert problem.place.line is not None
    row = text.splitlines()[problem.place.line - 1]
    assert row.startswith("- id: MULTICAST-")
    assert _line_of(text, new.splitlines()[-1]) - problem.place.line in range(8)


def test_an_id_can_stand_only_once(folder: Path) -> None:
    text = _spoil(folder, RULES, lambda before: before.replace("MULTICAST-03", "MULTICAST-01"))
    (problem,) = _problems(folder)
    assert "MULTICAST-01 is there twice" in str(problem)
    assert problem.place.line == text[: text.rindex("- id: MULTICAST-01")].count("\n") + 1


def test_a_row_that_earlier_rows_cover_is_unreachable(folder: Path) -> None:
    added = """
- id: MULTICAST-90
  submethods: [MulticastDetection]
  when: {authorised: "no", source: inside}
  no_category: no_technique
  ambiguity: low
  why: "Never asked."
- id: MULTICAST-91
  no_category: benign
  ambiguity: low
  why: "Nor this."
"""
    _spoil(folder, RULES, lambda before: before + added)
    assert [re.sub(r"^.*: (\S+) can't.*$", r"\1", str(one)) for one in _problems(folder)] == ["MULTICAST-90"]


def test_several_rows_can_cover_one_together(folder: Path) -> None:
    rows = """
- id: MULTICAST-00
  when: {source_role: [any_server, printer]}
  no_category: benign
  ambiguity: low
  why: "Covers a part."
- id: MULTICAST-000
  when: {source_role: camera}
  no_category: benign
  ambiguity: low
  why: "Covers the rest."
- id: MULTICAST-0000
  when: {source_role: [web_server, printer, camera], source: inside}
  no_category: benign
  ambiguity: low
  why: "Nothing is left."
- id: MULTICAST-00000
  when: {source_role: [web_server, printer, workstation]}
  no_category: benign
  ambiguity: low
  why: "A workstation is left."
"""
    _spoil(folder, RULES, lambda before: rows + before)
    (problem,) = _problems(folder)
    assert "MULTICAST-0000 can't be reached" in str(problem)


def test_a_row_that_the_site_has_decided_before_is_unreachable(folder: Path) -> None:
    row = (
        '- id: MULTICAST-00\n  when: {fp_label: "yes"}\n  no_category: benign\n  ambiguity: low\n  why: "."\n'
    )
    _spoil(folder, RULES, lambda before: row + before)
    (problem,) = _problems(folder)
    assert "MULTICAST-00 can't be reached" in str(problem)


def test_a_submethod_without_a_default_is_named(folder: Path) -> None:
    _spoil(folder, "rules/TOR.yaml", lambda before: before[: before.index("- id: TOR-11")])
    (problem,) = _problems(folder)
    assert "TOR/ServerAccess" in str(problem)


def test_every_method_of_today_needs_rules(folder: Path) -> None:
    (folder / RULES).unlink()
    (folder / "rules" / "TELNETS.yaml").write_text((folder / "rules" / "TELNET.yaml").read_text())
    said = " ".join(map(str, _problems(folder)))
    assert "MULTICAST has no rules" in said
    assert "no method TELNETS" in said


def test_the_assumed_submethod_must_exist(folder: Path) -> None:
    _spoil(folder, "codebook.yaml", lambda before: before.replace("submethod: Host", "submethod: Hots"))
    (problem,) = _problems(folder)
    assert "BLACKLIST has no submethod Hots" in str(problem)


def test_the_ics_overlay_is_checked(folder: Path) -> None:
    text = _spoil(
        folder,
        "ics.yaml",
        lambda before: before.replace("T0846, tactic: discovery", "T0846, tactic: evasion"),
    )
    lines = [one.place.line for one in _problems(folder)]
    assert lines == [_line_of(text, "T1046:"), _line_of(text, "T1018:")]


def test_loading_says_the_first_problem_and_how_many_more(folder: Path) -> None:
    _spoil(folder, RULES, lambda before: before.replace("ambiguity: ", "ambiguity: very_"))
    with pytest.raises(CodebookError, match=r"MULTICAST.yaml, line 1: .*and \d more"):
        Codebook.load(folder)


@pytest.mark.parametrize("content", ["", "rows: {}\n", "- [\n", "- *nowhere\n", "\xff"])
def test_a_file_that_is_no_list_of_rows_is_an_error(folder: Path, content: str) -> None:
    (folder / RULES).write_bytes(content.encode("latin-1"))
    with pytest.raises(CodebookError, match="MULTICAST"):
        Codebook.load(folder)


def test_an_include_cannot_leave_the_folder(folder: Path) -> None:
    (folder / "secret.yaml").write_text((folder / "rules" / "_global.yaml").read_text())
    _spoil(folder, RULES, lambda before: "- include: ../secret.yaml\n" + before)
    with pytest.raises(CodebookError, match="can't be read"):
        Codebook.load(folder)


def test_a_folder_without_a_codebook_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CodebookError, match=r"codebook\.yaml"):
        Codebook.load(tmp_path)

"""`adscribe data import` writes what was read, with a card that counts it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adscribe.cli.main import app
from adscribe.training.corpora import IMPORTERS, CorpusError, load_sources, read
from adscribe.training.corpora.export import load_detections, write
from tests.shared import ROOT

_RULES = "\n".join(
    f'alert dns any any -> any any (msg:"ET INFO Query to a *.host{n} .example Domain"; sid:{sid};'
    " metadata:mitre_tactic_id TA0011, mitre_technique_id T1568;)"
    for n, sid in enumerate([*range(2000001, 2000009), 2830001])
)


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules" / "emerging.rules"
    path.parent.mkdir()
    path.write_text(
        _RULES + '\nalert tcp any any -> any any (msg:"no label"; sid:2000099;)\n', encoding="utf-8"
    )
    return path.parent


def test_the_command_writes_detections_rejects_and_a_card(rules: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = CliRunner().invoke(app, ["data", "import", "et-open-mitre", str(rules), "--out", str(out)])
    assert result.exit_code == 0
    assert (
        "9 detections in 1 families of near-copies, 5 remain when classes are capped; 1 rejects"
        in result.stdout
    )
    assert len(load_detections(out, capped=False)) == 9
    assert all(one.shippable for one in load_detections(out))
    (reject,) = (out / "rejects.ndjson").read_text().splitlines()
    assert json.loads(reject)["line"] == 10
    card = json.loads((out / "card.json").read_text())
    assert card["techniques"] == {"T1568": [9, 5]}
    assert card["licences"] == {"BSD-3-Clause": 8, "GPL-2.0-only": 1}
    assert sum(card["families"]["sizes"].values()) == card["families"]["count"]

    described = CliRunner().invoke(app, ["data", "describe", str(out)])
    assert described.exit_code == 0
    assert "| T1568 Dynamic Resolution | 9 (5) |" in described.stdout


def test_a_corpus_comes_back_as_it_was(rules: Path, tmp_path: Path) -> None:
    corpus = read("et-open-mitre", rules)
    write(corpus, tmp_path / "out")
    assert load_detections(tmp_path / "out", capped=False) == corpus.detections
    assert load_detections(tmp_path / "out") == corpus.capped()


def test_the_same_files_give_the_same_bytes(rules: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(read("et-open-mitre", rules), tmp_path / name)
    for file in ("detections.parquet", "card.json", "card.md", "rejects.ndjson"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_another_revision_is_imported_and_said(tmp_path: Path) -> None:
    (name,) = load_sources()["bzar-dcerpc"].files
    (tmp_path / name).write_text(
        "endpoint,operation,technique_id\natsvc,JobAdd,T1053.002\n", encoding="utf-8"
    )
    out = tmp_path / "out"
    result = CliRunner().invoke(app, ["data", "import", "bzar-dcerpc", str(tmp_path), "--out", str(out)])
    assert result.exit_code == 0
    assert f"{name} is not the file that datasets/sources.yaml lists" in result.stderr
    (file,) = json.loads((out / "card.json").read_text())["files"]
    assert file["sha256"] in result.stderr
    assert file["expected"] == load_sources()["bzar-dcerpc"].files[name]
    assert "no, that is another" in (out / "card.md").read_text()


def test_a_folder_without_detections_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="data import"):
        load_detections(tmp_path)
    (tmp_path / "detections.parquet").write_bytes(b"not parquet")
    with pytest.raises(CorpusError, match="is no file of detections"):
        load_detections(tmp_path)


def test_every_corpus_has_a_source_and_a_place_in_the_help() -> None:
    sources = load_sources()
    assert {name for name, entry in sources.items() if "train" in entry.uses} == set(IMPORTERS)
    # Lines of the help may be broken at a hyphen.
    text = "".join(CliRunner().invoke(app, ["data", "import", "--help"]).stdout.split())
    assert all(name in text for name in IMPORTERS)


def test_the_page_counts_what_the_cards_count() -> None:
    page = (ROOT / "docs" / "corpora.md").read_text(encoding="utf-8")
    for name in IMPORTERS:
        card = json.loads((ROOT / "datasets" / "cards" / f"{name}.json").read_text(encoding="utf-8"))
        counts = card["detections"], card["families"]["count"], card["selected"]
        row = f"| {name} | {' | '.join(f'{one:,}' for one in counts)} | {card['licence']} |"
        assert row in page

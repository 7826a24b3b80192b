"""The corpora that the project's figures rest on, where they are at hand."""

from __future__ import annotations

import gzip
import hashlib
import json
from functools import cache
from pathlib import Path

import pytest

from adscribe.attack import Catalogue
from adscribe.training.corpora import ATTACK, IMPORTERS, Corpus, load_sources, read
from adscribe.training.corpora.export import write
from tests.shared import ROOT, shared_path


@cache
def corpus(name: str) -> Corpus:
    return read(name, shared_path("data", name))


@pytest.mark.parametrize("name", list(load_sources()))
def test_the_files_are_those_that_the_sources_list(name: str) -> None:
    folder = shared_path("data", name)
    found = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "PROVENANCE.md"
    }
    assert found == load_sources()[name].files


@pytest.mark.parametrize("name", list(IMPORTERS))
def test_every_row_is_a_detection_or_a_reject(name: str) -> None:
    found = corpus(name)
    rows = {
        "bzar-dcerpc": 87,
        "et-open-mitre": 12_665,
        "exabeam-content": 1_495,
        "sentinel-network": 239,
        "sigma-network": 307,
        "splunk-network": 113,
        # Techniques, software, analytics, procedure sentences.
        "attack-kb": 691 + 784 + 1_739 + 4_321,
    }
    dropped = sum(one.what == "detection" for one in found.rejects)
    if name in rows:
        assert len(found.detections) + dropped == rows[name]
    assert all(file.sha256 == file.expected for file in found.files)
    assert set(found.licence.split(" AND ")) <= set(load_sources()[name].licence.split(" AND "))


@pytest.mark.parametrize("name", list(IMPORTERS))
def test_every_label_is_of_the_current_version(name: str) -> None:
    matrix = Catalogue.load().matrix("enterprise", ATTACK)
    for one in corpus(name).detections:
        matrix.check(one.techniques)
        for tactic in one.tactics:
            matrix.tactic(tactic)
        assert one.techniques or one.tactics


@pytest.mark.parametrize("name", list(IMPORTERS))
def test_the_card_in_the_repository_is_that_of_the_command(name: str, tmp_path: Path) -> None:
    write(corpus(name), tmp_path)
    for ending in ("md", "json"):
        card = (ROOT / "datasets" / "cards" / f"{name}.{ending}").read_bytes()
        assert (tmp_path / f"card.{ending}").read_bytes() == card


def test_what_reads_network_data_is_told_as_those_who_collected_it_told_it() -> None:
    # Their extracts hold rules on network data alone, and Exabeam's 209 of them.
    assert sum(one.network for one in corpus("exabeam-content").detections) == 209
    for name in ("sentinel-network", "sigma-network", "splunk-network"):
        assert all(one.network for one in corpus(name).detections)


def test_a_rule_in_its_own_form_is_the_row_that_was_made_of_it(tmp_path: Path) -> None:
    with gzip.open(shared_path("data", "et-open-mitre", "et_rules_with_mitre.jsonl.gz"), "rt") as file:
        rules = [json.loads(line)["rule"] for line in file]
    (tmp_path / "all.rules").write_text("\n".join(rules), encoding="utf-8")
    assert read("et-open-mitre", tmp_path).detections == corpus("et-open-mitre").detections

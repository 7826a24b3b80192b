from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest
from pipelines import attack_catalogue

from adscribe.attack import Catalogue, files, parse_name
from adscribe.attack.stix import read_bundle
from adscribe.errors import CatalogueError
from adscribe.resources import shipped
from tests.attack.conftest import BUNDLE
from tests.shared import shared_path


@pytest.mark.parametrize("name", ["19", "19.0", "v19", "enterprise 19", "enterprise-19.0", "Enterprise 19"])
def test_a_version_has_several_names(catalogue: Catalogue, name: str) -> None:
    assert catalogue.matrix("enterprise", name).name == "enterprise 19"


@pytest.mark.parametrize(
    ("domain", "version", "says"),
    [
        ("enterprise", "17", "17 is not at hand .*enterprise 18.1, enterprise 19.*attack import"),
        ("ics", "enterprise 19", "enterprise 19 is no version of ics"),
        ("ics", "19", "ics 19 is not at hand .*ics 18.1"),
        ("mobile", "19", "no ATT&CK domain is called 'mobile'"),
        ("enterprise", "newest", "'newest' names no version"),
        ("enterprise", "../../19", "is no version"),
        ("enterprise", "", "is no version"),
    ],
)
def test_a_version_that_is_not_at_hand(catalogue: Catalogue, domain: str, version: str, says: str) -> None:
    with pytest.raises(CatalogueError, match=says):
        catalogue.matrix(domain, version)


@pytest.mark.parametrize("text", ["19", "enterprise", "enterprise-", "enterprise-19-1", "mobile-19", ""])
def test_a_name_is_domain_and_version(text: str) -> None:
    with pytest.raises(CatalogueError):
        parse_name(text)


def test_versions_are_listed_oldest_first(catalogue: Catalogue) -> None:
    assert catalogue.versions("enterprise") == ("18.1", "19")
    assert catalogue.versions("ics") == ("18.1",)


def test_an_imported_version_is_at_hand_at_once_and_later(catalogue: Catalogue) -> None:
    catalogue.add(read_bundle(BUNDLE))
    for one in (catalogue, Catalogue.load()):
        assert one.versions("enterprise") == ("18.1", "19", "20")
        assert one.is_imported("enterprise", "20")
        assert not one.is_imported("enterprise", "19")
        matrix = one.matrix("enterprise")
        assert matrix.name == "enterprise 20"
        assert matrix.technique("T1048.002").display == (
            "Exfiltration Over Another Protocol: Over Asymmetric Encryption"
        )
        assert matrix.retired["T1020"].replaced_by == ("T1998",)


def test_a_version_is_replaced_only_when_asked(catalogue: Catalogue) -> None:
    mine = read_bundle(BUNDLE, version="19")
    assert len(catalogue.matrix("enterprise", "19").techniques) == 697
    with pytest.raises(CatalogueError, match="enterprise 19 is at hand already"):
        catalogue.add(mine)
    catalogue.add(mine, replace=True)
    assert len(catalogue.matrix("enterprise", "19").techniques) == len(mine.techniques) == 5
    assert len(Catalogue.load().matrix("enterprise", "19").techniques) == 5


def test_descriptions_come_with_an_imported_version(catalogue: Catalogue) -> None:
    catalogue.add(read_bundle(BUNDLE))
    for one in (catalogue, Catalogue.load()):
        described = one.described("enterprise", "20")
        assert described is not None
        assert described.technique("T1048").description == "Written for this test."
        assert described.tactic("TA0010").description == "Written for this test."
        assert one.described("enterprise", "19") is None


def test_a_version_that_ships_gets_descriptions_and_stays(catalogue: Catalogue) -> None:
    path = catalogue.describe(read_bundle(BUNDLE, version="19"))
    for one in (catalogue, Catalogue.load()):
        described = one.described("enterprise", "19")
        assert described is not None
        assert described.technique("T1048").description == "Written for this test."
        assert len(one.matrix("enterprise", "19").techniques) == 697
        assert not one.is_imported("enterprise", "19")
    path.unlink()
    assert Catalogue.load().described("enterprise", "19") is None


def test_texts_beyond_what_a_file_may_have_are_refused(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 200)
    with pytest.raises(CatalogueError, match="takes more than"):
        catalogue.add(read_bundle(BUNDLE))


def test_nothing_half_written_stays_behind(catalogue: Catalogue) -> None:
    path = catalogue.add(read_bundle(BUNDLE))
    assert [one.name for one in path.parent.iterdir()] == ["enterprise-20.json"]


def test_a_folder_that_cannot_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ADSCRIBE_HOME", str(tmp_path / "file"))
    with pytest.raises(CatalogueError, match="can't be written"):
        Catalogue.load().add(read_bundle(BUNDLE))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: text[:200], "truncated"),
        (lambda text: text.replace('"format":1', '"format":2'), "/format: Invalid enum value 2"),
        (
            lambda text: text.replace('"version":"20"', '"version":"21"'),
            "holds enterprise 21, which its name",
        ),
        (lambda text: text.replace('"parent":"T1048"', '"parent":"T1049"'), "parent 'T1049', which is none"),
    ],
)
def test_a_damaged_file_is_named(catalogue: Catalogue, change: object, says: str) -> None:
    assert callable(change)
    path = catalogue.add(read_bundle(BUNDLE))
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(CatalogueError, match=says) as caught:
        Catalogue.load().matrix("enterprise", "20")
    assert caught.value.place.file == str(path)


def test_the_shipped_files_are_what_the_corpus_says(tmp_path: Path) -> None:
    for made in attack_catalogue.build(shared_path("data", "attack-kb"), tmp_path):
        assert made.read_text(encoding="utf-8") == shipped("datasets", "attack", made.name).read_text(
            encoding="utf-8"
        )


def test_the_notice_of_mitre_ships() -> None:
    notice = shipped("datasets", "attack", "NOTICE.md").read_text(encoding="utf-8")
    assert (
        "© The MITRE Corporation. This work is reproduced and distributed with the permission of"
        " The MITRE Corporation." in notice
    )


@pytest.mark.parametrize("module", ["catalogue", "versions"])
def test_the_examples_in_the_docstrings_hold(catalogue: Catalogue, module: str) -> None:
    result = doctest.testmod(import_module(f"adscribe.attack.{module}"))
    assert result.attempted
    assert not result.failed

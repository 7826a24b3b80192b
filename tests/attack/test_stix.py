from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adscribe.attack import files, stix
from adscribe.attack.stix import read_bundle
from adscribe.errors import CatalogueError
from tests.attack.conftest import BUNDLE, Document

Save = Callable[[object], Path]


def objects(document: Document, kind: str) -> list[dict[str, Any]]:
    return [one for one in document["objects"] if one["type"] == kind]


def technique(document: Document, technique_id: str) -> dict[str, Any]:
    return next(
        one
        for one in objects(document, "attack-pattern")
        if one["external_references"][0]["external_id"] == technique_id
    )


def test_a_bundle_is_read() -> None:
    matrix = read_bundle(BUNDLE)
    assert matrix.name == "enterprise 20"
    assert [tactic.id for tactic in matrix.tactics] == ["TA0001", "TA0005", "TA0010"]
    assert [one.id for one in matrix.techniques] == ["T1041", "T1048", "T1048.002", "T1078", "T1999"]
    assert matrix.technique("T1048.002").parent == "T1048"
    assert matrix.technique("T1078").tactics == ("initial-access", "exfiltration")


def test_the_latest_state_of_an_object_counts(document: Document, save: Save) -> None:
    document["objects"].reverse()
    assert read_bundle(save(document)).technique("T1048").name == "Exfiltration Over Another Protocol"


def test_revoked_and_deprecated_ids_are_kept_apart() -> None:
    matrix = read_bundle(BUNDLE)
    retired = {one.id: (one.status, one.replaced_by) for one in matrix.retired.values()}
    assert retired == {
        "T1020": ("revoked", ("T1998",)),
        "T1998": ("revoked", ("T1999",)),
        "T1030": ("deprecated", ()),
    }
    with pytest.raises(CatalogueError, match=r"T1020 .* is revoked .*successor is T1999"):
        matrix.technique("T1020")


def test_an_id_that_lives_on_beside_its_revoked_namesake(document: Document, save: Save) -> None:
    for _ in range(2):
        assert read_bundle(save(document)).technique("T1041").name == "Exfiltration Over C2 Channel"
        document["objects"].reverse()


def test_the_parent_is_told_by_the_id_where_the_relationship_is_missing(
    document: Document, save: Save
) -> None:
    document["objects"] = [
        one for one in document["objects"] if one.get("relationship_type") != "subtechnique-of"
    ]
    assert read_bundle(save(document)).technique("T1048.002").parent == "T1048"


def test_the_version_can_be_named() -> None:
    assert read_bundle(BUNDLE, version="21.1").name == "enterprise 21.1"


def test_the_domain_is_told_by_the_kill_chain_where_the_matrix_is_missing(
    document: Document, save: Save
) -> None:
    document["objects"] = [one for one in document["objects"] if one["type"] != "x-mitre-matrix"]
    for one in objects(document, "attack-pattern"):
        for phase in one["kill_chain_phases"]:
            phase["kill_chain_name"] = "mitre-ics-attack"
    matrix = read_bundle(save(document))
    assert matrix.name == "ics 20"
    assert [tactic.id for tactic in matrix.tactics] == ["TA0010", "TA0001", "TA0005"]


def wrong_type(document: Document) -> None:
    document["type"] = "report"


def no_techniques(document: Document) -> None:
    document["objects"] = [one for one in document["objects"] if one["type"] != "attack-pattern"]


def only_retired(document: Document) -> None:
    for one in objects(document, "attack-pattern"):
        one["revoked"] = True


def unknown_tactic(document: Document) -> None:
    technique(document, "T1999")["kill_chain_phases"][0]["phase_name"] = "teleportation"


def without_tactic(document: Document) -> None:
    technique(document, "T1999")["kill_chain_phases"] = []


def unknown_parent(document: Document) -> None:
    for one in objects(document, "attack-pattern"):
        one["revoked"] = one.get("revoked", False) or one["external_references"][0]["external_id"] == "T1048"


def two_parents(document: Document) -> None:
    relation = next(
        one for one in objects(document, "relationship") if one["relationship_type"] == "subtechnique-of"
    )
    other = technique(document, "T1041")["id"]
    document["objects"].append({**relation, "id": "relationship--2", "target_ref": other})


def same_id_twice(document: Document) -> None:
    document["objects"].append({**technique(document, "T1999"), "id": "attack-pattern--2"})


def no_version(document: Document) -> None:
    document["objects"] = [one for one in document["objects"] if one["type"] != "x-mitre-collection"]


def two_versions(document: Document) -> None:
    collection = objects(document, "x-mitre-collection")[0]
    document["objects"].append({**collection, "id": "x-mitre-collection--2", "x_mitre_version": "19.0"})


def odd_version(document: Document) -> None:
    objects(document, "x-mitre-collection")[0]["x_mitre_version"] = "../../etc"


def mobile(document: Document) -> None:
    objects(document, "x-mitre-matrix")[0]["external_references"][0]["external_id"] = "mobile-attack"


def two_matrices(document: Document) -> None:
    other = json.loads(json.dumps(objects(document, "x-mitre-matrix")[0]))
    other["id"] = "x-mitre-matrix--2"
    other["external_references"][0]["external_id"] = "ics-attack"
    document["objects"].append(other)


def missing_tactic(document: Document) -> None:
    objects(document, "x-mitre-matrix")[0]["tactic_refs"].append("x-mitre-tactic--9")


def nameless_tactic(document: Document) -> None:
    objects(document, "x-mitre-tactic")[0]["x_mitre_shortname"] = "Ex Filtration"


def escapes_in_a_name(document: Document) -> None:
    technique(document, "T1999")["name"] = "\x1b[2Jgone"


def endless_name(document: Document) -> None:
    technique(document, "T1999")["name"] = "x" * 100_000


def wrong_kind_of_value(document: Document) -> None:
    document["objects"][3]["revoked"] = "yes"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (wrong_type, "/type: is no STIX bundle"),
        (no_techniques, "has no techniques"),
        (only_retired, "has no techniques"),
        (unknown_tactic, "T1999 names the tactic 'teleportation'"),
        (without_tactic, "T1999 has no tactic"),
        (unknown_parent, "T1048.002 names the parent 'T1048', which is none"),
        (two_parents, "T1048.002 has several parents: T1041, T1048"),
        (same_id_twice, "two techniques have the id T1999"),
        (no_version, "no collection that tells its version .*--as"),
        (two_versions, "collections of several versions"),
        (odd_version, "is no version of ATT&CK"),
        (mobile, "'mobile-attack'.* Mobile is not supported"),
        (two_matrices, "'enterprise-attack', 'ics-attack'"),
        (missing_tactic, "the tactic 'x-mitre-tactic--9', which it doesn't hold"),
        (nameless_tactic, "no usable id or short name"),
        (escapes_in_a_name, "'T1999' has no usable name"),
        (endless_name, "'T1999' has no usable name"),
        (wrong_kind_of_value, "/objects/3/revoked: Expected `bool`, got `str`"),
    ],
)
def test_what_is_wrong_with_a_bundle_is_said(
    document: Document, save: Save, change: Callable[[Document], None], says: str
) -> None:
    change(document)
    path = save(document)
    with pytest.raises(CatalogueError, match=says) as caught:
        read_bundle(path)
    assert caught.value.place.file == str(path)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff\xfe", b'{"type":"bundle","objects":[{"type":"\xff","id":""}]}', b"[" * 100_000,
     b'{"type":"bundle","x":' + b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_json_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bundle.json"
    path.write_bytes(content)
    with pytest.raises(CatalogueError):
        read_bundle(path)


def test_a_bundle_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stix, "MAX_BUNDLE_BYTES", 2**10)
    with pytest.raises(CatalogueError, match="has more than"):
        read_bundle(BUNDLE)


def test_more_techniques_than_the_limit_are_refused(document: Document, save: Save) -> None:
    one = technique(document, "T1999")
    document["objects"] += [
        {**one, "id": f"attack-pattern--{number}"} for number in range(files.MAX_TECHNIQUES)
    ]
    with pytest.raises(CatalogueError, match="more than 10000 techniques"):
        read_bundle(save(document))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="No such file"):
        read_bundle(tmp_path / "bundle.json")


VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=9), st.just([]), st.just({}))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_mangled_bundle_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    mangled: Document = json.loads(BUNDLE.read_text(encoding="utf-8"))
    for _ in range(data.draw(st.integers(1, 4))):
        one = data.draw(st.sampled_from(mangled["objects"]))
        one[data.draw(st.sampled_from(sorted(one)))] = data.draw(VALUES)
    path = tmp_path / "mangled.json"
    path.write_text(json.dumps(mangled), encoding="utf-8")
    try:
        matrix = read_bundle(path)
    except CatalogueError:
        return
    for technique_id in [one.id for one in matrix.techniques]:
        matrix.check([technique_id], matrix.technique(technique_id).tactics)


def described(document: Document, save: Save, text: object) -> str:
    technique(document, "T1999")["description"] = text
    return read_bundle(save(document)).technique("T1999").description


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("One.\n\nTwo.", "One."),
        ("Use [SSH](https://attack.example/T1021/004), as said.(Citation: A 2020)", "Use SSH, as said."),
        ("Seen (Citation: A (2019)) (Citation: B) often.", "Seen often."),
        ("See [X](https://en.example/wiki/X_(Y)).", "See X."),
        ("<code>cat&nbsp;/etc/passwd</code><br>and &lt;b&gt;", "cat /etc/passwdand <b>"),
        ("A\x1b[2J\u202eB\x00C", "A [2J B C"),
        ("  \n\n", ""),
        ("[" * 50_000, "[" * 999 + "…"),
        ("(Citation:" * 50_000, ("(Citation:" * 100)[:999] + "…"),
        ("word " * 50_000, " ".join(["word"] * 199) + "…"),
    ],
)
def test_a_description_becomes_plain_text(document: Document, save: Save, written: str, kept: str) -> None:
    assert described(document, save, written) == kept


def test_what_retired_techniques_were_is_not_kept(document: Document, save: Save) -> None:
    for one in objects(document, "attack-pattern"):
        one["description"] = "Something."
    matrix = read_bundle(save(document))
    assert {one.description for one in matrix.techniques} == {"Something."}
    assert {one.description for one in matrix.retired.values()} == {""}


def test_a_description_that_is_no_text_is_refused(document: Document, save: Save) -> None:
    with pytest.raises(CatalogueError, match="/description: Expected `str`, got `array`"):
        described(document, save, ["a", "b"])

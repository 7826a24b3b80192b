from __future__ import annotations

import json

import pytest

from adscribe.attack import Catalogue, Translation
from adscribe.attack.crosswalk import read_crosswalk
from adscribe.attack.stix import read_bundle
from adscribe.errors import CatalogueError
from adscribe.resources import shipped
from tests.attack.conftest import BUNDLE
from tests.shared import shared_path

OLD, NEW = "18.1", "19"


def forward(catalogue: Catalogue, technique_id: str | None, *tactics: str) -> Translation:
    return catalogue.translate(technique_id, tactics, domain="enterprise", source=OLD, target=NEW)


def backward(catalogue: Catalogue, technique_id: str | None, *tactics: str) -> Translation:
    return catalogue.translate(technique_id, tactics, domain="enterprise", source=NEW, target=OLD)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (("T1048.002", ("exfiltration",)), ("T1048.002", ("exfiltration",))),
        (("T1036", ("defense-evasion",)), ("T1036", ("stealth",))),
        (("T1112", ("defense-evasion",)), ("T1112", ("defense-impairment",))),
        (("T1078", ("initial-access", "defense-evasion")), ("T1078", ("initial-access", "stealth"))),
        (("T1562.001", ("defense-evasion",)), ("T1685", ("defense-impairment",))),
        (("T1562.004", ("defense-evasion",)), ("T1686", ("defense-impairment",))),
        (("T1070.001", ("defense-evasion",)), ("T1685.005", ("defense-impairment",))),
        (("T1656", ("defense-evasion",)), ("T1684.001", ("stealth",))),
    ],
)
def test_there_and_back(
    catalogue: Catalogue, old: tuple[str, tuple[str, ...]], new: tuple[str, tuple[str, ...]]
) -> None:
    ids, tactics = forward(catalogue, old[0], *old[1])
    assert (ids, tactics) == ((new[0],), new[1])
    ids, tactics = backward(catalogue, new[0], *new[1])
    assert (ids, tactics) == ((old[0],), old[1])


def test_an_id_that_both_have_stays_and_keeps_at_least_one_tactic(catalogue: Catalogue) -> None:
    old, new = catalogue.matrix("enterprise", OLD), catalogue.matrix("enterprise", NEW)
    both = [technique for technique in old.techniques if technique.id in new]
    assert len(both) == 674
    for technique in both:
        for tactic in technique.tactics:
            there = forward(catalogue, technique.id, tactic)
            assert (there.techniques, there.basis) == ((technique.id,), "same id")
            new.check(there.techniques, there.tactics)
            if tactic in new.technique(technique.id).tactics:
                assert there.tactics == (tactic,)
                assert backward(catalogue, *there.techniques, *there.tactics).tactics == (tactic,)


def test_every_dropped_id_has_a_successor_with_tactics(catalogue: Catalogue) -> None:
    old, new = catalogue.matrix("enterprise", OLD), catalogue.matrix("enterprise", NEW)
    dropped = [technique for technique in old.techniques if technique.id not in new]
    assert len(dropped) == 17
    for technique in dropped:
        there = forward(catalogue, technique.id, *technique.tactics)
        assert there.techniques
        assert there.basis in {"same name", "nearest meaning"}
        assert there.note is not None
        assert there.basis in there.note
        new.check(there.techniques, there.tactics)
        assert set(there.tactics) <= {"stealth", "defense-impairment"}


def test_every_id_of_the_later_version_goes_back_or_leaves_its_tactic(catalogue: Catalogue) -> None:
    old, new = catalogue.matrix("enterprise", OLD), catalogue.matrix("enterprise", NEW)
    added = {technique.id for technique in new.techniques if technique.id not in old}
    assert len(added) == 23
    nothing = set()
    for technique_id in added:
        there = backward(catalogue, technique_id, *new.technique(technique_id).tactics)
        assert there.tactics
        old.check(there.techniques, there.tactics)
        if not there.techniques:
            nothing.add(technique_id)
            assert there.basis == "none"
            assert there.note is not None
            assert technique_id in there.note
    assert nothing == {"T1682", "T1683", "T1683.001", "T1683.002", "T1684"}


def test_same_name_is_a_fact(catalogue: Catalogue) -> None:
    old, new = catalogue.matrix("enterprise", OLD), catalogue.matrix("enterprise", NEW)
    crosswalk = read_crosswalk(shipped("datasets", "attack", "crosswalk-enterprise-18.1-19.json"))
    for entry in crosswalk.techniques:
        names = {new.technique(one).name for one in entry.target}
        assert (entry.basis == "same name") == (names == {old.technique(entry.source).name}), entry
    for entry in crosswalk.backward:
        assert entry.source in new
        assert all(one in old for one in entry.target)


def test_a_fact_goes_before_a_proposal_on_the_way_back(catalogue: Catalogue) -> None:
    # T1562, T1562.001 and T1562.006 all lead to T1685, only T1562.001 has its name.
    assert backward(catalogue, "T1685", "defense-impairment").techniques == ("T1562.001",)


def test_a_new_subtechnique_is_its_parent_in_the_older_version(catalogue: Catalogue) -> None:
    there = backward(catalogue, "T1027.018", "stealth")
    assert (there.techniques, there.tactics, there.basis) == (("T1027",), ("defense-evasion",), "parent")


def test_a_tactic_that_the_technique_lost_is_named(catalogue: Catalogue) -> None:
    there = forward(catalogue, "T1548", "defense-evasion", "privilege-escalation")
    assert there.tactics == ("privilege-escalation",)
    assert there.note == "defense-evasion is no tactic of T1548 in enterprise 19"


def test_a_technique_that_lost_all_its_tactics_gets_those_that_it_has(catalogue: Catalogue) -> None:
    there = forward(catalogue, "T1574", "persistence")
    assert there.tactics == ("execution", "stealth")
    assert there.note is not None
    assert "given with all its tactics" in there.note


def test_tactics_alone(catalogue: Catalogue) -> None:
    assert forward(catalogue, None, "impact") == Translation(
        techniques=(), tactics=("impact",), basis="same id"
    )
    split = forward(catalogue, None, "defense-evasion")
    assert split.tactics == ("stealth", "defense-impairment")
    assert split.note == "defense-evasion is stealth or defense-impairment in enterprise 19"
    assert backward(catalogue, None, "stealth").tactics == ("defense-evasion",)
    assert backward(catalogue, None, "defense-impairment", "stealth").tactics == ("defense-evasion",)


def test_what_does_not_hold_in_the_source_is_an_error(catalogue: Catalogue) -> None:
    with pytest.raises(CatalogueError, match="no technique 'T1685'"):
        forward(catalogue, "T1685", "defense-evasion")
    with pytest.raises(CatalogueError, match=r"T1066 .* is revoked"):
        forward(catalogue, "T1066")
    with pytest.raises(CatalogueError, match="no tactic 'stealth'"):
        forward(catalogue, "T1036", "stealth")


def test_an_imported_version_brings_its_own_successors(catalogue: Catalogue) -> None:
    catalogue.add(read_bundle(BUNDLE))
    there = catalogue.translate("T1020", ["exfiltration"], domain="enterprise", source="19", target="20")
    assert (there.techniques, there.tactics, there.basis) == (("T1999",), ("exfiltration",), "revoked by")
    back = catalogue.translate("T1999", ["exfiltration"], domain="enterprise", source="20", target="19")
    assert (back.techniques, back.tactics, back.basis) == (("T1020",), ("exfiltration",), "revoked by")
    gone = catalogue.translate("T1030", ["exfiltration"], domain="enterprise", source="19", target="20")
    assert (gone.techniques, gone.tactics, gone.basis) == ((), ("exfiltration",), "none")


def test_the_crosswalk_is_used_on_the_way_to_later_versions(catalogue: Catalogue) -> None:
    catalogue.add(read_bundle(BUNDLE))
    there = catalogue.translate("T1078", ["defense-evasion"], domain="enterprise", source="18.1", target="20")
    # Stealth exists there, but this technique has another tactic left.
    assert there.tactics == ("initial-access", "exfiltration")
    alone = catalogue.translate(None, ["defense-evasion"], domain="enterprise", source="18.1", target="20")
    assert alone.tactics == ("stealth",)


def test_the_difference_is_what_the_corpus_says(catalogue: Catalogue) -> None:
    difference = catalogue.diff("enterprise", OLD, NEW)
    told = json.loads(shared_path("data", "attack-kb", "crosswalk_18.1_19.json").read_text(encoding="utf-8"))
    assert [technique.id for technique in difference.added] == sorted(told["added"])
    successors = {one.id: list(one.replaced_by) for one in difference.removed}
    assert successors == {one["from"]: one["to"] for one in told["replaced"]}


def test_the_difference_names_what_changed(catalogue: Catalogue) -> None:
    difference = catalogue.diff("enterprise", OLD, NEW)
    assert (len(difference.added), len(difference.removed)) == (23, 17)
    assert [edit.id for edit in difference.renamed] == ["T1211", "T1222.001", "T1222.002", "T1557.001"]
    assert [(edit.id, edit.before, edit.after) for edit in difference.matrix] == [
        ("TA0005", ("defense-evasion",), ("stealth",)),
        ("TA0112", (), ("defense-impairment",)),
    ]
    assert difference.parents == ()
    beyond = {
        edit.id.partition(".")[0]
        for edit in difference.tactics
        if "execution" in set(edit.after) - set(edit.before)
    }
    assert beyond == {"T1574", "T1127", "T1197"}


def test_the_difference_shows_another_parent(catalogue: Catalogue) -> None:
    catalogue.add(read_bundle(BUNDLE))
    assert catalogue.diff("enterprise", "20", "20").parents == ()
    back = catalogue.diff("enterprise", "20", "19")
    assert [(one.id, one.replaced_by) for one in back.removed] == [("T1999", ("T1020",))]
    assert "T1078" in {edit.id for edit in back.tactics}

from __future__ import annotations

import pytest

from adscribe.attack import Catalogue, Matrix, Tactic, Technique
from adscribe.errors import CatalogueError


@pytest.fixture
def matrix(catalogue: Catalogue) -> Matrix:
    return catalogue.matrix("enterprise", "19")


@pytest.mark.parametrize(
    ("domain", "version", "tactics", "techniques"),
    [("enterprise", "18.1", 14, 691), ("enterprise", "19", 15, 697), ("ics", "18.1", 12, 83)],
)
def test_shipped_versions_are_complete(
    catalogue: Catalogue, domain: str, version: str, tactics: int, techniques: int
) -> None:
    matrix = catalogue.matrix(domain, version)
    assert (len(matrix.tactics), len(matrix.techniques)) == (tactics, techniques)
    assert matrix.name == f"{domain} {version}"


def test_tactics_stand_in_the_order_of_the_matrix(matrix: Matrix) -> None:
    names = [tactic.name for tactic in matrix.tactics]
    assert names[:2] == ["Reconnaissance", "Resource Development"]
    assert names[5:9] == ["Privilege Escalation", "Stealth", "Defense Impairment", "Credential Access"]
    assert names[-2:] == ["Exfiltration", "Impact"]
    assert [tactic.order for tactic in matrix.tactics] == list(range(15))


def test_a_subtechnique_is_named_alone_and_beside_its_parent(matrix: Matrix) -> None:
    technique = matrix.technique("T1048.002")
    assert technique.name == "Exfiltration Over Asymmetric Encrypted Non-C2 Protocol"
    assert technique.display == (
        "Exfiltration Over Alternative Protocol: Exfiltration Over Asymmetric Encrypted Non-C2 Protocol"
    )
    assert (technique.parent, technique.tactics) == ("T1048", ("exfiltration",))
    assert technique.url == "https://attack.mitre.org/techniques/T1048/002"
    assert matrix.technique("T1048").display == "Exfiltration Over Alternative Protocol"


def test_children(matrix: Matrix) -> None:
    assert [child.id for child in matrix.children("T1048")] == ["T1048.001", "T1048.002", "T1048.003"]
    assert matrix.children("T1041") == ()


def test_a_technique_lists_its_tactics_in_the_order_of_the_matrix(matrix: Matrix) -> None:
    assert matrix.technique("T1078").tactics == (
        "initial-access", "persistence", "privilege-escalation", "stealth",
    )  # fmt: skip


def test_a_tactic_is_found_by_id_and_short_name(matrix: Matrix) -> None:
    assert matrix.tactic("TA0112") is matrix.tactic("defense-impairment")
    with pytest.raises(CatalogueError, match=r"no tactic 'exfiltrate' \(it has exfiltration"):
        matrix.tactic("exfiltrate")


@pytest.mark.parametrize(
    ("domain", "version", "wrong", "says"),
    [
        (
            "enterprise",
            "18.1",
            "T1066",
            r"Removal from Tools\) is revoked .*successor is T1027\.005 \(Obfuscated",
        ),
        ("enterprise", "18.1", "T1150", r"revoked .*successor is T1647 \("),  # by way of T1547.011
        ("enterprise", "18.1", "T1108", r"deprecated .*no successor"),
        ("enterprise", "19", "T1562", r"enterprise 18\.1 has it; T1562 is T1685 and T1686 .*nearest meaning"),
        ("enterprise", "19", "T1066", r"revoked in enterprise 18\.1, successor: T1027\.005"),
        ("enterprise", "18.1", "T1688", r"enterprise 19 has it; T1688 was T1562\.009"),
        ("enterprise", "19", "T0846", r"technique of ics 18\.1"),
        ("ics", "18.1", "T1046", r"technique of enterprise 19"),
        ("enterprise", "19", "T1048.2", r"nearest are T1048"),
        ("enterprise", "19", "\x1b[31m" + "T" * 99, r"no technique '\\x1b\[31mT+…'$"),
    ],
)
def test_an_id_that_cannot_be_assigned_is_an_error_that_helps(
    catalogue: Catalogue, domain: str, version: str, wrong: str, says: str
) -> None:
    matrix = catalogue.matrix(domain, version)
    assert wrong not in matrix
    with pytest.raises(CatalogueError, match=says):
        matrix.technique(wrong)


def test_check_accepts_what_goes_together(matrix: Matrix) -> None:
    matrix.check(["T1048.002", "T1078"], ["exfiltration", "initial-access"])
    matrix.check([], ["exfiltration"])
    matrix.check(["T1048.002"])


@pytest.mark.parametrize(
    ("ids", "tactics", "says"),
    [
        (["T1562"], ["defense-impairment"], "no technique 'T1562'"),
        (["T1048"], ["defense-evasion"], "no tactic 'defense-evasion'"),
        (["T1048"], ["exfiltration", "impact"], "impact is no tactic of T1048 .*T1048 has exfiltration"),
        (["T1048", "T1046"], ["exfiltration"], "T1046 comes without any of its tactics .*discovery"),
    ],
)
def test_check_refuses_the_rest(matrix: Matrix, ids: list[str], tactics: list[str], says: str) -> None:
    with pytest.raises(CatalogueError, match=says):
        matrix.check(ids, tactics)


IMPACT = Tactic(id="TA0040", shortname="impact", name="Impact", order=0)


@pytest.mark.parametrize(
    ("techniques", "says"),
    [
        ([Technique(id="T1", name="a", tactics=("impact",))] * 2, "two techniques have the id 'T1'"),
        ([Technique(id="T1", name="a", tactics=("discovery",))], "'discovery', which is none"),
        ([Technique(id="T1", name="a")], "T1 has no tactic"),
        ([Technique(id="T1.1", name="a", parent="T1", tactics=("impact",))], "parent 'T1', which is none"),
    ],
)
def test_a_matrix_that_contradicts_itself_is_refused(techniques: list[Technique], says: str) -> None:
    with pytest.raises(CatalogueError, match=says):
        Matrix("enterprise", "1", [IMPACT], techniques, origin="test")


def test_revocations_in_a_circle_end() -> None:
    circle = [
        Technique(id="T1", name="a", status="revoked", replaced_by=("T2",)),
        Technique(id="T2", name="b", status="revoked", replaced_by=("T1",)),
    ]
    matrix = Matrix("enterprise", "1", [IMPACT], circle, origin="test")
    with pytest.raises(CatalogueError, match="no successor"):
        matrix.technique("T1")

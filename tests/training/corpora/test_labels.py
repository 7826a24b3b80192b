"""Labels of earlier versions and other spellings become those of the current ATT&CK."""

from __future__ import annotations

import pytest

from adscribe.attack import Catalogue
from adscribe.training.corpora import ATTACK, Detection, unknown
from adscribe.training.corpora.labels import translator


@pytest.mark.parametrize(
    ("techniques", "tactics", "expected"),
    [
        (["t1071.004"], ["CommandandControl"], (("T1071.004",), ("command-and-control",))),
        (["T1046", "TA0007"], [], (("T1046",), ("discovery",))),
        # Of the parts of a tactic that was split, those that the techniques have.
        (["T1562.004"], ["defense-evasion"], (("T1686",), ("defense-impairment",))),
        (["T1027"], ["TA0005"], (("T1027",), ("stealth",))),
        ([], ["Defense Evasion"], ((), ("stealth", "defense-impairment"))),
        # Revoked before 18.1, then renumbered.
        (["T1089"], [], (("T1685",), ())),
        (["T1574.002"], [], (("T1574.001",), ())),
        (["T1685"], ["defense_impairment"], (("T1685",), ("defense-impairment",))),
        # The tactic that Mobile has by the same name.
        (["T1041"], ["TA0037"], (("T1041",), ("command-and-control",))),
    ],
)
def test_labels_are_those_of_the_current_version(
    techniques: list[str], tactics: list[str], expected: tuple[tuple[str, ...], tuple[str, ...]]
) -> None:
    labels = translator().translate(techniques, tactics)
    assert (labels.techniques, labels.tactics) == expected
    assert not labels.problems


def test_what_is_no_label_is_told() -> None:
    labels = translator().translate(["T9999", "lateral", "T1046"], ["PreAttack", "TA9999"])
    assert labels.techniques == ("T1046",)
    assert [problem.split("'")[1] for problem in labels.problems] == [
        "T9999",
        "LATERAL",
        "PreAttack",
        "TA9999",
    ]


def _detection(techniques: tuple[str, ...], tactics: tuple[str, ...]) -> Detection:
    return Detection(
        source="sigma",
        id="1",
        name="name",
        description="",
        kind="",
        network=True,
        techniques=techniques,
        tactics=tactics,
        family="name",
        licence="MIT",
    )


def test_unlisted_techniques_of_a_listed_tactic_are_unknown() -> None:
    matrix = Catalogue.load().matrix("enterprise", ATTACK)
    found = unknown(_detection(("T1071.004",), ("command-and-control",)), matrix)
    assert {"T1095", "T1071.001", "T1568.002"} <= found
    assert not found & {"T1071", "T1071.004", "T1046"}


def test_a_technique_whose_tactics_are_not_listed_brings_its_own() -> None:
    matrix = Catalogue.load().matrix("enterprise", ATTACK)
    alone = unknown(_detection(("T1046",), ()), matrix)
    assert "T1018" in alone
    assert "T1095" not in alone
    # T1133 is of Initial Access and Persistence: where the former is listed, the latter is not meant.
    listed = unknown(_detection(("T1133",), ("initial-access",)), matrix)
    assert "T1190" in listed
    assert "T1505.003" not in listed
    assert "T1505.003" in unknown(_detection(("T1133",), ()), matrix)

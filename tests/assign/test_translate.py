"""A verdict in another version of ATT&CK keeps all that it says."""

from __future__ import annotations

from adscribe.answer import Verdict
from adscribe.answer.assignment import AssignedTactic, AssignedTechnique
from adscribe.assign.translate import VerdictTranslator
from adscribe.attack import Catalogue


def test_a_tactic_that_stands_alone_beside_a_technique_is_kept() -> None:
    catalogue = Catalogue.load()
    there = catalogue.matrix("enterprise", "19")

    def tactic(shortname: str) -> AssignedTactic:
        found = there.tactic(shortname)
        return AssignedTactic(
            id=found.id, shortname=shortname, name=found.name, domain=there.domain, probability=0.9
        )

    guessing = there.technique("T1110.001")
    shown = AssignedTechnique(
        id=guessing.id,
        name=guessing.name,
        parent=guessing.parent,
        domain=there.domain,
        tactics=("credential-access",),
        probability=0.9,
    )
    both = (tactic("credential-access"), tactic("lateral-movement"))
    verdict = Verdict(techniques=(shown,), tactics=both)
    said = VerdictTranslator(catalogue, "19", "18.1").translate(verdict)
    assert [technique.id for technique in said.techniques] == ["T1110.001"]
    assert [one.shortname for one in said.tactics] == ["credential-access", "lateral-movement"]

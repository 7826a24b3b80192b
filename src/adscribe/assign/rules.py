"""The codebook behind the interface of a model: the baseline that a learnt model must beat."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from adscribe.answer.assignment import (
    AssignedTactic,
    AssignedTechnique,
    Basis,
    Candidate,
    Categories,
    Evidence,
    ModelReference,
    NoCategory,
)
from adscribe.answer.evidence import evidence_of, is_ot, told_once
from adscribe.answer.verdict import Verdict
from adscribe.attack import Catalogue, Matrix
from adscribe.codebook import Codebook, Match
from adscribe.context import Context

_NEVER_SURE = 0.99


class CodebookModel:
    """Answers by the rules of the codebook.

    The probability of an answer is that of its row's ambiguity. A rule promises no error rate.

    Parameters
    ----------
    codebook : Codebook
        The rules.
    catalogue : Catalogue
        Where the names of categories come from.
    """

    def __init__(self, codebook: Codebook, catalogue: Catalogue) -> None:
        self._codebook = codebook
        self._enterprise = catalogue.matrix("enterprise", codebook.head.attack["enterprise"])
        self._ics = catalogue.matrix("ics", codebook.head.attack["ics"])
        self._reference = ModelReference(
            name="codebook", version=codebook.head.edition, attack=f"enterprise {self._enterprise.version}"
        )

    @property
    def reference(self) -> ModelReference:
        """Name, edition and ATT&CK version; no promises."""
        return self._reference

    def assess(self, context: Context, *, explain: bool, candidates: int) -> Verdict:
        """Return what the first row that holds says.

        Where targets lie on both sides and no row has a category for all of them together, each
        side is looked at alone and what either shows is shown.
        """
        match = self._codebook.match(context)
        if match is None:
            return self._undetermined(context, explain=explain)
        matches = [match]
        if match.row.enterprise is None:
            parts = [self._codebook.match(part) for part in context.parts]
            matches = [part for part in parts if part is not None and part.row.enterprise] or matches
        techniques: dict[str, AssignedTechnique] = {}
        tactics: dict[str, AssignedTactic] = {}
        ics: Categories | None = None
        for shown in matches:
            evidence = _evidence(shown, context) if explain else ()
            if shown.row.enterprise is not None:
                labels, probability = shown.row.enterprise.techniques, shown.row.probability
                techniques |= _techniques(self._enterprise, labels, probability, evidence)
                tactics |= _tactics(self._enterprise, labels, probability)
            ics = self._in_ics(shown, context, evidence, ics)
        no_category = None if techniques else _reason(match, _evidence(match, context) if explain else ())
        return Verdict(
            techniques=tuple(techniques.values()),
            tactics=_ordered(self._enterprise, tactics),
            no_category=no_category,
            ics=ics,
            candidates=self._candidates(context, matches, candidates) if candidates else (),
        )

    def _undetermined(self, context: Context, *, explain: bool) -> Verdict:
        event = context.event
        basis: Basis = "unfamiliar"
        if event.method not in self._codebook.rules:
            text = f"no rule knows the method {event.method}"
        elif event.submethod is None:
            basis, text = "low_confidence", f"the report doesn't tell which kind of {event.method} it is"
        else:
            text = f"no rule knows {event.method} of the kind {event.submethod}"
        because = (Evidence(fact=text, weight=0.0),) if explain else ()
        reason = NoCategory(reason="undetermined", basis=basis, probability=1.0, because=because)
        return Verdict(no_category=reason, ics=Categories(no_category=reason) if is_ot(context) else None)

    def _in_ics(
        self, match: Match, context: Context, evidence: tuple[Evidence, ...], before: Categories | None
    ) -> Categories | None:
        if match.ics is not None:
            labels, probability = match.ics.techniques, match.row.probability
            techniques = _techniques(self._ics, labels, probability, evidence)
            tactics = _tactics(self._ics, labels, probability)
            if before is not None:
                techniques = {technique.id: technique for technique in before.techniques} | techniques
                tactics = {tactic.shortname: tactic for tactic in before.tactics} | tactics
            return Categories(techniques=tuple(techniques.values()), tactics=_ordered(self._ics, tactics))
        if before is not None or not is_ot(context):
            return before
        reason = match.row.reason or "no_technique"
        probability = match.row.probability
        return Categories(
            no_category=NoCategory(reason=reason, basis="decided", probability=probability, because=evidence)
        )

    def _candidates(self, context: Context, matches: Iterable[Match], number: int) -> tuple[Candidate, ...]:
        """Return what the rows name that no known fact contradicts; the answering rows first.

        A row that needs facts which aren't known counts half of its probability for each.
        """
        found: dict[str, float] = {}
        for match in matches:
            for technique in match.row.enterprise.techniques if match.row.enterprise else ():
                found[technique] = max(found.get(technique, 0.0), match.row.probability)
        rest = 1.0 - max((match.row.probability for match in matches), default=0.0)
        for row in self._codebook.possible(context):
            unknown = sum(condition.key not in context.facts for condition in row.when)
            for technique in row.enterprise.techniques if row.enterprise else ():
                found.setdefault(technique, rest * row.probability * 0.5**unknown)
        ranked = sorted(found.items(), key=lambda entry: (-entry[1], entry[0]))
        return tuple(
            Candidate(id=id_, name=self._enterprise.technique(id_).name, probability=round(probability, 4))
            for id_, probability in ranked[:number]
        )


def _reason(match: Match, evidence: tuple[Evidence, ...]) -> NoCategory:
    # A row without categories has a reason: the codebook is checked for it when it is loaded.
    reason = match.row.reason or "too_generic"
    return NoCategory(reason=reason, basis="decided", probability=match.row.probability, because=evidence)


def _evidence(match: Match, context: Context) -> tuple[Evidence, ...]:
    """Return the facts that met a row's conditions, its log-odds shared equally among them."""
    probability = min(match.row.probability, _NEVER_SURE)
    logit = math.log(probability / (1 - probability))
    if not match.met:
        return (Evidence(fact=match.row.why, weight=round(logit, 4)),)
    return told_once(evidence_of(fact, logit / len(match.met), context) for _, fact in match.met)


def _techniques(
    matrix: Matrix,
    labels: Mapping[str, tuple[str, ...]],
    probability: float,
    evidence: tuple[Evidence, ...],
) -> dict[str, AssignedTechnique]:
    found = {}
    for id_, tactics in labels.items():
        technique = matrix.technique(id_)
        found[id_] = AssignedTechnique(
            id=id_,
            name=technique.name,
            parent=technique.parent,
            domain=matrix.domain,
            tactics=tactics,
            probability=probability,
            because=evidence,
        )
    return found


def _tactics(
    matrix: Matrix, labels: Mapping[str, tuple[str, ...]], probability: float
) -> dict[str, AssignedTactic]:
    found = {}
    for shortname in dict.fromkeys(name for tactics in labels.values() for name in tactics):
        tactic = matrix.tactic(shortname)
        # Where a technique is unsure its tactic often stands: half of the doubt is about the technique.
        found[shortname] = AssignedTactic(
            id=tactic.id,
            shortname=shortname,
            name=tactic.name,
            domain=matrix.domain,
            probability=round(1 - (1 - probability) / 2, 4),
        )
    return found


def _ordered(matrix: Matrix, tactics: Mapping[str, AssignedTactic]) -> tuple[AssignedTactic, ...]:
    return tuple(sorted(tactics.values(), key=lambda tactic: matrix.tactic(tactic.shortname).order))

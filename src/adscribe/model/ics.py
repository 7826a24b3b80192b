"""The answer in the ICS domain, for events of operational technology.

What was learnt of it counts first: outcomes can have ICS labels of their own. Else the techniques
that are shown bring their ICS labels along where an end lies in an OT segment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adscribe.answer import is_ot
from adscribe.answer.assignment import AssignedTechnique, Categories, Evidence, NoCategory
from adscribe.codebook import Codebook
from adscribe.errors import ModelError
from adscribe.model.explanation import Explainer
from adscribe.model.outcomes import OutcomeSpace
from adscribe.model.parts import Assessed, rounded, tactic_of

_Reasons = Mapping[str, Sequence[Evidence]]


class IcsAnswers:
    """Answers in the ICS domain.

    Parameters
    ----------
    outcomes : OutcomeSpace
        What the model tells apart.
    codebook : Codebook
        Which ICS labels techniques bring along.
    explainer : Explainer
        Says why.

    Raises
    ------
    ModelError
        If model and codebook speak of different versions of ICS ATT&CK.
    """

    def __init__(self, outcomes: OutcomeSpace, codebook: Codebook, explainer: Explainer) -> None:
        version = codebook.head.attack["ics"]
        if version != outcomes.ics.version:
            raise ModelError(f"the model answers in {outcomes.ics.name}, the codebook in ics {version}")
        self._matrix = outcomes.ics
        self._codebook = codebook
        self._explainer = explainer
        self._learnt = sorted(
            {(one.ics_techniques, one.ics_tactics) for one in outcomes.outcomes if one.ics_tactics}
        )
        self._rows = outcomes.table(
            frozenset((*ids, *(f"ics:{name}" for name in tactics))) for ids, tactics in self._learnt
        )

    def of(
        self,
        event: Assessed,
        threshold: float,
        techniques: Sequence[AssignedTechnique],
        reason: NoCategory | None,
    ) -> Categories | None:
        """Return the answer; ``None`` for an event that has nothing to do with OT.

        Parameters
        ----------
        event : Assessed
            The event.
        threshold : float
            How probable a label must be that is shown.
        techniques : sequence of AssignedTechnique
            What is shown in the enterprise domain.
        reason : NoCategory or None
            Why nothing is shown there.
        """
        if not is_ot(event.context):
            return None
        familiar = reason is None or reason.basis != "unfamiliar"
        if self._learnt and familiar and (learnt := self._own(event, threshold)) is not None:
            return learnt
        brought = None
        if "ot_end" in event.context.facts:
            brought = self._codebook.overlaid(technique.id for technique in techniques)
        if brought is None:
            nothing = NoCategory(reason="no_technique", basis="decided", probability=1.0)
            return Categories(no_category=reason or nothing)
        why = {
            label: (*technique.because, *technique.despite)
            for technique in techniques
            if technique.id in self._codebook.overlay
            for label in self._codebook.overlay[technique.id].techniques
        }
        return self._shown(brought.techniques, min(one.probability for one in techniques), why)

    def _own(self, event: Assessed, threshold: float) -> Categories | None:
        sums = self._rows @ event.probabilities
        best = int(sums.argmax())
        if sums[best] < threshold:
            return None
        ids, shortnames = self._learnt[best]
        labels = {
            name: tuple(tactic for tactic in self._matrix.technique(name).tactics if tactic in shortnames)
            for name in ids
        }
        evidence: tuple[Evidence, ...] = ()
        if event.explain:
            evidence = self._explainer.explain(event.context, event.row, self._rows[[best]], event.offsets)[0]
        return self._shown(labels, rounded(sums[best]), dict.fromkeys(ids, evidence))

    def _shown(self, labels: Mapping[str, tuple[str, ...]], probability: float, why: _Reasons) -> Categories:
        matrix = self._matrix
        names = {tactic for tactics in labels.values() for tactic in tactics}
        techniques = [matrix.technique(name) for name in labels]
        return Categories(
            techniques=tuple(
                AssignedTechnique(
                    id=technique.id,
                    name=technique.name,
                    parent=technique.parent,
                    domain=matrix.domain,
                    tactics=labels[technique.id],
                    probability=probability,
                    because=tuple(one for one in why.get(technique.id, ()) if one.weight >= 0),
                    despite=tuple(one for one in why.get(technique.id, ()) if one.weight < 0),
                )
                for technique in techniques
            ),
            tactics=tuple(
                tactic_of(matrix, tactic.shortname, probability)
                for tactic in matrix.tactics
                if tactic.shortname in names
            ),
        )

"""The learnt model behind the interface of a model: features, probabilities, what is shown, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from adscribe.answer import Verdict
from adscribe.answer.assignment import (
    AssignedTactic,
    AssignedTechnique,
    Basis,
    Candidate,
    Evidence,
    ModelReference,
    NoCategory,
    Reason,
)
from adscribe.attack import Catalogue
from adscribe.codebook import Codebook
from adscribe.context import Context
from adscribe.errors import ModelError, Place
from adscribe.features import Row
from adscribe.model.artefact import Artefact, load
from adscribe.model.decoding import Decision, Decoder, Shown
from adscribe.model.doubt import Doubt
from adscribe.model.drift import Monitor, today
from adscribe.model.explanation import Explainer
from adscribe.model.ics import IcsAnswers
from adscribe.model.parts import Assessed, rounded, tactic_of
from adscribe.model.residual import Beside, Residual
from adscribe.model.softmax import Array

NAME = "adscribe"

RISK = 0.1
"""Share of wrong categories that is accepted unless another is asked for."""

NEVER = float("-inf")


class LearnedModel:
    """Answers by what was learnt.

    Parameters
    ----------
    artefact : Artefact
        The model in its parts.
    codebook : Codebook
        Which ICS labels techniques bring along in an OT segment.
    version : str
        Of the model.
    risk : float
        Share of wrong categories among those shown; one that the model promises.

    Raises
    ------
    ModelError
        If the model doesn't promise the risk, or speaks of other ICS techniques than the codebook.
    """

    def __init__(self, artefact: Artefact, codebook: Codebook, *, version: str, risk: float = RISK) -> None:
        promises, outcomes = artefact.promises, artefact.outcomes
        threshold = promises.step(risk).threshold
        if threshold is None:
            raise ModelError(f"the model makes no promise for the risk {risk:g}")
        self._artefact = artefact
        self._codebook = codebook
        self._category = threshold
        self._calm = NEVER if promises.calm.threshold is None else promises.calm.threshold
        self._decoder = Decoder(outcomes)
        self._doubt = Doubt(outcomes, self._category, self._calm)
        self._explainer = Explainer(artefact.features, artefact.softmax)
        self._techniques = [name for name in outcomes.techniques() if _is_outcome(name, outcomes.texts)]
        self._technique_rows = outcomes.contains[[outcomes.labels[name] for name in self._techniques]]
        self._in_ics = IcsAnswers(outcomes, codebook, self._explainer)
        self._monitor: Monitor | None = None
        self._beside: Beside | None = None
        self._reference = ModelReference(
            name=NAME,
            version=version,
            attack=outcomes.enterprise.name,
            risk=risk,
            calm_risk=promises.calm.risk,
        )

    @classmethod
    def load(
        cls, path: str | Path, catalogue: Catalogue, codebook: Codebook, *, risk: float = RISK
    ) -> LearnedModel:
        """Load a model from its folder.

        Raises
        ------
        ModelError
            See `adscribe.model.artefact.load`; or if it doesn't promise the risk.
        """
        artefact, manifest = load(Path(path), catalogue)
        try:
            return cls(artefact, codebook, version=manifest.version, risk=risk)
        except ModelError as wrong:
            raise ModelError(wrong.message, place=Place(str(path)), hint=wrong.hint) from wrong

    def with_risk(self, risk: float) -> LearnedModel:
        """Return the same model with another accepted share of wrong categories.

        Raises
        ------
        ModelError
            If the model doesn't promise it.
        """
        other = LearnedModel(self._artefact, self._codebook, version=self._reference.version, risk=risk)
        other._monitor = self._monitor
        return other if self._beside is None else other._with(self._beside)

    def with_residual(self, residual: Residual) -> LearnedModel:
        """Return the same model with what a site's analysts have taught; see `adscribe.model.residual`.

        Raises
        ------
        ModelError
            If it was learnt beside another model.
        """
        return self._with(Beside(residual, self._artefact.softmax, self._artefact.outcomes))

    def _with(self, beside: Beside) -> LearnedModel:
        other = copy(self)
        other._beside = beside
        other._reference = replace(self._reference, residual=beside.reference)
        return other

    @property
    def artefact(self) -> Artefact:
        """The model in its parts, without a residual."""
        return self._artefact

    @property
    def residual(self) -> Residual | None:
        """What a site's analysts have taught, if anything."""
        return None if self._beside is None else self._beside.residual

    @property
    def monitor(self) -> Monitor | None:
        """What counts its answers, if anything does."""
        return self._monitor

    def unwatched(self) -> LearnedModel:
        """Return the same model without a monitor: for answers that aren't those of live events."""
        other = copy(self)
        other._monitor = None
        return other

    def watched(self, day: Callable[[Context], int] = today) -> LearnedModel:
        """Return the same model with a monitor that counts its answers from now on.

        Without a profile to compare with it has none.

        Parameters
        ----------
        day : callable
            Gives the day that a context counts for: the day of the answer unless told.
        """
        other = copy(self)
        if self._artefact.profile is not None:
            other._monitor = Monitor(self._artefact.profile, self._artefact.statistics(), day)
        return other

    @property
    def reference(self) -> ModelReference:
        """Name, version, ATT&CK version and promises."""
        return self._reference

    def assess(self, context: Context, *, explain: bool, candidates: int) -> Verdict:
        """Return the verdict on a context; see `adscribe.answer.Model`."""
        row = self._artefact.features.row(context)
        verdict = self._verdict(context, row, explain=explain, candidates=candidates)
        if self._monitor is not None:
            self._monitor.see(context, row, verdict, self._reference.risk)
        return verdict

    def _verdict(self, context: Context, row: Row, *, explain: bool, candidates: int) -> Verdict:
        own = self._artefact.softmax.probabilities(row.indices, row.values)
        oddity = self._artefact.novelty.oddity(context.event.method, row)
        beside = self._beside if oddity is None else None
        offsets = beside.of(context) if beside is not None else None
        probabilities = own if offsets is None else offsets.moved(own)
        event = Assessed(context, row, probabilities, explain, offsets)
        named = self._candidates(probabilities, candidates) if candidates else ()
        if oddity is not None:
            because = (Evidence(fact=oddity, weight=0.0),) if explain else ()
            return self._without(event, _reason("undetermined", "unfamiliar", 1.0, because), named)
        decision = self._decoder.decide(probabilities, self._category, self._calm)
        if beside is not None and offsets is not None:
            doubt = beside.doubt(decision, own, self._calm)
            if doubt is not None:
                return self._without(event, self._undetermined(event, doubt), named)
        if decision.shown is None:
            return self._without(event, self._no_category(event, decision), named)
        techniques = self._assigned(event, decision.shown)
        return Verdict(
            techniques=techniques,
            tactics=self._tactics(event, decision.shown.tactics),
            ics=self._in_ics.of(event, self._category, techniques, None),
            candidates=named,
        )

    def _without(self, event: Assessed, reason: NoCategory, named: tuple[Candidate, ...]) -> Verdict:
        return Verdict(
            no_category=reason, ics=self._in_ics.of(event, self._category, (), reason), candidates=named
        )

    def _assigned(self, event: Assessed, shown: Shown) -> tuple[AssignedTechnique, ...]:
        space = self._artefact.outcomes
        rows = [space.labels[name] for name in shown.techniques]
        probable = space.contains[rows] @ event.probabilities
        why: Sequence[tuple[Evidence, ...]] = [()] * len(rows)
        if event.explain:
            why = self._explainer.explain(event.context, event.row, space.contains[rows], event.offsets)
        found = []
        for (name, tactics), probability, evidence in zip(
            shown.techniques.items(), probable, why, strict=True
        ):
            technique = space.enterprise.technique(name)
            found.append(
                AssignedTechnique(
                    id=name,
                    name=technique.name,
                    parent=technique.parent,
                    domain="enterprise",
                    tactics=tactics,
                    probability=rounded(probability),
                    because=tuple(fact for fact in evidence if fact.weight >= 0),
                    despite=tuple(fact for fact in evidence if fact.weight < 0),
                )
            )
        return tuple(found)

    def _tactics(self, event: Assessed, shortnames: Sequence[str]) -> tuple[AssignedTactic, ...]:
        space = self._artefact.outcomes
        probable = space.contains[[space.labels[name] for name in shortnames]] @ event.probabilities
        return tuple(
            tactic_of(space.enterprise, name, rounded(probability))
            for name, probability in zip(shortnames, probable, strict=True)
        )

    def _no_category(self, event: Assessed, decision: Decision) -> NoCategory:
        if decision.reason == "undetermined":
            return self._undetermined(event, self._doubt.text(event.probabilities) if event.explain else "")
        reason = decision.reason or "undetermined"
        evidence: tuple[Evidence, ...] = ()
        if event.explain:
            space = self._artefact.outcomes
            label = space.contains[[space.labels[reason]]]
            evidence = self._explainer.explain(event.context, event.row, label, event.offsets)[0]
        return _reason(reason, "decided", decision.probability, evidence)

    def _undetermined(self, event: Assessed, doubt: str) -> NoCategory:
        """Return that the model can't tell, why, and what verdicts had a part in it."""
        any_category = float(self._artefact.outcomes.is_category @ event.probabilities)
        because: tuple[Evidence, ...] = ()
        if event.explain:
            texts = [doubt] if event.offsets is None else [doubt, event.offsets.text]
            because = tuple(Evidence(fact=text, weight=0.0) for text in texts)
        return _reason("undetermined", "low_confidence", max(1.0 - any_category, 0.0), because)

    def _candidates(self, probabilities: Array, number: int) -> tuple[Candidate, ...]:
        probable = self._technique_rows @ probabilities
        matrix = self._artefact.outcomes.enterprise
        return tuple(
            Candidate(
                id=self._techniques[place],
                name=matrix.technique(self._techniques[place]).name,
                probability=rounded(probable[place]),
            )
            for place in np.argsort(-probable, kind="stable")[:number]
        )


def _is_outcome(name: str, texts: Sequence[str]) -> bool:
    return any(name in text.partition("@")[0].split("|") for text in texts)


def _reason(reason: str, basis: Basis, probability: float, because: tuple[Evidence, ...]) -> NoCategory:
    said: Reason = reason  # type: ignore[assignment]
    return NoCategory(reason=said, basis=basis, probability=rounded(probability), because=because)

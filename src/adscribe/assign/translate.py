"""A verdict in another version of ATT&CK."""

from __future__ import annotations

from msgspec.structs import replace

from adscribe.answer.assignment import AssignedTactic, AssignedTechnique, Candidate
from adscribe.answer.verdict import Verdict
from adscribe.attack import Catalogue


class VerdictTranslator:
    """Translates the enterprise part of verdicts.

    Parameters
    ----------
    catalogue : Catalogue
        Holds both versions and the crosswalk between them.
    source, target : str
        Version that the model answers in, and the one that is wanted.

    Raises
    ------
    CatalogueError
        If a version isn't at hand.
    """

    def __init__(self, catalogue: Catalogue, source: str, target: str) -> None:
        self._catalogue = catalogue
        self._source = catalogue.matrix("enterprise", source)
        self._target = catalogue.matrix("enterprise", target)

    @property
    def attack(self) -> str:
        """The version that comes out, as answers name it."""
        return f"enterprise {self._target.version}"

    def translate(self, verdict: Verdict) -> Verdict:
        """Return the verdict in the target version; the ICS part stays as it is.

        A technique that has several successors becomes all of them, one that has none leaves its
        tactics standing alone.
        """
        if self._source.version == self._target.version:
            return verdict
        techniques: dict[str, AssignedTechnique] = {}
        tactics: dict[str, AssignedTactic] = {}
        probabilities = {tactic.shortname: tactic.probability for tactic in verdict.tactics}
        for assigned in verdict.techniques:
            ids, shortnames = self._to_target(assigned.id, assigned.tactics)
            for id_ in ids:
                technique = self._target.technique(id_)
                own = tuple(name for name in shortnames if name in technique.tactics)
                techniques[id_] = replace(
                    assigned, id=id_, name=technique.name, parent=technique.parent, tactics=own
                )
            probability = max(probabilities.get(name, assigned.probability) for name in assigned.tactics)
            for name in shortnames:
                tactics.setdefault(name, self._tactic(name, probability))
        told = {name for assigned in verdict.techniques for name in assigned.tactics}
        for shown in verdict.tactics:
            # Those of a technique have become what the technique's are.
            for name in self._to_target(None, (shown.shortname,))[1] if shown.shortname not in told else ():
                tactics.setdefault(name, self._tactic(name, shown.probability))
        return replace(
            verdict,
            techniques=tuple(techniques.values()),
            tactics=tuple(sorted(tactics.values(), key=lambda t: self._target.tactic(t.shortname).order)),
            candidates=self._candidates(verdict.candidates),
        )

    def _to_target(
        self, technique: str | None, tactics: tuple[str, ...]
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        found = self._catalogue.translate(
            technique,
            tactics,
            domain="enterprise",
            source=self._source.version,
            target=self._target.version,
        )
        return found.techniques, found.tactics

    def _tactic(self, shortname: str, probability: float) -> AssignedTactic:
        tactic = self._target.tactic(shortname)
        return AssignedTactic(
            id=tactic.id,
            shortname=shortname,
            name=tactic.name,
            domain=self._target.domain,
            probability=probability,
        )

    def _candidates(self, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        found: dict[str, Candidate] = {}
        for candidate in candidates:
            tactics = self._source.technique(candidate.id).tactics
            for id_ in self._to_target(candidate.id, tactics)[0]:
                name = self._target.technique(id_).name
                found.setdefault(id_, replace(candidate, id=id_, name=name))
        return tuple(found.values())

"""What adscribe answers: the categories of an event, or the reason that it has none."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Reason = Literal["too_generic", "no_technique", "misconfiguration", "benign", "undetermined"]
"""Why an event has no category. ``undetermined``: the model can't tell; never ground truth."""

Basis = Literal["decided", "site", "low_confidence", "unfamiliar"]
"""What a reason rests on: the model's decision, the site's, or what kept the model from one."""


class TargetGroup(msgspec.Struct, frozen=True, kw_only=True):
    """The targets that a fact rests on.

    Attributes
    ----------
    count : int
        How many there are.
    sample : tuple of str
        The first of them, at most five.
    side : {"inside", "outside", "mixed"}
        Where they lie.
    """

    count: int
    sample: tuple[str, ...]
    side: Literal["inside", "outside", "mixed"]


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """A fact in an analyst's words and what it weighs.

    Attributes
    ----------
    fact : str
        The fact.
    weight : float
        Log-odds for (positive) or against (negative) the category. The weights of a category
        add up to the model's logit less its base rate. A rule has no weights of its own: its
        log-odds are shared equally among its conditions.
    targets : TargetGroup or None
        The targets that it rests on; ``None`` when it doesn't rest on targets.
    """

    fact: str
    weight: float
    targets: TargetGroup | None = None


class AssignedTechnique(msgspec.Struct, frozen=True, kw_only=True):
    """A technique or sub-technique that the event shows, with the tactics that the context supports."""

    id: str
    name: str
    parent: str | None
    domain: str
    tactics: tuple[str, ...]
    probability: float
    because: tuple[Evidence, ...] = ()
    despite: tuple[Evidence, ...] = ()


class AssignedTactic(msgspec.Struct, frozen=True, kw_only=True):
    """A tactic that the event shows."""

    id: str
    shortname: str
    name: str
    domain: str
    probability: float


class NoCategory(msgspec.Struct, frozen=True, kw_only=True):
    """The reason that no category is shown.

    Attributes
    ----------
    reason, basis : str
        See `Reason` and `Basis`.
    probability : float
        That the reason is right; 1.0 for a decision of the site. Of ``undetermined`` with the basis
        ``low_confidence``: that no category applies, for whatever reason.
    because : tuple of Evidence
        For a decision of the site the first names the entry.
    """

    reason: Reason
    basis: Basis
    probability: float
    because: tuple[Evidence, ...] = ()


class Categories(msgspec.Struct, frozen=True, kw_only=True):
    """The answer in one ATT&CK domain; `no_category` is set if and only if the others are empty."""

    techniques: tuple[AssignedTechnique, ...] = ()
    tactics: tuple[AssignedTactic, ...] = ()
    no_category: NoCategory | None = None


class EventReference(msgspec.Struct, frozen=True, kw_only=True):
    """Which event, and which state of it, is answered.

    Attributes
    ----------
    id : str
        Of the event; every report of the event has it.
    identity : str
        Of sensor, source, method, submethod, data feed and method instance.
    revision : int
        From 1, one more with each update.
    fragment : bool
        Whether this report only adds targets to the report before it.
    """

    id: str
    identity: str
    revision: int
    fragment: bool
    method: str
    submethod: str | None
    source: str
    external_id: str | None = None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What an update changed: categories added and removed, the evidence that differs, and the cause."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    evidence: tuple[str, ...]
    cause: str


class ModelReference(msgspec.Struct, frozen=True, kw_only=True):
    """Which model answered, in which ATT&CK version, under which promises (``None``: none given).

    `residual` is there only where the site's analysts had a say: the digest of what they taught, see
    `adscribe.model.residual`. The promises were measured without it.
    """

    name: str
    version: str
    attack: str
    risk: float | None = None
    calm_risk: float | None = None
    residual: str | msgspec.UnsetType = msgspec.UNSET


class ContextReference(msgspec.Struct, frozen=True, kw_only=True):
    """Which site file was used, and how many events of the history."""

    site: str | None
    history: int


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A technique that the model considers, shown or not."""

    id: str
    name: str
    probability: float


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to one report. The JSON form is the contract of the HTTP API and the command line.

    `candidates` is there only where they were asked for.
    """

    event: EventReference
    techniques: tuple[AssignedTechnique, ...]
    tactics: tuple[AssignedTactic, ...]
    no_category: NoCategory | None
    ics: Categories | None
    changed: Change | None
    model: ModelReference
    context: ContextReference
    candidates: tuple[Candidate, ...] | msgspec.UnsetType = msgspec.UNSET

    @property
    def shown(self) -> tuple[str, ...]:
        """The ids of the techniques."""
        return tuple(technique.id for technique in self.techniques)

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as plain dicts and lists, as it stands in JSON."""
        answer: dict[str, Any] = msgspec.json.decode(self.to_json())
        return answer

    def to_json(self) -> bytes:
        """Return the answer as one line of JSON."""
        return msgspec.json.encode(self)

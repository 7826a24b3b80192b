"""What a model is to the classifier: a context in, a verdict out."""

from __future__ import annotations

from typing import Protocol

import msgspec

from adscribe.answer.assignment import (
    AssignedTactic,
    AssignedTechnique,
    Candidate,
    Categories,
    ModelReference,
    NoCategory,
)
from adscribe.context import Context


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """A model's answer to one context, in the ATT&CK version of the model.

    Attributes
    ----------
    techniques, tactics, no_category
        As in `Assignment`: categories, or the reason that there are none.
    ics : Categories or None
        The same in the ICS domain, for OT events.
    candidates : tuple of Candidate
        The most probable techniques, shown or not, most probable first; as many as were asked for.
    """

    techniques: tuple[AssignedTechnique, ...] = ()
    tactics: tuple[AssignedTactic, ...] = ()
    no_category: NoCategory | None = None
    ics: Categories | None = None
    candidates: tuple[Candidate, ...] = ()


class Model(Protocol):
    """Says what an event in its context shows."""

    @property
    def reference(self) -> ModelReference:
        """Name, version, ATT&CK version and promises of the model."""
        ...

    def assess(self, context: Context, *, explain: bool, candidates: int) -> Verdict:
        """Return the verdict on a context.

        Parameters
        ----------
        context : Context
            Of the event.
        explain : bool
            Whether to say why; without it explanations are empty and cost nothing.
        candidates : int
            How many candidates to name.
        """
        ...

"""What an event shows in full: categories with their tactics, or the reason that it has none."""

from __future__ import annotations

from typing import get_args

import msgspec

from adscribe.answer.assignment import Reason
from adscribe.errors import ModelError

REASONS: tuple[str, ...] = tuple(reason for reason in get_args(Reason) if reason != "undetermined")
"""The reasons that can be true of an event."""


class Outcome(msgspec.Struct, frozen=True):
    """What one event shows.

    Attributes
    ----------
    techniques, tactics : tuple of str
        Ids, and short names of the tactics that the context supports; sorted.
    reason : str or None
        Why there is no category; ``None`` if and only if there are tactics.
    ics_techniques, ics_tactics : tuple of str
        The same in the ICS matrix, where an OT event has its own label there.

    Examples
    --------
    >>> Outcome.parse("T1595.001|T1046@reconnaissance,discovery").text
    'T1046|T1595.001@discovery,reconnaissance'
    >>> Outcome.parse("no_technique;T0836@impair-process-control").reason
    'no_technique'
    """

    techniques: tuple[str, ...] = ()
    tactics: tuple[str, ...] = ()
    reason: str | None = None
    ics_techniques: tuple[str, ...] = ()
    ics_tactics: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The canonical form: ``T1046|T1595.001@discovery,reconnaissance`` or the reason; ICS after ``;``."""
        said = self.reason or _said(self.techniques, self.tactics)
        return f"{said};{_said(self.ics_techniques, self.ics_tactics)}" if self.ics_tactics else said

    @classmethod
    def parse(cls, text: str) -> Outcome:
        """Read the canonical form; names in any order.

        Raises
        ------
        ModelError
            If the text is no outcome.
        """
        enterprise, semicolon, ics = text.partition(";")
        techniques, tactics = ((), ()) if enterprise in REASONS else _read(enterprise, text)
        ics_techniques, ics_tactics = _read(ics, text) if semicolon else ((), ())
        reason = None if tactics else enterprise
        return cls(techniques, tactics, reason, ics_techniques, ics_tactics)

    @property
    def is_category(self) -> bool:
        """Whether any category applies, in either domain."""
        return bool(self.tactics or self.ics_tactics)

    @property
    def labels(self) -> frozenset[str]:
        """All that is right to say of it.

        Techniques, their parents, tactics, the reason; tactics of ICS as ``ics:discovery``.
        """
        parents = {name.partition(".")[0] for name in (*self.techniques, *self.ics_techniques)}
        ics = {f"ics:{name}" for name in self.ics_tactics}
        named = {*self.techniques, *self.tactics, *self.ics_techniques} | parents | ics
        return frozenset(named | {self.reason} if self.reason else named)


def _said(techniques: tuple[str, ...], tactics: tuple[str, ...]) -> str:
    return f"{'|'.join(sorted(techniques))}@{','.join(sorted(tactics))}"


def _read(said: str, text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    techniques, at, tactics = said.partition("@")
    if not (at and tactics):
        raise ModelError(f"no outcome: {text[:80]!r}", hint="such as 'T1046@discovery' or 'benign'")
    return tuple(sorted(filter(None, techniques.split("|")))), tuple(sorted(tactics.split(",")))

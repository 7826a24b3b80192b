"""Where two answers to one context differ, by tactic."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, Protocol

from adscribe.answer.assignment import AssignedTactic, AssignedTechnique, Categories, NoCategory

Kind = Literal["same", "techniques", "champion", "challenger", "reason"]
"""How two answers stand to each other in a tactic: both show it, with the ``same`` techniques or with
other ``techniques``; only one of them shows it, ``champion`` or ``challenger``; neither shows any tactic,
for the same or another ``reason``."""

NONE = "none"
"""Stands for the tactic where neither answer has a category."""

_ICS = "ics "


class Domain(Protocol):
    """An answer in one domain: categories, or why there are none."""

    @property
    def techniques(self) -> tuple[AssignedTechnique, ...]:
        """The techniques."""
        ...

    @property
    def tactics(self) -> tuple[AssignedTactic, ...]:
        """The tactics."""
        ...

    @property
    def no_category(self) -> NoCategory | None:
        """The reason that there are none."""
        ...


class Said(Domain, Protocol):
    """An answer, in ICS as well where that speaks of the event."""

    @property
    def ics(self) -> Categories | None:
        """The answer in the ICS domain."""
        ...


def by_tactic(champion: Said, challenger: Said) -> dict[str, Kind]:
    """Compare two answers in the same version of ATT&CK.

    Parameters
    ----------
    champion, challenger : Assignment or Verdict
        Probabilities and explanations don't count.

    Returns
    -------
    dict of str to Kind
        By short name of each tactic that either shows, those of ICS after ``"ics "``; `NONE` where
        neither has a category.

    Examples
    --------
    >>> from adscribe import Classifier
    >>> event = {"method": "SCANS", "submethod": "ARP", "source": {"ip": "10.0.0.5"},
    ...          "detected_at": "2026-11-03T15:12:10Z"}
    >>> (answer,) = Classifier.load("codebook").classify([event])
    >>> by_tactic(answer, answer)
    {'discovery': 'same'}
    """
    found = dict(_compared(champion, challenger))
    if champion.ics is not None and challenger.ics is not None:
        found |= {_ICS + tactic: kind for tactic, kind in _compared(champion.ics, challenger.ics)}
    return found


def _compared(champion: Domain, challenger: Domain) -> Iterator[tuple[str, Kind]]:
    own, other = _shown(champion), _shown(challenger)
    for tactic in sorted({*own, *other}):
        if tactic not in other:
            yield tactic, "champion"
        elif tactic not in own:
            yield tactic, "challenger"
        else:
            yield tactic, "same" if own[tactic] == other[tactic] else "techniques"
    if not own and not other:
        yield NONE, "same" if _reason(champion) == _reason(challenger) else "reason"


def _shown(said: Domain) -> dict[str, set[str]]:
    return {
        tactic.shortname: {one.id for one in said.techniques if tactic.shortname in one.tactics}
        for tactic in said.tactics
    }


def _reason(said: Domain) -> str | None:
    return said.no_category.reason if said.no_category else None

"""What is counted of the answers to recorded traffic."""

from __future__ import annotations

import msgspec

from adscribe.training.bootstrap import Estimate


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """How many events, of how many; with an interval where there are enough actors."""

    over: int
    under: int
    estimate: Estimate | None = None


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """An answer to an event.

    Attributes
    ----------
    techniques, tactics : tuple of str
        Ids, and short names.
    no_category, basis : str or None
        The reason that there is none, and what it rests on.
    right_techniques, right_tactics : bool or None
        Whether all of those shown can be defended; ``None`` where none is shown or none is true.
    acceptable : bool
        Whether the whole answer can be defended.
    """

    techniques: tuple[str, ...] = ()
    tactics: tuple[str, ...] = ()
    no_category: str | None = None
    basis: str | None = None
    right_techniques: bool | None = None
    right_tactics: bool | None = None
    acceptable: bool = True


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """An event whose truth is known; without addresses.

    Attributes
    ----------
    method, submethod, label : str or None
        Of the event; the label that most of its flows carry.
    reports : int
        That it has, updates included.
    actor : int
        Number of its actor in the capture, from 1.
    truth : Said
        What is true.
    said : dict of str to Said
        By who says it.
    """

    method: str
    submethod: str | None
    label: str | None
    reports: int
    actor: int
    truth: Said
    said: dict[str, Said]

    @property
    def is_category(self) -> bool:
        """Whether a category is true of it."""
        return bool(self.truth.tactics)


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What is counted of one who answers.

    Attributes
    ----------
    shown : Share
        Of the events whose truth is a category, those shown one.
    tactics, techniques : Share
        Of those, the ones all of whose tactics can be defended; of those shown a technique, the ones all
        of whose techniques can.
    acceptable : Share
        Of all events, those whose whole answer can be defended.
    undetermined : Share
        Of all events, those answered so.
    calm : Share
        Of the events whose truth is a category, those called benign or a misconfiguration.
    invented : Share
        Of the events whose truth is no category, those shown one.
    """

    shown: Share
    tactics: Share
    techniques: Share
    acceptable: Share
    undetermined: Share
    calm: Share
    invented: Share


class CaptureScore(msgspec.Struct, frozen=True, kw_only=True):
    """A capture, scored.

    Attributes
    ----------
    name, title, about : str
        See `Capture`.
    flows : int
        Read.
    labels : dict of str to int
        Flows by label.
    reports, events, unknown : int
        Of the detectors; of the events, those without a truth aren't scored.
    actors, attackers : int
        Behind the events that are scored, and behind those of them whose truth is a category.
    rows : tuple of Row
        The events that are scored.
    figures : dict of str to Figures
        By who answers.
    benign_days : int
        Complete days without an attack.
    false_alarms : dict of str to int
        Events shown a category on those days, by who answers.
    """

    name: str
    title: str
    about: str
    flows: int
    labels: dict[str, int]
    reports: int
    events: int
    unknown: int
    actors: int
    attackers: int
    rows: tuple[Row, ...]
    figures: dict[str, Figures]
    benign_days: int
    false_alarms: dict[str, int]


class Traffic(msgspec.Struct, frozen=True, kw_only=True):
    """All captures.

    Attributes
    ----------
    frozen : str
        SHA-256 over the descriptions of captures, their sites and the table.
    answered_by : dict of str to str
        Who answers, with what it is.
    captures : tuple of CaptureScore
        One by one.
    together : dict of str to Figures
        Over all captures.
    """

    frozen: str
    answered_by: dict[str, str]
    captures: tuple[CaptureScore, ...]
    together: dict[str, Figures]

    @property
    def benign_days(self) -> int:
        """Complete days without an attack, in all captures."""
        return sum(one.benign_days for one in self.captures)

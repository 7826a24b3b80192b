"""Captures as ``datasets/traffic`` describes them: files, site, and what is true of an event."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

import msgspec

from adscribe.attack import Catalogue, Matrix
from adscribe.errors import AdscribeError, CatalogueError, Place
from adscribe.event import Event
from adscribe.model.outcomes import REASONS
from adscribe.resources import shipped
from adscribe.site import Site
from adscribe.training.vignettes import Answer

_SITE = ".site.yaml"
_TABLE = "table.yaml"
_MAJORITY = 0.5


class Truth(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is true of the events that meet all its conditions.

    Attributes
    ----------
    why : str
        Reason.
    label : str or None
        Pattern for the label that most labelled flows of the event carry.
    methods : tuple of str
        Methods of the event; any when empty.
    source : str or None
        Filter that its source lies in.
    ports : tuple of int
        Ports of which it names one; any when empty.
    techniques, acceptable_techniques, tactics, acceptable_tactics : tuple of str
        Ids, and short names.
    no_category : str or None
        Why there is none.
    acceptable_no_category : tuple of str
        Reasons that can be defended.
    actor : {"source", "targets"}
        Which end of the event acted.
    """

    why: str
    label: str | None = None
    methods: tuple[str, ...] = ()
    source: str | None = None
    ports: tuple[int, ...] = ()
    techniques: tuple[str, ...] = ()
    acceptable_techniques: tuple[str, ...] = ()
    tactics: tuple[str, ...] = ()
    acceptable_tactics: tuple[str, ...] = ()
    no_category: str | None = None
    acceptable_no_category: tuple[str, ...] = ()
    actor: Literal["source", "targets"] = "source"

    @property
    def answer(self) -> Answer:
        """In the form in which vignettes have it, so that both are judged alike."""
        return Answer(
            techniques=frozenset(self.techniques),
            acceptable_techniques=frozenset(self.acceptable_techniques),
            tactics=frozenset(self.tactics),
            acceptable_tactics=frozenset(self.acceptable_tactics),
            no_category=self.no_category,
            acceptable_no_category=frozenset(self.acceptable_no_category),
        )

    def holds(self, event: Event, label: str | None, site: Site) -> bool:
        """Tell whether an event meets the conditions."""
        return (
            (self.label is None or (label is not None and fnmatchcase(label, self.label)))
            and (not self.methods or event.method in self.methods)
            and (self.source is None or self.source in site.filters_of(event.source.ip))
            and (not self.ports or not set(self.ports).isdisjoint(event.ports))
        )


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    title: str
    about: str
    files: dict[str, str]
    truths: tuple[Truth, ...]


class Capture(msgspec.Struct, frozen=True, kw_only=True):
    """A capture.

    Attributes
    ----------
    name : str
        Of its files in ``datasets/traffic``.
    title, about : str
        What it is.
    files : mapping of str to str
        SHA-256 by path below the folder of the data.
    truths : tuple of Truth
        The first that an event meets is its truth.
    site : Site
        The network it is of.
    """

    name: str
    title: str
    about: str
    files: Mapping[str, str]
    truths: tuple[Truth, ...]
    site: Site

    def truth(self, event: Event, label: str | None) -> Truth | None:
        """Return what is true of an event; ``None`` where nobody knows."""
        return next((truth for truth in self.truths if truth.holds(event, label, self.site)), None)

    def is_calm(self, label: str) -> bool:
        """Tell whether a label is known, and stands for no category whatever the event."""
        own = [truth for truth in self.truths if truth.label and fnmatchcase(label, truth.label)]
        return bool(own) and all(truth.no_category for truth in own)


def load_captures(folder: Path | None = None) -> list[Capture]:
    """Read all captures of a folder, ``datasets/traffic`` when not given.

    Raises
    ------
    AdscribeError
        If a description says what can't be understood, or what ATT&CK doesn't know.
    """
    where = folder or shipped("datasets", "traffic")
    matrix = Catalogue.load().matrix("enterprise")
    paths = [
        path for path in sorted(where.glob("*.yaml")) if not path.name.endswith(_SITE) and path.name != _TABLE
    ]
    return [_load(path, matrix) for path in paths]


def majority(labels: Mapping[str, int]) -> str | None:
    """Return the label that more than half of an event's labelled flows carry."""
    total = sum(labels.values())
    return next((label for label, flows in labels.items() if flows > _MAJORITY * total), None)


def _load(path: Path, matrix: Matrix) -> Capture:
    try:
        found = msgspec.yaml.decode(path.read_bytes(), type=_Document)
    except msgspec.MsgspecError as wrong:
        raise AdscribeError(f"describes no capture: {wrong}", place=Place(path.name)) from None
    site = Site.load(path.with_name(path.stem + _SITE))
    for number, truth in enumerate(found.truths):
        place = Place(path.name, pointer=f"/truths/{number}")
        try:
            _check(truth, site, matrix)
        except (CatalogueError, ValueError) as wrong:
            raise AdscribeError(str(wrong), place=place) from None
    return Capture(
        name=path.stem,
        title=found.title,
        about=found.about.strip(),
        files=found.files,
        truths=found.truths,
        site=site,
    )


def _check(truth: Truth, site: Site, matrix: Matrix) -> None:
    tactics = (*truth.tactics, *truth.acceptable_tactics)
    matrix.check(truth.techniques, truth.tactics)
    matrix.check((*truth.techniques, *truth.acceptable_techniques), tactics)
    reasons = {*filter(None, (truth.no_category,)), *truth.acceptable_no_category}
    if unknown := reasons - {*REASONS}:
        raise ValueError(f"{min(unknown)!r} is no reason for no category")
    if bool(truth.tactics) == (truth.no_category is not None):
        raise ValueError("needs either tactics or no_category")
    if truth.source is not None and truth.source not in site.filters:
        raise ValueError(f"the site file has no filter {truth.source!r}")

"""What an expert assigned to a detection, whoever published it and in whatever form.

The labels are positive and unlabelled: an expert who lists a technique of a tactic says nothing of
the tactic's other techniques. `unknown` tells which these are; what is neither listed nor unknown
may be taken as a negative.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from adscribe.attack import Matrix
from adscribe.errors import AdscribeError

ATTACK = "19"
"""The version of ATT&CK Enterprise that all labels are given in."""

SHIPPABLE = frozenset({"Apache-2.0", "BSD-3-Clause", "DRL-1.1", "LicenseRef-MITRE-ATTACK", "MIT"})
"""Licences that allow to ship a model trained on what is under them; their notices must be kept."""

Source = Literal[
    "exabeam",
    "sentinel",
    "splunk",
    "sigma",
    "et-open",
    "bzar",
    "ctid-cve",
    "ctid-capability",
    "attack-analytic",
    "attack-procedure",
    "attack-software",
    "attack-technique",
]
"""Who assigned the labels: a vendor or project. Splits by vendor go by it."""


class CorpusError(AdscribeError):
    """A corpus that can't be read, or a name that no corpus has."""


class Detection(msgspec.Struct, frozen=True, kw_only=True):
    """A detection and the categories that an expert assigned to it.

    Attributes
    ----------
    source : str
        See `Source`.
    id : str
        The publisher's id; unique within a source.
    name : str
        Title, message or rule id, as published.
    description : str
        What is said of it besides; empty where nothing is.
    kind : str
        What it reads or fires on (a log source, event types, a protocol); empty where it isn't told.
    network : bool
        Whether it reads what a network sensor, proxy, firewall or name server sees.
    techniques : tuple of str
        Ids of `ATTACK`, as specific as listed, in order; a parent isn't added to its sub-technique.
    tactics : tuple of str
        Short names that the expert listed, in the order of the matrix; empty where techniques alone
        were listed.
    family : str
        Near-copies share it, see `adscribe.training.corpora.families`. It spans sources.
    licence : str
        SPDX id of the licence that this detection is under.
    author : str
        Who must be named; empty where the publisher is enough.
    """

    source: Source
    id: str
    name: str
    description: str
    kind: str
    network: bool
    techniques: tuple[str, ...]
    tactics: tuple[str, ...]
    family: str
    licence: str
    author: str = ""

    @property
    def shippable(self) -> bool:
        """Whether a model trained on it may ship."""
        return self.licence in SHIPPABLE

    @property
    def text(self) -> str:
        """Name and description as one text."""
        return f"{self.name}\n{self.description}" if self.description else self.name


class Reject(msgspec.Struct, frozen=True, kw_only=True):
    """What could not be taken over, and why.

    Attributes
    ----------
    file : str
        Name of the file below the path that was imported.
    line : int or None
        Line in it, from 1; of a YAML or JSON document of many lines, ``None`` where it isn't known.
    id : str
        The detection's id, empty where it has none.
    what : {"detection", "label"}
        Whether all of the detection was dropped or one label of a detection that was kept.
    reason : str
        Why.
    """

    file: str
    line: int | None
    id: str
    what: Literal["detection", "label"]
    reason: str


class SourceFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was read: its name, the SHA-256 of its bytes, and the one in ``datasets/sources.yaml``.

    ``expected`` is ``None`` for a file that isn't listed there, such as one of another revision.
    """

    file: str
    sha256: str
    expected: str | None


class Corpus(msgspec.Struct, frozen=True, kw_only=True):
    """All that one import gave.

    Attributes
    ----------
    name : str
        Such as ``sigma-network``.
    detections : tuple of Detection
        In the order of the files.
    selected : frozenset of (str, str)
        Source and id of those that remain when classes are capped, see `adscribe.training.corpora.caps`.
    rejects : tuple of Reject
        In the order of the files.
    licence : str
        SPDX expression of the licences of its detections.
    files : tuple of SourceFile
        What was read.
    """

    name: str
    detections: tuple[Detection, ...]
    selected: frozenset[tuple[str, str]]
    rejects: tuple[Reject, ...]
    licence: str
    files: tuple[SourceFile, ...]

    def capped(self) -> tuple[Detection, ...]:
        """Return the detections that remain when classes are capped, in order."""
        return tuple(one for one in self.detections if (one.source, one.id) in self.selected)


def parents(techniques: Iterable[str]) -> tuple[str, ...]:
    """Return the techniques that ids belong to, without their sub-technique: ``T1071.004`` is ``T1071``."""
    return tuple(dict.fromkeys(one.partition(".")[0] for one in techniques))


def unknown(detection: Detection, matrix: Matrix) -> frozenset[str]:
    """Return the techniques that a detection's expert says nothing of.

    These are the unlisted techniques and sub-techniques of each tactic that was listed, and of all
    tactics of a listed technique that has none of the listed ones. The parent of a listed
    sub-technique is assigned with it and so isn't unknown; the sub-techniques of a listed technique are.

    Parameters
    ----------
    detection : Detection
    matrix : Matrix
        Enterprise in the version `ATTACK`.
    """
    tactics = set(detection.tactics)
    for listed in detection.techniques:
        own = set(matrix.technique(listed).tactics)
        if not own & set(detection.tactics):
            tactics |= own
    assigned = {*detection.techniques, *parents(detection.techniques)}
    return frozenset(
        one.id for one in matrix.techniques if one.id not in assigned and tactics & set(one.tactics)
    )

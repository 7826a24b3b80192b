"""What each detection method says, in words: the prose beside the rules."""

from __future__ import annotations

from pathlib import Path

import msgspec

from adscribe.context.vocabulary import read_mapping
from adscribe.errors import CodebookError, Place
from adscribe.resources import shipped


class MethodNote(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What there is to know of a method before its rules.

    Attributes
    ----------
    group : str
        Chapter of the guide.
    says : str
        What the event states, and what it doesn't.
    reports : list of str
        Fields and characteristics that its events carry.
    questions : list of str
        What leads from the event to its category.
    submethods : dict of str to str
        What each kind means, where it is known.
    filter : str or None
        What the assigned filter limits, where that is documented.
    notes : list of str
        Cases that are easily read wrong.
    """

    group: str
    says: str
    reports: list[str]
    questions: list[str]
    submethods: dict[str, str] = {}
    filter: str | None = None
    notes: list[str] = []


class MethodNotes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The notes of all methods, and the titles of their groups in order."""

    groups: dict[str, str]
    methods: dict[str, MethodNote]


def load_notes(folder: Path | None = None) -> MethodNotes:
    """Load ``methods.yaml`` of a codebook.

    Raises
    ------
    CodebookError
        If it isn't laid out as `MethodNotes` says.
    """
    path = (folder or shipped("datasets", "codebook")) / "methods.yaml"
    try:
        return msgspec.convert(read_mapping(path), MethodNotes)
    except msgspec.ValidationError as wrong:
        raise CodebookError(str(wrong), place=Place(str(path))) from wrong

"""Where each corpus comes from: ``datasets/sources.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Literal

import msgspec

from adscribe.errors import Place
from adscribe.resources import shipped
from adscribe.training.corpora.detection import CorpusError

Use = Literal["train", "evaluate", "parse"]
"""What a source may serve: to train models, to evaluate them, to build and test parsers."""


class Origin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A repository or package that a source was taken from.

    Attributes
    ----------
    repository : str
        Address of the repository, or ``pypi:`` with name and version.
    commit : str
        The commit; empty for a package.
    date : str
        Of the commit or release.
    path : str
        What was taken from it.
    """

    repository: str
    commit: str = ""
    date: str = ""
    path: str


class SourceEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A source of data.

    Attributes
    ----------
    title : str
        What it is.
    uses : tuple of str
        See `Use`.
    origins : tuple of Origin
        Where it was taken from.
    licence : str
        SPDX expression.
    notice : str
        What must be kept or said, and what to be careful about.
    may_ship : bool
        Whether a model trained on it may ship, as far as the licences of its parts allow.
    files : dict of str to str
        SHA-256 of each file, by its name below the source's folder.
    """

    title: str
    uses: tuple[Use, ...]
    origins: tuple[Origin, ...]
    licence: str
    notice: str
    may_ship: bool
    files: dict[str, str]


@cache
def load_sources() -> Mapping[str, SourceEntry]:
    """Return the sources by name.

    Raises
    ------
    CorpusError
        If the file that ships is damaged.
    """
    path = shipped("datasets", "sources.yaml")
    try:
        return msgspec.yaml.decode(path.read_bytes(), type=dict[str, SourceEntry])
    except (OSError, msgspec.DecodeError) as error:
        raise CorpusError(f"can't be read: {error}", place=Place(file=str(path))) from error

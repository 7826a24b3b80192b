"""The text model as two files: its words as JSON, its arrays through skops, and no pickle.

``text.json`` holds protocol, version of ATT&CK, techniques, words and the SHA-256 of ``text.skops``.
Weights are stored as 16-bit numbers, which changes a score by less than 0.001.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import msgspec
import numpy as np

from adscribe.errors import ModelError, Place
from adscribe.packed import packed, unpacked
from adscribe.text.model import Link, TextModel

PROTOCOL = 1
NAMES, ARRAYS = "text.json", "text.skops"
MAX_BYTES = 64 * 2**20
"""Of a file, and of the arrays unpacked."""

SHIPPED = Path(__file__).with_name("shipped")
_HELD = dict.fromkeys(("rarity", "weights", "intercept"), "float16")


class Names(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands in ``text.json``.

    Attributes
    ----------
    protocol : int
        Of the format.
    attack : str
        Version of ATT&CK Enterprise.
    trained : dict of str to str, int or float
        How it came to be, for the record.
    arrays : str
        SHA-256 of ``text.skops``.
    link : str
    techniques, vocabulary : tuple of str
        See `TextModel`.
    """

    protocol: int
    attack: str
    trained: dict[str, str | int | float]
    arrays: str
    link: Link
    techniques: tuple[str, ...]
    vocabulary: tuple[str, ...]


def save_model(model: TextModel, folder: Path, trained: dict[str, str | int | float]) -> None:
    """Write a text model into a folder, over one that is there."""
    content = packed({name: getattr(model, name).astype(kind) for name, kind in _HELD.items()})
    names = Names(
        protocol=PROTOCOL,
        attack=model.attack,
        trained=trained,
        arrays=hashlib.sha256(content).hexdigest(),
        link=model.link,
        techniques=model.techniques,
        vocabulary=model.vocabulary,
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ARRAYS).write_bytes(content)
    (folder / NAMES).write_bytes(msgspec.json.encode(names) + b"\n")


@cache
def load_model(folder: Path = SHIPPED) -> TextModel:
    """Read a text model; the one that ships when no folder is named.

    Raises
    ------
    ModelError
        If it isn't there, was changed or holds anything else.
    """
    place = Place(str(folder / NAMES))
    try:
        names = msgspec.json.decode(_read(folder / NAMES), type=Names)
    except msgspec.DecodeError as wrong:
        raise ModelError(f"is no text model: {wrong}", place=place) from wrong
    if names.protocol != PROTOCOL:
        raise ModelError(
            f"is written in protocol {names.protocol}, this version of adscribe reads {PROTOCOL}",
            place=place,
            hint="take the version of adscribe that the model came with",
        )
    content = _read(folder / ARRAYS)
    if hashlib.sha256(content).hexdigest() != names.arrays:
        raise ModelError(
            f"was changed: its SHA-256 is not that of {NAMES}",
            place=Place(str(folder / ARRAYS)),
            hint="fetch the model again",
        )
    arrays = unpacked(content, _HELD, Place(str(folder / ARRAYS)), most=MAX_BYTES)
    held = {name: array.astype(np.float32) for name, array in arrays.items()}
    return TextModel(names.techniques, names.attack, names.link, names.vocabulary, **held)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as wrong:
        hint = "python -m pipelines.text trains it"
        raise ModelError("can't be read", place=Place(str(path)), hint=hint) from wrong
    if len(content) > MAX_BYTES:
        raise ModelError(f"is larger than {MAX_BYTES} bytes", place=Place(str(path)))
    return content

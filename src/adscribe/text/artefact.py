"""The text model as two files: its words as JSON, its arrays through skops, and no pickle.

``text.json`` holds protocol, version of ATT&CK, techniques, words and the SHA-256 of ``text.skops``.
Weights are stored as 16-bit numbers, which changes a score by less than 0.001.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from adscribe.errors import ModelError, Place
from adscribe.text.model import Link, TextModel

PROTOCOL = 1
NAMES, ARRAYS = "text.json", "text.skops"
MAX_BYTES = 64 * 2**20
"""Of a file, and of the arrays unpacked."""

SHIPPED = Path(__file__).with_name("shipped")
_HELD = ("rarity", "weights", "intercept")


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
    from skops.io import dumps  # type: ignore[import-untyped]  # noqa: PLC0415 - slow to import

    arrays = {name: getattr(model, name).astype(np.float16) for name in _HELD}
    packed = dumps(arrays, compression=zipfile.ZIP_DEFLATED)
    names = Names(
        protocol=PROTOCOL,
        attack=model.attack,
        trained=trained,
        arrays=hashlib.sha256(packed).hexdigest(),
        link=model.link,
        techniques=model.techniques,
        vocabulary=model.vocabulary,
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ARRAYS).write_bytes(packed)
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
    packed = _read(folder / ARRAYS)
    if hashlib.sha256(packed).hexdigest() != names.arrays:
        raise ModelError(
            f"was changed: its SHA-256 is not that of {NAMES}",
            place=Place(str(folder / ARRAYS)),
            hint="fetch the model again",
        )
    arrays = _arrays(packed, folder / ARRAYS)
    return TextModel(names.techniques, names.attack, names.link, names.vocabulary, **arrays)


def _arrays(packed: bytes, path: Path) -> dict[str, Any]:
    from skops.io import get_untrusted_types, loads  # noqa: PLC0415 - slow to import

    place = Place(str(path))
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_BYTES:
                raise ModelError(f"unpacks to more than {MAX_BYTES} bytes", place=place)
        if get_untrusted_types(data=packed):
            raise ModelError("holds more than arrays", place=place)
        arrays = loads(packed, trusted=[])
    except ModelError:
        raise
    except Exception as wrong:
        # A file that isn't skops' own can fail in as many ways as zip, JSON and NumPy know.
        raise ModelError("is no skops file", place=place) from wrong
    if type(arrays) is not dict or set(arrays) != set(_HELD):
        raise ModelError("doesn't hold the arrays of a text model", place=place)
    if any(type(array) is not np.ndarray or array.dtype != np.float16 for array in arrays.values()):
        raise ModelError("holds arrays of other numbers than a text model's", place=place)
    return {name: array.astype(np.float32) for name, array in arrays.items()}


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

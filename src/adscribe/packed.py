"""Arrays in a file through skops: nothing but arrays of the expected kinds, and never a pickle."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np

from adscribe.errors import ModelError, Place


def packed(arrays: Mapping[str, Any]) -> bytes:
    """Return arrays as the content of a file."""
    from skops.io import dumps  # type: ignore[import-untyped]  # noqa: PLC0415 - slow to import

    content: bytes = dumps(dict(arrays), compression=zipfile.ZIP_DEFLATED)
    return content


def unpacked(content: bytes, kinds: Mapping[str, str], place: Place, *, most: int) -> dict[str, Any]:
    """Return the arrays of a file.

    Parameters
    ----------
    content : bytes
        Of the file.
    kinds : mapping of str to str
        The arrays that it must hold, each with the name of its type, such as ``float32``.
    place : Place
        Where it lies, for errors.
    most : int
        Bytes that it may unpack to.

    Raises
    ------
    ModelError
        If it holds anything else, or too much.
    """
    from skops.io import get_untrusted_types, loads  # noqa: PLC0415 - slow to import
    from skops.io.exceptions import (  # type: ignore[import-untyped]  # noqa: PLC0415
        UntrustedTypesFoundException,
    )

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > most:
                raise ModelError(f"unpacks to more than {most} bytes", place=place)
        arrays = loads(content, trusted=[])
    except ModelError:
        raise
    except UntrustedTypesFoundException as wrong:
        unknown = get_untrusted_types(data=content)[0]
        raise ModelError(
            f"holds the type {unknown[:80]}, which a model has no need of", place=place
        ) from wrong
    except Exception as wrong:
        # A file that isn't skops' own can fail in as many ways as zip, JSON and NumPy know.
        raise ModelError("is no skops file", place=place) from wrong
    if type(arrays) is not dict or set(arrays) != set(kinds):
        raise ModelError("doesn't hold the arrays of a model", place=place)
    for name, kind in kinds.items():
        if type(arrays[name]) is not np.ndarray or arrays[name].dtype != np.dtype(kind):
            raise ModelError(f"{name} is no array of {kind}", place=place)
    return arrays

"""A corpus as a folder: what was read, what wasn't, and the card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from adscribe.attack import Catalogue
from adscribe.errors import Place
from adscribe.training.corpora.card import as_text, card
from adscribe.training.corpora.detection import ATTACK, Corpus, CorpusError, Detection
from adscribe.training.corpora.sources import load_sources

FILE = "detections.parquet"

_TEXTS = pa.list_(pa.string())
SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("source", "id", "name", "description", "kind")),
        ("network", pa.bool_()),
        ("techniques", _TEXTS),
        ("tactics", _TEXTS),
        *((name, pa.string()) for name in ("family", "licence", "author")),
        ("selected", pa.bool_()),
    ]
)
"""Columns: the attributes of `Detection`, and whether it remains when classes are capped."""


def write(corpus: Corpus, folder: Path) -> dict[str, Any]:
    """Write a corpus.

    Parameters
    ----------
    corpus : Corpus
    folder : Path
        Gets ``detections.parquet``, ``rejects.ndjson``, ``card.json`` and ``card.md``. Is made where it
        isn't there.

    Returns
    -------
    dict
        The card.

    Raises
    ------
    CorpusError
        If the folder can't be written to.
    """
    rows = [
        msgspec.to_builtins(one) | {"selected": (one.source, one.id) in corpus.selected}
        for one in corpus.detections
    ]
    made = card(corpus, load_sources()[corpus.name])
    text = as_text(made, Catalogue.load().matrix("enterprise", ATTACK))
    rejects = b"".join(msgspec.json.encode(one) + b"\n" for one in corpus.rejects)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f"{FILE}.partial"
        pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), partial, compression="zstd")
        partial.replace(folder / FILE)
        (folder / "rejects.ndjson").write_bytes(rejects)
        (folder / "card.json").write_bytes(msgspec.json.format(msgspec.json.encode(made), indent=1) + b"\n")
        (folder / "card.md").write_text(text, encoding="utf-8")
    except OSError as error:
        reason = error.strerror or "unknown error"
        raise CorpusError(f"can't be written to: {reason}", place=Place(file=str(folder))) from error
    return made


def load_detections(folder: Path, *, capped: bool = True) -> tuple[Detection, ...]:
    """Return the detections of a folder that `write` made.

    Parameters
    ----------
    folder : Path
    capped : bool
        Whether only those that remain when classes are capped.

    Raises
    ------
    CorpusError
        If the folder holds no such file.
    """
    path = folder / FILE
    try:
        rows = pq.read_table(path, schema=SCHEMA).to_pylist()
        return tuple(msgspec.convert(row, Detection) for row in rows if row.pop("selected") or not capped)
    except (OSError, pa.ArrowException, msgspec.ValidationError) as error:
        hint = f"`adscribe data import NAME PATH --out {folder}` makes it"
        raise CorpusError("is no file of detections", place=Place(file=str(path)), hint=hint) from error

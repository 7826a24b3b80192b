"""Corpora by name: which importer reads which."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from adscribe.attack.versions import quoted
from adscribe.training.corpora import attack_kb, bzar, ctid, et_open, exabeam, sentinel, sigma, splunk
from adscribe.training.corpora.caps import select
from adscribe.training.corpora.detection import Corpus, CorpusError
from adscribe.training.corpora.gathering import Gathering
from adscribe.training.corpora.sources import load_sources

IMPORTERS: Mapping[str, Callable[[Path, Gathering], None]] = MappingProxyType(
    {
        "attack-kb": attack_kb.gather,
        "bzar-dcerpc": bzar.gather,
        "ctid-mappings": ctid.gather,
        "et-open-mitre": et_open.gather,
        "exabeam-content": exabeam.gather,
        "sentinel-network": sentinel.gather,
        "sigma-network": sigma.gather,
        "splunk-network": splunk.gather,
    }
)
"""The corpora that a model can be trained on, as ``datasets/sources.yaml`` names them."""


def read(name: str, path: Path) -> Corpus:
    """Read a corpus.

    Parameters
    ----------
    name : str
        One of `IMPORTERS`.
    path : Path
        A file or a folder, in the publisher's form or as rows, see the importer.

    Raises
    ------
    CorpusError
        If there is no such corpus or path, or nothing there could be read as a detection.
    """
    gather = IMPORTERS.get(name)
    if gather is None:
        known = load_sources().get(name)
        wrong = (
            f"{name} is no corpus of detections: it serves to {' and '.join(known.uses)}" if known else None
        )
        raise CorpusError(
            wrong or f"no corpus is called {quoted(name)}", hint=f"there are {', '.join(IMPORTERS)}"
        )
    into = Gathering()
    gather(path, into)
    if not into.detections:
        why = into.rejects[0].reason if into.rejects else "no file of its forms is there"
        raise CorpusError(f"{path} holds no detection of {name}: {why}", hint="docs/corpora.md has the forms")
    return into.corpus(name, load_sources()[name].files, select(into.detections))

"""Expert mappings of detections to ATT&CK: importers, near-copies, caps and data cards."""

from adscribe.training.corpora.detection import (
    ATTACK,
    SHIPPABLE,
    Corpus,
    CorpusError,
    Detection,
    Reject,
    SourceFile,
    parents,
    unknown,
)
from adscribe.training.corpora.reading import IMPORTERS, read
from adscribe.training.corpora.sources import Origin, SourceEntry, load_sources

__all__ = [
    "ATTACK",
    "IMPORTERS",
    "SHIPPABLE",
    "Corpus",
    "CorpusError",
    "Detection",
    "Origin",
    "Reject",
    "SourceEntry",
    "SourceFile",
    "load_sources",
    "parents",
    "read",
    "unknown",
]

"""Expert mappings of detections to ATT&CK: importers, near-copies, caps and data cards."""

from adscribe.training.corpora.detection import (
    ATTACK,
    Corpus,
    CorpusError,
    Detection,
    Reject,
    SourceFile,
    parents,
    unknown,
)

__all__ = ["ATTACK", "Corpus", "CorpusError", "Detection", "Reject", "SourceFile", "parents", "unknown"]

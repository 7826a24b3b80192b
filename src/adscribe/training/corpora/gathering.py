"""What an importer hands over, detection by detection; labels, families and rejects are settled here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from adscribe.training.corpora import files
from adscribe.training.corpora.detection import Corpus, CorpusError, Detection, Reject, Source, SourceFile
from adscribe.training.corpora.families import family
from adscribe.training.corpora.labels import translator

MAX_NAME = 500
"""Characters of a name that are kept."""

MAX_DESCRIPTION = 4000
"""Characters of a description that are kept."""

MAX_ITEMS = 500_000
"""Detections and rejects of one import; the largest corpus has some 13,000."""

NO_LABEL = "lists no technique and no tactic"


class Gathering:
    """The detections of one import.

    Attributes
    ----------
    detections : list of Detection
    rejects : list of Reject
    """

    def __init__(self) -> None:
        self.detections: list[Detection] = []
        self.rejects: list[Reject] = []
        self._files: list[SourceFile] = []
        self._keys: set[tuple[str, str]] = set()

    def find(self, path: Path, forms: Sequence[str]) -> Iterable[files.File]:
        """Yield the files below a path whose names have one of the forms, and keep their hashes."""
        for name, one in files.find(path, forms):
            file = files.load(name, one)
            self._files.append(SourceFile(file=name, sha256=file.sha256, expected=None))
            yield file

    def add(
        self,
        *,
        source: Source,
        id: str,  # noqa: A002  the name of the field
        name: str,
        description: str = "",
        kind: str = "",
        network: bool = True,
        techniques: Iterable[str] = (),
        tactics: Iterable[str] = (),
        licence: str,
        author: str = "",
        group: str | None = None,
        file: str,
        line: int | None,
    ) -> None:
        """Take a detection over, or say why not.

        Labels may be of any version and spelling, see `adscribe.training.corpora.labels`. `group` is
        the family, where the importer knows better than `adscribe.training.corpora.families`.
        """
        if not id or not name:
            self.reject(file, line, "has no name" if id else "has no id", id=id)
            return
        if (source, id) in self._keys:
            self.reject(file, line, "has an id that an earlier one has", id=id)
            return
        labels = translator().translate(techniques, tactics)
        for problem in labels.problems:
            self.reject(file, line, problem, id=id, what="label")
        if not labels.techniques and not labels.tactics:
            self.reject(file, line, "has no label that is left" if labels.problems else NO_LABEL, id=id)
            return
        self._keys.add((source, id))
        self._check_room()
        self.detections.append(
            Detection(
                source=source,
                id=id,
                name=name[:MAX_NAME],
                description=description[:MAX_DESCRIPTION],
                kind=kind,
                network=network,
                techniques=labels.techniques,
                tactics=labels.tactics,
                family=family(name, description) if group is None else group,
                licence=licence,
                author=author,
            )
        )

    def reject(
        self,
        file: str,
        line: int | None,
        reason: str,
        *,
        id: str = "",  # noqa: A002  the name of the field
        what: Literal["detection", "label"] = "detection",
    ) -> None:
        """Say what could not be taken over, and why."""
        self._check_room()
        self.rejects.append(Reject(file=file, line=line, id=id, what=what, reason=reason))

    def json_lines(self, file: files.File) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield number and object of each line; a line that is none is rejected."""
        for line, text in file.lines():
            try:
                yield line, files.json_object(text)
            except files.UnreadableError as wrong:
                self.reject(file.name, line, wrong.reason)

    def yaml_document(self, file: files.File) -> dict[str, Any] | None:
        """Return the document of a file; ``None`` for one that is rejected."""
        try:
            return files.yaml_object(file.text)
        except files.UnreadableError as wrong:
            self.reject(file.name, wrong.line, wrong.reason)
            return None

    def corpus(self, name: str, expected: dict[str, str], selected: frozenset[tuple[str, str]]) -> Corpus:
        """Return all as a corpus."""
        return Corpus(
            name=name,
            detections=tuple(self.detections),
            selected=selected,
            rejects=tuple(sorted(self.rejects, key=lambda one: (one.file, one.line or 0))),
            licence=" AND ".join(sorted({one.licence for one in self.detections})),
            files=tuple(
                SourceFile(file=one.file, sha256=one.sha256, expected=expected.get(one.file))
                for one in self._files
            ),
        )

    def _check_room(self) -> None:
        if len(self.detections) + len(self.rejects) >= MAX_ITEMS:
            raise CorpusError(
                f"has more than {MAX_ITEMS:,} detections and rejects", hint="import a part of it at a time"
            )

"""Reads the files of a codebook; what is wrong in them is collected with its line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec
import yaml

from adscribe.attack import Matrix
from adscribe.codebook.rows import Ambiguity, Condition, Labels, Reason, Row
from adscribe.context.vocabulary import LOADER, Vocabulary, read_mapping
from adscribe.errors import AdscribeError, CodebookError, Place

_LIMIT = 4 * 1024 * 1024
_T = TypeVar("_T")


class AmbiguityLevel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far analysts agree, and the probability that an answer stands for."""

    probability: float
    meaning: str


class AssumedSubmethod(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The submethod that a report is read as when it doesn't tell, and why."""

    submethod: str
    why: str


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is true of a whole codebook: the content of ``codebook.yaml``."""

    edition: str
    attack: dict[str, str]
    no_category: dict[str, str]
    ambiguity: dict[str, AmbiguityLevel]
    unknown_submethod: dict[str, AssumedSubmethod] = {}


class _Labels(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    techniques: list[str]
    tactics: list[str]


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    ambiguity: str
    why: str
    submethods: tuple[str, ...] = ("*",)
    when: dict[str, str | list[str]] = {}
    techniques: list[str] = []
    tactics: list[str] = []
    no_category: str | None = None
    ics: _Labels | None = None
    retired: bool = False


class _Overlay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    technique: str
    tactic: str


def read_head(folder: Path) -> Head:
    """Read ``codebook.yaml``.

    Raises
    ------
    CodebookError
        If it isn't laid out as `Head` says.
    """
    path = folder / "codebook.yaml"
    try:
        return _convert(read_mapping(path), Head)
    except CodebookError as wrong:
        raise CodebookError(wrong.message, place=Place(str(path)), hint=wrong.hint) from wrong


class RuleReader:
    """Reads rules against a vocabulary and the catalogue.

    Parameters
    ----------
    head : Head
        Of the codebook.
    vocabulary : Vocabulary
        The words of its conditions.
    enterprise, ics : Matrix
        The versions that its labels are of.

    Attributes
    ----------
    problems : list of CodebookError
        What is wrong in the files read so far.
    """

    def __init__(self, head: Head, vocabulary: Vocabulary, enterprise: Matrix, ics: Matrix) -> None:
        self._head = head
        self._vocabulary = vocabulary
        self._enterprise = enterprise
        self._ics = ics
        self.problems: list[CodebookError] = []

    def rules(self, path: Path, method: str) -> tuple[Row, ...]:
        """Read a file of rules; rows that are wrong are left out and their problems kept."""
        rows = []
        for node, place in self._nodes(path):
            try:
                entry = _convert(_build(node), _Entry)
                rows.append(self._row(entry, method, place))
            except AdscribeError as problem:
                self._keep(problem, place)
        return tuple(rows)

    def overlay(self, path: Path) -> dict[str, Labels]:
        """Read which ICS label an enterprise technique brings along."""
        overlay = {}
        root = _compose(path)
        for key, value in root.value if isinstance(root, yaml.MappingNode) else ():
            place = Place(str(path), key.start_mark.line + 1)
            try:
                self._enterprise.check([key.value])
                ics = _convert(_build(value), _Overlay)
                overlay[key.value] = self._labels(self._ics, [ics.technique], [ics.tactic])
            except AdscribeError as problem:
                self._keep(problem, place)
        return overlay

    def _keep(self, problem: AdscribeError, place: Place) -> None:
        self.problems.append(CodebookError(problem.message, place=place, hint=problem.hint))

    def _nodes(self, path: Path, *, included: bool = False) -> Iterator[tuple[yaml.Node, Place]]:
        root = _compose(path)
        if not isinstance(root, yaml.SequenceNode):
            raise CodebookError("holds no list of rows", place=Place(str(path), 1))
        for node in root.value:
            place = Place(str(path), node.start_mark.line + 1)
            fields = [key.value for key, _ in node.value] if isinstance(node, yaml.MappingNode) else []
            if fields == ["include"] and not included:
                # The name alone, so that an include can't leave the folder.
                yield from self._nodes(path.parent / Path(str(node.value[0][1].value)).name, included=True)
            elif len(fields) != len(set(fields)):
                self.problems.append(CodebookError("a field stands twice in the row", place=place))
            else:
                yield node, place

    def _row(self, entry: _Entry, method: str, place: Place) -> Row:
        if bool(entry.techniques) == (entry.no_category is not None):
            raise CodebookError(f"{entry.id} needs either techniques or a reason for no category")
        if entry.no_category is not None and entry.tactics:
            raise CodebookError(f"{entry.id} has tactics but no techniques")
        if not (entry.submethods and entry.why.strip()):
            raise CodebookError(f"{entry.id} needs at least one submethod, and why")
        for said, known in (
            (entry.no_category, self._head.no_category),
            (entry.ambiguity, self._head.ambiguity),
        ):
            if said is not None and said not in known:
                raise CodebookError(
                    f"{entry.id}: no such word {said!r}", hint=f"there are {', '.join(known)}"
                )
        try:
            return Row(
                id=entry.id,
                method=method,
                submethods=entry.submethods,
                when=tuple(self._condition(key, said) for key, said in entry.when.items()),
                enterprise=(
                    self._labels(self._enterprise, entry.techniques, entry.tactics)
                    if entry.techniques
                    else None
                ),
                reason=cast("Reason | None", entry.no_category),
                ambiguity=cast("Ambiguity", entry.ambiguity),
                probability=self._head.ambiguity[entry.ambiguity].probability,
                why=entry.why.strip(),
                ics=self._labels(self._ics, entry.ics.techniques, entry.ics.tactics) if entry.ics else None,
                retired=entry.retired,
                place=place,
            )
        except AdscribeError as problem:
            raise CodebookError(f"{entry.id}: {problem.message}", hint=problem.hint) from problem

    def _condition(self, key: str, said: str | list[str]) -> Condition:
        words = (said,) if isinstance(said, str) else tuple(said)
        known = self._vocabulary.keys.get(key)
        if known is None:
            raise CodebookError(f"no key {key!r} in the vocabulary")
        values: frozenset[str] = frozenset()
        for word in words:
            meant = known.expand(word)
            if meant is None:
                there = ", ".join((*known.groups, *known.values))
                raise CodebookError(f"{key} has no value {word!r}", hint=f"it has {there}")
            values |= meant
        if not values:
            raise CodebookError(f"{key} lists no value")
        return Condition(key, words, values)

    def _labels(self, matrix: Matrix, techniques: list[str], tactics: list[str]) -> Labels:
        if not (techniques and tactics):
            raise CodebookError("techniques and tactics go together")
        matrix.check(techniques, tactics)
        shown = {}
        for one in techniques:
            technique = matrix.technique(one)
            if technique.parent in techniques:
                raise CodebookError(f"{one} stands beside its parent", hint="a sub-technique implies it")
            shown[one] = tuple(tactic for tactic in technique.tactics if tactic in tactics)
        return Labels(
            shown, tuple(tactic.shortname for tactic in matrix.tactics if tactic.shortname in tactics)
        )


def _compose(path: Path) -> yaml.Node:
    try:
        if path.stat().st_size > _LIMIT:
            raise CodebookError(f"is larger than {_LIMIT} bytes", place=Place(str(path)))
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=LOADER)
    except (OSError, UnicodeDecodeError) as wrong:
        raise CodebookError("can't be read", place=Place(str(path))) from wrong
    except yaml.MarkedYAMLError as wrong:
        line = wrong.problem_mark.line + 1 if wrong.problem_mark else None
        raise CodebookError("is no YAML", place=Place(str(path), line), hint=wrong.problem) from wrong
    if node is None:
        raise CodebookError("is empty", place=Place(str(path)))
    return node


def _build(node: yaml.Node) -> Any:
    try:
        return LOADER("").construct_object(node, deep=True)
    except yaml.YAMLError as wrong:
        raise CodebookError("is no plain data", hint=getattr(wrong, "problem", None)) from wrong


def _convert(value: Any, kind: type[_T]) -> _T:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as wrong:
        hint = 'write "yes" and "no" in quotes' if "got `bool`" in str(wrong) else None
        raise CodebookError(str(wrong), hint=hint) from wrong

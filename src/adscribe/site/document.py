"""A YAML document with the line of everything in it, read without trust.

The tree is built from the parser's events, so nothing is constructed: a scalar is its text.
Anchors, aliases, tags, a second document and deep nesting are errors; a site file needs none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml
from yaml.reader import Reader

from adscribe.errors import Place, SiteError

MAX_BYTES = 1_048_576
"""Most bytes of a site file."""

MAX_DEPTH = 12
"""Deepest nesting; a site file needs five levels."""

MAX_KEY = 200
"""Longest key, in characters."""

MAX_PROBLEMS = 100
"""A file with as many problems is not read further."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = ("", "~", "null", "Null", "NULL")


@dataclass(slots=True)
class Node:
    """A value of the document.

    Attributes
    ----------
    line, key_line : int
        Where the value and its key begin, from 1; a value without a key has one line for both.
    pointer : str
        JSON pointer (RFC 6901).
    text : str or None
        Of a scalar, as written; ``None`` for null.
    items : list of Node or None
        Of a list.
    entries : dict of str to Node or None
        Of a mapping, in file order.
    """

    line: int
    key_line: int
    pointer: str = ""
    text: str | None = None
    items: list[Node] | None = None
    entries: dict[str, Node] | None = None

    @property
    def is_null(self) -> bool:
        """Whether nothing is given."""
        return self.text is None and self.items is None and self.entries is None


class Problems:
    """What is wrong with a file, collected so that the user sees all of it at once."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: list[SiteError] = []

    def add(self, node: Node, message: str, hint: str | None = None, *, at_key: bool = False) -> None:
        """Note what is wrong with a value, or with its key."""
        place = Place(self.file, node.key_line if at_key else node.line, node.pointer or None)
        self._found.append(SiteError(message, place=place, hint=hint))
        if len(self._found) >= MAX_PROBLEMS:
            self.raise_any()

    def raise_any(self) -> None:
        """Raise one error for all that was noted, in the order of lines; do nothing if there is none."""
        if not self._found:
            return
        found = tuple(sorted(self._found, key=lambda problem: problem.place.line or 0))
        first, more = found[0], len(found) - 1
        message = first.message
        if more:
            message += f"; and {more} more problem{'s' if more > 1 else ''} in the file"
        raise SiteError(message, place=first.place, hint=first.hint, problems=found)


def read_document(text: str, problems: Problems) -> Node:
    """Return the tree of a YAML text; a key that is there twice is noted among the problems.

    Raises
    ------
    SiteError
        The text is no YAML, or uses what a site file must not.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise _failure(problems, f"larger than {MAX_BYTES:,} bytes", 1)
    if unprintable := Reader.NON_PRINTABLE.search(text):
        raise _failure(problems, "a control character", text.count("\n", 0, unprintable.start()) + 1)
    tree = _Tree(problems)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            tree.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        hint = "texts with one of [ ] { } * : need quotes"
        line = mark.line + 1 if mark else 1
        raise _failure(problems, f"no YAML: {error.problem or error.context}", line, hint) from None
    return tree.root or Node(1, 1)


def _failure(problems: Problems, message: str, line: int, hint: str | None = None) -> SiteError:
    return SiteError(message, place=Place(problems.file, line), hint=hint)


class _Tree:
    """The tree as far as the parser's events have come; needs no recursion."""

    def __init__(self, problems: Problems) -> None:
        self.root: Node | None = None
        self._problems = problems
        self._open: list[Node] = []
        # Of each open node the key that waits for its value; a list never has one.
        self._keys: list[tuple[str, int] | None] = []

    def take(self, event: Any) -> None:
        """Take the next event."""
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            raise _failure(self._problems, "a second document", line, "one file describes one site")
        if isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
            self._keys.pop()
        elif isinstance(event, yaml.NodeEvent):
            self._take_node(event, line)

    def _take_node(self, event: Any, line: int) -> None:
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            hint = "write the value out where it is needed"
            raise _failure(self._problems, "an anchor or alias", line, hint)
        if event.tag is not None:
            hint = "a site file has plain texts, lists and mappings only"
            raise _failure(self._problems, "a tag", line, hint)
        if len(self._open) >= MAX_DEPTH:
            raise _failure(self._problems, "nested too deeply", line)
        if self._open and self._open[-1].entries is not None and self._keys[-1] is None:
            if not isinstance(event, yaml.ScalarEvent):
                raise _failure(self._problems, "a key that is no text", line)
            if len(event.value) > MAX_KEY:
                raise _failure(self._problems, f"a key longer than {MAX_KEY} characters", line)
            self._keys[-1] = (event.value, line)
        else:
            self._add(event, Node(line, line))

    def _add(self, event: Any, node: Node) -> None:
        if isinstance(event, yaml.ScalarEvent):
            is_null = event.implicit[0] and event.value in _NULLS
            node.text = None if is_null else event.value
        elif isinstance(event, yaml.SequenceStartEvent):
            node.items = []
        else:
            node.entries = {}
        if self._open:
            self._attach(node, self._open[-1])
        else:
            self.root = node
        if node.items is not None or node.entries is not None:
            self._open.append(node)
            self._keys.append(None)

    def _attach(self, node: Node, parent: Node) -> None:
        if parent.items is not None:
            node.pointer = f"{parent.pointer}/{len(parent.items)}"
            parent.items.append(node)
        elif parent.entries is not None and (waiting := self._keys[-1]) is not None:
            key, node.key_line = waiting
            self._keys[-1] = None
            node.pointer = f"{parent.pointer}/{key.replace('~', '~0').replace('/', '~1')}"
            first = parent.entries.setdefault(key, node)
            if first is not node:
                message = f"the key {key!r} a second time, first in line {first.key_line}"
                self._problems.add(node, message, at_key=True)

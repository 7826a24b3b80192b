"""A YAML document with the line of everything in it, read without trust.

The tree is built from the parser's events, so nothing is constructed: a scalar is its text.
Anchors, aliases, tags, a second document and deep nesting are errors; a site file needs none.
"""

from __future__ import annotations

from collections.abc import Iterator
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

    def fail(message: str, line: int, hint: str | None = None) -> SiteError:
        return SiteError(message, place=Place(problems.file, line), hint=hint)

    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise fail(f"larger than {MAX_BYTES:,} bytes", 1)
    if unprintable := Reader.NON_PRINTABLE.search(text):
        raise fail("a control character", text.count("\n", 0, unprintable.start()) + 1)

    root: Node | None = None
    open_nodes: list[Node] = []
    keys: list[tuple[str, int] | None] = []  # of each open mapping, the key that waits for its value
    for event in _events(text, fail):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent) and root is not None:
            raise fail("a second document", line, "one file describes one site")
        if isinstance(event, yaml.CollectionEndEvent):
            open_nodes.pop()
            keys.pop()
            continue
        if not isinstance(event, yaml.NodeEvent):
            continue
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise fail("an anchor or alias", line, "write the value out where it is needed")
        if getattr(event, "tag", None) not in {None, "!"}:
            raise fail("a tag", line, "a site file has plain texts, lists and mappings only")

        parent = open_nodes[-1] if open_nodes else None
        if parent is not None and parent.entries is not None and keys[-1] is None:
            if not isinstance(event, yaml.ScalarEvent):
                raise fail("a key that is no text", line)
            if len(event.value) > MAX_KEY:
                raise fail(f"a key longer than {MAX_KEY} characters", line)
            keys[-1] = (event.value, line)
            continue
        node = Node(line, line)
        if isinstance(event, yaml.ScalarEvent):
            is_null = event.implicit[0] and event.style is None and event.value in _NULLS
            node.text = None if is_null else event.value
        elif isinstance(event, yaml.SequenceStartEvent):
            node.items = []
        else:
            node.entries = {}
        if parent is None:
            root = node
        elif parent.items is not None:
            node.pointer = f"{parent.pointer}/{len(parent.items)}"
            parent.items.append(node)
        elif parent.entries is not None and (waiting := keys[-1]) is not None:
            key, node.key_line = waiting
            keys[-1] = None
            node.pointer = f"{parent.pointer}/{key.replace('~', '~0').replace('/', '~1')}"
            if key in parent.entries:
                first = parent.entries[key].key_line
                problems.add(node, f"the key {key!r} a second time, first in line {first}", at_key=True)
            else:
                parent.entries[key] = node
        if not isinstance(event, yaml.ScalarEvent):
            open_nodes.append(node)
            keys.append(None)
            if len(open_nodes) > MAX_DEPTH:
                raise fail("nested too deeply", line)
    return root or Node(1, 1)


def _events(text: str, fail: Any) -> Iterator[Any]:
    try:
        yield from yaml.parse(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        hint = "texts with one of [ ] { } * : need quotes"
        raise fail(f"no YAML: {error.problem or error.context}", mark.line + 1 if mark else 1, hint) from None

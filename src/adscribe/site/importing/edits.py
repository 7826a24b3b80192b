"""Changes to the text of a YAML mapping that leave the rest of it as it is, comments included.

Places come from PyYAML's marks. A section can be written in lines (block style) or in brackets
(flow style); what is added follows the style that is there. The result is to be read again by
whoever asked for it: YAML has forms that nobody has thought of.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INDENT = 2


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list: its text as YAML, and a comment."""

    value: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a section, on a line or with a list below it.

    Attributes
    ----------
    key : str or None
        Of an entry of a mapping; ``None`` for one of a list.
    value : str or tuple of Item
        Text as YAML in flow style, or the items of a list.
    """

    key: str | None
    value: str | tuple[Item, ...]
    comment: str = ""

    @property
    def flow(self) -> str:
        """The entry within brackets."""
        return self.flow_value if self.key is None else f"{quoted(self.key)}: {self.flow_value}"

    @property
    def flow_value(self) -> str:
        """Its value in flow style."""
        return self.value if isinstance(self.value, str) else _list(self.value)

    def lines(self, indent: int) -> list[str]:
        """Return the entry in lines."""
        space = " " * indent
        head = "- " if self.key is None else f"{quoted(self.key)}:"
        if isinstance(self.value, str):
            gap = "" if self.key is None else " "
            return [_noted(f"{space}{head}{gap}{self.value}", self.comment)]
        if not any(item.comment for item in self.value):
            return [_noted(f"{space}{head} {_list(self.value)}", self.comment)]
        items = (_noted(f"{space}  - {item.value}", item.comment) for item in self.value)
        return [_noted(f"{space}{head}", self.comment), *items]


class Edits:
    """Changes to one text, collected and then made.

    Parameters
    ----------
    text : str
        A YAML mapping of sections, without anchors, aliases and tags; may be empty.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._root: Any = yaml.compose(text, Loader=_LOADER)
        self._changes: list[tuple[int, int, str]] = []

    def add(self, section: str, entries: Sequence[Entry]) -> None:
        """Add entries at the end of a section, which is made where it isn't there."""
        if not entries:
            return
        found = self._value(self._root, section)
        if found is None:
            self._add_section(section, entries)
        elif _is_block(found):
            self._insert_lines(_end(self._text, found), entries, found.start_mark.column)
        elif found.value and not isinstance(found, yaml.ScalarNode):
            self._insert(_end(self._text, _last(found)), "".join(f", {entry.flow}" for entry in entries))
        elif self._root.flow_style:
            self._replace(found, _bracketed(entries))
        else:
            self._replace(found, "")
            self._insert_lines(_end(self._text, found), entries, _INDENT)

    def append(self, section: str, key: str, items: Sequence[Item]) -> None:
        """Add items to a list that stands under a key of a section."""
        found = self._value(self._value(self._root, section), key)
        if _is_block(found):
            entries = [Entry(None, item.value, item.comment) for item in items]
            self._insert_lines(_end(self._text, found), entries, found.start_mark.column)
        elif found.value and not isinstance(found, yaml.ScalarNode):
            self._insert(_end(self._text, _last(found)), "".join(f", {item.value}" for item in items))
        else:
            self._replace(found, f"{'' if found.value else ' '}{_list(items)}")

    def put(self, section: str, key: str | int, value: str) -> None:
        """Put another value, in flow style, under a key of a section or in a place of a list."""
        part = self._value(self._root, section)
        found = part.value[key] if isinstance(key, int) else self._value(part, key)
        empty = found.start_mark.index == found.end_mark.index
        self._replace(found, f" {value}" if empty else value)

    def text(self) -> str:
        """Return the text with all changes."""
        text = self._text
        # From the end on, so that the places of the others stay where they are.
        for _, (start, end, new) in sorted(
            enumerate(self._changes), key=lambda c: (c[1][0], c[0]), reverse=True
        ):
            text = text[:start] + new + text[end:]
        return text

    def _value(self, mapping: Any, key: str) -> Any:
        for name, value in mapping.value if isinstance(mapping, yaml.MappingNode) else ():
            if name.value == key:
                return value
        return None

    def _add_section(self, section: str, entries: Sequence[Entry]) -> None:
        if self._root is not None and self._root.flow_style:
            whole = f"{section}: {_bracketed(entries)}"
            end = _end(self._text, _last(self._root)) if self._root.value else self._root.start_mark.index + 1
            self._insert(end, f", {whole}" if self._root.value else whole)
            return
        lines = [f"{section}:", *(line for entry in entries for line in entry.lines(_INDENT))]
        end = len(self._text)
        gap = "" if not self._text or self._text.endswith("\n") else "\n"
        self._insert(end, gap + "".join(f"{line}\n" for line in lines))

    def _insert_lines(self, after: int, entries: Iterable[Entry], indent: int) -> None:
        place = self._text.find("\n", after) + 1
        gap = ""
        if place == 0:
            place, gap = len(self._text), "\n"
        lines = (line for entry in entries for line in entry.lines(indent))
        self._insert(place, gap + "".join(f"{line}\n" for line in lines))

    def _insert(self, place: int, new: str) -> None:
        self._changes.append((place, place, new))

    def _replace(self, node: Any, new: str) -> None:
        self._changes.append((node.start_mark.index, _end(self._text, node), new))


def quoted(text: str) -> str:
    """Return a text as YAML reads it back as the same text."""
    if text.isascii() and text.replace("_", "").isalnum() and text[0].isalpha():
        # A word; those that YAML takes for something else aside.
        return text if yaml.safe_load(text) == text else f'"{text}"'
    return msgspec.json.encode(text).decode()


def _noted(line: str, comment: str) -> str:
    return f"{line}  # {comment}" if comment else line


def _list(items: Iterable[Item]) -> str:
    return f"[{', '.join(item.value for item in items)}]"


def _bracketed(entries: Sequence[Entry]) -> str:
    flows = ", ".join(entry.flow for entry in entries)
    return f"[{flows}]" if entries[0].key is None else f"{{{flows}}}"


def _is_block(node: Any) -> bool:
    return isinstance(node, yaml.CollectionNode) and not node.flow_style and bool(node.value)


def _last(node: Any) -> Any:
    """Return the value of the last entry of a collection."""
    last = node.value[-1]
    return last[1] if isinstance(node, yaml.MappingNode) else last


def _end(text: str, node: Any) -> int:
    """Return where the content of a node ends, without the comments and blanks that follow."""
    while _is_block(node):
        node = _last(node)
    start: int = node.start_mark.index
    end: int = node.end_mark.index
    return start + len(text[start:end].rstrip())

"""What the sections of a site file have in common: typed access that notes what is wrong."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from adscribe.site.addresses import AddressSet
from adscribe.site.document import Node, Problems
from adscribe.site.patterns import PatternError, parse_pattern

MAX_TOTAL_RANGES = 262_144
"""Most ranges that all patterns and relational filters of a file may work with."""


class Reading:
    """One reading of a site file: the problems so far, and the ranges used up.

    Every method returns something usable when the value is wrong, and notes the problem; the
    reader raises them all at the end.
    """

    def __init__(self, file: str) -> None:
        self.problems = Problems(file)
        self._ranges_left = MAX_TOTAL_RANGES

    def text(self, node: Node, what: str) -> str | None:
        """Return the text of a scalar."""
        if node.text is None or not node.text.strip():
            self.problems.add(node, f"{what} must be a text")
            return None
        return node.text

    def items(self, node: Node, what: str) -> list[Node]:
        """Return the items of a list; an empty section has none."""
        if node.items is None and not node.is_null:
            self.problems.add(node, f"{what} must be a list", "write [a, b], or one item a line after a dash")
        return node.items or []

    def entries(self, node: Node, what: str, known: Collection[str] | None = None) -> dict[str, Node]:
        """Return the entries of a mapping, less those with an unknown key; an empty section has none."""
        if node.entries is None:
            if not node.is_null:
                self.problems.add(node, f"{what} must be a mapping of keys to values")
            return {}
        if known is None:
            return node.entries
        return {
            key: value
            for key, value in node.entries.items()
            if self.known(value, key, known, f"key in {what}", at_key=True)
        }

    def known(
        self, node: Node, word: str, known: Collection[str], what: str, *, at_key: bool = False
    ) -> bool:
        """Tell whether a word is one of those known, and note it when it isn't."""
        if word in known:
            return True
        close = get_close_matches(word[:80], sorted(known), n=1)
        if close:
            hint: str | None = f"did you mean {close[0]!r}?"
        elif len(known) > 30:
            hint = "see the documentation of the site file"
        else:
            hint = f"known are {', '.join(sorted(known))}" if known else None
        self.problems.add(node, f"unknown {what}: {word[:80]!r}", hint, at_key=at_key)
        return False

    def patterns(self, node: Node, what: str) -> AddressSet:
        """Return the addresses of a list of patterns."""
        found = [self.pattern(item, what) for item in self.items(node, what)]
        return AddressSet.union(found)

    def pattern(self, node: Node, what: str) -> AddressSet:
        """Return the addresses of one pattern."""
        text = self.text(node, what)
        if text is None:
            return AddressSet()
        try:
            return self.spend(node, parse_pattern(text))
        except PatternError as error:
            self.problems.add(node, f"{what} that is no address pattern: {error}")
            return AddressSet()

    def spend(self, node: Node, addresses: AddressSet) -> AddressSet:
        """Count the ranges of a set that was made or is worked with; too many of them end the reading."""
        self._ranges_left -= addresses.range_count
        if self._ranges_left < 0:
            self.problems.add(
                node,
                f"the filters work with more than {MAX_TOTAL_RANGES:,} ranges",
                "use CIDR blocks instead of *",
            )
            self.problems.raise_any()
        return addresses

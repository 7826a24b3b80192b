"""The human-readable form: phrases with gaps, found by their fixed pieces.

A phrase is compiled to fixed pieces with names between them. The pieces are searched one after the other,
from the left up to the first gap that may hold anything, and from the right back to it, so that a
description with commas or a piece of the phrase in it doesn't shift the numbers. Each search goes over the
text once at most, so the time is linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from adscribe.sensors.flowmon.names import table
from adscribe.sensors.flowmon.reading import FREE_TEXTS, Reading

_GAP = re.compile(r"\{([^{}]+)\}")
_CHOICE = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase with gaps.

    Attributes
    ----------
    text : str
        As the table has it, one choice made.
    pieces : tuple of str
        Fixed pieces: before the first gap, between the gaps, after the last.
    names : tuple of str
        Name of the text in each gap.
    submethod : str or None
        That the phrase tells, whatever the gaps hold.
    """

    text: str
    pieces: tuple[str, ...]
    names: tuple[str, ...]
    submethod: str | None = None

    def match(self, text: str) -> list[str] | None:
        """Return the texts in the gaps; ``None`` when the phrase doesn't fit."""
        first, last = self.pieces[0], self.pieces[-1]
        if not text.startswith(first) or not text.endswith(last):
            return None
        if not self.names:
            return [] if text == first else None
        begin, end = len(first), len(text) - len(last)
        pivot = next((i for i, name in enumerate(self.names) if name in FREE_TEXTS), len(self.names) - 1)
        left: list[str] = []
        for piece in self.pieces[1 : pivot + 1]:
            at = text.find(piece, begin, end)
            if at < 0:
                return None
            left.append(text[begin:at])
            begin = at + len(piece)
        right: list[str] = []
        for piece in reversed(self.pieces[pivot + 1 : -1]):
            at = text.rfind(piece, begin, end)
            if at < 0:
                return None
            right.append(text[at + len(piece) : end])
            end = at
        return [*left, text[begin:end], *reversed(right)] if begin <= end else None


@cache
def phrases() -> dict[str, tuple[Phrase, ...]]:
    """Return the phrases of each method, in the order in which they are tried."""
    return {method: tuple(_compile(entries)) for method, entries in table("phrases")["phrases"].items()}


def read_phrase(reading: Reading, text: str) -> bool:
    """Read a text into `reading`; return whether a phrase of the method fits."""
    text = _plain(text)
    for phrase in phrases().get(reading.method.code, ()):
        gaps = phrase.match(text)
        if gaps is not None:
            for name, gap in zip(phrase.names, gaps, strict=True):
                reading.put(name, gap, name)
            reading.submethod = reading.submethod or phrase.submethod
            return True
    return False


def _compile(entries: list[str | dict[str, str | list[str]]]) -> Iterator[Phrase]:
    for entry in entries:
        told = entry.items() if isinstance(entry, dict) else [(None, entry)]
        for submethod, texts in told:
            for text in [texts] if isinstance(texts, str) else texts:
                for choice in _choices(text):
                    parts = _GAP.split(_plain(choice))
                    yield Phrase(choice, tuple(parts[::2]), tuple(parts[1::2]), submethod)


def _choices(text: str) -> Iterator[str]:
    found = _CHOICE.search(text)
    if found is None:
        yield text
        return
    for choice in found[1].split("|"):
        yield from _choices(text[: found.start()] + choice + text[found.end() :])


def _plain(text: str) -> str:
    """One space for a run of them, no entity, no full stop at the end."""
    return " ".join(text.replace("&#37;", "%").split()).removesuffix(".")

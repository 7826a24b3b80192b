"""Words that an event is found by: those of its codes, names, labels and description.

Each is kept as a number, so that what is looked up is small and the same in every database. A word is a run
of letters and digits with at least one letter; what hyphens and underscores join is a word as well, beside
its parts. Case and accents don't count. Addresses and plain numbers are no words: filters find those.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator

from adscribe.event import Event

MOST_WORDS = 48
"""Words that an event is found by; those of its codes and names come first."""

WORD_CHARACTERS = 40
"""Of longer words the rest doesn't count."""

_NAMED_TARGETS = 16
_TEXT_CHARACTERS = 4_096
_JOINED = re.compile(r"[^\W_]+(?:[-_][^\W_]+)*")
_SINGLE = re.compile(r"[^\W_]+")
_LETTER = re.compile(r"[^\W\d_]")


def words(text: str) -> Iterator[str]:
    """Yield the words of a text, joined ones before their parts.

    Examples
    --------
    >>> list(words("Beacon of PC-12 to 203.0.113.9"))
    ['beacon', 'of', 'pc-12', 'pc', 'to']
    """
    for joined in _JOINED.findall(_folded(text)):
        if not _LETTER.search(joined):
            continue
        yield joined[:WORD_CHARACTERS]
        if not joined.isalnum():
            yield from (part[:WORD_CHARACTERS] for part in _SINGLE.findall(joined) if _LETTER.search(part))


def asked(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words that a text asks for, and what of it is no word.

    Examples
    --------
    >>> asked("pc-12 4444")
    (('pc-12',), ('4444',))
    """
    found = [(joined[:WORD_CHARACTERS], _LETTER.search(joined)) for joined in _JOINED.findall(_folded(text))]
    return (
        tuple(dict.fromkeys(word for word, letter in found if letter)),
        tuple(word for word, letter in found if not letter),
    )


def number(word: str) -> int:
    """Return the number that a word is kept as."""
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=6).digest(), "big")


def numbers(event: Event) -> frozenset[int]:
    """Return what an event is found by."""
    found: dict[str, None] = {}
    for text in _texts(event):
        for word in words(text[:_TEXT_CHARACTERS]):
            found[word] = None
            if len(found) == MOST_WORDS:
                return frozenset(map(number, found))
    return frozenset(map(number, found))


def _texts(event: Event) -> Iterable[str]:
    yield event.method
    source = event.source
    names = (event.submethod, source.hostname, source.user, event.instance, event.data_feed, *event.labels)
    yield from (name for name in names if name)
    yield from (target.hostname for target in event.targets[:_NAMED_TARGETS] if target.hostname)
    yield from (value for value in event.characteristics.values() if isinstance(value, str))
    if event.description:
        yield event.description


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(one for one in decomposed if not unicodedata.combining(one)).casefold()

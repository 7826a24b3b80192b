"""A text in words: CamelCase taken apart, phrases of one meaning made one word, endings cut."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from adscribe.context.vocabulary import LOADER

MAX_TEXT = 4000
"""Characters of a text that are read."""

MIN_STEM = 4
"""Letters that are left when an ending is cut."""

# Of QakBot and HTTPFlood, not of DDoS, IoT and URLs.
_JOINT = re.compile(r"(?<=[a-z0-9])(?=[A-Z][A-Za-z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")
# A word of two letters at least, or a number of two to five digits: a port, a code, a year.
_WORD = re.compile(r"c&c|[a-z][a-z0-9]+|(?<![0-9])[0-9]{2,5}(?![0-9])")
_LETTER = re.compile(r"[a-z]")


@dataclass(frozen=True, slots=True)
class Wording:
    """How texts are read (``wording.yaml``).

    Attributes
    ----------
    phrases : mapping of tuple of str to tuple of str
        Words that follow each other to the words that they stand for.
    longest : int
        Words of the longest phrase.
    empty : frozenset of str
        Words that say nothing, without their endings.
    endings : tuple of str
        That are cut.
    """

    phrases: Mapping[tuple[str, ...], tuple[str, ...]]
    longest: int
    empty: frozenset[str]
    endings: tuple[str, ...]

    def stem(self, word: str) -> str:
        """Return a word without its ending."""
        for ending in self.endings:
            if len(word) - len(ending) >= MIN_STEM and word.endswith(ending):
                return word[: -len(ending)]
        return word


@cache
def load_wording() -> Wording:
    """Load the wording that ships."""
    text = files(__package__).joinpath("wording.yaml").read_text(encoding="utf-8")
    content = yaml.load(text, Loader=LOADER)  # noqa: S506 - a safe loader
    phrases = {
        tuple(phrase.split()): tuple(word.split())
        for word, known in content["phrases"].items()
        for phrase in known
    }
    bare = Wording(phrases, max(map(len, phrases)), frozenset(), tuple(content["endings"]))
    empty = frozenset(bare.stem(word) for word in content["empty"].split())
    return Wording(phrases, bare.longest, empty, bare.endings)


def words(text: str) -> list[str]:
    """Return the words of a text that say something, in order.

    Examples
    --------
    >>> words("Possible BruteForce attempts: SSH log-ins from 3 hosts (CVE-2021-44228)")
    ['bruteforce', 'ssh', 'login', 'host', 'cve', 'vulnerability', 'exploit', '2021', '44228']
    """
    wording = load_wording()
    found = _WORD.findall(_JOINT.sub(" ", text[:MAX_TEXT]).lower())
    stems = (wording.stem(word) if _LETTER.match(word) else word for word in _spoken(found, wording))
    return [word for word in stems if word not in wording.empty]


def _spoken(found: list[str], wording: Wording) -> Iterator[str]:
    """Yield the words with phrases replaced, the longest that begins at a word first."""
    at = 0
    while at < len(found):
        for length in range(min(wording.longest, len(found) - at), 0, -1):
            known = wording.phrases.get(tuple(found[at : at + length]))
            if known is not None:
                yield from known
                at += length
                break
        else:
            yield found[at]
            at += 1

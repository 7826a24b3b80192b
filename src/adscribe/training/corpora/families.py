"""Which detections are near-copies of each other.

The family of a detection is the set of words that remain of its name, sorted, when what tells copies
apart is taken away:

1. what stands in brackets; addresses, host names (also those written apart, ``evil .com``), paths,
   CVE numbers, dates and every other word with a digit;
2. words that say how sure or how often: *possible*, *first*, *abnormal*, …, and words of grammar;
3. words for who or what is watched, where a corpus varies them: *user*, *asset*, *peer group*, …;
4. in the rules of Emerging Threats, the mark and class before the message, and names of campaigns,
   brands and products: every word that fewer messages of the corpus have than `rare` says.

Where less than two words remain, those of the description are added, and where none remain the name
stands as it is. Families don't depend on the source, so copies in two sources are one family.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from adscribe.training.corpora.detection import Detection

_LONGEST = 500
"""Characters of a text that are looked at."""

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_HOST = re.compile(r"[\w*-]*(?:\s?\.[\w-]+)+")
_PATH = re.compile(r"\S*[/\\]\S*[/\\]\S*")
_WORD = re.compile(r"[^\W_]+")

_MARK = re.compile(r"(?:ETPRO|ET|GPL)\s+[A-Z0-9_]+\s+")

_MONTHS = "jan feb mar apr may jun jul aug sep sept oct nov dec"
_GRAMMAR = (
    "a an and are as at be been belonging by for from has have in into is it its no not of on or over that"
    " the there this to used using via was were which who with"
)
_HEDGES = (
    "abnormal activity activities attempt attempted attempts anomalous common detect detected detection"
    " detects event events first generic known likely multiple never new observed possible"
    " possibly potential potentially rare set several successful suspected suspicious time times unknown"
    " unusual various"
)
_WATCHED = "account accounts asset assets group host hosts organization peer server user users zone"

_DROPPED = frozenset(f"{_MONTHS} {_GRAMMAR} {_HEDGES} {_WATCHED} cve".split())


def family(name: str, description: str = "") -> str:
    """Return the family of a detection by its name, and its description where the name says too little.

    Examples
    --------
    >>> family("First outbound connection to this country for the asset")
    'connection country outbound'
    >>> family("CVE-2010-5278 Exploitation Attempt", "MODx manager - Local File Inclusion")
    'exploitation file inclusion local manager modx'
    """
    words = _words(name)
    if len(words) < 2:
        words |= _words(description)
    return " ".join(sorted(words)) or _plain(name)


def rare(messages: int) -> int:
    """Return the number of messages below which a word is a name, for a corpus of so many messages."""
    return max(2, messages // 500)


def message_families(messages: Sequence[str]) -> list[str]:
    """Return the families of the messages of IDS rules, in order.

    Examples
    --------
    >>> message_families(["ET PHISHING Successful Bankia Phish 2020-01-02", "ET PHISHING Bravo Phish M1",
    ...     "ET INFO Query to a *.example .org Domain", "ET INFO HTTP Request to a *.home .example Domain"])
    ['phish', 'phish', 'domain', 'domain']
    """
    told = [_words(_MARK.sub("", message, count=1)) for message in messages]
    counts = Counter(word for words in told for word in words)
    least = rare(len(messages))
    kept = (frozenset(word for word in words if counts[word] >= least) for words in told)
    return [
        " ".join(sorted(some or all_)) or _plain(message)
        for some, all_, message in zip(kept, told, messages, strict=True)
    ]


def with_message_families(detections: Iterable[Detection]) -> list[Detection]:
    """Return detections with the families of their names as messages of IDS rules."""
    listed = list(detections)
    families = message_families([one.name for one in listed])
    return [msgspec.structs.replace(one, family=own) for one, own in zip(listed, families, strict=True)]


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text[:_LONGEST]).lower().split())


def _words(text: str) -> set[str]:
    plain = _plain(text)
    for pattern in (_BRACKETS, _PATH, _HOST):
        plain = pattern.sub(" ", plain)
    return {
        word
        for word in _WORD.findall(plain)
        if word not in _DROPPED and len(word) > 1 and not any(letter.isdigit() for letter in word)
    }

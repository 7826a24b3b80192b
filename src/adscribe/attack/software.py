"""Named threats: the malware and tools of ATT&CK by their names, and what of them a network sensor can see.

``software.json`` is made by `adscribe.training.text.threats`, which says by which rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import msgspec

from adscribe.errors import ModelError, Place

MAX_TEXT = 4000
"""Characters of a text that are read."""

TABLE = Path(__file__).with_name("software.json")

THREAT_WORDS = frozenset(
    (
        *("apt", "backdoor", "beacon", "bot", "botnet", "c2", "cnc", "downloader", "dropper", "implant"),
        *("infostealer", "loader", "malware", "ransomware", "rat", "rootkit", "spyware", "stealer", "trojan"),
        *("wiper", "worm"),
    )
)
"""Words beside which a name that is a common word as well means the threat."""

_RUN = re.compile(r"[A-Za-z0-9]+")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


class Software(msgspec.Struct, frozen=True, kw_only=True):
    """A malware or tool of ATT&CK.

    Attributes
    ----------
    id, name : str
        Such as ``S0650`` and ``QakBot``.
    names : tuple of str
        Its name and aliases that mean nothing else.
    ambiguous : tuple of str
        Those that are common or very short words: they count alone in a line or beside a word of
        `THREAT_WORDS`.
    kind : str or None
        Of the threat, as the codebook's key ``family`` has it.
    techniques : tuple of str
        What ATT&CK says it uses and a network sensor can see, as specific as listed.
    """

    id: str
    name: str
    names: tuple[str, ...]
    ambiguous: tuple[str, ...] = ()
    kind: str | None = None
    techniques: tuple[str, ...] = ()

    @property
    def parents(self) -> tuple[str, ...]:
        """The techniques without their sub-techniques."""
        return tuple(dict.fromkeys(one.partition(".")[0] for one in self.techniques))


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands in ``software.json``.

    Attributes
    ----------
    notice : str
        Whose the names are.
    attack : str
        Version of ATT&CK Enterprise that the techniques are of.
    software : tuple of Software
        By id.
    """

    notice: str
    attack: str
    software: tuple[Software, ...]


@dataclass(frozen=True, slots=True)
class Threats:
    """The software by its names.

    Attributes
    ----------
    joined : mapping of str to (Software, bool)
        By the letters and digits of a name, in lower case; whether the name is ambiguous.
    parted : mapping of tuple of str to Software
        By the parts of a name that has several.
    longest : int
        Parts of the longest name.
    software : tuple of Software
        All of it.
    """

    joined: Mapping[str, tuple[Software, bool]]
    parted: Mapping[tuple[str, ...], Software]
    longest: int
    software: tuple[Software, ...]

    @classmethod
    def of(cls, software: tuple[Software, ...]) -> Threats:
        """Return the software by name; the first keeps a name that several have."""
        joined: dict[str, tuple[Software, bool]] = {}
        parted: dict[tuple[str, ...], Software] = {}
        for one in software:
            for name in one.names:
                parts = tuple(part for run in _RUN.findall(name) for part in _parts(run))
                joined.setdefault("".join(parts), (one, False))
                if len(parts) > 1:
                    parted.setdefault(parts, one)
            for name in one.ambiguous:
                joined.setdefault("".join(_RUN.findall(name)).lower(), (one, True))
        return cls(joined, parted, max(map(len, parted), default=1), software)

    def find(self, text: str) -> tuple[Software, ...]:
        """Return the software that a text names, in order; see `named`."""
        found = {one.id: one for line in text[:MAX_TEXT].splitlines() for one in self._in_line(line)}
        return tuple(found.values())

    def _in_line(self, line: str) -> Iterator[Software]:
        runs = _RUN.findall(line)
        parts = [(part, place) for place, run in enumerate(runs) for part in _parts(run)]
        threat = len(runs) == 1 or any(part in THREAT_WORDS for part, _ in parts)
        at = 0
        while at < len(parts):
            for length in range(min(self.longest, len(parts) - at), 0, -1):
                if one := self._named(parts[at : at + length], runs, threat=threat):
                    yield one
                    at += length
                    break
            else:
                at += 1

    def _named(self, window: list[tuple[str, int]], runs: list[str], *, threat: bool) -> Software | None:
        first, last = window[0][1], window[-1][1]
        if first != last:
            return self.parted.get(tuple(part for part, _ in window))
        joined = "".join(part for part, _ in window)
        one, ambiguous = self.joined.get(joined, (None, False))
        return one if not ambiguous or (threat and len(joined) == len(runs[first])) else None


@cache
def load_threats(path: Path = TABLE) -> Threats:
    """Load the table of named threats.

    Raises
    ------
    ModelError
        If it can't be read.
    """
    try:
        return Threats.of(msgspec.json.decode(path.read_bytes(), type=Table).software)
    except (OSError, msgspec.DecodeError) as wrong:
        raise ModelError(f"is no table of threats: {wrong}", place=Place(str(path))) from wrong


@lru_cache(maxsize=4096)
def named(text: str) -> tuple[Software, ...]:
    """Return the malware and tools of ATT&CK that a text names.

    Names are found in any case, in CamelCase, and by underscore, hyphen or blank:
    ``USER_cobaltstrike_beacon`` and ``CobaltStrikeBeacon`` both name Cobalt Strike. They must be whole
    words, or whole parts of one. A name that is a common word (*Snake*, *Page*) counts alone in its line
    or beside a word such as *malware*; programs of the operating system (*Net*, *at*, *Ping*) never do.

    Parameters
    ----------
    text : str
        Submethod, threat name, signature or description; several in lines.
    """
    return load_threats().find(text)


def _parts(run: str) -> tuple[str, ...]:
    return tuple(part.lower() for part in _PART.findall(run))

"""The machine-readable form: ``{Key:'value';Key:'value'}``.

It looks like JSON and is none. Samples miss the semicolon between pairs, use commas (10.0), repeat keys,
leave values empty; a value may hold quotes and braces. A pair therefore begins where a key, a colon and
a quote follow the brace that opens the record or the quote that closes the pair before.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from adscribe.event import checks
from adscribe.sensors.flowmon.names import table
from adscribe.sensors.flowmon.reading import Reading

MOST_PAIRS = checks.CHARACTERISTICS
"""Pairs that are read of one record; the longest sample has 23."""

_BEGIN = re.compile(r"(?:^\{|'[;,]?)\s*([A-Za-z][A-Za-z0-9_]{0,63}):'")
_TABLE = table("machine")
_COMMON: Mapping[str, str] = _TABLE["common"]
_UNITS: Mapping[str, str] = _TABLE["units"]
_MEASURES = ("UploadedData", "DownloadedData")


def parse(text: str) -> list[tuple[str, str]] | None:
    """Split a record into its pairs; ``None`` when the text is no record.

    Examples
    --------
    >>> parse("{Type:'Horizontal'IDCount:'0';TargetCount:'10'}")
    [('Type', 'Horizontal'), ('IDCount', '0'), ('TargetCount', '10')]
    """
    text = text.strip()
    if text == "{}":
        return []
    begins = list(_BEGIN.finditer(text))
    if not begins or begins[0].start() != 0 or not text.startswith("{"):
        return None
    ends = [begin.start() for begin in begins[1:]] + [len(text)]
    values = [text[begin.end() : end] for begin, end in zip(begins, ends, strict=True)]
    values[-1] = values[-1].rstrip().removesuffix("}").rstrip("; ,").removesuffix("'")
    return [(begin[1], value) for begin, value in zip(begins, values, strict=True)]


@lru_cache(maxsize=256)  # a method may be anything that a report says
def names_of(method: str, *, former: bool = False) -> Mapping[str, str]:
    """Return the table of a method: vendor's key to name.

    Parameters
    ----------
    method : str
        Today's code.
    former : bool
        Whether the record has the form of versions before 11.0, which name no ``Submethod``.
    """
    entry = _TABLE["methods"].get(method, {})
    names: dict[str, str] = dict(_COMMON) | entry.get("keys", {})
    return names | entry.get("before_11", {}) if former else names


def read_machine(reading: Reading, text: str) -> bool:
    """Read a record into `reading`; return whether the text was one."""
    pairs = parse(text)
    if pairs is None:
        return False
    if len(pairs) > MOST_PAIRS:
        reading.unknown.append(f"more than {MOST_PAIRS} keys")
        pairs = pairs[:MOST_PAIRS]
    keys = [key for key, _ in pairs]
    former = "Submethod" not in keys
    first: dict[str, str] = dict(reversed(pairs))
    names = names_of(reading.method.code, former=former)
    reading.unit = _UNITS.get(first.get("Measure", ""))
    times, seen = Counter(keys), Counter[str]()
    for key, value in pairs:
        seen[key] += 1
        known = _by_measure(key, first)
        if times[key] > 1:
            known = f"{known}#{seen[key]}" if f"{known}#{seen[key]}" in names else known
        if known not in names:
            reading.keep_unknown(key, value)
        elif seen[key] > 1 and "#" not in known:
            reading.unknown.append(f"{key} again")
        else:
            reading.put(names[known], value, key)
    return True


def _by_measure(key: str, pairs: Mapping[str, str]) -> str:
    """Say what a numbered value measures: ``CurrentValue1`` is ``CurrentValue of UploadedData``."""
    stem, number = key[:-1], key[-1:]
    if stem not in ("CurrentValue", "ComparedValue") or number not in ("1", "2"):
        return key
    return f"{stem} of {pairs.get(f'Measure{number}', _MEASURES[int(number) - 1])}"

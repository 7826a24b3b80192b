"""Values as a detail writes them: sizes, times, counts, percentages, lists.

Every reader takes text and returns the value in the one unit of its kind (bytes,
seconds, a number, a ratio where 1.0 is 100 %), or raises ``ValueError``. Numbers are
bounded by what counters of 64 bits hold: NATDET reports the largest for a count that fell below zero.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from adscribe.event import Value, checks
from adscribe.event.characteristics import unit

_NUMBER = re.compile(r"-?[0-9]{1,24}(?:\.[0-9]{1,24})?")
_PLACEHOLDER = re.compile(r"%[0-9]{1,2} ?(?:%|[KMG]?i?B|ms|s|seconds|bytes|pps)?")
_MAC = re.compile(r"[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}")
_BYTES = {"": 0, "B": 0, "KiB": 1, "MiB": 2, "GiB": 3, "TiB": 4, "PiB": 5}
_SECONDS = {"us": 1e-6, "ms": 1e-3, "": 1.0, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}
_SECONDS |= {"second": 1.0, "seconds": 1.0, "minutes": 60.0}
_PROTOCOLS = {"ICMP": 1, "TCP": 6, "UDP": 17}


def is_unknown(text: str) -> bool:
    """Tell whether a value says nothing: empty, or a placeholder such as ``%4`` or ``%4 KiB``.

    Versions before 11.0 export the placeholders of their message templates.
    """
    return not text.strip() or _PLACEHOLDER.fullmatch(text.strip()) is not None


def read_number(text: str) -> int | float:
    """Read a plain number; whole ones as int, however they are written (``10.0``)."""
    if _NUMBER.fullmatch(text) is None:
        raise ValueError("no number")
    value: int | float = float(text) if "." in text else int(text)
    if abs(value) > checks.WHOLE:
        raise ValueError("number out of range")
    return int(value) if isinstance(value, float) and value.is_integer() else value


def read_count(text: str) -> int | float:
    """Read a number of things: not negative; an average may have a fraction."""
    value = read_number(text)
    if value < 0:
        raise ValueError("negative count")
    return value


def read_bytes(text: str) -> int:
    """Read a size such as ``9.77 KiB``, ``0B`` or a bare number of bytes.

    Examples
    --------
    >>> read_bytes("9.77 KiB"), read_bytes("10.000 B")
    (10004, 10)
    """
    number, name = _split_unit(text)
    if name not in _BYTES:
        raise ValueError("unknown unit of size")
    value = round(read_count(number) * (1 << 10 * _BYTES[name]))
    if value > checks.WHOLE:
        raise ValueError("size out of range")
    return value


def read_seconds(text: str) -> float:
    """Read a duration such as ``2 s 500 ms``, ``1 h 39 min`` or a bare number of seconds.

    Examples
    --------
    >>> read_seconds("2 s 500 ms"), read_seconds("1 h 39 min")
    (2.5, 5940.0)
    """
    total, words = 0.0, text.split()
    if not 0 < len(words) <= 12:
        raise ValueError("no duration")
    while words:
        number, name = _split_unit(words.pop(0))
        if not name and words:
            name = words.pop(0)
        if name not in _SECONDS:
            raise ValueError("unknown unit of time")
        total += read_count(number) * _SECONDS[name]
    return round(total, 6)


def read_ratio(text: str) -> float:
    """Read a percentage (``150.0%`` is 1.5) or a plain ratio (``1.724``)."""
    number, percent, rest = text.partition("%")
    if rest:
        raise ValueError("no ratio")
    value = read_number(number.strip())
    return round(value / 100, 9) if percent else float(value)


def read_flag(text: str) -> bool:
    """Read ``0`` or ``1``."""
    if text not in ("0", "1"):
        raise ValueError("no flag")
    return text == "1"


def read_mac(text: str) -> str:
    """Read a MAC address; lower case with colons."""
    if _MAC.fullmatch(text) is None:
        raise ValueError("no MAC address")
    return text.lower().replace("-", ":")


def read_text(text: str, limit: int = checks.CHARACTERISTIC_LENGTH) -> str:
    """Read a text that any store and encoding can hold."""
    if len(text) > limit or "\0" in text:
        raise ValueError("text too long, or with a NUL")
    text.encode()
    return text


def read_ports(text: str) -> tuple[int, ...]:
    """Read a comma separated list of ports, each once, in order."""
    return _read_list(text, 65_535)


def read_protocols(text: str) -> tuple[int, ...]:
    """Read a comma separated list of IANA protocol numbers, or names such as ``TCP``."""
    return _read_list(text, 255)


def read_value(name: str, text: str) -> Value:
    """Read the value of a characteristic by the unit that its name carries.

    Raises
    ------
    ValueError
        The text is no value of that kind.
    """
    return _READERS.get(name, _READERS_BY_UNIT[unit(name)])(text.strip())


def unit_of(text: str) -> str:
    """Return the ending of a characteristic's name that a value's own unit asks for.

    Examples
    --------
    >>> unit_of("180 ms"), unit_of("48.83 KiB"), unit_of("50000%"), unit_of("180")
    ('seconds', 'bytes', 'ratio', 'count')
    """
    if text.rstrip().endswith("%"):
        return "ratio"
    name = _split_unit(text)[1]
    if name in _BYTES and name:
        return "bytes"
    return "seconds" if name.rpartition(" ")[2] in _SECONDS and name else "count"


def _split_unit(text: str) -> tuple[str, str]:
    text = text.strip()
    end = next((i for i, letter in enumerate(text) if letter.isalpha() or letter == " "), len(text))
    return text[:end], text[end:].strip()


def _read_list(text: str, largest: int) -> tuple[int, ...]:
    found: dict[int, None] = {}
    for part in (part.strip() for part in text.split(",")):
        if not part:
            continue
        value = _PROTOCOLS.get(part.upper()) if largest < 256 else None
        number = read_count(part) if value is None else value
        if not isinstance(number, int) or number > largest:
            raise ValueError("list entry out of range")
        found[number] = None
    return tuple(found)


_READERS_BY_UNIT: dict[str, Callable[[str], Value]] = {
    "bytes": read_bytes,
    "seconds": read_seconds,
    "number": read_count,
    "ratio": read_ratio,
    "value of the sensor's own unit": read_number,
    "text": read_text,
}
_READERS: dict[str, Callable[[str], Value]] = {
    "distributed": read_flag,
    "scan_shape": lambda text: read_text(text).lower(),
    "communication": lambda text: read_text(text).lower(),
    "device_mac": read_mac,
    "current_mac": read_mac,
    "former_mac": read_mac,
}

"""What a sensor sent of a report, as text: kept beside the revision that it led to."""

from __future__ import annotations

import zlib

import msgspec

MAX_BYTES = 16 * 1024
"""Of one report, in UTF-8; what is longer is cut."""


class RawReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report as it came in.

    Attributes
    ----------
    text : str
        A line as it is; an object of JSON that came among others without the blanks between its parts.
    bytes : int
        How long it was; where that is more than the text has, the text was cut.
    """

    text: str
    bytes: int

    @property
    def cut(self) -> bool:
        """Whether the text is only the beginning."""
        return self.bytes > MAX_BYTES


def packed(text: str) -> tuple[bytes, int]:
    """Return the bytes to keep of a text, and how many it has.

    Examples
    --------
    >>> kept, size = packed("a" * 20_000)
    >>> unpacked(kept, size).cut, len(unpacked(kept, size).text)
    (True, 16384)
    """
    content = text.encode("utf-8", "replace")
    return zlib.compress(content[:MAX_BYTES]), len(content)


def unpacked(kept: bytes, size: int) -> RawReport:
    """Return what was kept; a character that was cut in two is left out."""
    return RawReport(text=zlib.decompress(kept).decode("utf-8", "ignore"), bytes=size)

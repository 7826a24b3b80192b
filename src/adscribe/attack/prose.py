"""What MITRE writes of a technique (Markdown with citations) → the first of it as plain text."""

from __future__ import annotations

import html
import re

MAX_CHARACTERS = 1000
"""The most that is kept of a description; what is cut ends in an ellipsis."""

_MAX_READ = 20_000
# Brackets within brackets are read one level deep: names of works and addresses have them.
_CITATION = re.compile(r"\(Citation:[^()]*(?:\([^()]*\)[^()]*)*\)")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)")
_TAG = re.compile(r"</?(?:code|br)\s?/?>", re.IGNORECASE)
_PARAGRAPHS = re.compile(r"\n[ \t\r]*\n")
_BEFORE_STOP = re.compile(r" +(?=[.,;])")


def first_paragraph(text: str) -> str:
    r"""Return the first paragraph as plain text: links become their words, citations go.

    Parameters
    ----------
    text : str
        Whatever a bundle has; the rest of a very long one isn't looked at.

    Returns
    -------
    str
        One line of printable characters, at most `MAX_CHARACTERS`.

    Examples
    --------
    >>> first_paragraph(
    ...     "Adversaries may use [SSH](https://attack.mitre.org/techniques/T1021/004) "
    ...     "with <code>-R</code>. (Citation: Somebody 2020)\n\nMore.")
    'Adversaries may use SSH with -R.'
    """
    paragraph = _PARAGRAPHS.split(text[:_MAX_READ].strip(), maxsplit=1)[0]
    plain = _CITATION.sub("", _TAG.sub("", _LINK.sub(r"\1", paragraph)))
    shown = "".join(one if one.isprintable() else " " for one in html.unescape(plain))
    line = _BEFORE_STOP.sub("", " ".join(shown.split()))
    if len(line) <= MAX_CHARACTERS:
        return line
    cut = line[: MAX_CHARACTERS - 1]
    return f"{cut.rpartition(' ')[0] or cut}…"

"""Numbers and words of the vocabulary as an analyst writes them."""

from __future__ import annotations

_MOST_HOURS = 48
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def size(number: float) -> str:
    """Return an amount of data with its unit.

    Examples
    --------
    >>> size(5 * 2**30), size(10_004), size(0)
    ('5 GiB', '9.8 KiB', '0 B')
    """
    amount = float(number)
    for unit in _UNITS:
        if amount < 1024 or unit == _UNITS[-1]:
            break
        amount /= 1024
    return f"{_plain(amount)} {unit}"


def duration(seconds: float) -> str:
    """Return a span of time in its largest fitting unit.

    Examples
    --------
    >>> duration(0.02), duration(2.5), duration(90), duration(7200), duration(259200)
    ('20 ms', '2.5 s', '1.5 min', '2 h', '3 days')
    """
    if 0 < seconds < 1:
        return f"{_plain(seconds * 1000)} ms"
    if seconds < 60:
        return f"{_plain(seconds)} s"
    if seconds < 3600:
        return f"{_plain(seconds / 60)} min"
    if seconds < _MOST_HOURS * 3600:
        return f"{_plain(seconds / 3600)} h"
    return f"{_plain(seconds / 86400)} days"


def count(number: float, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> count(1, "target"), count(1200, "target"), count(2, "query", "queries")
    ('1 target', '1,200 targets', '2 queries')
    """
    word = noun if number == 1 else plural or f"{noun}s"
    return f"{int(number):,} {word}"


def number(value: float) -> str:
    """Return a plain number: thousands apart, a fraction only where it matters.

    Examples
    --------
    >>> number(9120), number(12.46), number(0.0317), number(1234.5)
    ('9,120', '12.5', '0.032', '1,234')
    """
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 1 else f"{value:.2g}"


def percent(share: float) -> str:
    """Return a share; what isn't 0 or 1 doesn't read like it.

    Examples
    --------
    >>> percent(0.4), percent(0.047), percent(0.0031), percent(0.995), percent(0.99999), percent(0)
    ('40 %', '4.7 %', '0.31 %', '99.5 %', 'more than 99.9 %', '0 %')
    """
    if share in (0, 1):
        return f"{share:.0%}".replace("%", " %")
    if share < 0.0001:
        return "less than 0.01 %"
    if 0.999 < share < 1:
        return "more than 99.9 %"
    digits = 2 if share < 0.01 else 1 if share < 0.1 or 0.99 < share < 1 else 0
    return f"{_trimmed(f'{share * 100:,.{digits}f}')} %"


def cut(text: str, most: int = 80) -> str:
    r"""Return a text from elsewhere on one line, at most so many characters.

    Examples
    --------
    >>> cut("Hosts that\n spread malware"), cut("abcdef", most=4)
    ('Hosts that spread malware', 'abc…')
    """
    line = " ".join(text[: 4 * most].split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def listing(values: tuple[str, ...], limit: int = 4) -> str:
    """Return values as a list in a sentence, cut after `limit`.

    Examples
    --------
    >>> listing(("a", "b", "c")), listing(("a", "b", "c"), limit=2)
    ('a, b and c', 'a, b and 1 more')
    """
    if len(values) > limit:
        return f"{', '.join(values[:limit])} and {len(values) - limit} more"
    if len(values) < 2:
        return "".join(values)
    return f"{', '.join(values[:-1])} and {values[-1]}"


def a(word: str) -> str:
    """Return a word with its article.

    Examples
    --------
    >>> a("OT"), a("IoT botnet"), a("user")
    ('an OT', 'an IoT botnet', 'a user')
    """
    return f"{'an' if word[0].lower() in 'aeio' else 'a'} {word}"


def _plain(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _trimmed(digits: str) -> str:
    return digits.rstrip("0").rstrip(".") if "." in digits else digits

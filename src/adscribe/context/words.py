"""Numbers and words of the vocabulary as an analyst writes them."""

from __future__ import annotations

_WRITTEN = {
    **{name: name.upper() for name in ("apt", "c2", "dmz", "dns", "ot", "rat", "sip", "vpn")},
    **{"ddos": "DDoS", "iot": "IoT", "decommissioned": "decommissioned host"},
}
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
    >>> duration(2.5), duration(90), duration(7200)
    ('2.5 s', '1.5 min', '2 h')
    """
    if seconds < 60:
        return f"{_plain(seconds)} s"
    if seconds < 3600:
        return f"{_plain(seconds / 60)} min"
    return f"{_plain(seconds / 3600)} h"


def count(number: float, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> count(1, "target"), count(1200, "target"), count(2, "query", "queries")
    ('1 target', '1,200 targets', '2 queries')
    """
    word = noun if number == 1 else plural or f"{noun}s"
    return f"{int(number):,} {word}"


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


def named(word: str) -> str:
    """Return a word of the vocabulary as it is written.

    Examples
    --------
    >>> named("vulnerability_scanner"), named("dns_server"), named("decommissioned")
    ('vulnerability scanner', 'DNS server', 'decommissioned host')
    """
    return " ".join(_WRITTEN.get(part, part) for part in word.split("_"))


def a(word: str) -> str:
    """Return a word of the vocabulary with its article.

    Examples
    --------
    >>> a("iot_botnet"), a("user")
    ('an IoT botnet', 'a user')
    """
    written = named(word)
    return f"{'an' if written[0].lower() in 'aeio' else 'a'} {written}"


def _plain(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")

"""Texts that no list could hold: generated names, hardware addresses, identifiers."""

from __future__ import annotations

from collections.abc import Callable

from adscribe.training.simulation.draw import Draw

_ONSETS = (
    "b",
    "br",
    "c",
    "d",
    "dr",
    "f",
    "g",
    "gr",
    "h",
    "k",
    "l",
    "m",
    "n",
    "p",
    "pr",
    "r",
    "s",
    "st",
    "t",
    "tr",
    "v",
    "z",
)
_VOWELS = ("a", "e", "i", "o", "u", "ai", "ou")
_ENDS = ("", "", "l", "n", "r", "s", "t", "x", "nd", "rn")
_TLDS = ("com", "net", "org", "info", "biz", "top", "ru", "cc", "xyz", "su")
_VENDORS = (
    "3c:52:82",
    "00:1b:21",
    "f4:8e:38",
    "b8:27:eb",
    "00:50:56",
    "a4:bb:6d",
    "70:b3:d5",
    "d8:3a:dd",
    "00:0c:29",
)
"""Beginnings of hardware addresses that manufacturers have registered (IEEE OUI)."""


def word(draw: Draw) -> str:
    """Return a word that could be a name."""
    return "".join(
        draw.pick(_ONSETS) + draw.pick(_VOWELS) + draw.pick(_ENDS)
        for _ in range(2 if draw.chance(0.7) else 3)
    )


def hardware_address(draw: Draw, *, randomised: bool) -> str:
    """Return a MAC address, with the locally administered bit where it is a private one."""
    tail = ":".join(f"{draw.whole(0, 255):02x}" for _ in range(3))
    if not randomised:
        return f"{draw.pick(_VENDORS)}:{tail}"
    head = f"{draw.whole(0, 15):x}{draw.pick('26ae')}"
    return f"{head}:{draw.whole(0, 255):02x}:{draw.whole(0, 255):02x}:{tail}"


def _generated(draw: Draw) -> str:
    """Return a second-level name as an algorithm makes it: even letters, or letters and digits."""
    alphabet = "abcdefghijklmnopqrstuvwxyz" + ("0123456789" if draw.chance(0.5) else "")
    return f"{draw.letters(draw.whole(10, 24), alphabet)}.{draw.pick(_TLDS)}"


def _delivery(draw: Draw) -> str:
    """Return a coded name of a delivery network, tracker or tenant, which only looks generated."""
    style = draw.whole(0, 3)
    code = draw.letters(draw.whole(7, 14), "abcdefghijklmnopqrstuvwxyz0123456789")
    if style == 0:
        return f"{code}cdn.net"
    if style == 1:
        return f"{draw.pick(('edge', 'static', 'tenant', 'img', 'trk'))}{code}.com"
    return f"{code}.{draw.pick(('com', 'net', 'io', 'cloud'))}"


def _extension(draw: Draw) -> str:
    return str(draw.whole(100, 9999))


_ONE: dict[str, Callable[[Draw], str]] = {
    "generated": _generated,
    "delivery": _delivery,
    "extension": _extension,
    "mac": lambda draw: hardware_address(draw, randomised=False),
    "private_mac": lambda draw: hardware_address(draw, randomised=True),
    "word": word,
}

KINDS = frozenset(_ONE)
"""What can be made."""


def made(kind: str, number: int, draw: Draw) -> str:
    """Return some texts of a kind, as a list with commas."""
    return ", ".join(_ONE[kind](draw) for _ in range(max(number, 1)))

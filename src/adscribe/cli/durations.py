"""Durations as the command line writes them."""

from __future__ import annotations

import re
from datetime import timedelta

import typer

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"([0-9]{1,6})([smhd])", re.ASCII)


def duration(option: str, text: str) -> timedelta:
    """Return what ``90s``, ``15m``, ``24h`` or ``7d`` stands for.

    Raises
    ------
    typer.BadParameter
        It is none; the option is named.
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        raise typer.BadParameter(f"{option} is no duration, such as 90s, 15m, 24h or 7d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})

"""The detail of a Flowmon ADS event, under the names that everything else knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from adscribe.event import Direction, Value


@dataclass(frozen=True, slots=True)
class Detail:
    """What the detail of one event says.

    Attributes
    ----------
    method : str
        Today's code of the method.
    submethod : str or None
        Today's name of the submethod; ``None`` where the text doesn't tell.
    characteristics : dict of str to str, int, float or bool
        Under the canonical names of `adscribe.event.characteristics`.
    ports, protocols : tuple of int
        Service ports and IANA protocol numbers.
    success, direction, target_count
        As the fields of `adscribe.event.Event`.
    form : {"machine", "phrase", "text"}
        How it was read; ``text`` when no known phrase matched, which leaves a description only.
    unknown : tuple of str
        Vendor keys or phrases that no table knows, or whose value could not be read.
    """

    method: str
    submethod: str | None
    characteristics: dict[str, Value] = field(default_factory=dict)
    ports: tuple[int, ...] = ()
    protocols: tuple[int, ...] = ()
    success: bool | None = None
    direction: Direction | None = None
    target_count: int | None = None
    form: Literal["machine", "phrase", "text"] = "text"
    unknown: tuple[str, ...] = ()


def read_detail(method: str, text: str) -> Detail:
    """Read the detail of an event.

    Parameters
    ----------
    method : str
        Code of the method as reported, of any version.
    text : str
        The detail, in the machine-readable or the human-readable form of any version.
    """
    return Detail(method, None)

"""The detail of a Flowmon ADS event, under the names that everything else knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from adscribe.event import Direction, Value, checks
from adscribe.sensors.flowmon.machine import read_machine
from adscribe.sensors.flowmon.names import find_method
from adscribe.sensors.flowmon.phrases import read_phrase
from adscribe.sensors.flowmon.reading import Reading

LONGEST = checks.DESCRIPTION_LENGTH
"""Most characters of a detail that is read; the longest sample has 800."""


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
    """Read the detail of an event. No text makes it fail.

    Parameters
    ----------
    method : str
        Code of the method as reported, of any version.
    text : str
        The detail, in the machine-readable or the human-readable form of any version.

    Examples
    --------
    >>> read_detail("UPLOAD", "Uploaded: 5 GiB, downloaded: 9.77 KiB, port(s): 443.").characteristics
    {'uploaded_bytes': 5368709120, 'downloaded_bytes': 10004}
    """
    known, submethod = find_method(method)
    reading = Reading(known, submethod)
    form: Literal["machine", "phrase", "text"] = "text"
    if len(text) > LONGEST:
        reading.unknown.append(f"detail longer than {LONGEST} characters")
    elif read_machine(reading, text):
        form = "machine"
    elif read_phrase(reading, _unwrapped(text)):
        form = "phrase"
    elif text.strip():
        reading.unknown.append(_outline(text))
    _conclude(reading)
    return Detail(
        method=known.code,
        submethod=reading.submethod,
        characteristics=reading.characteristics,
        ports=reading.ports,
        protocols=reading.protocols,
        success=reading.success,
        direction=reading.direction,
        target_count=reading.target_count,
        form=form,
        unknown=tuple(reading.unknown),
    )


def _conclude(reading: Reading) -> None:
    """Add what follows from more than one key."""
    known = reading.characteristics
    if reading.method.code == "BLACKLIST":
        _conclude_blacklist(reading)
    if reading.method.code == "IPV6TUNNEL" and known.get("flows_count", 0) and "successful_count" in known:
        reading.success = known["successful_count"] != 0
    difference = known.get("difference_ratio")
    if reading.falling and isinstance(difference, float):
        known["difference_ratio"] = -abs(difference)
    reading.submethod = reading.submethod or reading.method.default
    transport = reading.method.transports.get(reading.submethod or "")
    if transport is not None:
        reading.protocols = (transport,)


def _conclude_blacklist(reading: Reading) -> None:
    """Name queries what asks for a listed name, whatever the key says that counts them."""
    known = reading.characteristics
    if reading.submethod == "Domain" or known.get("communication") == "dns":
        reading.submethod, known["communication"] = "Domain", "dns"
        if "flows_count" in known:
            known["queries_count"] = known.pop("flows_count")
    elif "flows_count" in known:
        known.setdefault("communication", "direct")


def _unwrapped(text: str) -> str:
    """Return the text without the braces that 12.5 puts around that of a deleted pattern."""
    text = text.strip()
    return text[1:-1] if text.startswith("{") and text.endswith("}") else text


def _outline(text: str) -> str:
    """Return the first plain words of a text: enough to know the phrase, without names and addresses."""
    words = text[:400].split()[:12]
    return " ".join(word if word.strip(".,;:()").isalpha() else "…" for word in words)

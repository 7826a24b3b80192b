"""What the sensor calls an event, in words (``words.yaml``)."""

from __future__ import annotations

from adscribe.sensors.flowmon.names import table

_GENERAL = "General"
_OWN = "USER_"
"""Begins the name of a behaviour pattern that the site wrote itself."""


def called(method: str, submethod: str | None) -> str:
    """Return what an event of a method and submethod is called.

    Examples
    --------
    >>> called("SCANS", "TCPSYN"), called("SSHDICT", "General"), called("BPATTERNS", "USER_CobaltStrike")
    ('a TCP SYN scan', 'password guessing over SSH', "the site's own behaviour pattern CobaltStrike")
    >>> called("VPN", "SSTP"), called("LIGHTHOUSE", "Beam")
    ('a VPN of the kind SSTP', 'an event of the method LIGHTHOUSE of the kind Beam')
    """
    entry = table("words")["methods"].get(method, {})
    if (kind := entry.get("kinds", {}).get(submethod)) is not None:
        return str(kind)
    if submethod and "named" in entry:
        name = entry["named"].format(submethod.removeprefix(_OWN))
        return name.replace("the ", "the site's own ", 1) if submethod.startswith(_OWN) else str(name)
    said = str(entry.get("called") or f"an event of the method {method}")
    return f"{said} of the kind {submethod}" if submethod and submethod != _GENERAL else said

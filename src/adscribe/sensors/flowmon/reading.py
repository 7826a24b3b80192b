"""What has been read of one detail so far, and how each name of the tables takes its text.

A name in a table is a characteristic (`adscribe.event.characteristics`), a field of the event, or one
of the composites of `COMPOSITES`, whose text holds more than one thing. ``_`` is text that is known
but says nothing more than the rest. Three notations refine a name: ``current_*`` takes its unit from
the value or from what was measured; ``-difference_ratio`` is negated; ``duration_seconds in min``
says the unit of a bare number.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from adscribe.event import Direction, Value, checks
from adscribe.event.characteristics import CHARACTERISTICS
from adscribe.sensors.flowmon.names import Method, table
from adscribe.sensors.flowmon.values import (
    is_unknown,
    read_count,
    read_flag,
    read_ports,
    read_protocols,
    read_text,
    read_value,
    unit_of,
)

_TABLE = table("phrases")
_DESCRIPTIONS: dict[str, str] = _TABLE["descriptions"]
_ACTIVITIES: dict[str, str] = _TABLE["activities"]
_PHASES: dict[str, str] = _TABLE["phases"]
_VPN_WORDS: dict[str, str] = _TABLE["vpn"]
_PATTERN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
_TRANSPORT = re.compile(r"(TCP|UDP)(?:/|: ?)([0-9, ]{1,200})")
_SHAPES = ("horizontal", "vertical", "chaotic")
_SUCCESS = {"successful": True, "success": True, "unsuccessful": False, "not successful": False}


@dataclass(slots=True)
class Reading:
    """A detail while it is read.

    Attributes
    ----------
    method : Method
        Whose names and codes apply.
    unit : str or None
        Ending that names such as ``current_*`` take; ``None`` leaves it to the value's own unit.
    falling : bool
        Whether the difference is one to below, said apart from its size.
    submethod, characteristics, ports, protocols, success, direction, target_count, unknown
        As in `adscribe.sensors.flowmon.detail.Detail`.
    """

    method: Method
    submethod: str | None = None
    unit: str | None = None
    characteristics: dict[str, Value] = field(default_factory=dict)
    ports: tuple[int, ...] = ()
    protocols: tuple[int, ...] = ()
    success: bool | None = None
    direction: Direction | None = None
    target_count: int | None = None
    falling: bool = False
    unknown: list[str] = field(default_factory=list)

    def put(self, name: str, text: str, key: str) -> None:
        """Take a text under a name of the tables.

        Parameters
        ----------
        name : str
            Name with its notation.
        text : str
            As reported. An empty one or a placeholder leaves the name unknown.
        key : str
            Vendor's key or phrase, noted in `unknown` when the text can't be read.
        """
        text = text.strip()
        if name == "_" or (is_unknown(text) and not (name == "submethod" and text in self.method.codes)):
            return
        name, _, bare_unit = name.partition(" in ")
        sign, name = (-1, name[1:]) if name.startswith("-") else (1, name)
        if bare_unit and text[-1:].isdigit():
            text = f"{text} {bare_unit}"
        try:
            composite = COMPOSITES.get(name)
            if composite is not None:
                composite(self, text)
            else:
                self._keep(name, text, sign)
        except ValueError:
            self.unknown.append(key)

    def keep_unknown(self, key: str, text: str) -> None:
        """Keep a text under the key it came with, since no table knows the key.

        A key that is also the name of a characteristic is none of the vendor's.
        """
        self.unknown.append(key)
        text = text.strip()
        if not is_unknown(text) and key not in CHARACTERISTICS and len(text) <= checks.CHARACTERISTIC_LENGTH:
            self.characteristics.setdefault(key, text)

    def name_submethod(self, code: str, key: str) -> None:
        """Take the submethod that a code of any version means."""
        self.submethod = self.method.submethod(read_text(code, checks.TEXT_LENGTH))
        if self.submethod is not None and not self.method.knows(self.submethod):
            self.unknown.append(key)

    def _keep(self, name: str, text: str, sign: int) -> None:
        if name.endswith("*"):
            unit = self.unit or unit_of(text)
            name = f"{name[:-1]}{unit}".replace("compared_mac", "former_mac")
        if name not in CHARACTERISTICS:
            raise ValueError("no name for this unit")
        value = read_value(name, text)
        self.characteristics[name] = -value if sign < 0 and isinstance(value, float) else value


def _take_submethod(reading: Reading, text: str) -> None:
    reading.name_submethod(text, "submethod")


def _take_ports(reading: Reading, text: str) -> None:
    reading.ports = read_ports(text)


def _take_protocols(reading: Reading, text: str) -> None:
    if not reading.protocols:  # a service that names its transport is the closer word
        reading.protocols = read_protocols(text)


def _take_target_count(reading: Reading, text: str) -> None:
    reading.target_count = int(read_count(text))


def _take_success(reading: Reading, text: str) -> None:
    reading.success = read_flag(text)


def _take_success_word(reading: Reading, text: str) -> None:
    """``Successful`` or ``unsuccessful``."""
    if text.lower() not in _SUCCESS:
        raise ValueError("neither success nor failure")
    reading.success = _SUCCESS[text.lower()]


def _take_response_word(reading: Reading, text: str) -> None:
    """``with`` or ``without`` response."""
    if text not in ("with", "without"):
        raise ValueError("neither with nor without")
    reading.success = text == "with"


def _take_direction(reading: Reading, text: str) -> None:
    match text.lower():
        case "upload":
            reading.direction = "upload"
        case "download":
            reading.direction = "download"
        case _:
            raise ValueError("no direction")


def _take_attack(reading: Reading, text: str) -> None:
    """``Distributed attack`` or any other subject of the sentence."""
    reading.characteristics["distributed"] = text.lower().startswith("distributed")


def _take_scan(reading: Reading, text: str) -> None:
    """Shape and kind of a scan, in either order: ``Chaotic TCP SYN``, ``UDP Chaotic``, ``ARP``."""
    words = [word for word in text.split() if not is_unknown(word)]
    shapes = [word for word in words if word.lower() in _SHAPES]
    if shapes:
        reading.characteristics["scan_shape"] = shapes[0].lower()
    kind = " ".join(word for word in words if word not in shapes)
    if kind:
        reading.name_submethod(kind, "scan")


def _take_transport(reading: Reading, text: str) -> None:
    """``TCP/443``."""
    found = _TRANSPORT.fullmatch(text)
    if found is None:
        if is_unknown(text.partition("/")[2] or text.partition(":")[2]):
            return
        raise ValueError("no transport and port")
    reading.protocols, reading.ports = read_protocols(found[1]), read_ports(found[2])


def _take_service(reading: Reading, text: str) -> None:
    _take_named_service(reading, "service", text)


def _take_application(reading: Reading, text: str) -> None:
    _take_named_service(reading, "application", text)
    if reading.method.code == "VPN":
        submethod = next((name for word, name in _VPN_WORDS.items() if word in text.lower()), None)
        reading.submethod = reading.submethod or submethod


def _take_named_service(reading: Reading, name: str, text: str) -> None:
    """``SMTP [TCP/25]``: a name, and the transport and port that it uses."""
    label, _, rest = text.rpartition(" [")
    if label and rest.endswith("]") and _TRANSPORT.fullmatch(rest[:-1]):
        _take_transport(reading, rest[:-1])
        text = label
    reading.characteristics[name] = read_text(text)


def _take_activity(reading: Reading, text: str) -> None:
    reading.characteristics["activity"] = _ACTIVITIES.get(text, read_text(text))


def _take_phase(reading: Reading, text: str) -> None:
    phase = _PHASES.get(text.lower(), text.lower())
    if phase:
        reading.characteristics["attack_phase"] = read_text(phase)


def _take_increased(reading: Reading, text: str) -> None:
    reading.falling = not read_flag(text)


def _take_threat(reading: Reading, text: str) -> None:
    """Take the description of a pattern or a briefing, and the submethod that it begins with."""
    reading.characteristics["threat"] = read_text(text)
    if reading.method.code == "THREATS":
        name = text.removesuffix(" detected").removesuffix(" malware")
        reading.submethod = read_text(name, checks.TEXT_LENGTH) if name != text else None
        return
    known = next((name for start, name in _DESCRIPTIONS.items() if text.startswith(start)), None)
    name, colon, _ = text.partition(":")
    if known is None and colon and _PATTERN_NAME.fullmatch(name.removesuffix(" detected")):
        known = reading.method.submethod(name.removesuffix(" detected"))
    reading.submethod = known


COMPOSITES: dict[str, Callable[[Reading, str], None]] = {
    "submethod": _take_submethod,
    "ports": _take_ports,
    "protocols": _take_protocols,
    "target_count": _take_target_count,
    "success": _take_success,
    "success_word": _take_success_word,
    "response_word": _take_response_word,
    "direction": _take_direction,
    "attack": _take_attack,
    "scan": _take_scan,
    "transport": _take_transport,
    "service": _take_service,
    "application": _take_application,
    "activity": _take_activity,
    "attack_phase": _take_phase,
    "increased": _take_increased,
    "threat": _take_threat,
}
"""Names whose text is taken apart, or goes to a field of the event."""

FREE_TEXTS = frozenset(
    {
        "attack",
        "scan",
        "service",
        "application",
        "activity",
        "threat",
        "submethod",
        "_",
        "site",
        "tunnel_server",
    }
    | {
        "list_description",
        "country",
        "domains",
        "identifiers",
        "usual_servers",
        "multicast_groups",
        "suspicion",
    }
    | {"differing_metrics"}
)
"""Names whose text may hold anything, also a piece of the phrase around it."""

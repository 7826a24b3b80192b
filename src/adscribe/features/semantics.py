"""What an event says of itself, read by the text model and by the names of threats."""

from __future__ import annotations

import re
from functools import lru_cache

from adscribe.event import Event
from adscribe.features.feature import Feature
from adscribe.features.groups import Group, Names
from adscribe.features.reading import Reading
from adscribe.features.text import MAX_TEXT, OPEN, TEXTS, host_names
from adscribe.sensors.flowmon.names import METHODS
from adscribe.text import Software, load_model, load_threats, named, scores

VERSION = 1

FEATURES: tuple[Feature, ...] = (
    Feature(
        "said:<technique>",
        "score",
        "How much the submethod, the description and the sensor's words speak of a parent technique, by the "
        "text model. Of methods whose words say more than numbers, and of those that aren't known.",
        ("submethod", "description"),
    ),
    Feature(
        "named:<kind>",
        "0 or 1",
        "They name a malware or tool of ATT&CK; its kind of threat, `other` where ATT&CK tells none.",
        ("submethod", "description"),
    ),
    Feature(
        "named_technique:<technique>",
        "0 or 1",
        "ATT&CK says that what they name uses the technique, and a network sensor can see it.",
        ("submethod", "description"),
    ),
)

# What has a dot, colon or @ between letters or digits is an address, a name of a host, a path or a file.
_PLACE = re.compile(r"[A-Za-z0-9][.:@][A-Za-z0-9]")
_EDGES = ".,;:!?()[]{}\"'<>"
# What has a number in it repeats a characteristic: `attempts to access: 3`, `FlowCount:'26'`.
_CLAUSE = re.compile(r"[,;{}]|\. ")
_NUMBER = re.compile(r"(?<![\w.:/-])[0-9]++(?:\.[0-9]++)?(?!\.?[\w:/-])|(?<=[:=])'?[0-9]")


def extract(reading: Reading) -> list[Group]:
    """Return the features of what an event says of itself."""
    said = _said(reading.context.event)
    return _read(said) if said else []


@lru_cache(maxsize=4096)
def _read(said: str) -> list[Group]:
    found = [(_named(f"said:{technique}"), score) for technique, score in scores(said).items()]
    names = {name for one in named(said) for name in _of(one)}
    return found + [(_named(name), 1.0) for name in sorted(names)]


def every_name() -> set[str]:
    """Return the names of all features that there can be, so that each has a column, met or not."""
    said = {f"said:{technique}" for technique in load_model().techniques}
    return said | {name for one in load_threats().software for name in _of(one)}


def _of(threat: Software) -> list[str]:
    """Return the names of the features of a named threat."""
    techniques = [f"named_technique:{technique}" for technique in threat.parents]
    return [f"named:{threat.kind or 'other'}", *techniques]


def _said(event: Event) -> str:
    """Return the words of an event in lines, without numbers and hosts; none of a closed method."""
    if event.method in METHODS and event.method not in OPEN:
        return ""
    texts = [str(event.characteristics[name]) for name in TEXTS if name in event.characteristics]
    described = _CLAUSE.split((event.description or "")[:MAX_TEXT])
    told = (event.submethod, *texts, " ".join(clause for clause in described if not _NUMBER.search(clause)))
    hosts = host_names(event)
    lines = (_without_places(text[:MAX_TEXT], hosts) for text in told if text)
    return "\n".join(dict.fromkeys(line for line in lines if line))


def _without_places(text: str, hosts: set[str]) -> str:
    return " ".join(
        token
        for token in text.split()
        if not _PLACE.search(token) and token.strip(_EDGES).lower() not in hosts
    )


@lru_cache(maxsize=4096)
def _named(name: str) -> Names:
    return Names(name)

"""What an event says of itself, read by the text model and by the names of ATT&CK's software."""

from __future__ import annotations

import hashlib
import re
from functools import cache, lru_cache

from adscribe.attack.software import TABLE, load_threats, named
from adscribe.event import Event
from adscribe.features.feature import Feature
from adscribe.features.groups import Group, Names
from adscribe.features.reading import Reading
from adscribe.features.text import MAX_TEXT, OPEN, TEXTS, host_names
from adscribe.sensors.flowmon.names import METHODS
from adscribe.text import load_model, scores

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
    techniques = {technique for one in named(said) for technique in one.parents}
    return found + [(_named(f"named_technique:{technique}"), 1.0) for technique in sorted(techniques)]


def every_name() -> set[str]:
    """Return the names of all features that there can be, so that each has a column, met or not."""
    parents = {technique for one in load_threats().software for technique in one.parents}
    return {
        *(f"said:{technique}" for technique in load_model().techniques),
        *(f"named_technique:{technique}" for technique in parents),
    }


@cache
def edition() -> str:
    """Return SHA-256 of the text model and of the table of threats: others would say something else."""
    return hashlib.sha256(load_model().digest.encode() + TABLE.read_bytes()).hexdigest()


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

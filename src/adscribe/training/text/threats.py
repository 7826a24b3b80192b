"""Makes the table of named threats from ATT&CK's software.

Of what a software uses, kept is what a network sensor can see or must warn of:

1. techniques that one of ATT&CK's analytics detects from network traffic or connections and that
   belong to a tactic of `TACTICS`, and of discovery and credential access those of `REMOTE`, which are
   done to other hosts;
2. those of `AIMS`: no sensor sees them, but they are what the software is for.

Its kind is what the first sentence of its description says (the codebook's words of ``family``), else what
it aims at. A malware of command and control that says nothing else is ``c2_malware``. Names that mean
something else as well are listed in ``names.yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path

import msgspec
import yaml

from adscribe.attack import Matrix
from adscribe.attack.software import TABLE, Software, Table
from adscribe.context.vocabulary import LOADER, load_vocabulary
from adscribe.training.corpora import ATTACK, Detection

NOTICE = (
    "© The MITRE Corporation. This work is reproduced and distributed with the permission of"
    " The MITRE Corporation. Names and techniques of ATT&CK's software, made by python -m pipelines.text."
)

TACTICS = frozenset(("initial-access", "lateral-movement", "command-and-control", "exfiltration"))
REMOTE = frozenset(("T1046", "T1018", "T1135", "T1110", "T1187", "T1557", "T1558"))
AIMS = frozenset(("T1485", "T1486", "T1496", "T1498", "T1499", "T1561", "T1657"))

SHORTEST = 4
"""Letters of a name that may stand anywhere."""

_SENTENCE = re.compile(r"[^.]*")
_AIMED = {"T1486": "ransomware", "T1496": "miner", "T1561": "wiper", "T1485": "wiper", "T1498": "ddos_bot"}


def table(detections: Iterable[Detection], matrix: Matrix) -> Table:
    """Return the table.

    Parameters
    ----------
    detections : iterable of Detection
        Of the corpus ``attack-kb``.
    matrix : Matrix
        Enterprise in the version of their labels.
    """
    listed = list(detections)
    seen = {
        technique
        for one in listed
        if one.source == "attack-analytic" and one.network
        for technique in one.techniques
    }
    told = {id_ for id_ in seen if TACTICS & set(matrix.technique(id_).tactics)}
    made = (_software(one, told) for one in listed if one.source == "attack-software")
    kept = sorted((one for one in made if one.names or one.ambiguous), key=lambda one: one.id)
    return Table(notice=NOTICE, attack=ATTACK, software=tuple(kept))


def write(content: Table, path: Path = TABLE) -> None:
    """Write a table, a software a line."""
    head = msgspec.json.encode(msgspec.structs.replace(content, software=())).removesuffix(b"[]}")
    lines = b",\n".join(map(msgspec.json.encode, content.software))
    path.write_bytes(head + b"[\n" + lines + b"\n]}\n")


def _software(one: Detection, told: set[str]) -> Software:
    meant = _meant()
    names = dict.fromkeys((one.name, *_aliases(one.description)))
    lower = {name: re.sub(r"[^a-z0-9]", "", name.lower().removesuffix(".exe")) for name in names}
    usable = [name for name in names if lower[name] and lower[name] not in meant["system"]]
    ambiguous = [name for name in usable if len(lower[name]) < SHORTEST or lower[name] in meant["common"]]
    kept = REMOTE | AIMS
    techniques = tuple(id_ for id_ in one.techniques if id_ in told or id_.partition(".")[0] in kept)
    return Software(
        id=one.id,
        name=one.name,
        names=tuple(name for name in usable if name not in ambiguous),
        ambiguous=tuple(ambiguous),
        kind=_kind(one, techniques),
        techniques=techniques,
    )


@cache
def _meant() -> dict[str, frozenset[str]]:
    text = files(__package__).joinpath("names.yaml").read_text(encoding="utf-8")
    content = yaml.load(text, Loader=LOADER)  # noqa: S506 - a safe loader
    return {meaning: frozenset(names) for meaning, names in content.items()}


def _aliases(description: str) -> list[str]:
    also = re.match(r"Also known as ([^\n]*?)\. ", description)
    return also[1].split(", ") if also else []


def _kind(one: Detection, techniques: tuple[str, ...]) -> str | None:
    description = re.sub(r"^Also known as [^\n]*?\. ", "", one.description)
    # Its own name is taken out: `rat` in a name is no statement, and neither is a group's of `APT`.
    sentence = re.sub(r"\bAPT[0-9]*\b", "", _SENTENCE.match(description)[0])  # type: ignore[index]
    family = load_vocabulary().family(sentence)
    if family is not None and family != "mobile":
        return family
    for id_ in techniques:
        if aim := _AIMED.get(id_.partition(".")[0]):
            return aim
    talks = one.kind == "malware" and any(id_.startswith("T1071") for id_ in techniques)
    return "c2_malware" if talks else None

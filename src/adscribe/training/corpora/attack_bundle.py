"""A STIX bundle of ATT&CK as rows: techniques, analytics, software, procedure sentences.

Revoked and deprecated objects are passed over, as is what a relationship names that isn't in the bundle.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from adscribe.training.corpora.files import objects_of, text_of, texts_of

_ATTACK = "mitre-attack"
_SUBJECTS = ("malware", "tool", "intrusion-set", "campaign")


def is_bundle(document: dict[str, Any]) -> bool:
    """Whether a JSON object is a STIX bundle."""
    return document.get("type") == "bundle" and isinstance(document.get("objects"), list)


def rows(bundle: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a bundle, as `adscribe.training.corpora.attack_kb` takes them."""
    objects = {text_of(one, "id"): one for one in objects_of(bundle, "objects") if _lives(one)}
    ids = {key: _attack_id(one) for key, one in objects.items()}
    uses: dict[str, list[dict[str, Any]]] = defaultdict(list)
    detects: dict[str, list[str]] = defaultdict(list)
    for one in objects.values():
        source, target = text_of(one, "source_ref"), text_of(one, "target_ref")
        if not ids.get(source) or not ids.get(target) or not target.startswith("attack-pattern--"):
            continue
        if one.get("relationship_type") == "uses":
            uses[source].append(one)
        elif one.get("relationship_type") == "detects":
            detects[source].append(ids[target])

    for key, one in objects.items():
        kind, name = text_of(one, "type"), text_of(one, "name")
        common = {"id": ids[key], "name": name, "description": text_of(one, "description")}
        if kind == "attack-pattern" and ids[key]:
            yield common | {"tactics": _tactics(one)}
        elif kind in ("malware", "tool"):
            used = sorted({ids[text_of(use, "target_ref")] for use in uses[key]})
            yield common | {"type": kind, "aliases": texts_of(one, "x_mitre_aliases"), "techniques": used}
        elif kind == "x-mitre-detection-strategy":
            for analytic in texts_of(one, "x_mitre_analytic_refs"):
                if analytic in objects:
                    yield _analytic(ids[analytic], objects[analytic], name, sorted(detects[key]), objects)
        if kind in _SUBJECTS:
            for use in uses[key]:
                if text_of(use, "description"):
                    yield {
                        "technique": ids[text_of(use, "target_ref")],
                        "subject": name,
                        "subject_id": ids[key],
                        "subject_type": kind,
                        "text": text_of(use, "description"),
                    }


def _analytic(
    id_: str,
    analytic: dict[str, Any],
    strategy: str,
    techniques: list[str],
    objects: dict[str, dict[str, Any]],
) -> dict[str, Any]:
    logs = [
        {"component": text_of(objects.get(text_of(one, "x_mitre_data_component_ref"), {}), "name")}
        for one in objects_of(analytic, "x_mitre_log_source_references")
    ]
    return {
        "analytic": id_,
        "strategy_name": strategy,
        "techniques": techniques,
        "description": text_of(analytic, "description"),
        "log_sources": logs,
    }


def _lives(one: dict[str, Any]) -> bool:
    return not one.get("revoked") and not one.get("x_mitre_deprecated")


def _attack_id(one: dict[str, Any]) -> str:
    for reference in objects_of(one, "external_references"):
        if reference.get("source_name") == _ATTACK:
            return text_of(reference, "external_id")
    return ""


def _tactics(one: dict[str, Any]) -> list[str]:
    return [text_of(phase, "phase_name") for phase in objects_of(one, "kill_chain_phases")]
